import { existing } from '../../model/existing.ts';
import { type PythonSource, parsePython } from './python-source.ts';

/** The bytes of a Python file as text, or why Python would not read them. */
export type PythonFile =
  | {
      readonly kind: 'text';
      readonly source: PythonSource;
      /** Bytes before a character of the text. */
      readonly byteOffsetOf: (at: number) => number;
      /** 0-based line of a character of the text. */
      readonly lineOf: (at: number) => number;
    }
  | { readonly kind: 'refused'; readonly why: string };

/** Encodings of one byte a character, by Python's names. */
const SINGLE_BYTE = /^(?:latin-?1|iso-?8859-?1|iso-?8859-?15|cp125[0-8]|windows-125[0-8]|us-ascii|ascii)$/;

/**
 * Decodes as Python does: UTF-8, or what a comment in the first two lines names. Source:
 * https://docs.python.org/3/reference/lexical_analysis.html#encoding-declarations
 */
export function readPythonFile(bytes: Uint8Array): PythonFile {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const body = hasMark ? bytes.subarray(3) : bytes;
  const encoding = declaredEncoding(body);
  const isSingleByte = SINGLE_BYTE.test(encoding);
  if (!isSingleByte && !/^utf-?8(?:-sig)?$/.test(encoding))
    return { kind: 'refused', why: `its encoding ${encoding} is not read` };
  if (body.includes(0)) return { kind: 'refused', why: 'it holds null bytes, which Python refuses' };
  let original: string;
  try {
    // Every one-byte encoding agrees on ASCII, and settings are ASCII.
    const decoder = isSingleByte
      ? new TextDecoder('latin1')
      : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    original = decoder.decode(body);
  } catch {
    return { kind: 'refused', why: 'it is not UTF-8, which Python refuses' };
  }
  const source = parsePython(original);
  const starts = lineStarts(source.text, /\n/g);
  const originalStarts = lineStarts(original, /\r\n|\n|\r/g);
  const lineOf = (at: number): number => {
    let low = 0;
    for (let high = starts.length; high - low > 1; ) {
      const middle = (low + high) >> 1;
      if (existing(starts[middle], middle) <= at) low = middle;
      else high = middle;
    }
    return low;
  };
  const encoder = new TextEncoder();
  const width = (text: string): number => (isSingleByte ? text.length : encoder.encode(text).length);
  return {
    kind: 'text',
    source,
    lineOf,
    byteOffsetOf: (at) => {
      const line = lineOf(at);
      const from = (originalStarts[line] ?? 0) + at - (starts[line] ?? 0);
      return (hasMark ? 3 : 0) + width(original.slice(0, from));
    },
  };
}

function declaredEncoding(bytes: Uint8Array): string {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 400)).split(/\r\n?|\n/);
  const [first = '', second = ''] = head;
  for (const line of /^[ \t\f]*(?:#.*)?$/.test(first) ? [first, second] : [first]) {
    const name = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/.exec(line)?.[1];
    if (name !== undefined) return name.toLowerCase().replaceAll('_', '-');
  }
  return 'utf-8';
}

function lineStarts(text: string, newline: RegExp): readonly number[] {
  const starts = [0];
  for (const found of text.matchAll(newline)) starts.push(found.index + found[0].length);
  return starts;
}
