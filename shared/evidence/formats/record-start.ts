import type { EvidenceFormat } from '../../model/evidence.ts';
import { logFormat } from './table.ts';

const LF = 0x0a;
const decoder = new TextDecoder('utf-8');

/** Formats whose records can be found from any place within a file. */
export function hasRecordStarts(format: EvidenceFormat): boolean {
  return logFormat(format)?.beginsRecord != null;
}

/**
 * Where the first record begins for certain that begins in some bytes from the middle of a file, as an index into them; -1
 * when none is seen to.
 */
export function recordStart(format: EvidenceFormat, bytes: Uint8Array): number {
  const begins = logFormat(format)?.beginsRecord ?? null;
  if (begins === null) return -1;
  let lineEnd = bytes.indexOf(LF);
  while (lineEnd >= 0) {
    const from = lineEnd + 1;
    lineEnd = bytes.indexOf(LF, from);
    if (lineEnd >= 0 && begins(decoder.decode(bytes.subarray(from, lineEnd)))) return from;
  }
  return -1;
}
