import { NO_PID, NO_SEVERITY } from '../../model/event-columns.ts';
import { asciiBytes, isSameAt, NameTexts, numberAt } from '../reading/find-bytes.ts';
import { hashMessage, hashMessageBytes } from '../reading/message-hash.ts';
import type { PlainEvent } from '../reading/parser.ts';
import { knownIdentifier, MessageClassifier, NEEDED_WHOLE } from '../wording/classify-bytes.ts';
import { COLUMN_FIELDS } from './journal-fields.ts';

/** The fields that are looked at; of the others, their form alone matters. */
const FIELDS = [...COLUMN_FIELDS, '__REALTIME_TIMESTAMP', '__MONOTONIC_TIMESTAMP', '_BOOT_ID'] as const;
const FIELD_BYTES: readonly Uint8Array[] = FIELDS.map(asciiBytes);
const LONGEST_NAME = Math.max(...FIELDS.map(({ length }) => length));
/** Which fields have a name of a length: most names of an entry are told by that alone. */
const FIELDS_BY_LENGTH: readonly (readonly number[])[] = Array.from({ length: LONGEST_NAME + 1 }, (_, length) =>
  FIELDS.flatMap((name, field) => (name.length === length ? [field] : [])),
);
export const MESSAGE = 0;
/** A field that is not looked at. */
export const OTHER_FIELD = -1;
const [SOURCE_REALTIME, PRIORITY, PID, SYSLOG_PID, TRANSPORT, IDENTIFIER, COMM] = [1, 2, 3, 4, 5, 6, 7] as const;
const [UNIT, USER_UNIT, SYSTEMD_UNIT, SYSTEMD_USER_UNIT] = [8, 9, 10, 11] as const;
const CONTAINER_NAME = 12;
const [REALTIME, MONOTONIC, BOOT_ID] = [13, 14, 15] as const;
const KERNEL = asciiBytes('kernel');
/** Boots of which an entry is handed on whole, as many as boot-clocks.ts remembers. */
const BOOTS_LIMIT = 1_000;

/**
 * Says what readJournalEntry says of an entry, as the few numbers that are kept of its event, from where its fields lie in
 * bytes. Makes text of no more than a message with escapes or wording in it. How a format spells its fields is its own.
 */
export abstract class EntryFieldsBytes implements PlainEvent {
  time = 0;
  pid = NO_PID;
  kind = 0;
  severity = NO_SEVERITY;
  unit: string | null = null;
  readonly resolutionMicros = 1;
  messageLines = 1;
  /** Where the entry that was read last stands. */
  #bytes: Uint8Array = new Uint8Array(0);
  readonly #names = new NameTexts();
  readonly #classifier = new MessageClassifier();
  readonly #boots = new Set<string>();
  /** Where each field's value lies; -1 where the entry has none. */
  readonly #from = new Int32Array(FIELDS.length);
  readonly #to = new Int32Array(FIELDS.length);

  /** Whether a message's bytes are those of its text, which is one line. */
  protected abstract isVerbatim(bytes: Uint8Array, from: number, to: number): boolean;
  /** Whether MessageClassifier sees as much in a message's bytes as in its text. */
  protected abstract isReadable(bytes: Uint8Array, from: number, to: number): boolean;
  /** A message as text. */
  protected abstract textOf(bytes: Uint8Array, from: number, to: number): string;

  messageHash(): number {
    this.messageLines = 1;
    if (!this.has(MESSAGE)) return hashMessage('');
    const [from, to] = [this.#start(MESSAGE), this.#end(MESSAGE)];
    if (this.isVerbatim(this.#bytes, from, to)) return hashMessageBytes(this.#bytes, from, to);
    const message = this.textOf(this.#bytes, from, to);
    this.messageLines = message.split('\n').length;
    return hashMessage(message);
  }

  /** Begins another entry. */
  protected clear(): void {
    this.#from.fill(-1);
  }

  protected has(field: number): boolean {
    return this.#start(field) >= 0;
  }

  /** Says where the value of a field lies that is not OTHER_FIELD. */
  protected place(field: number, from: number, to: number): void {
    this.#from[field] = from;
    this.#to[field] = to;
  }

  /** Works out the event from the fields that were placed; false when the entry must be read the ordinary way. */
  protected readColumns(bytes: Uint8Array): boolean {
    this.#bytes = bytes;
    // The same order of preference as in journal-fields.ts.
    const timeField = this.has(SOURCE_REALTIME) ? SOURCE_REALTIME : REALTIME;
    const time = this.#number(bytes, timeField, 16);
    if (time <= 0 || time > Number.MAX_SAFE_INTEGER || this.#tellsClockOfBoot(bytes)) return false;
    // What a runtime passed on is not written by the process that the entry names.
    if (this.has(CONTAINER_NAME)) return false;
    let pid = this.#number(bytes, PID, 9);
    if (pid === NO_PID) pid = this.#number(bytes, SYSLOG_PID, 9);

    this.#classify(bytes, this.#identifier(bytes), pid);
    const { innerPid, severity, kind, isPassedOn } = this.#classifier;
    if (NEEDED_WHOLE.has(kind) || isPassedOn) return false;
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

  /** Whether the entry is the first of its boot that has both clocks: other sources are dated by it (boot-clocks.ts). */
  #tellsClockOfBoot(bytes: Uint8Array): boolean {
    if (this.#number(bytes, MONOTONIC, 16) <= 0 || this.#number(bytes, REALTIME, 16) <= 0) return false;
    const boot = this.#unit(bytes, BOOT_ID);
    if (boot === null || this.#boots.has(boot) || this.#boots.size >= BOOTS_LIMIT) return false;
    this.#boots.add(boot);
    return true;
  }

  #unit(bytes: Uint8Array, field: number): string | null {
    return this.has(field) ? this.#names.textOf(bytes, this.#start(field), this.#end(field)) : null;
  }

  #identifier(bytes: Uint8Array): string | null {
    if (this.has(TRANSPORT) && isSameAt(bytes, this.#start(TRANSPORT), this.#end(TRANSPORT), KERNEL)) return 'kernel';
    const field = this.has(IDENTIFIER) ? IDENTIFIER : COMM;
    return this.has(field) ? knownIdentifier(bytes, this.#start(field), this.#end(field)) : null;
  }

  #classify(bytes: Uint8Array, identifier: string | null, pid: number): void {
    const from = this.#start(MESSAGE);
    const to = this.#end(MESSAGE);
    if (!this.has(MESSAGE)) this.#classifier.classifyText('', identifier, pid);
    else if (!this.isReadable(bytes, from, to) || !this.#classifier.classifyPlain(bytes, from, to, identifier)) {
      this.#classifier.classifyText(this.textOf(bytes, from, to), identifier, pid);
    }
  }

  #priority(bytes: Uint8Array): number {
    const priority = this.#number(bytes, PRIORITY, 1);
    return priority >= 0 && priority <= 7 ? priority : NO_SEVERITY;
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

/** Which field has the name in bytes[from..to): MESSAGE or another to `place`, or OTHER_FIELD. */
export function fieldNamed(bytes: Uint8Array, from: number, to: number): number {
  const candidates = to - from <= LONGEST_NAME ? FIELDS_BY_LENGTH[to - from] : undefined;
  if (candidates === undefined) return OTHER_FIELD;
  for (const field of candidates) {
    const name = FIELD_BYTES[field];
    if (name !== undefined && isSameAt(bytes, from, to, name)) return field;
  }
  return OTHER_FIELD;
}
