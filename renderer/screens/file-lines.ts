import { visibleRaw } from '../../shared/wording/visible.ts';

/** A stretch of a file's bytes. */
export interface ByteRange {
  readonly from: number;
  /** Behind the last one. */
  readonly to: number;
}

/** A line of text, or a row of bytes, cut where the cited bytes begin and end. */
export interface FileLine {
  /** Where it begins in the file. */
  readonly offset: number;
  /** Of text, where it is known. */
  readonly line: number | null;
  readonly before: string;
  readonly cited: string;
  readonly after: string;
}

const LINE_FEED = 0x0a;
/** A line of more bytes is shown in pieces: a file of XML may be one line of 60 MB. */
const LONGEST_LINE_BYTES = 2_000;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes of a file as lines of text, every character visible; what is no UTF-8 is U+FFFD. */
export function textLines(
  bytes: Uint8Array,
  start: number,
  firstLine: number | null,
  cited: ByteRange,
): readonly FileLine[] {
  const lines: FileLine[] = [];
  let line = firstLine;
  for (let from = 0; from < bytes.length; ) {
    const feed = bytes.indexOf(LINE_FEED, from);
    const end = feed < 0 ? bytes.length : feed;
    const to = Math.min(end, from + LONGEST_LINE_BYTES);
    const text = (a: number, b: number): string => visibleRaw(decoder.decode(bytes.subarray(a, b)).replace(/\r$/, ''));
    lines.push({ offset: start + from, line, ...inThree(from, to, start, cited, text) });
    if (to === end) {
      from = end + 1;
      if (line !== null) line += 1;
    } else from = to;
  }
  return lines;
}

/** Bytes in a row of the hexadecimal view. */
export const HEX_ROW_BYTES = 16;

/** Bytes of a file in rows of hexadecimal numbers. */
export function hexLines(bytes: Uint8Array, start: number, cited: ByteRange): readonly FileLine[] {
  const hex = (a: number, b: number): string =>
    Array.from(bytes.subarray(a, b), (byte) => `${byte.toString(16).padStart(2, '0')} `).join('');
  return rowsOf(bytes, start, cited, hex);
}

/** The same rows as the characters of ASCII, a dot for every other byte. */
export function asciiLines(bytes: Uint8Array, start: number, cited: ByteRange): readonly FileLine[] {
  const ascii = (a: number, b: number): string =>
    Array.from(bytes.subarray(a, b), (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join(
      '',
    );
  return rowsOf(bytes, start, cited, ascii);
}

function rowsOf(
  bytes: Uint8Array,
  start: number,
  cited: ByteRange,
  words: (from: number, to: number) => string,
): readonly FileLine[] {
  return Array.from({ length: Math.ceil(bytes.length / HEX_ROW_BYTES) }, (_, row) => {
    const from = row * HEX_ROW_BYTES;
    const to = Math.min(bytes.length, from + HEX_ROW_BYTES);
    return { offset: start + from, line: null, ...inThree(from, to, start, cited, words) };
  });
}

function inThree(
  from: number,
  to: number,
  start: number,
  cited: ByteRange,
  words: (from: number, to: number) => string,
): Pick<FileLine, 'before' | 'cited' | 'after'> {
  if (cited.to <= start + from || cited.from >= start + to) return { before: words(from, to), cited: '', after: '' };
  const first = Math.min(to, Math.max(from, cited.from - start));
  const last = Math.min(to, Math.max(first, cited.to - start));
  return { before: words(from, first), cited: words(first, last), after: words(last, to) };
}

/** Whether bytes are those of a text: without NUL, and UTF-8 but for characters that are cut at the ends. */
export function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false;
  const text = decoder.decode(bytes);
  const damaged = text.slice(4, -4).match(/\ufffd/g)?.length ?? 0;
  return damaged <= text.length / 50;
}
