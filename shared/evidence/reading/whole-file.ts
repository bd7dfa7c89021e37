import type { EvidenceParser, ParsedItem } from './parser.ts';

/**
 * Parses a file that means something only as a whole, such as a program: its bytes are kept up to a limit, and `read` gets
 * them at the end, with whether there were more.
 */
export function wholeFileParser(
  limitBytes: number,
  read: (bytes: Uint8Array, isBeyondLimit: boolean) => readonly ParsedItem[],
): EvidenceParser {
  const kept = new Uint8Array(limitBytes);
  let bytes = 0;
  let isBeyondLimit = false;
  return {
    push(chunk) {
      const part = chunk.subarray(0, limitBytes - bytes);
      if (part.length < chunk.length) isBeyondLimit = true;
      kept.set(part, bytes);
      bytes += part.length;
      return [];
    },
    end: () => read(kept.subarray(0, bytes), isBeyondLimit),
    timeResolution: () => null,
  };
}
