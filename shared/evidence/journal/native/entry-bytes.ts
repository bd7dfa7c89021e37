import { NO_PID, NO_SEVERITY } from '../../../model/event-columns.ts';
import { asciiBytes, isSameAt, NameTexts, numberAt } from '../../reading/find-bytes.ts';
import { hashMessage, hashMessageBytes } from '../../reading/message-hash.ts';
import type { PlainEvent } from '../../reading/parser.ts';
import { knownIdentifier, MessageClassifier, NEEDED_WHOLE } from '../../wording/classify-bytes.ts';
import { COLUMN_FIELDS } from '../journal-fields.ts';
import { readU32, readU64 } from './bytes.ts';
import {
  dataPayloadAt,
  ENTRY_ITEMS_AT,
  entryItemBytes,
  type JournalHeader,
  OBJECT_HEADER_BYTES,
  OBJECT_TYPES,
} from './objects.ts';
import type { PagedBytes } from './paged-bytes.ts';

const [MESSAGE, SOURCE_REALTIME, PRIORITY, PID, SYSLOG_PID, TRANSPORT, IDENTIFIER, COMM, UNIT] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8,
] as const;
const CONTAINER_NAME = 12;
/** Of the other fields, no more than the name is looked at. */
const FIELD_BYTES: readonly Uint8Array[] = COLUMN_FIELDS.map((name) => asciiBytes(`${name}=`));
const KERNEL = asciiBytes('kernel');
/** A field that is no part of the columns. */
const OTHER_FIELD = -1;
/** An object that must be read the ordinary way: compressed, very long, damaged. */
const DOUBTFUL = -2;

/** Bytes of a field's name, the same limit as in objects.ts. */
const NAME_LIMIT_BYTES = 64;
/** A longer value goes the ordinary way, which counts the work that values make. */
const VALUE_LIMIT_BYTES = 4 * 1024;
/** As many fields as journald takes; an entry with more goes the ordinary way. */
const ENTRY_FIELDS_MAX = 1024;
const EQUALS = 0x3d;
const LF = 0x0a;
const ZERO = 0x30;
const EMPTY = new Uint8Array(0);

/** Data objects remembered by their place: entries share the short ones. A power of two. */
const SLOTS = 1 << 16;

/**
 * Reads an entry of a native journal as the few numbers that its event's columns need, without text or maps of its fields.
 * Says the same as readJournalEntry, or leaves the entry to it: where an object is compressed or damaged, a message has
 * several lines or bytes beyond ASCII, or is of a kind that is needed whole.
 */
export class EntryBytes implements PlainEvent {
  time = 0;
  pid = NO_PID;
  kind = 0;
  severity = NO_SEVERITY;
  unit: string | null = null;
  readonly resolutionMicros = 1;
  /** Messages of several lines go the ordinary way. */
  readonly messageLines = 1;
  /** Where in the file the last message lies; -1: the entry has none. */
  #messageAt = -1;
  #messageBytes = 0;
  /** Bytes of the entry object that was read last, and its fields. */
  byteLength = 0;
  items = 0;
  readonly #source: PagedBytes;
  readonly #itemBytes: number;
  readonly #payloadAt: number;
  readonly #isCompact: boolean;
  readonly #offsets = new Float64Array(ENTRY_FIELDS_MAX);
  readonly #classifier = new MessageClassifier();
  readonly #names = new NameTexts();

  /** What is remembered of a data object, by a hash of its place: its field, the number that its value is (-1: none) ... */
  readonly #place = new Float64Array(SLOTS);
  readonly #field = new Int8Array(SLOTS);
  readonly #number = new Float64Array(SLOTS);
  /** ... and the unit's name, or the identifier if it is a known one (see knownIdentifier). */
  readonly #text: (string | null)[] = Array.from({ length: SLOTS }, () => null);
  /** The names of units that the entry at hand has, in the order of COLUMN_FIELDS. */
  readonly #units: (string | null)[] = [null, null, null, null];

  constructor(source: PagedBytes, header: JournalHeader) {
    this.#source = source;
    this.#isCompact = header.isCompact;
    this.#itemBytes = entryItemBytes(header);
    this.#payloadAt = dataPayloadAt(header);
  }

  messageHash(): number {
    const at = this.#messageAt < 0 ? -1 : this.#source.locate(this.#messageAt, this.#messageBytes);
    return at < 0 ? hashMessage('') : hashMessageBytes(this.#source.bytes, at, at + this.#messageBytes);
  }

  /** Whether the entry at an offset was read; the fields are then the entry's. */
  read(offset: number): boolean {
    const count = this.#readItems(offset);
    if (count < 0) return false;
    this.items = count;
    let seen = 0;
    let messageAt = -1;
    let messageEnd = -1;
    let pid = NO_PID;
    let syslogPid = NO_PID;
    let priority = NO_SEVERITY;
    let isKernel = false;
    let identifier: string | null = null;
    let comm: string | null = null;
    const units = this.#units;
    units[0] = units[1] = units[2] = units[3] = null;
    for (let index = 0; index < count; index++) {
      const place = this.#offsets[index] ?? 0;
      const slot = this.#slotOf(place);
      const field = this.#field[slot] ?? DOUBTFUL;
      if (field === OTHER_FIELD) continue;
      if (field === DOUBTFUL) return false;
      // Of several values of a field the first counts.
      if ((seen & (1 << field)) !== 0) continue;
      seen |= 1 << field;
      const number = this.#number[slot] ?? -1;
      switch (field) {
        case MESSAGE:
          messageAt = place;
          messageEnd = number;
          break;
        case SOURCE_REALTIME:
          if (number > 0 && number <= Number.MAX_SAFE_INTEGER) this.time = number;
          break;
        case PRIORITY:
          if (number >= 0) priority = number;
          break;
        case PID:
          pid = number;
          break;
        case SYSLOG_PID:
          syslogPid = number;
          break;
        case TRANSPORT:
          isKernel = number === 1;
          break;
        case IDENTIFIER:
          identifier = this.#text[slot] ?? null;
          break;
        case COMM:
          comm = this.#text[slot] ?? null;
          break;
        case CONTAINER_NAME:
          // What a runtime passed on is not written by the process that the entry names.
          return false;
        default:
          units[field - UNIT] = this.#text[slot] ?? null;
      }
    }
    if (pid === NO_PID) pid = syslogPid;
    if ((seen & (1 << IDENTIFIER)) === 0) identifier = comm;
    if (!this.#classify(messageAt, messageEnd, isKernel ? 'kernel' : identifier, pid)) return false;
    const { kind, innerPid, severity, unit, isPassedOn } = this.#classifier;
    if (NEEDED_WHOLE.has(kind) || isPassedOn) return false;
    this.pid = innerPid === NO_PID ? pid : innerPid;
    this.kind = kind;
    this.severity = severity === NO_SEVERITY ? priority : severity;
    // The same order of preference as in journal-fields.ts.
    this.unit = units[0] ?? units[1] ?? unit ?? units[2] ?? units[3] ?? null;
    return true;
  }

  /** Reads the entry's own numbers and the places of its data objects; -1 when it must be read the ordinary way. */
  #readItems(offset: number): number {
    const source = this.#source;
    const headAt = source.locate(offset, ENTRY_ITEMS_AT);
    if (headAt < 0) return -1;
    const bytes = objectBytes(source, headAt, offset);
    if (bytes < 0 || source.bytes[headAt] !== OBJECT_TYPES.entry) return -1;
    this.byteLength = bytes;
    this.time = readU64(source.bytes, headAt + 24);
    const count = Math.floor((bytes - ENTRY_ITEMS_AT) / this.#itemBytes);
    if (count < 0 || count > ENTRY_FIELDS_MAX) return -1;
    const at = source.locate(offset + ENTRY_ITEMS_AT, count * this.#itemBytes);
    if (at < 0) return -1;
    const page = source.bytes;
    for (let index = 0; index < count; index++) {
      const item = at + index * this.#itemBytes;
      this.#offsets[index] = this.#isCompact ? readU32(page, item) : readU64(page, item);
    }
    return count;
  }

  /** The slot that holds what is remembered of a data object. */
  #slotOf(place: number): number {
    const slot = Math.imul(place / 8, 0x9e3779b1) >>> 16;
    if (this.#place[slot] !== place || place === 0) {
      this.#place[slot] = place;
      this.#text[slot] = null;
      this.#number[slot] = -1;
      this.#field[slot] = this.#look(place, slot);
    }
    return slot;
  }

  #look(place: number, slot: number): number {
    const source = this.#source;
    const payloadAt = this.#payloadAt;
    if (place <= 0 || place % 8 !== 0) return DOUBTFUL;
    const head = source.locate(place, OBJECT_HEADER_BYTES);
    if (head < 0) return DOUBTFUL;
    const bytes = objectBytes(source, head, place);
    if (bytes <= payloadAt || source.bytes[head] !== OBJECT_TYPES.data || source.bytes[head + 1] !== 0) return DOUBTFUL;
    const payloadBytes = bytes - payloadAt;
    const at = source.locate(place + payloadAt, Math.min(payloadBytes, VALUE_LIMIT_BYTES));
    if (at < 0) return DOUBTFUL;
    const page = source.bytes;
    const end = at + Math.min(payloadBytes, VALUE_LIMIT_BYTES);
    const nameEnd = endOfName(page, at, end);
    if (nameEnd < 0) return DOUBTFUL;
    const field = fieldOf(page, at, nameEnd + 1);
    if (field === OTHER_FIELD) return field;
    return payloadBytes <= VALUE_LIMIT_BYTES ? this.#remember(field, page, nameEnd + 1, end, place, slot) : DOUBTFUL;
  }

  #remember(field: number, page: Uint8Array, from: number, end: number, place: number, slot: number): number {
    switch (field) {
      case MESSAGE:
        // Where in the file it ends; it begins behind the head and the name.
        this.#number[slot] = place + this.#payloadAt + (FIELD_BYTES[MESSAGE]?.length ?? 0) + end - from;
        return field;
      case SOURCE_REALTIME:
        this.#number[slot] = numberAt(page, from, end, 17);
        return field;
      case PRIORITY: {
        const priority = numberAt(page, from, end, 1);
        this.#number[slot] = priority <= 7 ? priority : -1;
        return field;
      }
      case PID:
      case SYSLOG_PID:
        this.#number[slot] = numberAt(page, from, end, 9);
        return field;
      case TRANSPORT:
        this.#number[slot] = isSameAt(page, from, end, KERNEL) ? 1 : 0;
        return field;
      case IDENTIFIER:
      case COMM:
        // A byte order mark would be taken off by the ordinary way.
        if (!isAsciiLine(page, from, end)) return DOUBTFUL;
        this.#text[slot] = knownIdentifier(page, from, end);
        return field;
      default:
        if (!isAsciiLine(page, from, end)) return DOUBTFUL;
        this.#text[slot] = this.#names.textOf(page, from, end);
        return field;
    }
  }

  #classify(place: number, end: number, identifier: string | null, pid: number): boolean {
    this.#messageAt = -1;
    if (place < 0) {
      this.#classifier.classify(EMPTY, 0, 0, identifier, pid);
      return true;
    }
    const offset = place + this.#payloadAt + (FIELD_BYTES[MESSAGE]?.length ?? 0);
    const at = this.#source.locate(offset, end - offset);
    if (at < 0) return false;
    const page = this.#source.bytes;
    this.#messageAt = offset;
    this.#messageBytes = end - offset;
    const to = at + end - offset;
    if (!isAsciiLine(page, at, to)) return false;
    this.#classifier.classify(page, at, to, identifier, pid);
    return true;
  }
}

/** Bytes of the object whose head lies at `at` of the page; -1 when there cannot be one. See readObject. */
function objectBytes(source: PagedBytes, at: number, offset: number): number {
  const page = source.bytes;
  if ((page[at] ?? 0) > OBJECT_TYPES.tag || readU32(page, at + 2) !== 0 || page[at + 6] !== 0 || page[at + 7] !== 0)
    return -1;
  const bytes = readU64(page, at + 8);
  return bytes < OBJECT_HEADER_BYTES || bytes > source.size - offset ? -1 : bytes;
}

/** Where the `=` behind a field's name stands; -1 when no name does. See fieldNameOf. */
function endOfName(page: Uint8Array, from: number, end: number): number {
  const limit = Math.min(end, from + NAME_LIMIT_BYTES + 1);
  for (let at = from; at < limit; at++) {
    const byte = page[at] ?? 0;
    if (byte === EQUALS) return at > from ? at : -1;
    if (!((byte >= 0x41 && byte <= 0x5a) || (byte - ZERO) >>> 0 <= 9 || byte === 0x5f)) return -1;
  }
  return -1;
}

/** Which field's name with its `=` is bytes[from..end). */
function fieldOf(page: Uint8Array, from: number, end: number): number {
  for (let field = 0; field < FIELD_BYTES.length; field++) {
    const name = FIELD_BYTES[field];
    if (name !== undefined && isSameAt(page, from, end, name)) return field;
  }
  return OTHER_FIELD;
}

/** Whether the bytes are ASCII without a line feed. */
function isAsciiLine(page: Uint8Array, from: number, end: number): boolean {
  for (let at = from; at < end; at++) {
    const byte = page[at] ?? 0;
    if (byte >= 0x80 || byte === LF) return false;
  }
  return true;
}
