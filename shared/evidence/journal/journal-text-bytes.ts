import { NO_PID } from '../../model/event-columns.ts';
import { existing } from '../../model/existing.ts';
import { MICROS_PER_SECOND, wallClockToMicros } from '../../model/time.ts';
import { asciiBytes, ByteSearch, NameTexts, sixDigits, twoDigits } from '../reading/find-bytes.ts';
import { TRAITS } from '../reading/lines.ts';
import { hashMessageBytes } from '../reading/message-hash.ts';
import { Midnights } from '../reading/midnights.ts';
import type { PlainEvent } from '../reading/parser.ts';
import { printableText } from '../reading/plain-record.ts';
import { HALF_YEAR_MICROS } from '../reading/stamps.ts';
import { knownIdentifier, MessageClassifier, NEEDED_WHOLE } from '../wording/classify-bytes.ts';
import { type JournalTextFormat, UNIT_SUFFIXES } from './journal-prefix.ts';

const ZERO = 0x30;
const BLANK = 0x20;
const PLUS = 0x2b;
const DASH = 0x2d;
const DOT = 0x2e;
const COLON = 0x3a;
const LETTER_T = 0x54;
const LETTER_Z = 0x5a;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;

/** The same limits as in journal-prefix.ts, in bytes, which are never fewer than characters. */
const HOST_LIMIT_BYTES = 255;
const IDENTIFIER_LIMIT_BYTES = 200;
const PID_LIMIT_DIGITS = 9;
const LATEST_ZONE_MINUTES = 14 * 60;
/** `2026-01-28T04:10:22+0000 h i: `: shorter lines are left to the patterns. */
const SHORTEST_BYTES = 26;

const UNIT_SUFFIX_BYTES = UNIT_SUFFIXES.map(asciiBytes);
/** rsyslog's escape of a line feed. */
const ESCAPED_LINE_FEED = new ByteSearch('#012');
/** What no host name has, and the blank that ends it. */
const ENDS_HOST = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === BLANK || byte === COLON || byte === BRACKET || byte === BRACKET_END ? 1 : 0,
);

/** The months as journalctl prints them in the C locale, by their three letters as one number. */
const MONTHS: ReadonlyMap<number, number> = new Map(
  ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].map((name, index) => [
    lettersAt(asciiBytes(name), 0),
    index + 1,
  ]),
);

function lettersAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
}

/** What dates a stamp without a year and a zone: see resolveYearless, whose usual case this is. */
export interface YearlessDating {
  /** EpochMicros of the entry before. */
  near: number;
  /** Its year, by UTC, and when that ends. */
  year: number;
  yearEnd: number;
  readonly offsetMicros: number;
  /** EpochMicros that no entry is behind. */
  readonly latest: number;
  /** Whether a date in a logger's header would tell nothing of the year any more. */
  isYearKnown: boolean;
}

/**
 * Reads a journal entry of one line from its bytes, for the stamps that nearly all lines of exports have:
 * `2026-01-28T04:12:15.229579+0000 vm gunicorn[25321]: text`, also without decimals, with `+00:00` or `Z`, and `Jan 28 04:12:15`,
 * also with decimals. Says the same as readJournalPrefix and classifyMessage, or nothing.
 */
export class JournalLineBytes implements PlainEvent {
  time = 0;
  pid = NO_PID;
  kind = 0;
  severity = 0;
  unit: string | null = null;
  resolutionMicros = 1;
  readonly messageLines = 1;
  format: JournalTextFormat = 'journal-short-iso-precise';
  /** Where the last message lies. */
  #bytes: Uint8Array = new Uint8Array(0);
  #messageAt = 0;
  #messageEnd = 0;
  readonly #classifier = new MessageClassifier();
  /** The date of the last line, as a number and as the micros of its midnight: a journal has few dates. */
  readonly #midnights = new Midnights();
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** `2026-01-28T04:12` of the last line, four bytes a number, and the micros of that minute: most lines repeat it. */
  #minute0 = 0;
  #minute1 = 0;
  #minute2 = 0;
  #minute3 = 0;
  #minuteMicros = 0;
  /** Month and day of the last stamp without a year, the year that it was given, and their midnight. */
  #shortDate = -1;
  #shortYear = 0;
  #shortMidnight = 0;
  /** Whether the stamp of the last line has neither year nor zone. */
  isYearless = false;
  /** Whether the last line is plain text for all that its bytes show, of the very process that its prefix names. */
  isPlain = false;
  #hostAt = 0;
  #nameAt = 0;
  #nameEnd = 0;
  readonly #names = new NameTexts();

  get host(): string {
    return this.#names.textOf(this.#bytes, this.#hostAt, this.#nameAt - 1);
  }

  get identifier(): string {
    return this.#names.textOf(this.#bytes, this.#nameAt, this.#nameEnd);
  }

  /** Of a line of ASCII. */
  get message(): string {
    return printableText(this.#bytes.subarray(this.#messageAt, this.#messageEnd));
  }

  messageHash(): number {
    return hashMessageBytes(this.#bytes, this.#messageAt, this.#messageEnd);
  }

  /**
   * Whether bytes[from..end), a line without its end and of these TRAITS, was read; the fields are then the entry's. `yearless` dates
   * stamps without a year; null where they are left to the patterns.
   */
  read(bytes: Uint8Array, from: number, end: number, traits: number, yearless: YearlessDating | null): boolean {
    if (end - from < SHORTEST_BYTES) return false;
    if (bytes[from + 10] === LETTER_T) {
      const originAt = this.#readStamp(bytes, from, end);
      this.isYearless = false;
      return originAt >= 0 && this.#readOrigin(bytes, originAt, end, traits);
    }
    if (yearless === null) return false;
    const originAt = this.#readShortStamp(bytes, from, end, yearless);
    this.isYearless = true;
    return (
      originAt >= 0 &&
      this.#readOrigin(bytes, originAt, end, traits) &&
      (yearless.isYearKnown || !this.#classifier.mayHaveHeader)
    );
  }

  /** `Jan 28 04:12:15 ` and `Jan  8 04:12:15.229579 `, where the year is that of the entry before; -1 for all else. */
  #readShortStamp(bytes: Uint8Array, from: number, end: number, dating: YearlessDating): number {
    if (bytes[from + 3] !== BLANK || bytes[from + 6] !== BLANK) return -1;
    if (bytes[from + 9] !== COLON || bytes[from + 12] !== COLON) return -1;
    const tens = bytes[from + 4] === BLANK ? 0 : (bytes[from + 4] ?? 0) - ZERO;
    const ones = (bytes[from + 5] ?? 0) - ZERO;
    const hour = twoDigits(bytes, from + 7);
    const minute = twoDigits(bytes, from + 10);
    const second = twoDigits(bytes, from + 13);
    if (tens < 0 || tens > 3 || ones < 0 || ones > 9 || hour < 0 || hour > 23 || minute < 0 || minute > 59) return -1;
    if (second < 0 || second > 60) return -1;
    const date = lettersAt(bytes, from) * 100 + tens * 10 + ones;
    if (date !== this.#shortDate || dating.year !== this.#shortYear) {
      const month = MONTHS.get(lettersAt(bytes, from));
      if (month === undefined) return -1;
      const wall = { year: dating.year, month, day: tens * 10 + ones, hour: 0, minute: 0, second: 0, micros: 0 };
      const midnight = wallClockToMicros(wall, 0);
      if (midnight === null) return -1;
      this.#shortDate = date;
      this.#shortYear = dating.year;
      this.#shortMidnight = midnight;
    }
    let at = from + 15;
    let micros = 0;
    this.format = 'journal-short';
    this.resolutionMicros = MICROS_PER_SECOND;
    if (bytes[at] === DOT) {
      micros = sixDigits(bytes, at + 1);
      if (micros < 0) return -1;
      at += 7;
      this.format = 'journal-short-precise';
      this.resolutionMicros = 1;
    }
    if (at >= end || bytes[at] !== BLANK) return -1;
    const clock = ((hour * 60 + minute) * 60 + second) * MICROS_PER_SECOND + micros;
    this.time = this.#shortMidnight + clock - dating.offsetMicros;
    return this.time <= dating.latest && Math.abs(this.time - dating.near) < HALF_YEAR_MICROS ? at + 1 : -1;
  }

  /** Where the text behind the stamp begins; -1 when it is another stamp, or none that exists. */
  #readStamp(bytes: Uint8Array, from: number, end: number): number {
    if (!this.#readMinute(bytes, from) || bytes[from + 16] !== COLON) return -1;
    const second = twoDigits(bytes, from + 17);
    if (second < 0 || second > 60) return -1;
    let at = from + 19;
    let micros = 0;
    this.format = 'journal-short-iso';
    this.resolutionMicros = MICROS_PER_SECOND;
    if (bytes[at] === DOT) {
      micros = sixDigits(bytes, at + 1);
      if (micros < 0) return -1;
      at += 7;
      this.format = 'journal-short-iso-precise';
      this.resolutionMicros = 1;
    }
    let zoneMinutes = 0;
    const sign = bytes[at];
    if (sign === LETTER_Z) at += 1;
    else if (sign === PLUS || sign === DASH) {
      const minutesAt = bytes[at + 3] === COLON ? at + 4 : at + 3;
      if (minutesAt + 2 >= end) return -1;
      const hours = twoDigits(bytes, at + 1);
      const minutes = twoDigits(bytes, minutesAt);
      zoneMinutes = hours * 60 + minutes;
      if (hours < 0 || minutes < 0 || zoneMinutes > LATEST_ZONE_MINUTES) return -1;
      if (sign === DASH) zoneMinutes = -zoneMinutes;
      at = minutesAt + 2;
    } else return -1;
    if (at >= end || bytes[at] !== BLANK) return -1;
    this.time = this.#minuteMicros + (second - zoneMinutes * 60) * MICROS_PER_SECOND + micros;
    return at + 1;
  }

  /** Reads `2026-01-28T04:12`, of which `#minuteMicros` is the time if it were UTC. */
  #readMinute(bytes: Uint8Array, from: number): boolean {
    if (this.#view.buffer !== bytes.buffer) this.#view = new DataView(bytes.buffer);
    const view = this.#view;
    const at = bytes.byteOffset + from;
    const word0 = view.getInt32(at);
    const word1 = view.getInt32(at + 4);
    const word2 = view.getInt32(at + 8);
    const word3 = view.getInt32(at + 12);
    if (word3 === this.#minute3 && word2 === this.#minute2 && word1 === this.#minute1 && word0 === this.#minute0)
      return true;
    const midnight = this.#midnights.of(bytes, from);
    if (Number.isNaN(midnight) || bytes[from + 13] !== COLON) return false;
    const hour = twoDigits(bytes, from + 11);
    const minute = twoDigits(bytes, from + 14);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return false;
    this.#minuteMicros = midnight + (hour * 60 + minute) * 60 * MICROS_PER_SECOND;
    this.#minute0 = word0;
    this.#minute1 = word1;
    this.#minute2 = word2;
    this.#minute3 = word3;
    return true;
  }

  /** The host, the identifier and the pid; see readOrigin in journal-prefix.ts. */
  #readOrigin(bytes: Uint8Array, from: number, end: number, traits: number): boolean {
    let at = from;
    for (const limit = Math.min(end, from + HOST_LIMIT_BYTES); at < limit; at++) {
      if (ENDS_HOST[existing(bytes[at], at)] !== 0) break;
    }
    // Exports with --no-hostname are left to the patterns.
    if (at === from || at >= end || bytes[at] !== BLANK) return false;
    const nameAt = at + 1;
    if (nameAt >= end || bytes[nameAt] === BLANK || bytes[nameAt] === BRACKET) return false;
    // The identifier ends at the first colon that a blank or the line's end follows.
    const limit = Math.min(end, nameAt + IDENTIFIER_LIMIT_BYTES + 1);
    let blank = nameAt;
    for (;;) {
      while (blank < limit && bytes[blank] !== BLANK) blank += 1;
      if (blank >= limit && blank < end) return false;
      const before = bytes[blank - 1];
      if (before === COLON) break;
      // A tag that ends without a colon, as some syslog senders write it, is left to the patterns.
      if (before === BRACKET_END || blank >= end) return false;
      blank += 1;
    }
    const colon = blank - 1;
    if (colon <= nameAt) return false;
    let nameEnd = colon;
    let pid = NO_PID;
    if (bytes[colon - 1] === BRACKET_END) {
      let digitsAt = colon - 1;
      let value = 0;
      for (let scale = 1; digitsAt > nameAt && colon - 1 - digitsAt <= PID_LIMIT_DIGITS; scale *= 10) {
        const digit = existing(bytes[digitsAt - 1], digitsAt - 1) - ZERO;
        if (digit < 0 || digit > 9) break;
        value += digit * scale;
        digitsAt -= 1;
      }
      const digits = colon - 1 - digitsAt;
      if (digits > 0 && digits <= PID_LIMIT_DIGITS && digitsAt > nameAt && bytes[digitsAt - 1] === BRACKET) {
        pid = value;
        nameEnd = digitsAt - 1;
      }
    }
    if (nameEnd === nameAt || isUnitName(bytes, nameAt, nameEnd)) return false;
    // It makes several lines of a traceback.
    if ((traits & TRAITS.hash) !== 0 && ESCAPED_LINE_FEED.isIn(bytes, colon + 2, end)) return false;
    const classifier = this.#classifier;
    const messageAt = Math.min(colon + 2, end);
    classifier.classify(bytes, messageAt, end, knownIdentifier(bytes, nameAt, nameEnd), pid);
    this.isPlain = classifier.isPlain && (classifier.innerPid === NO_PID || classifier.innerPid === pid);
    this.pid = classifier.innerPid === NO_PID ? pid : classifier.innerPid;
    if (NEEDED_WHOLE.has(classifier.kind) || classifier.isPassedOn) return false;
    this.kind = classifier.kind;
    this.severity = classifier.severity;
    this.unit = classifier.unit;
    this.#bytes = bytes;
    this.#hostAt = from;
    this.#nameAt = nameAt;
    this.#nameEnd = nameEnd;
    this.#messageAt = messageAt;
    this.#messageEnd = end;
    return true;
  }
}

/** Whether a name ends as those of units do that stand in the place of an identifier: these are left to the patterns. */
function isUnitName(bytes: Uint8Array, from: number, end: number): boolean {
  for (const suffix of UNIT_SUFFIX_BYTES) {
    let at = 1;
    while (at <= suffix.length && end - at >= from && bytes[end - at] === suffix[suffix.length - at]) at += 1;
    if (at > suffix.length) return true;
  }
  return false;
}
