import { type ByteSource, readU32, readU64 } from './bytes.ts';

/**
 * The parts of a native journal file. All numbers are little-endian; every object begins at a multiple of 8 bytes.
 * Source: https://systemd.io/JOURNAL_FILE_FORMAT/ and journal-def.h in systemd's src/libsystemd/sd-journal
 */
export const OBJECT_TYPES = {
  data: 1,
  field: 2,
  entry: 3,
  dataHashTable: 4,
  fieldHashTable: 5,
  entryArray: 6,
  tag: 7,
} as const;

export const OBJECT_HEADER_BYTES = 16;
export const ENTRY_ITEMS_AT = 64;
const ENTRY_ARRAY_ITEMS_AT = 24;
const FIELD_PAYLOAD_AT = 40;
const TAG_BYTES = 64;
/** Bytes of a field's name; journald takes no longer one. */
const FIELD_NAME_BYTES = 64;

const INCOMPATIBLE_COMPACT = 1 << 4;
/** XZ, LZ4, keyed hash, ZSTD, compact. */
const INCOMPATIBLE_KNOWN = 0x1f;

/** What the file says of itself. */
export interface JournalHeader {
  readonly headerBytes: number;
  /** Bytes of the objects that are in use or preallocated. */
  readonly arenaBytes: number;
  /** Compact files have 32-bit offsets. */
  readonly isCompact: boolean;
  readonly unknownFlags: number;
  readonly tailObjectOffset: number;
  readonly entryCount: number;
  readonly entryArrayOffset: number;
}

/** Bytes of the header of the oldest systemd that wrote this format, and more than that of any to come. */
const HEADER_BYTES_MIN = 208;
const HEADER_BYTES_MAX = 4096;
/** Where objects begin when the header does not say it: after the header of systemd 252 and later. */
const HEADER_BYTES_USUAL = 256;

const SIGNATURE = 'LPKSHHRH';

/** The header; null when the bytes do not begin with the signature of a native journal. */
export function readHeader(source: ByteSource): JournalHeader | null {
  const bytes = source.at(0, HEADER_BYTES_MAX);
  if (String.fromCharCode(...bytes.subarray(0, SIGNATURE.length)) !== SIGNATURE) return null;
  const incompatible = readU32(bytes, 12);
  const stated = readU64(bytes, 88);
  const isPlausible = stated % 8 === 0 && stated >= HEADER_BYTES_MIN && stated <= HEADER_BYTES_MAX;
  return {
    headerBytes: isPlausible ? stated : HEADER_BYTES_USUAL,
    arenaBytes: readU64(bytes, 96),
    isCompact: (incompatible & INCOMPATIBLE_COMPACT) !== 0,
    unknownFlags: (incompatible & ~INCOMPATIBLE_KNOWN) >>> 0,
    tailObjectOffset: readU64(bytes, 136),
    entryCount: readU64(bytes, 152),
    entryArrayOffset: readU64(bytes, 176),
  };
}

/** Where an object lies and what it claims to be. */
export interface JournalObject {
  readonly offset: number;
  readonly type: number;
  readonly flags: number;
  readonly bytes: number;
}

/** The object at an offset; null when no object can begin there or it would reach beyond the file. */
export function readObject(source: ByteSource, offset: number): JournalObject | null {
  if (offset <= 0 || offset % 8 !== 0 || offset > source.size - OBJECT_HEADER_BYTES) return null;
  const head = source.at(offset, OBJECT_HEADER_BYTES);
  const type = head[0] ?? 0;
  if (type > OBJECT_TYPES.tag || readU32(head, 2) !== 0 || head[6] !== 0 || head[7] !== 0) return null;
  const bytes = readU64(head, 8);
  if (bytes < OBJECT_HEADER_BYTES || bytes > source.size - offset) return null;
  return { offset, type, flags: head[1] ?? 0, bytes };
}

/** Where the payload of a data object begins. */
export function dataPayloadAt(header: JournalHeader): number {
  return header.isCompact ? 72 : 64;
}

/** Bytes of one item of an entry or an entry array: an offset, in entries of regular files with the data's hash. */
export function entryItemBytes(header: JournalHeader): number {
  return header.isCompact ? 4 : 16;
}

/** Offset of an entry's or array's next-but-`index` item. */
function itemAt(bytes: Uint8Array, at: number, header: JournalHeader): number {
  return header.isCompact ? readU32(bytes, at) : readU64(bytes, at);
}

/** Fields of one entry that are looked at; journald takes at most 1024 (ENTRY_FIELD_COUNT_MAX). */
export const ENTRY_FIELDS_MAX = 2048;

/** The offsets of the data objects of an entry, at most `limit`. */
export function entryItems(source: ByteSource, header: JournalHeader, entry: JournalObject, limit: number): number[] {
  const itemBytes = entryItemBytes(header);
  const count = Math.min(limit, Math.floor((entry.bytes - ENTRY_ITEMS_AT) / itemBytes));
  const bytes = source.at(entry.offset + ENTRY_ITEMS_AT, count * itemBytes);
  return Array.from({ length: Math.max(0, count) }, (_, index) => itemAt(bytes, index * itemBytes, header));
}

/** An array of the list of entries: where the next one is (0: none), and the offsets of its entries up to the first free place. */
export function readEntryArray(
  source: ByteSource,
  header: JournalHeader,
  array: JournalObject,
): { readonly next: number; readonly entries: readonly number[] } {
  const bytes = source.at(array.offset, array.bytes);
  const itemBytes = header.isCompact ? 4 : 8;
  const entries: number[] = [];
  for (let at = ENTRY_ARRAY_ITEMS_AT; at + itemBytes <= bytes.length; at += itemBytes) {
    const offset = itemAt(bytes, at, header);
    if (offset === 0) break;
    entries.push(offset);
  }
  return { next: readU64(bytes, 16), entries };
}

/** Whether an object's content fits its type, so that bytes found while searching after damage are taken for one. */
export function looksWhole(source: ByteSource, header: JournalHeader, object: JournalObject): boolean {
  switch (object.type) {
    case OBJECT_TYPES.entry:
      return isPlausibleEntry(source, header, object);
    case OBJECT_TYPES.data: {
      const payloadAt = dataPayloadAt(header);
      if (object.bytes <= payloadAt || object.flags > 4) return false;
      // Compressed: all that can be told here is that the lists it heads lie within the file.
      if (object.flags !== 0) {
        const lists = source.at(object.offset + 24, 32);
        return [0, 8, 16, 24].every((at) => readU64(lists, at) < source.size && readU32(lists, at) % 8 === 0);
      }
      return fieldNameOf(source.at(object.offset + payloadAt, object.bytes - payloadAt)) !== null;
    }
    case OBJECT_TYPES.field: {
      const name = source.at(object.offset + FIELD_PAYLOAD_AT, object.bytes - FIELD_PAYLOAD_AT);
      return object.bytes > FIELD_PAYLOAD_AT && name.length <= FIELD_NAME_BYTES && isFieldName(name, name.length);
    }
    case OBJECT_TYPES.entryArray: {
      const { next, entries } = readEntryArray(source, header, object);
      return next < source.size && next % 8 === 0 && entries.length > 0 && entries.every((offset) => offset % 8 === 0);
    }
    case OBJECT_TYPES.tag:
      return object.bytes === TAG_BYTES;
    default:
      return false;
  }
}

/** An entry that was begun but not filled in has no time; one whose first field is no data object is none. */
export function isPlausibleEntry(source: ByteSource, header: JournalHeader, object: JournalObject): boolean {
  if (object.type !== OBJECT_TYPES.entry || (object.bytes - ENTRY_ITEMS_AT) % entryItemBytes(header) !== 0)
    return false;
  const realtime = readU64(source.at(object.offset + 24, 8), 0);
  if (realtime === 0 || realtime > Number.MAX_SAFE_INTEGER) return false;
  const items = entryItems(source, header, object, 8);
  for (const offset of items) if (readObject(source, offset)?.type === OBJECT_TYPES.data) return true;
  return false;
}

/** The name in front of a payload's `=`; null when there is none. */
export function fieldNameOf(payload: Uint8Array): string | null {
  const end = payload.subarray(0, FIELD_NAME_BYTES + 1).indexOf(0x3d);
  return end > 0 && isFieldName(payload, end) ? String.fromCharCode(...payload.subarray(0, end)) : null;
}

function isFieldName(bytes: Uint8Array, length: number): boolean {
  for (let at = 0; at < length; at += 1) {
    const byte = bytes[at] ?? 0;
    const isCapital = byte >= 0x41 && byte <= 0x5a;
    const isDigit = byte >= 0x30 && byte <= 0x39;
    if (!isCapital && !isDigit && byte !== 0x5f) return false;
  }
  return length > 0;
}
