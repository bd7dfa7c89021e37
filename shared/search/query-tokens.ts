/** A piece of a query with its place in the text, in UTF-16 units. */
export type Token =
  | { readonly type: '(' | ')' | 'or' | 'and' | 'not'; readonly from: number; readonly to: number }
  | { readonly type: 'word' | 'phrase'; readonly text: string; readonly from: number; readonly to: number }
  | {
      readonly type: 'regex';
      readonly source: string;
      readonly flags: string;
      readonly from: number;
      readonly to: number;
    }
  | FieldToken
  /** A quote that is not closed. */
  | { readonly type: 'open-phrase'; readonly text: string; readonly from: number; readonly to: number };

export interface FieldToken {
  readonly type: 'field';
  /** As typed. */
  readonly name: string;
  readonly values: readonly ValueToken[];
  readonly from: number;
  readonly to: number;
}
export interface ValueToken {
  readonly text: string;
  readonly quoted: boolean;
  readonly from: number;
  readonly to: number;
}

const FIELD_NAME = /^[A-Za-z][A-Za-z_-]*:(?!\/\/)/;
/** The letters that are flags in JavaScript: `/var/lib` is a path. */
const REGEX_END = /^([dgimsuvy]*)(?=[\s()]|$)/;
const isBlank = (char: string): boolean => char.trim() === '';
const endsWord = (char: string): boolean => char === '' || char === '(' || char === ')' || isBlank(char);

/** Cuts a query into tokens. Every text has some; nothing is dropped but blanks. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (isBlank(char)) at += 1;
    else {
      const token = tokenAt(text, at);
      tokens.push(token);
      at = token.to;
    }
  }
  return tokens;
}

function tokenAt(text: string, from: number): Token {
  const char = text.charAt(from);
  if (char === '(' || char === ')') return { type: char, from, to: from + 1 };
  // A lone dash is a word; one in front of something is a negation.
  const next = text.charAt(from + 1);
  if (char === '-' && (next === '(' || !endsWord(next))) return { type: 'not', from, to: from + 1 };
  if (char === '"') {
    const phrase = readQuoted(text, from);
    return { type: phrase.closed ? 'phrase' : 'open-phrase', text: phrase.text, from, to: phrase.to };
  }
  if (char === '/') {
    const regex = readRegex(text, from);
    if (regex !== null) return regex;
  }
  const name = FIELD_NAME.exec(text.slice(from, from + 64))?.[0];
  // `Traceback:` and a blank is a word with a colon.
  if (name !== undefined && !endsWord(text.charAt(from + name.length))) return readField(text, from, name);
  let to = from + 1;
  while (!endsWord(text.charAt(to))) to += 1;
  const word = text.slice(from, to);
  if (word === 'OR') return { type: 'or', from, to };
  if (word === 'AND') return { type: 'and', from, to };
  if (word === 'NOT') return { type: 'not', from, to };
  return { type: 'word', text: word, from, to };
}

/** A text in quotes, in which a backslash takes the next quote or backslash as it is. */
function readQuoted(
  text: string,
  from: number,
): { readonly text: string; readonly closed: boolean; readonly to: number } {
  let read = '';
  let at = from + 1;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === '"') return { text: read, closed: true, to: at + 1 };
    const next = text.charAt(at + 1);
    const escapes = char === '\\' && (next === '"' || next === '\\');
    read += escapes ? next : char;
    at += escapes ? 2 : 1;
  }
  return { text: read, closed: false, to: text.length };
}

/** `/source/flags`; null for what only begins like it: a path. A slash in a class or behind a backslash ends nothing. */
function readRegex(text: string, from: number): Token | null {
  let inClass = false;
  for (let at = from + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\') at += 1;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '/' && !inClass) {
      const flags = REGEX_END.exec(text.slice(at + 1, at + 16))?.[1];
      if (flags === undefined || at === from + 1) return null;
      return { type: 'regex', source: text.slice(from + 1, at), flags, from, to: at + 1 + flags.length };
    }
  }
  return null;
}

function readField(text: string, from: number, name: string): FieldToken {
  const values: ValueToken[] = [];
  let at = from + name.length;
  for (;;) {
    if (text.charAt(at) === '"') {
      const quoted = readQuoted(text, at);
      values.push({ text: quoted.text, quoted: true, from: at, to: quoted.to });
      at = quoted.to;
    } else {
      let to = at;
      while (!endsWord(text.charAt(to)) && text.charAt(to) !== ',') to += 1;
      values.push({ text: text.slice(at, to), quoted: false, from: at, to });
      at = to;
    }
    if (text.charAt(at) !== ',') break;
    at += 1;
  }
  return { type: 'field', name: name.slice(0, -1), values, from, to: at };
}
