import { type FindMessage, holdsLineFeed } from '../reading/message-span.ts';

const BLANK = 0x20;
const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const COLON = 0x3a;
const EQUALS = 0x3d;
const LESS_THAN = 0x3c;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const BRACKET_END = 0x5d;
const BRACE = 0x7b;

/**
 * `2026-01-28T04:12:15.229579+0000 vm gunicorn[25321]: text`: in all stamps, hosts and identifiers no colon has a blank
 * behind it, so the first one that has ends the prefix. See journal-prefix.ts.
 */
export const findInText: FindMessage = (bytes, latin1, from, end, span) => {
  if (bytes[from] === LESS_THAN || holdsLineFeed(latin1, from, end)) return false;
  let brackets = bytes[from] === BRACKET ? 1 : 0;
  for (let at = from; at < end; at++) {
    const byte = bytes[at];
    if (byte === COLON && (at + 1 === end || bytes[at + 1] === BLANK)) {
      span.from = Math.min(at + 2, end);
      span.to = end;
      span.isEscaped = false;
      return true;
    }
    // A monotonic stamp ends like this; anywhere else it may be a tag without a colon.
    if (byte === BRACKET_END && bytes[at + 1] === BLANK) {
      brackets -= 1;
      if (brackets < 0) return false;
    }
  }
  return false;
};

const MESSAGE_KEY = '"MESSAGE"';

/** The value of the one MESSAGE of an object of the journal's JSON; objects within objects are left to the parser. */
export const findInJson: FindMessage = (bytes, latin1, from, end, span) => {
  const key = latin1.indexOf(MESSAGE_KEY, from);
  if (bytes[from] !== BRACE || key < 0 || key + MESSAGE_KEY.length >= end || bytes[key - 1] === BACKSLASH) return false;
  let at = skipBlanks(bytes, key + MESSAGE_KEY.length, end);
  if (bytes[at] !== COLON) return false;
  at = skipBlanks(bytes, at + 1, end);
  if (bytes[at] !== QUOTE) return false;
  span.from = at + 1;
  span.isEscaped = false;
  for (at = span.from; at < end && bytes[at] !== QUOTE; at += bytes[at] === BACKSLASH ? 2 : 1) {
    if (bytes[at] === BACKSLASH) span.isEscaped = true;
  }
  if (at >= end) return false;
  span.to = at;
  // Of several fields of one name the last counts.
  const another = latin1.indexOf(MESSAGE_KEY, at);
  if (another >= 0 && another < end) return false;
  for (let brace = latin1.indexOf('{', from + 1); brace >= 0 && brace < end; brace = latin1.indexOf('{', brace + 1)) {
    if (brace > span.from && brace < span.to) brace = span.to;
    else {
      const before = bytes[lastVisible(bytes, brace - 1, from)];
      if (before === COLON || before === BRACKET || before === 0x2c) return false;
    }
  }
  return true;
};

const MESSAGE_FIELD = 'MESSAGE=';

/** The first `MESSAGE=` at the beginning of a line; an entry with binary fields is left to the parser. */
export const findInExport: FindMessage = (bytes, latin1, from, end, span) => {
  span.isEscaped = false;
  span.from = -1;
  for (let at = from; at < end; ) {
    const found = latin1.indexOf('\n', at);
    const lineEnd = found < 0 || found > end ? end : found;
    let equals = at;
    while (equals < lineEnd && bytes[equals] !== EQUALS) equals += 1;
    if (equals === lineEnd) return false;
    if (span.from < 0 && latin1.startsWith(MESSAGE_FIELD, at)) {
      span.from = at + MESSAGE_FIELD.length;
      span.to = bytes[lineEnd - 1] === CR && lineEnd < end ? lineEnd - 1 : lineEnd;
      return true;
    }
    at = lineEnd + 1;
  }
  return false;
};

const VERBOSE_FIELD = '\n    MESSAGE=';
const VERBOSE_INDENT = VERBOSE_FIELD.length - 1;

/** The line of the first MESSAGE: the further lines of any value are indented more than a field is. */
export const findInVerbose: FindMessage = (bytes, latin1, from, end, span) => {
  const field = latin1.indexOf(VERBOSE_FIELD, from);
  if (field < 0 || field >= end) return false;
  span.from = field + VERBOSE_FIELD.length;
  span.isEscaped = false;
  const found = latin1.indexOf('\n', span.from);
  const lineEnd = found < 0 || found > end ? end : found;
  if (lineEnd < end) {
    const next = bytes[lineEnd + 1];
    // A blank line may go on with the message.
    if (next === LF || next === CR) return false;
    if (latin1.startsWith(' '.repeat(VERBOSE_INDENT), lineEnd + 1)) return false;
  }
  span.to = bytes[lineEnd - 1] === CR && lineEnd < end ? lineEnd - 1 : lineEnd;
  return true;
};

function skipBlanks(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && isBlank(bytes[at])) at += 1;
  return at;
}

function lastVisible(bytes: Uint8Array, from: number, first: number): number {
  let at = from;
  while (at > first && isBlank(bytes[at])) at -= 1;
  return at;
}

function isBlank(byte: number | undefined): boolean {
  return byte === BLANK || byte === 0x09 || byte === LF || byte === CR;
}
