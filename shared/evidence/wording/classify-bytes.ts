import { EVENT_KINDS, SEVERITIES } from '../../model/event.ts';
import { NO_PID, NO_SEVERITY } from '../../model/event-columns.ts';
import { ALL_LEVEL_WORDS, type InnerLevel, LEVEL_WORDS, levelOf, severityOfLevel } from '../headers/levels.ts';
import { asciiBytes, ByteSearch, hasAt, NameTexts } from '../reading/find-bytes.ts';
import { TYING_KINDS } from '../reading/uptime-ties.ts';
import { classifyMessage } from './classify.ts';
import { KERNEL_MARKERS, KERNEL_STARTS } from './classify-kernel.ts';
import { PLATFORM_MARKERS, PLATFORM_STARTS } from './classify-platform.ts';
import { RUNTIME_MARKERS, RUNTIME_STARTS } from './classify-runtime.ts';
import { SUPERVISOR_STARTS } from './classify-supervisor.ts';
import { UNIT_REST_STARTS, UNIT_TYPES } from './classify-systemd.ts';
import { isRuntime, taggedContainer } from './inner-carrier.ts';

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
  /** Whether somebody else passed the message on: it then goes the ordinary way. */
  isPassedOn = false;
  /** Whether the last message may begin with a logger's header. */
  mayHaveHeader = true;
  /** Whether its bytes left no doubt about the last message. */
  isPlain = false;
  // A byte order mark within a line is part of its text.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #units = new NameTexts();

  /**
   * Classifies bytes[from..to), which must be UTF-8 and one line. `identifier` matters only where it is one that
   * classifyMessage knows (see knownIdentifier); null stands for all others.
   */
  classify(bytes: Uint8Array, from: number, to: number, identifier: string | null, pid: number): void {
    this.isPlain = this.classifyPlain(bytes, from, to, identifier);
    if (!this.isPlain) {
      this.mayHaveHeader = true;
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
    this.isPassedOn = read.isPassedOn === true;
  }

  /**
   * Classifies a message if its bytes leave no doubt: that it is `log`, of the kernel without known wording, or no more than
   * a word of systemd about a unit. False, with nothing said of it, when they do.
   */
  classifyPlain(bytes: Uint8Array, from: number, to: number, identifier: string | null): boolean {
    this.kind = LOG;
    this.severity = NO_SEVERITY;
    this.innerPid = NO_PID;
    this.unit = null;
    this.isPassedOn = false;
    this.mayHaveHeader = true;
    if (identifier !== null) {
      if (identifier === 'kernel') return this.#kernel(bytes, from, to);
      return identifier === 'systemd' && this.#aboutUnit(bytes, from, to);
    }
    if (from >= to) return true;
    const first = bytes[from] ?? 0;
    let textAt = from;
    if (first === BRACKET) {
      if (isDigit(bytes, from + 1, to)) {
        textAt = this.#gunicornHeader(bytes, from, to);
        if (textAt < 0) return false;
        if (isBoot(bytes, textAt, to)) {
          this.kind = WORKER_BOOT;
          return true;
        }
      } else return false;
    } else if (isDigit(bytes, from, to)) {
      // Python's stamps begin with a year; `10.0.0.1 - - [...]` and `2 rows` are no headers.
      if (isDigit(bytes, from + 1, to) && isDigit(bytes, from + 2, to) && bytes[from + 4] === DASH) {
        textAt = this.#pythonHeader(bytes, from, to);
        if (textAt < 0) return false;
      } else if (mayBeStamp(bytes, from, to)) return false;
    } else if (first === PARENTHESIS) {
      if (mayBracketHeader(bytes, from, to)) return false;
    } else if (LEADS_HEADER[first] === 1 || mayNameHeader(bytes, from, to)) {
      return false;
    }
    this.mayHaveHeader = textAt !== from;
    // A logger that is not gunicorn's never writes gunicorn's wording, but asking costs little and happens seldom.
    if (beginsWithAny(STARTS, bytes, textAt, to) || isLevelAt(bytes, textAt, to)) return false;
    return !MARKER_SEARCHES.some((marker) => marker.isIn(bytes, from, to));
  }

  /**
   * Classifies a line whose header, not gunicorn's, is known to end at `textAt`, if its bytes leave no doubt that it is `log`. Severity
   * and process are the header's, which the caller has.
   */
  classifyBehind(bytes: Uint8Array, from: number, textAt: number, to: number): boolean {
    this.kind = LOG;
    this.isPassedOn = false;
    this.unit = null;
    if (beginsWithAny(STARTS, bytes, textAt, to) || isLevelAt(bytes, textAt, to)) return false;
    return !MARKER_SEARCHES.some((marker) => marker.isIn(bytes, from, to));
  }

  #kernel(bytes: Uint8Array, from: number, to: number): boolean {
    if (beginsWithAny(KERNEL_STARTS_BY_BYTE, bytes, from, to)) return false;
    for (const marker of KERNEL_MARKER_SEARCHES) if (marker.isIn(bytes, from, to)) return false;
    this.kind = KERNEL;
    return true;
  }

  /** `tracker.service: Scheduled restart job`: the name ends at the first blank, and with a colon. */
  #aboutUnit(bytes: Uint8Array, from: number, to: number): boolean {
    let blank = from;
    for (const limit = Math.min(to, from + UNIT_LIMIT_BYTES); blank < limit; blank++) {
      if (UNIT_BYTES[bytes[blank] ?? 0] === 0) break;
    }
    const nameEnd = blank - 1;
    const rest = blank + 1;
    if (rest >= to || bytes[blank] !== BLANK || bytes[nameEnd] !== COLON) return false;
    if (!UNIT_ENDS.some((end) => nameEnd - end.length > from && hasAt(bytes, nameEnd - end.length, nameEnd, end)))
      return false;
    const next = bytes[rest] ?? 0;
    if (next <= BLANK || next >= 0x7f || beginsWithAny(UNIT_REST_BY_BYTE, bytes, rest, to)) return false;
    this.kind = SYSTEMD_UNIT;
    this.unit = this.#units.textOf(bytes, from, nameEnd);
    return true;
  }

  /** Where the text begins after `[2026-01-28 04:10:19 +0000] [25321] [INFO] `; -1 when the header has another shape. */
  #gunicornHeader(bytes: Uint8Array, from: number, to: number): number {
    if (from + 30 > to || !isClock(bytes, from + 1)) return -1;
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
    if (from + 30 > to || !isClock(bytes, from)) return -1;
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
 * The identifier between two bytes if it is one under which classifyMessage believes wording (the kernel's, systemd's) or
 * looks for what a container wrote, else null.
 */
export function knownIdentifier(bytes: Uint8Array, from: number, to: number): string | null {
  const first = bytes[from];
  if (first === 0x6b || first === 0x73 || first === 0x69) {
    for (const known of KNOWN_IDENTIFIERS) {
      if (known.bytes.length === to - from && hasAt(bytes, from, to, known.bytes)) return known.text;
    }
  }
  if (BEGINS_CONTAINER[first ?? 0] === 0) return null;
  const name = CONTAINERS.textOf(bytes, from, to);
  let passesOn = PASSES_ON.get(name);
  if (passesOn === undefined) {
    passesOn = isRuntime(name) || taggedContainer(name) !== null;
    if (PASSES_ON.size < NAMES_LIMIT) PASSES_ON.set(name, passesOn);
  }
  return passesOn ? name : null;
}

const LOG = EVENT_KINDS.indexOf('log');
const KERNEL = EVENT_KINDS.indexOf('kernel');
const SYSTEMD_UNIT = EVENT_KINDS.indexOf('systemd-unit');
const WORKER_BOOT = EVENT_KINDS.indexOf('worker-boot');
const ZERO = 0x30;
const BLANK = 0x20;

const PLUS = 0x2b;
const COMMA = 0x2c;
const DOT = 0x2e;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const PARENTHESIS = 0x28;
const PARENTHESIS_END = 0x29;
const PIPE = 0x7c;
const DASH = 0x2d;
const COLON = 0x3a;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const BRACKET_END = 0x5d;
const LETTER_G = 0x67;

const KNOWN_IDENTIFIERS = ['kernel', 'systemd', 'systemd-oomd', 'init.scope'].map((text) => ({
  text,
  bytes: asciiBytes(text),
}));

/** What names of runtimes and identifiers of containers begin with. */
const BEGINS_CONTAINER = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[0-9a-fnpv]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
const CONTAINERS = new NameTexts();
/** Whether what goes by a name is passed on; a journal has few names. */
const PASSES_ON = new Map<string, boolean>();
const NAMES_LIMIT = 4096;

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

const UTF8 = new TextEncoder();

/** Texts by their first byte, to tell in one step that bytes begin with none of them. */
type StartsByByte = readonly (readonly Uint8Array[] | undefined)[];

function startsByByte(starts: readonly string[]): StartsByByte {
  const table: (Uint8Array[] | undefined)[] = Array.from({ length: 256 });
  for (const start of starts.map((text) => UTF8.encode(text))) {
    const first = start[0] ?? 0;
    const sameFirst = table[first] ?? [];
    sameFirst.push(start);
    table[first] = sameFirst;
  }
  return table;
}

/** What a message or the text behind its header begins with where it may be more than `log`. */
const STARTS = startsByByte([
  ...SUPERVISOR_STARTS,
  ...RUNTIME_STARTS,
  ...PLATFORM_STARTS,
  'Traceback ',
  'Fatal Python error: ',
]);
const LEVEL_STARTS = startsByByte(ALL_LEVEL_WORDS);
/** What ends a level word. */
const ENDS_LEVEL = Uint8Array.from({ length: 256 }, (_, byte) =>
  ' \t:/|-,['.includes(String.fromCharCode(byte)) ? 1 : 0,
);
const KERNEL_STARTS_BY_BYTE = startsByByte(KERNEL_STARTS);
const KERNEL_MARKER_SEARCHES = KERNEL_MARKERS.map((marker) => new ByteSearch(marker));
const UNIT_REST_BY_BYTE = startsByByte(UNIT_REST_STARTS);

/** Names of units that are read from bytes: with an escape (`dev-disk-by\x2duuid`) they are left to the patterns. */
const UNIT_BYTES = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x80 && /[\w@.:-]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
const UNIT_LIMIT_BYTES = 300;
const UNIT_ENDS = UNIT_TYPES.map((type) => asciiBytes(`.${type}`));

const MARKER_SEARCHES = [
  // Every wording about a locked database has this, in any case: see LOCKED_EXCEPTION, LOCKED_TEXT and LOCKED_PRINT.
  new ByteSearch(' is locked', true),
  ...[...PLATFORM_MARKERS, ...RUNTIME_MARKERS].map((marker) => new ByteSearch(marker)),
];
// The commonest line of gunicorn.
const BOOTING = asciiBytes('Booting worker with pid: ');

function isBoot(bytes: Uint8Array, from: number, to: number): boolean {
  if (!hasAt(bytes, from, to, BOOTING)) return false;
  let at = from + BOOTING.length;
  const digitsAt = at;
  while (isDigit(bytes, at, to)) at += 1;
  return at > digitsAt && at === to;
}

function isDigit(bytes: Uint8Array, at: number, to: number): boolean {
  return at < to && ((bytes[at] ?? 0) - ZERO) >>> 0 <= 9;
}

/** Bytes with which a message begins that a reader of headers or wordings must see: blanks, brackets, JSON. */
const LEADS_HEADER = Uint8Array.from({ length: 256 }, (_, byte) =>
  ' \t+{<?@#\u001b'.includes(String.fromCharCode(byte)) ? 1 : 0,
);
const WORD_BYTES = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 || /[\w.$/@<>-]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
const WORD_LIMIT_BYTES = 120;

/** Whether digits may begin another stamp than Python's: `28/Jan/2026`, `04:10:22`, `20260128T041022`, `1769573422.07`. */
function mayBeStamp(bytes: Uint8Array, from: number, to: number): boolean {
  let digits = 1;
  while (digits < 7 && isDigit(bytes, from + digits, to)) digits += 1;
  const next = bytes[from + digits] ?? 0;
  if (digits >= 6 || next === SLASH || next === COLON || next === BACKSLASH) return true;
  // An address has its second dot nearer, or no year behind it.
  if (next === DOT) return digits === 4 || (digits === 2 && bytes[from + 5] === DOT && isDigit(bytes, from + 9, to));
  return digits <= 2 && (next === BLANK || next === DASH) && !isDigit(bytes, from + digits + 1, to);
}

/**
 * Whether a word may begin a header: `root - INFO - `, `importer[12]: `, `level=info `, `I0128 04:10:22`, `Jan 28 04:10:22`; a
 * level by itself is among STARTS.
 */
function mayNameHeader(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from;
  for (const limit = Math.min(to, from + WORD_LIMIT_BYTES); at < limit && WORD_BYTES[bytes[at] ?? 0] === 1; ) at += 1;
  const next = bytes[at] ?? 0;
  // A backslash is an escape of JSON, which may stand for any of these.
  if (at >= to || next === EQUALS || next === BRACKET || next === COMMA || next === BACKSLASH) return true;
  if (next !== BLANK && next !== COLON && next !== PIPE && next !== DASH) return false;
  if (next === BLANK && barFollows(bytes, at, to)) return true;
  if (next === COLON && beginsWithAny(SMALL_LEVELS, bytes, from, to)) return true;
  // pantry/ERROR text
  for (let slash = from + 1; slash < at; slash++)
    if (bytes[slash] === SLASH && isCapital(bytes[slash + 1] ?? 0)) return true;
  let after = at;
  let isParted = false;
  while (after < to && after < at + 6 && ENDS_WORD[bytes[after] ?? 0] === 1) {
    if (bytes[after] !== BLANK) isParted = true;
    after += 1;
  }
  const byte = bytes[after] ?? 0;
  if (byte === BRACKET || byte === BACKSLASH) return true;
  const isShort = at - from <= 5;
  if (!isShort && byte >= 0x61) return false;
  // Wed Jan 28 04:10:22 2026
  let second = after;
  while (second < to && second < after + 10 && WORD_BYTES[bytes[second] ?? 0] === 1) second += 1;
  if (isShort && second > after && bytes[second] === BLANK && isDate(bytes, second + 1, to)) return true;
  // Two capitals may be a level, if more than blanks parts them from the name.
  if (isParted && isCapital(byte) && isCapital(bytes[after + 1] ?? 0)) return true;
  return isDate(bytes, after, to);
}

/** Whether a text that begins with a parenthesis may have a header: `(INFO) text`, `(MainThread) 04:10:22 text`; not `(root) CMD (...)`. */
function mayBracketHeader(bytes: Uint8Array, from: number, to: number): boolean {
  const limit = Math.min(to, from + HEADER_REACH_BYTES);
  let capitals = 0;
  let end = -1;
  for (let at = from + 1; at < limit; at++) {
    const byte = bytes[at] ?? 0;
    // What is not ASCII, or escaped, may be anything.
    if (byte >= 0x80 || byte === BACKSLASH) return true;
    if (byte === PARENTHESIS_END && end < 0) end = at;
    capitals = isCapital(byte) ? capitals + 1 : 0;
    if (capitals === LEAST_LEVEL_LETTERS) return true;
    if (byte === COLON && isDigit(bytes, at - 1, to) && isDigit(bytes, at - 2, to)) return true;
  }
  if (isDigit(bytes, from + 1, to) || end < 0) return isDigit(bytes, from + 1, to);
  return beginsWithAny(LEVELS_IN_PARENTHESES, bytes, from + 1, end + 1);
}

/** How far a header is looked for behind its beginning, and the letters that levels have at least where a name may stand. */
const HEADER_REACH_BYTES = 400;
const LEAST_LEVEL_LETTERS = 4;

/** Whether a bar stands behind blanks, as behind the padded names of compose. */
function barFollows(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from;
  while (at < to && bytes[at] === BLANK) at += 1;
  return bytes[at] === PIPE;
}

/** Whether digits may be a month's day, the clock of glog, or a date. */
function isDate(bytes: Uint8Array, at: number, to: number): boolean {
  if (bytes[at] === BLANK) return isDigit(bytes, at + 1, to);
  if (!isDigit(bytes, at, to)) return false;
  return bytes[at + 2] === COLON || bytes[at + 2] === BLANK || bytes[at + 1] === BLANK || bytes[at + 4] === DASH;
}

const ENDS_WORD = Uint8Array.from({ length: 256 }, (_, byte) => (' \t:|-'.includes(String.fromCharCode(byte)) ? 1 : 0));
const LEVELS_IN_PARENTHESES = startsByByte(
  ALL_LEVEL_WORDS.flatMap((word) => [word, word.toLowerCase(), `${word.slice(0, 1)}${word.slice(1).toLowerCase()}`]),
);
const SMALL_LEVELS = startsByByte(ALL_LEVEL_WORDS.map((word) => `${word.toLowerCase()}:`));

function isCapital(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a;
}

/** Whether 19 bytes read `2026-01-28 04:10:19`, in any digits. */
function isClock(bytes: Uint8Array, from: number): boolean {
  return (
    bytes[from + 4] === DASH &&
    bytes[from + 7] === DASH &&
    bytes[from + 10] === BLANK &&
    bytes[from + 13] === COLON &&
    bytes[from + 16] === COLON &&
    areTwoDigits(bytes, from) &&
    areTwoDigits(bytes, from + 2) &&
    areTwoDigits(bytes, from + 5) &&
    areTwoDigits(bytes, from + 8) &&
    areTwoDigits(bytes, from + 11) &&
    areTwoDigits(bytes, from + 14) &&
    areTwoDigits(bytes, from + 17)
  );
}

function areTwoDigits(bytes: Uint8Array, at: number): boolean {
  return ((bytes[at] ?? 0) - ZERO) >>> 0 <= 9 && ((bytes[at + 1] ?? 0) - ZERO) >>> 0 <= 9;
}

function beginsWithAny(startsOf: StartsByByte, bytes: Uint8Array, from: number, to: number): boolean {
  if (from >= to) return false;
  const starts = startsOf[bytes[from] ?? 0];
  if (starts === undefined) return false;
  for (const start of starts) if (hasAt(bytes, from, to, start)) return true;
  return false;
}

/** Whether a level word begins a text. */
function isLevelAt(bytes: Uint8Array, from: number, to: number): boolean {
  const second = bytes[from + 1] ?? 0;
  const words = isCapital(second) || second >= 0x80 ? LEVEL_STARTS[bytes[from] ?? 0] : undefined;
  if (words === undefined) return false;
  for (const word of words)
    if (hasAt(bytes, from, to, word) && from + word.length < to && ENDS_LEVEL[bytes[from + word.length] ?? 0] === 1)
      return true;
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
