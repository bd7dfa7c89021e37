import { alternativesOf } from './record-names.ts';

/** What may be one more field of a header, or the beginning of its text. */
export interface FieldCandidate {
  readonly type: 'number' | 'word';
  readonly value: string;
  /** The signs around it; with what stands before, the place that a file's habits are known by. */
  readonly signs: string;
  readonly end: number;
}

// (25321)    pid=25321    importer    [app.jobs]
const CANDIDATE = new RegExp(
  String.raw`([[(])?\s{0,20}(?:(${alternativesOf('pid')})[=:# ] ?|#)?(?:(\d{1,9})(?![\p{L}\p{N}_])|([\p{L}_][\p{L}\p{N}_.$/-]*(?:::[\p{L}\p{N}_]+)*))\s{0,20}([\])])?`,
  'iuy',
);
/** Signs that part fields without blanks. */
const TIGHT = /[|:;,\t]/;
const SPACED = /[ \t]*(?:-{1,3}|\||::?|,|;)(?=[ \t])| {2,}(?=\S)| (?=[[(])| /y;

/** What stands at a place behind a header's level; null for what is in no header. */
export function candidateAt(text: string, at: number): FieldCandidate | null {
  CANDIDATE.lastIndex = at;
  const match = CANDIDATE.exec(text);
  if (match === null) return null;
  const [whole, open = '', name = '', number, word, close = ''] = match;
  if ((open === '[' ? ']' : open === '(' ? ')' : '') !== close) return null;
  const value = number ?? word ?? '';
  // Blanks behind a word part it from the next.
  const end = at + (open === '' ? whole.trimEnd().length : whole.length);
  const before = text.charAt(at - 1);
  const next = text.charAt(end);
  let behind: string;
  if (next !== '' && next === before && TIGHT.test(next)) behind = next;
  else {
    SPACED.lastIndex = end;
    const separator = SPACED.exec(text);
    if (separator === null) return null;
    const sign = separator[0].trim();
    behind = sign !== '' ? ` ${sign}` : open !== '' ? ' ' : separator[0].length > 1 ? '  ' : bracketAt(text, end + 1);
  }
  const type = number === undefined ? 'word' : 'number';
  return { type, value, signs: `${before}${open}${name === '' ? '' : 'pid='}${type}${behind}`, end };
}

/** A blank, and whether a further field in brackets stands behind it: `importer (25321)`, `importer [-]`. */
function bracketAt(text: string, at: number): string {
  BRACKET_FIELD.lastIndex = at;
  return BRACKET_FIELD.test(text) ? ' [' : ' ';
}

const BRACKET_FIELD = /[[(](?:\d{1,9}|-)[\])]/y;
