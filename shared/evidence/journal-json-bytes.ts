import { knownIdentifier, MessageClassifier, NEEDED_WHOLE } from './classify-bytes.ts';
import { asciiBytes, isSameAt, NameTexts, numberAt } from './find-bytes.ts';
import { COLUMN_FIELDS } from './journal-fields.ts';
import { hashMessage, hashMessageBytes } from './message-hash.ts';
import { NO_PID, NO_SEVERITY, type PlainEvent } from './parser.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const SLASH = 0x2f;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const BRACE = 0x7b;
const BRACE_END = 0x7d;

/** The fields that an event's columns come from; the others are only checked for being strings. */
const FIELDS = [...COLUMN_FIELDS, '__REALTIME_TIMESTAMP'] as const;
const FIELD_BYTES: readonly Uint8Array[] = FIELDS.map(asciiBytes);
const LONGEST_NAME = Math.max(...FIELDS.map(({ length }) => length));
/** Which fields have a name of a length: most names of an entry are told by that alone. */
const FIELDS_BY_LENGTH: readonly (readonly number[])[] = Array.from({ length: LONGEST_NAME + 1 }, (_, length) =>
  FIELDS.flatMap((name, field) => (name.length === length ? [field] : [])),
);
const [MESSAGE, SOURCE_REALTIME, PRIORITY, PID, SYSLOG_PID, TRANSPORT, IDENTIFIER, COMM] = [
  0, 1, 2, 3, 4, 5, 6, 7,
] as const;
const [UNIT, USER_UNIT, SYSTEMD_UNIT, SYSTEMD_USER_UNIT, REALTIME] = [8, 9, 10, 11, 12] as const;
const KERNEL = asciiBytes('kernel');

/** What ends a run of plain characters in a JSON string: its quote, an escape, or a control character (an error). */
const ENDS_RUN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === BACKSLASH ? 1 : 0,
);
/** The characters behind a backslash that stand alone. Source: RFC 8259, section 7. */
const ESCAPES = new Set(asciiBytes('"\\/bfnrt'));

/**
 * Reads an entry of `journalctl -o json` that is one object of strings on one line from its bytes. Checks the whole object
 * as JSON.parse does, but makes text of no more than a message that has escapes or wording in it. Anything else (arrays,
 * null, numbers, damage) it leaves alone.
 */
export class JsonEntryBytes implements PlainEvent {
  time = 0;
  pid = NO_PID;
  kind = 0;
  severity = NO_SEVERITY;
  unit: string | null = null;
  readonly resolutionMicros = 1;
  messageLines = 1;
  /** The line that was read last. */
  #bytes: Uint8Array = new Uint8Array(0);
  readonly #names = new NameTexts();
  readonly #classifier = new MessageClassifier();
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Where each field's value lies between its quotes; -1 where the entry has none. */
  readonly #from = new Int32Array(FIELDS.length);
  readonly #to = new Int32Array(FIELDS.length);

  messageHash(): number {
    this.messageLines = 1;
    if (!this.#has(MESSAGE)) return hashMessage('');
    const [from, to] = [this.#start(MESSAGE), this.#end(MESSAGE)];
    if (!this.#bytes.subarray(from, to).includes(BACKSLASH)) return hashMessageBytes(this.#bytes, from, to);
    const message = this.#textOf(from, to);
    this.messageLines = message.split('\n').length;
    return hashMessage(message);
  }

  /** A string as text; its escapes have been checked. */
  #textOf(from: number, to: number): string {
    const text: unknown = JSON.parse(this.#decoder.decode(this.#bytes.subarray(from - 1, to + 1)));
    return String(text);
  }

  /** Whether bytes[from..end), a line without its end, was read; the fields are then the entry's. */
  read(bytes: Uint8Array, from: number, end: number): boolean {
    if (end - from < 2 || bytes[from] !== BRACE || bytes[end - 1] !== BRACE_END) return false;
    if (!this.#findFields(bytes, from + 1, end)) return false;
    this.#bytes = bytes;
    // The same order of preference as in journal-fields.ts.
    const timeField = this.#has(SOURCE_REALTIME) ? SOURCE_REALTIME : REALTIME;
    const time = this.#number(bytes, timeField, 16);
    if (time <= 0 || time > Number.MAX_SAFE_INTEGER) return false;
    let pid = this.#number(bytes, PID, 9);
    if (pid === NO_PID) pid = this.#number(bytes, SYSLOG_PID, 9);

    this.#classify(bytes, this.#identifier(bytes), pid);
    const { innerPid, severity, kind } = this.#classifier;
    if (NEEDED_WHOLE.has(kind)) return false;
    this.time = time;
    this.pid = innerPid === NO_PID ? pid : innerPid;
    this.kind = kind;
    this.severity = severity === NO_SEVERITY ? this.#priority(bytes) : severity;
    // The same order of preference as in journal-fields.ts.
    this.unit =
      this.#unit(bytes, UNIT) ??
      this.#unit(bytes, USER_UNIT) ??
      this.#classifier.unit ??
      this.#unit(bytes, SYSTEMD_UNIT) ??
      this.#unit(bytes, SYSTEMD_USER_UNIT);
    return true;
  }

  #unit(bytes: Uint8Array, field: number): string | null {
    return this.#has(field) ? this.#names.textOf(bytes, this.#start(field), this.#end(field)) : null;
  }

  #identifier(bytes: Uint8Array): string | null {
    if (this.#has(TRANSPORT) && isSameAt(bytes, this.#start(TRANSPORT), this.#end(TRANSPORT), KERNEL)) return 'kernel';
    const field = this.#has(IDENTIFIER) ? IDENTIFIER : COMM;
    return this.#has(field) ? knownIdentifier(bytes, this.#start(field), this.#end(field)) : null;
  }

  #classify(bytes: Uint8Array, identifier: string | null, pid: number): void {
    const from = this.#start(MESSAGE);
    const to = this.#end(MESSAGE);
    if (!this.#has(MESSAGE)) this.#classifier.classifyText('', identifier, pid);
    else if (!areEscapesHarmless(bytes, from, to) || !this.#classifier.classifyPlain(bytes, from, to, identifier)) {
      this.#classifier.classifyText(this.#textOf(from, to), identifier, pid);
    }
  }

  #priority(bytes: Uint8Array): number {
    const priority = this.#number(bytes, PRIORITY, 1);
    return priority >= 0 && priority <= 7 ? priority : NO_SEVERITY;
  }

  /** Finds the fields of the object whose brace stands before `from`; false when it is no object of strings up to `end`. */
  #findFields(bytes: Uint8Array, from: number, end: number): boolean {
    this.#from.fill(-1);
    let at = skipBlanks(bytes, from, end);
    for (;;) {
      if (bytes[at] !== QUOTE) return false;
      const nameAt = at + 1;
      at = endOfRun(bytes, nameAt, end);
      if (bytes[at] !== QUOTE) return false;
      const field = fieldNamed(bytes, nameAt, at);
      at = skipBlanks(bytes, at + 1, end);
      if (bytes[at] !== COLON) return false;
      at = skipBlanks(bytes, at + 1, end);
      if (bytes[at] !== QUOTE) return false;
      const valueAt = at + 1;
      at = endOfRun(bytes, valueAt, end);
      if (bytes[at] === BACKSLASH) {
        // Escapes elsewhere than in the message are left to JSON.parse, if the value matters at all.
        if (field > MESSAGE) return false;
        at = endOfEscaped(bytes, at, end);
      }
      if (at >= end || bytes[at] !== QUOTE) return false;
      if (field >= 0) {
        // Of several fields of one name the last counts, as for JSON.parse.
        this.#from[field] = valueAt;
        this.#to[field] = at;
      }
      at = skipBlanks(bytes, at + 1, end);
      if (bytes[at] === BRACE_END) return at === end - 1;
      if (bytes[at] !== COMMA) return false;
      at = skipBlanks(bytes, at + 1, end);
    }
  }

  #has(field: number): boolean {
    return this.#start(field) >= 0;
  }

  #start(field: number): number {
    return this.#from[field] ?? -1;
  }

  #end(field: number): number {
    return this.#to[field] ?? -1;
  }

  /** The number that a field consists of; -1 when it is missing, has other characters or too many. */
  #number(bytes: Uint8Array, field: number, mostDigits: number): number {
    const from = this.#start(field);
    const to = this.#end(field);
    return from < 0 ? -1 : numberAt(bytes, from, to, mostDigits);
  }
}

/** The whitespace that JSON allows within a line. Older journalctl prints `{ "MESSAGE" : "text", ... }`. */
function skipBlanks(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x09)) at += 1;
  return at;
}

/** The first byte from `from` on that is a quote, a backslash or a control character; `end` when there is none. */
function endOfRun(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && ENDS_RUN[bytes[at] ?? 0] === 0) at += 1;
  return at;
}

/** The quote that ends a string whose first backslash is at `from`; `end` when an escape or a character is not JSON. */
function endOfEscaped(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] === BACKSLASH) {
    const escaped = bytes[at + 1] ?? 0;
    if (ESCAPES.has(escaped)) at += 2;
    else if (escaped === LETTER_U && areHex(bytes, at + 2, at + 6)) at += 6;
    else return end;
    at = endOfRun(bytes, at, end);
  }
  return at < end && bytes[at] === QUOTE ? at : end;
}

/**
 * Whether the only escapes of a string are those of a quote, a backslash and a slash. No header and no wording that
 * MessageClassifier looks for has any of these, so that the bytes as they stand tell as much as the text would.
 */
function areEscapesHarmless(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    if (bytes[at] !== BACKSLASH) continue;
    at += 1;
    if (bytes[at] !== QUOTE && bytes[at] !== BACKSLASH && bytes[at] !== SLASH) return false;
  }
  return true;
}

function areHex(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    const isHex = (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
    if (!isHex) return false;
  }
  return true;
}

function fieldNamed(bytes: Uint8Array, from: number, to: number): number {
  const candidates = to - from <= LONGEST_NAME ? FIELDS_BY_LENGTH[to - from] : undefined;
  if (candidates === undefined) return -1;
  for (const field of candidates) {
    const name = FIELD_BYTES[field];
    if (name !== undefined && isSameAt(bytes, from, to, name)) return field;
  }
  return -1;
}
