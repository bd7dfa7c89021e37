import { visibleRaw } from '../../shared/wording/visible.ts';

/** Bytes in a line of a hex view: what fits into the pane of one event. */
export const HEX_BYTES_A_LINE = 8;

/** `000010 1b 5b 33 31 6d 00 ff fe .[31m...`: up to 8 bytes from an offset. */
export function hexLine(bytes: Uint8Array, offset: number): string {
  const part = Array.from(bytes.subarray(offset, offset + HEX_BYTES_A_LINE));
  const hex = part.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const characters = part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
  const address = offset.toString(16).padStart(6, '0');
  return `${address} ${hex.padEnd(HEX_BYTES_A_LINE * 3 - 1)} ${characters}`;
}

/**
 * The text of some bytes (UTF-8, every character made visible) in lines of at most `columns` characters: long lines are broken
 * where they are full, and no character is in two halves.
 */
export class TextRows {
  readonly #text: string;
  /** Where each line begins in the text, and the text's end behind them. */
  readonly #starts: Uint32Array;

  constructor(bytes: Uint8Array, columns: number) {
    const text = visibleRaw(new TextDecoder('utf-8').decode(bytes)).replaceAll('\t', '    ');
    const starts: number[] = [];
    for (let at = 0; at < text.length; ) {
      const lineEnd = text.indexOf('\n', at);
      const end = lineEnd < 0 ? text.length : lineEnd;
      do {
        starts.push(at);
        at += Math.min(columns, end - at);
        // The second half of a character begins no line.
        if (at < end && /[\udc00-\udfff]/.test(text.charAt(at))) at -= 1;
      } while (at < end);
      at = end + 1;
    }
    starts.push(text.length);
    this.#text = text;
    this.#starts = Uint32Array.from(starts);
  }

  get count(): number {
    return this.#starts.length - 1;
  }

  /** A line by its index, without its line end; empty beyond the end. */
  line(index: number): string {
    return this.#text.slice(this.#starts[index], this.#starts[index + 1]).replace(/\n$/, '');
  }
}
