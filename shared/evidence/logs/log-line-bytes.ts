import { SEVERITIES } from '../../model/event.ts';
import { NO_PID, NO_SEVERITY } from '../../model/event-columns.ts';
import { MICROS_PER_MILLI, MICROS_PER_SECOND, wallClockToMicros } from '../../model/time.ts';
import { severityOfLevel } from '../headers/levels.ts';
import { mayBeLogger } from '../headers/text-header.ts';
import { asciiBytes, hasAt, twoDigits } from '../reading/find-bytes.ts';
import type { LogLayout } from '../reading/log-layout.ts';
import { Midnights } from '../reading/midnights.ts';
import { readLogLine } from './log-line.ts';

/** A stamp without a zone. */
const NO_ZONE = Number.NaN;

/** What a line's bytes tell of it: which record it begins, and when that was written. */
export class LogLineBytes {
  /** EpochMicros of the stamp as if it were UTC, and its zone in minutes east of that, or NO_ZONE. */
  wallMicros = 0;
  zone = NO_ZONE;
  resolutionMicros = MICROS_PER_MILLI;
  pid = NO_PID;
  severity = NO_SEVERITY;
  /** Where the text behind the header begins; where the line begins, for a request that was answered. */
  textAt = 0;
  isAccess = false;
  isGunicorn = false;
}

/** Headers that a file may have before no further ones are learnt, and lines that are looked at for that. */
const MOST_TREE_NODES = 8_192;
const MOST_LOOKS = 500;
const MOST_HEADER_BYTES = 160;
const ASCII = 128;

const ZERO = 0x30;
const BLANK = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const DASH = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;
const COLON = 0x3a;
const LESS_THAN = 0x3c;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const PIPE = 0x7c;
const LETTER_T = 0x54;

/** How a header is made up whose digits alone differ from line to line. Places count from the beginning of the line. */
interface HeaderShape {
  readonly stampAt: number;
  /** Digits behind the seconds. */
  readonly decimals: number;
  /** Where `+0000` or `+00:00` stands; -1 where there is none. */
  readonly zoneAt: number;
  readonly zoneHasColon: boolean;
  readonly pidAt: number;
  readonly pidDigits: number;
  readonly severity: number;
  readonly resolutionMicros: number;
  readonly textAt: number;
  /** Of gunicorn's own header nothing that follows is a part; of others only where plain words follow. */
  readonly isGunicorn: boolean;
}

/**
 * Reads the lines that begin a record of a log from their bytes: behind headers that were read before (all but their digits the
 * same, byte for byte), and requests of an access log. Which headers there are is learnt from the ordinary reading of the lines that
 * are not known yet; it says the same as readLogLine, or nothing.
 */
export class LogLineReader {
  readonly #layout: LogLayout;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Headers as a tree: `#next[node * ASCII + byte]`, digits all as `0`; 0 where none goes on so. */
  #next = new Uint16Array(64 * ASCII);
  #shapes: (HeaderShape | undefined)[] = [];
  #nodes = 2;
  #looks = 0;
  readonly #midnights = new Midnights();

  constructor(layout: LogLayout) {
    this.#layout = layout;
  }

  /** Whether bytes[from..end), a line of UTF-8 without its end, begins a record; `into` then says which. */
  read(bytes: Uint8Array, from: number, end: number, into: LogLineBytes): boolean {
    const first = bytes[from] ?? 0;
    if (first !== BRACKET && !isDigit(first)) return false;
    if (this.#readAccess(bytes, from, end, into)) return true;
    if (this.#readHeader(bytes, from, end, into)) return true;
    if (this.#looks >= MOST_LOOKS || this.#nodes >= MOST_TREE_NODES) return false;
    this.#looks += 1;
    return this.#learn(bytes, from, end) && this.#readHeader(bytes, from, end, into);
  }

  #readHeader(bytes: Uint8Array, from: number, end: number, into: LogLineBytes): boolean {
    const next = this.#next;
    let node = 1;
    let shape: HeaderShape | undefined;
    for (let at = from; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte >= ASCII) break;
      node = next[node * ASCII + (byte >= ZERO && byte <= ZERO + 9 ? ZERO : byte)] ?? 0;
      if (node === 0) break;
      shape = this.#shapes[node] ?? shape;
    }
    if (shape === undefined || from + shape.textAt > end) return false;
    if (!shape.isGunicorn && !beginsSentence(bytes, from + shape.textAt, end)) return false;
    return isUnwrapped(bytes, from, end) && this.#readFields(shape, bytes, from, into);
  }

  #readFields(shape: HeaderShape, bytes: Uint8Array, from: number, into: LogLineBytes): boolean {
    const at = from + shape.stampAt;
    const midnight = this.#midnights.of(bytes, at);
    const clock = clockMicros(bytes, at + 11);
    if (Number.isNaN(midnight) || clock < 0) return false;
    let fraction = 0;
    for (let digit = 0; digit < shape.decimals; digit++)
      fraction = fraction * 10 + (bytes[at + 20 + digit] ?? 0) - ZERO;
    into.wallMicros = midnight + clock + (shape.decimals === 3 ? fraction * MICROS_PER_MILLI : fraction);
    into.zone = shape.zoneAt < 0 ? NO_ZONE : zoneMinutesAt(bytes, from + shape.zoneAt, shape.zoneHasColon);
    if (shape.zoneAt >= 0 && Number.isNaN(into.zone)) return false;
    let pid = shape.pidDigits === 0 ? NO_PID : 0;
    for (let digit = 0; digit < shape.pidDigits; digit++)
      pid = pid * 10 + (bytes[from + shape.pidAt + digit] ?? 0) - ZERO;
    into.pid = pid;
    into.severity = shape.severity;
    into.resolutionMicros = shape.resolutionMicros;
    into.textAt = from + shape.textAt;
    into.isAccess = false;
    into.isGunicorn = shape.isGunicorn;
    return true;
  }

  /** `10.0.0.7 - - [28/Jan/2026:04:10:22 +0000] "GET / HTTP/1.1" 200 12 "-" "curl/8.5.0"`; see readAccessLine. */
  #readAccess(bytes: Uint8Array, from: number, end: number, into: LogLineBytes): boolean {
    let at = from;
    for (let dots = 0; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === DOT) dots += 1;
      else if (!isDigit(byte)) {
        if (dots !== 3 || byte !== BLANK) return false;
        break;
      }
    }
    if (at - from > 15 || !hasAt(bytes, at, end, NO_USER)) return false;
    const stampAt = at + NO_USER.length;
    if (bytes[stampAt + 2] !== SLASH || bytes[stampAt + 6] !== SLASH || bytes[stampAt + 11] !== COLON) return false;
    const midnight = this.#midnights.ofAccess(bytes, stampAt);
    const clock = clockMicros(bytes, stampAt + 12);
    const zone = zoneMinutesAt(bytes, stampAt + 21, false);
    if (Number.isNaN(midnight) || clock < 0 || Number.isNaN(zone) || bytes[stampAt + 20] !== BLANK) return false;
    if (!hasAt(bytes, stampAt + 26, end, BEFORE_REQUEST)) return false;
    at = stampAt + 26 + BEFORE_REQUEST.length;
    for (const limit = Math.min(end, at + MOST_REQUEST_BYTES); at < limit && bytes[at] !== QUOTE; at++)
      if (bytes[at] === BACKSLASH || (bytes[at] ?? 0) >= ASCII) return false;
    if (bytes[at] !== QUOTE || bytes[at + 1] !== BLANK || bytes[at + 5] !== BLANK || at + 6 >= end) return false;
    if (!isDigit(bytes[at + 2]) || !isDigit(bytes[at + 3]) || !isDigit(bytes[at + 4])) return false;
    at += 6;
    if (bytes[at] === DASH) at += 1;
    else {
      if (!isDigit(bytes[at])) return false;
      while (isDigit(bytes[at]) && at < end) at += 1;
    }
    if (at < end && bytes[at] !== BLANK) return false;
    // What is appended may name the worker.
    for (; at < end; at++) if (bytes[at] === LESS_THAN) return false;
    if (end - from > MOST_ACCESS_BYTES || !isUnwrapped(bytes, from, end)) return false;
    into.wallMicros = midnight + clock;
    into.zone = zone;
    into.pid = NO_PID;
    into.severity = NO_SEVERITY;
    into.resolutionMicros = MICROS_PER_SECOND;
    into.textAt = from;
    into.isAccess = true;
    into.isGunicorn = false;
    return true;
  }

  /** Reads a line the ordinary way and keeps the shape of its header; false where that cannot be told from its bytes alone. */
  #learn(bytes: Uint8Array, from: number, end: number): boolean {
    const text = this.#decoder.decode(bytes.subarray(from, end));
    const { header, peeled, access } = readLogLine(text, this.#layout);
    if (header === null || access !== null || peeled.carriers.length > 0 || peeled.text !== text) return false;
    const { level, logger, stamp, timeText, pid, style } = header;
    if (header.form !== 'text' || header.fields !== null || !text.endsWith(header.text)) return false;
    const isGunicorn = style === 'gunicorn';
    if (level === null || stamp?.type !== 'full' || timeText === null || (logger === null && !isGunicorn)) return false;
    const front = text.slice(0, text.length - header.text.length);
    // structlog's console prints fields behind the text.
    if (front.length > MOST_HEADER_BYTES || !/^[\x20-\x7e]*$/.test(front) || /\[\s*[a-z]+\s*\]/.test(front))
      return false;
    if (!isGunicorn && !beginsSentence(bytes, from + front.length, end)) return false;
    // Where the file's habits make any other word a further field, such a one tells nothing of the rest.
    if (!isGunicorn && !mayBeLogger(/^[a-z]*/i.exec(header.text)?.[0] ?? '')) return false;
    const printed = STAMP.exec(timeText);
    const stampAt = front.indexOf(timeText);
    if (printed === null || stampAt < 0) return false;
    const [, decimals = '', zone = ''] = printed;
    const rest = front.slice(0, stampAt) + ' '.repeat(timeText.length) + front.slice(stampAt + timeText.length);
    const pidAt = pid === null ? -1 : soleNumberAt(rest, String(pid));
    if (pid !== null && pidAt < 0) return false;
    const shape: HeaderShape = {
      stampAt,
      decimals: decimals.length,
      zoneAt: zone === '' ? -1 : stampAt + timeText.length - zone.length,
      zoneHasColon: zone.includes(':'),
      pidAt,
      pidDigits: pid === null ? 0 : String(pid).length,
      severity: SEVERITIES.indexOf(severityOfLevel(level)),
      resolutionMicros: stamp.resolutionMicros,
      textAt: front.length,
      isGunicorn,
    };
    const own = new LogLineBytes();
    if (!this.#readFields(shape, bytes, from, own) || own.wallMicros !== wallClockToMicros(stamp.wall, 0)) return false;
    if (stamp.zone === null ? !Number.isNaN(own.zone) : own.zone !== stamp.zone) return false;
    return this.#keep(front, shape);
  }

  #keep(front: string, shape: HeaderShape): boolean {
    let node = 1;
    for (const char of front) {
      const place = node * ASCII + (char >= '0' && char <= '9' ? ZERO : char.charCodeAt(0));
      const known = this.#next[place] ?? 0;
      if (known !== 0) {
        node = known;
        continue;
      }
      if (this.#nodes >= MOST_TREE_NODES) return false;
      node = this.#nodes;
      this.#nodes += 1;
      if (this.#nodes * ASCII > this.#next.length) {
        const grown = new Uint16Array(this.#next.length * 2);
        grown.set(this.#next);
        this.#next = grown;
      }
      this.#next[place] = node;
    }
    this.#shapes[node] = shape;
    return true;
  }
}

// 2026-01-28 04:10:22      2026-01-28 04:10:22,070      2026-01-28T04:10:22.070123+01:00      2026-01-28 04:10:19 +0000
const STAMP = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,](\d{3}|\d{6}))?(?: ?([+-]\d\d:?\d\d))?$/;

/** Where the one number of a text that reads so stands; -1 where none or several do. */
function soleNumberAt(text: string, digits: string): number {
  const found = [...text.matchAll(/\d+/g)].filter(({ 0: number }) => number === digits);
  return found.length === 1 ? (found[0]?.index ?? -1) : -1;
}

const NO_USER = asciiBytes(' - - [');
const BEFORE_REQUEST = asciiBytes('] "');
const MOST_REQUEST_BYTES = 8_192;
const MOST_ACCESS_BYTES = 32 * 1024;
const BAR_WITHIN_BYTES = 120;

/** Whether no carrier can have put anything before the line: see mayBeWrapped in carriers/peel.ts. */
function isUnwrapped(bytes: Uint8Array, from: number, end: number): boolean {
  if (bytes[from] === BRACKET) return isDigit(bytes[from + 1]);
  if (bytes[from + 10] === LETTER_T || bytes[from + 2] === COLON) return false;
  for (let at = from; at < Math.min(end, from + BAR_WITHIN_BYTES); at++) if (bytes[at] === PIPE) return false;
  return true;
}

/** Two plain words, neither of which is a further field of a header: as beginsSentence of common-header.ts. */
function beginsSentence(bytes: Uint8Array, from: number, end: number): boolean {
  let at = from;
  while (at < end && isLetter(bytes[at])) at += 1;
  return at > from && bytes[at] === BLANK && at + 1 < end && (isLetter(bytes[at + 1]) || isDigit(bytes[at + 1]));
}

function isLetter(byte: number | undefined): boolean {
  const lower = (byte ?? 0) | 0x20;
  return lower >= 0x61 && lower <= 0x7a && (byte ?? 0) < ASCII;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 9;
}

/** Micros of `04:10:22` since midnight; -1 where no such clock shows. */
function clockMicros(bytes: Uint8Array, at: number): number {
  if (bytes[at + 2] !== COLON || bytes[at + 5] !== COLON) return -1;
  const hour = twoDigits(bytes, at);
  const minute = twoDigits(bytes, at + 3);
  const second = twoDigits(bytes, at + 6);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return -1;
  return ((hour * 60 + minute) * 60 + second) * MICROS_PER_SECOND;
}

const LATEST_ZONE_MINUTES = 14 * 60;

/** `+0000`, `-03:30`; NO_ZONE where none stands there. */
function zoneMinutesAt(bytes: Uint8Array, at: number, hasColon: boolean): number {
  const sign = bytes[at];
  const hours = twoDigits(bytes, at + 1);
  const minutes = twoDigits(bytes, hasColon ? at + 4 : at + 3);
  if ((sign !== PLUS && sign !== DASH) || hours < 0 || minutes < 0 || (hasColon && bytes[at + 3] !== COLON))
    return NO_ZONE;
  const distance = hours * 60 + minutes;
  if (distance > LATEST_ZONE_MINUTES || minutes > 59) return NO_ZONE;
  return sign === DASH && distance > 0 ? -distance : distance;
}

/** Beginnings of all that SPEAKS_OF_AN_END of lines.ts knows. */
const GRAVE = [
  'WORKER TIMEOUT',
  'SIG',
  'ut of memory',
  'oom-kill',
  'OOM',
  'Killed process',
  'exit',
  'MemoryError',
  'bad_alloc',
  'Cannot allocate',
  ' is locked',
].map(asciiBytes);
/** 1 for the two bytes, as one number, that one of them begins with. */
const BEGINS_GRAVE = new Uint8Array(1 << 16);
for (const word of GRAVE) BEGINS_GRAVE[((word[0] ?? 0) << 8) | (word[1] ?? 0)] = 1;

function isGraveAt(bytes: Uint8Array, at: number, end: number): boolean {
  for (const word of GRAVE) if (hasAt(bytes, at, end, word)) return true;
  return false;
}

/** Whether bytes[from..end) may speak of an end, in the words that are listed where nothing is made of them. */
export function maySpeakOfAnEnd(bytes: Uint8Array, from: number, end: number): boolean {
  let pair = 0;
  for (let at = from; at < end; at++) {
    pair = ((pair << 8) | (bytes[at] ?? 0)) & 0xffff;
    if (BEGINS_GRAVE[pair] === 1 && isGraveAt(bytes, at - 1, end)) return true;
  }
  return false;
}
