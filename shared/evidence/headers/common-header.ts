import { MICROS_PER_MILLI, MICROS_PER_SECOND, type WallClock, wallClockToMicros } from '../../model/time.ts';
import type { LogHeader } from './header.ts';
import { type InnerLevel, levelOf } from './levels.ts';

/*
 * The two commonest headers, from their characters. The scan of text-header.ts finds the same in them, several times slower;
 * what has any other shape is left to it.
 */
const BLANK = 0x20;
const PLUS = 0x2b;
const COMMA = 0x2c;
const DASH = 0x2d;
const COLON = 0x3a;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const ZERO = 0x30;

/** Reads a header of gunicorn's or of logging's usual format; null for any other text, also for another header. */
export function readCommonHeader(message: string): LogHeader | null {
  const first = message.charCodeAt(0);
  if (first === BRACKET) return readGunicorn(message);
  return first >= ZERO && first <= ZERO + 9 ? readPython(message) : null;
}

// [2026-01-28 04:10:19 +0000] [25321] [INFO] Starting gunicorn 26.1.0
function readGunicorn(message: string): LogHeader | null {
  const sign = message.charCodeAt(21);
  if (message.charCodeAt(20) !== BLANK || (sign !== PLUS && sign !== DASH) || message.charCodeAt(26) !== BRACKET_END) {
    return null;
  }
  const hours = twoDigits(message, 22);
  const minutes = twoDigits(message, 24);
  const wall = clockAt(message, 1, 0);
  if (wall === null || hours < 0 || hours > 13 || minutes < 0 || message.charCodeAt(27) !== BLANK) return null;
  if (message.charCodeAt(28) !== BRACKET) return null;
  let at = 29;
  let pid = 0;
  for (; isDigit(message.charCodeAt(at)); at += 1) pid = pid * 10 + message.charCodeAt(at) - ZERO;
  if (at === 29 || at > 38 || message.charCodeAt(at) !== BRACKET_END) return null;
  if (message.charCodeAt(at + 1) !== BLANK || message.charCodeAt(at + 2) !== BRACKET) return null;
  const levelAt = at + 3;
  const end = message.indexOf(']', levelAt);
  const level = levelBetween(message, levelAt, end);
  if (level === null) return null;
  const textAt = message.charCodeAt(end + 1) === BLANK ? end + 2 : end + 1;
  const zone = (hours * 60 + minutes) * (sign === DASH ? -1 : 1);
  return {
    style: 'gunicorn',
    form: 'text',
    timeText: message.slice(1, 26),
    stamp: { type: 'full', wall, zone, resolutionMicros: MICROS_PER_SECOND },
    pid,
    level,
    logger: null,
    thread: null,
    place: null,
    fields: null,
    text: message.slice(textAt),
  };
}

// 2026-01-28 04:10:22,070 - app.services.import_service - INFO - Started importing VPN job 14
function readPython(message: string): LogHeader | null {
  if (message.charCodeAt(19) !== COMMA || !isSeparator(message, 23)) return null;
  const tens = twoDigits(message, 20);
  const ones = message.charCodeAt(22) - ZERO;
  if (tens < 0 || ones < 0 || ones > 9) return null;
  const wall = clockAt(message, 0, (tens * 10 + ones) * MICROS_PER_MILLI);
  if (wall === null) return null;
  let at = 26;
  while (at < NAME_LIMIT && isNameCharacter(message.charCodeAt(at))) at += 1;
  if (at === 26 || isDigit(message.charCodeAt(26)) || !isSeparator(message, at)) return null;
  const levelAt = at + 3;
  const levelEnd = message.indexOf(' ', levelAt);
  const level = levelBetween(message, levelAt, levelEnd);
  if (level === null || !isSeparator(message, levelEnd) || !beginsSentence(message, levelEnd + 3)) return null;
  return {
    style: 'python',
    form: 'text',
    timeText: message.slice(0, 23),
    stamp: { type: 'full', wall, zone: null, resolutionMicros: MICROS_PER_MILLI },
    pid: null,
    level,
    logger: message.slice(26, at),
    thread: null,
    place: null,
    fields: null,
    text: message.slice(levelEnd + 3),
  };
}

const NAME_LIMIT = 130;
const LONGEST_LEVEL = 8;

function levelBetween(message: string, from: number, end: number): InnerLevel | null {
  if (end < from + 4 || end > from + LONGEST_LEVEL) return null;
  const code = message.charCodeAt(from);
  return code >= 0x41 && code <= 0x5a && message.charCodeAt(end - 1) <= 0x5a ? levelOf(message.slice(from, end)) : null;
}

/** Two words, neither of which is a further field of the header. */
function beginsSentence(message: string, from: number): boolean {
  let at = from;
  while (isLetter(message.charCodeAt(at))) at += 1;
  const next = message.charCodeAt(at + 1);
  return at > from && message.charCodeAt(at) === BLANK && (isLetter(next) || isDigit(next));
}

function clockAt(text: string, at: number, micros: number): WallClock | null {
  if (
    text.charCodeAt(at + 4) !== DASH ||
    text.charCodeAt(at + 7) !== DASH ||
    text.charCodeAt(at + 10) !== BLANK ||
    text.charCodeAt(at + 13) !== COLON ||
    text.charCodeAt(at + 16) !== COLON
  )
    return null;
  const century = twoDigits(text, at);
  const year = twoDigits(text, at + 2);
  const month = twoDigits(text, at + 5);
  const day = twoDigits(text, at + 8);
  const hour = twoDigits(text, at + 11);
  const minute = twoDigits(text, at + 14);
  const second = twoDigits(text, at + 17);
  if (century < 0 || year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0) return null;
  const wall = { year: century * 100 + year, month, day, hour, minute, second, micros };
  return wallClockToMicros(wall, 0) === null ? null : wall;
}

/** -1 where no two digits stand. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

function isSeparator(text: string, at: number): boolean {
  return text.charCodeAt(at) === BLANK && text.charCodeAt(at + 1) === DASH && text.charCodeAt(at + 2) === BLANK;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= ZERO + 9;
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

function isNameCharacter(code: number): boolean {
  return isLetter(code) || isDigit(code) || code === 0x5f || code === 0x2e;
}
