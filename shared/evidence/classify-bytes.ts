import { EVENT_KINDS, SEVERITIES } from '../model/event.ts';
import { classifyMessage } from './classify.ts';
import { GUNICORN_STARTS } from './classify-gunicorn.ts';
import { type InnerLevel, LEVEL_WORDS, levelOf, severityOfLevel } from './inner-header.ts';
import { NO_PID, NO_SEVERITY } from './parser.ts';
import { TYING_KINDS } from './uptime-ties.ts';

/**
 * Kinds (indexes into EVENT_KINDS) of which more than numbers is needed while a file is read: their lines go the ordinary
 * way, through which other sources are dated by them. They are rare.
 */
export const NEEDED_WHOLE: ReadonlySet<number> = new Set(TYING_KINDS.map((kind) => EVENT_KINDS.indexOf(kind)));

/**
 * Classifies messages as classifyMessage does, from their bytes. Most of the millions of messages of a journal hold no fixed
 * wording and have no header, or one of the two commonest; that much can be seen without making text of them. For any
 * message about which the bytes leave a doubt, classifyMessage itself is asked.
 */
export class MessageClassifier {
  /** What the last message was: an index into EVENT_KINDS. */
  kind = 0;
  /** An index into SEVERITIES, or NO_SEVERITY. */
  severity = NO_SEVERITY;
  /** The pid that a header in the message states, or NO_PID. */
  innerPid = NO_PID;
  /** The systemd unit that the last message was about, or null. */
  unit: string | null = null;
  // A byte order mark within a line is part of its text.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  /**
   * Classifies bytes[from..to), which must be UTF-8 and one line. `identifier` matters only where it is one that
   * classifyMessage knows (see knownIdentifier); null stands for all others.
   */
  classify(bytes: Uint8Array, from: number, to: number, identifier: string | null, pid: number): void {
    if (!this.classifyPlain(bytes, from, to, identifier)) {
      this.classifyText(this.#decoder.decode(bytes.subarray(from, to)), identifier, pid);
    }
  }

  /** Classifies a message as text; `pid` may be NO_PID. */
  classifyText(message: string, identifier: string | null, pid: number): void {
    const read = classifyMessage({ message, identifier, pid: pid === NO_PID ? null : pid });
    this.kind = EVENT_KINDS.indexOf(read.kind);
    this.severity = read.severity === null ? NO_SEVERITY : SEVERITIES.indexOf(read.severity);
    this.innerPid = read.innerPid ?? NO_PID;
    this.unit = read.unit;
  }

  /** Classifies a message if its bytes leave no doubt that it is `log`; false, with nothing said of it, when they do. */
  classifyPlain(bytes: Uint8Array, from: number, to: number, identifier: string | null): boolean {
    if (identifier !== null) return false;
    this.kind = LOG;
    this.severity = NO_SEVERITY;
    this.innerPid = NO_PID;
    this.unit = null;
    if (from >= to) return true;
    const first = bytes[from] ?? 0;
    let textAt = from;
    if (first === BRACKET) {
      if (isDigit(bytes, from + 1, to)) {
        textAt = this.#gunicornHeader(bytes, from, to);
        if (textAt < 0) return false;
      }
    } else if (isDigit(bytes, from, to)) {
      // Python's stamps begin with a year; `10.0.0.1 - - [...]` and `2 rows` are no headers.
      if (isDigit(bytes, from + 1, to) && isDigit(bytes, from + 2, to) && bytes[from + 4] === DASH) {
        textAt = this.#pythonHeader(bytes, from, to);
        if (textAt < 0) return false;
      }
    } else if (first === BLANK || first === TAB || first === PLUS) {
      return false;
    }
    // A logger that is not gunicorn's never writes gunicorn's wording, but asking costs little and happens seldom.
    return !beginsWithWording(bytes, textAt, to) && !holdsLocked(bytes, from, to);
  }

  /** Where the text begins after `[2026-01-28 04:10:19 +0000] [25321] [INFO] `; -1 when the header has another shape. */
  #gunicornHeader(bytes: Uint8Array, from: number, to: number): number {
    if (from + 30 > to || !isClock(bytes, from + 1, BLANK)) return -1;
    const sign = bytes[from + 21];
    if (bytes[from + 20] !== BLANK || (sign !== PLUS && sign !== DASH)) return -1;
    for (let at = from + 22; at < from + 26; at++) if (!isDigit(bytes, at, to)) return -1;
    if (bytes[from + 26] !== BRACKET_END || bytes[from + 27] !== BLANK || bytes[from + 28] !== BRACKET) return -1;
    let at = from + 29;
    let pid = 0;
    for (; isDigit(bytes, at, to); at++) pid = pid * 10 + (bytes[at] ?? 0) - ZERO;
    const digits = at - from - 29;
    if (digits === 0 || digits > 9 || at + 3 > to) return -1;
    if (bytes[at] !== BRACKET_END || bytes[at + 1] !== BLANK || bytes[at + 2] !== BRACKET) return -1;
    const levelAt = at + 3;
    const level = levelIndexAt(bytes, levelAt, to, BRACKET_END);
    if (level < 0) return -1;
    this.severity = LEVELS[level]?.severity ?? NO_SEVERITY;
    this.innerPid = pid;
    at = levelAt + (LEVELS[level]?.bytes.length ?? 0) + 1;
    return at < to && bytes[at] === BLANK ? at + 1 : at;
  }

  /** Where the text begins after `2026-01-28 04:10:22,070 - app.jobs - INFO - `; -1 when the header has another shape. */
  #pythonHeader(bytes: Uint8Array, from: number, to: number): number {
    if (from + 30 > to || !isClock(bytes, from, BLANK)) return -1;
    if (bytes[from + 19] !== COMMA) return -1;
    for (let at = from + 20; at < from + 23; at++) if (!isDigit(bytes, at, to)) return -1;
    let at = from + 26;
    if (bytes[from + 23] !== BLANK || bytes[from + 24] !== DASH || bytes[from + 25] !== BLANK) return -1;
    // gunicorn's own loggers are believed; any other name begins otherwise.
    if (bytes[at] === LETTER_G) return -1;
    while (at < to && NAME_BYTES[bytes[at] ?? 0] === 1) at += 1;
    // Names that begin or end with a separator, and headers cut to 400 characters, are left to the patterns.
    if (at === from + 26 || at - from > 300 || bytes[from + 26] === DASH || bytes[at - 1] === DASH) return -1;
    if (at + 3 > to || bytes[at] !== BLANK || bytes[at + 1] !== DASH || bytes[at + 2] !== BLANK) return -1;
    const levelAt = at + 3;
    const level = levelIndexAt(bytes, levelAt, to, BLANK);
    if (level < 0) return -1;
    at = levelAt + (LEVELS[level]?.bytes.length ?? 0);
    if (at + 3 > to || bytes[at + 1] !== DASH || bytes[at + 2] !== BLANK) return -1;
    this.severity = LEVELS[level]?.severity ?? NO_SEVERITY;
    return at + 3;
  }
}

/**
 * The identifier between two bytes if it is one under which classifyMessage believes wording (the kernel's, systemd's),
 * else null.
 */
export function knownIdentifier(bytes: Uint8Array, from: number, to: number): string | null {
  const first = bytes[from];
  if (first !== 0x6b && first !== 0x73 && first !== 0x69) return null;
  for (const known of KNOWN_IDENTIFIERS) {
    if (known.bytes.length === to - from && hasAt(bytes, from, to, known.bytes)) return known.text;
  }
  return null;
}

const LOG = EVENT_KINDS.indexOf('log');
const ZERO = 0x30;
const BLANK = 0x20;
const TAB = 0x09;
const PLUS = 0x2b;
const COMMA = 0x2c;
const DASH = 0x2d;
const COLON = 0x3a;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const LETTER_G = 0x67;

const asciiBytes = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

const KNOWN_IDENTIFIERS = ['kernel', 'systemd', 'systemd-oomd', 'init.scope'].map((text) => ({
  text,
  bytes: asciiBytes(text),
}));

const LEVELS = LEVEL_WORDS.map((word) => {
  const level: InnerLevel | null = levelOf(word);
  return {
    bytes: asciiBytes(word),
    severity: level === null ? NO_SEVERITY : SEVERITIES.indexOf(severityOfLevel(level)),
  };
});

/** `[\w.$<>-]`: what a logger's name in a header consists of. */
const NAME_BYTES = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[\w.$<>-]/.test(String.fromCharCode(byte)) && byte < 0x80 ? 1 : 0,
);

/** What a message or the text behind its header begins with where it may be more than `log`, by first byte. */
const STARTS_BY_BYTE: readonly (readonly Uint8Array[] | undefined)[] = (() => {
  const levels = LEVEL_WORDS.flatMap((word) => [`${word}:`, `${word} `]);
  const starts = [...GUNICORN_STARTS, 'Traceback ', 'Fatal Python error: ', ...levels];
  const table: (Uint8Array[] | undefined)[] = Array.from({ length: 256 });
  for (const start of starts.map(asciiBytes)) {
    const first = start[0] ?? 0;
    const sameFirst = table[first] ?? [];
    sameFirst.push(start);
    table[first] = sameFirst;
  }
  return table;
})();

function isDigit(bytes: Uint8Array, at: number, to: number): boolean {
  return at < to && ((bytes[at] ?? 0) - ZERO) >>> 0 <= 9;
}

/** Whether 19 bytes read `2026-01-28 04:10:19`, in any digits. */
function isClock(bytes: Uint8Array, from: number, separator: number): boolean {
  for (let at = 0; at < 19; at++) {
    const byte = bytes[from + at] ?? 0;
    const wanted = at === 4 || at === 7 ? DASH : at === 10 ? separator : at === 13 || at === 16 ? COLON : 0;
    if (wanted === 0 ? (byte - ZERO) >>> 0 > 9 : byte !== wanted) return false;
  }
  return true;
}

function hasAt(bytes: Uint8Array, from: number, to: number, wanted: Uint8Array): boolean {
  if (from + wanted.length > to) return false;
  for (let at = 0; at < wanted.length; at++) if (bytes[from + at] !== wanted[at]) return false;
  return true;
}

function beginsWithWording(bytes: Uint8Array, from: number, to: number): boolean {
  if (from >= to) return false;
  const starts = STARTS_BY_BYTE[bytes[from] ?? 0];
  if (starts === undefined) return false;
  for (const start of starts) if (hasAt(bytes, from, to, start)) return true;
  return false;
}

/** Which level word stands there and is followed by `end`; -1 when none does. */
function levelIndexAt(bytes: Uint8Array, from: number, to: number, end: number): number {
  for (let level = 0; level < LEVELS.length; level++) {
    const word = LEVELS[level]?.bytes;
    if (
      word !== undefined &&
      hasAt(bytes, from, to, word) &&
      from + word.length < to &&
      bytes[from + word.length] === end
    )
      return level;
  }
  return -1;
}

// Every wording about a locked database has this, in any case: see LOCKED_EXCEPTION, LOCKED_TEXT and LOCKED_PRINT.
const LOCKED = asciiBytes(' is locked');
const LOWER_CASE = 0x20;
/** How far the window may move on when it ends in this byte (Horspool's rule), both cases of a letter alike. */
const LOCKED_SKIP = (() => {
  const skip = new Uint8Array(256).fill(LOCKED.length);
  for (let at = 0; at < LOCKED.length - 1; at++) {
    const byte = LOCKED[at] ?? 0;
    skip[byte] = LOCKED.length - 1 - at;
    if (byte >= 0x61) skip[byte & ~LOWER_CASE] = LOCKED.length - 1 - at;
  }
  return skip;
})();

/** Whether the bytes hold ` is locked` in any case: found in steps of its length, as a rule. */
export function holdsLocked(bytes: Uint8Array, from: number, to: number): boolean {
  for (let end = from + LOCKED.length - 1; end < to; ) {
    const byte = bytes[end] ?? 0;
    if ((byte | LOWER_CASE) === 0x64) {
      const start = end - LOCKED.length + 1;
      let at = LOCKED.length - 1;
      while (at >= 0 && ((bytes[start + at] ?? 0) | LOWER_CASE) === ((LOCKED[at] ?? 0) | LOWER_CASE)) at -= 1;
      if (at < 0) return true;
    }
    end += LOCKED_SKIP[byte] ?? 1;
  }
  return false;
}
