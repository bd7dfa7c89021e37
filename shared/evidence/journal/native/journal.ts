import type { ParseProblem } from '../../../model/evidence.ts';
import { wordsOf } from '../../../model/thrown.ts';
import { LINE_LIMIT_BYTES } from '../../reading/lines.ts';
import type { ParseContext, ParsedItem } from '../../reading/parser.ts';
import { EVENT_FIELDS, readJournalEntry } from '../journal-fields.ts';
import { type ByteSource, readU64 } from './bytes.ts';
import { compressionOf, decompress, FIELD_LIMIT_BYTES } from './decompress.ts';
import { type FoundEntries, findEntries } from './find-entries.ts';
import {
  dataPayloadAt,
  ENTRY_FIELDS_MAX,
  entryItems,
  fieldNameOf,
  isPlausibleEntry,
  type JournalHeader,
  type JournalObject,
  OBJECT_HEADER_BYTES,
  OBJECT_TYPES,
  readHeader,
  readObject,
} from './objects.ts';

/** Bytes of all fields of one entry when they are handed out as they are. */
const ENTRY_LIMIT_BYTES = 64 * 1024 * 1024;
/** Values kept for the entries that share them, most of all short ones; all are let go when there are too many. */
const CACHED_FIELDS = 100_000;
const CACHED_VALUE_CHARACTERS = 64 * 1024;
const CACHED_CHARACTERS = 64 * 1024 * 1024;

/** One field of an entry: its name and value, or why it cannot be read. */
export type NativeField =
  | { readonly name: string; readonly value: string; readonly cut: boolean }
  /** A field that is no part of an event, and whose value was not decoded. */
  | { readonly name: string; readonly value: null; readonly cut: false }
  | { readonly name: null; readonly reason: string };

/** The name that stands for an entry in messages. */
function placeOf(context: ParseContext, offset: number): string {
  return `The entry at byte ${offset} of ${context.fileName}`;
}

/**
 * A native journal file (`system.journal`, `system@...journal~`), read from any bytes that can be read at any place: objects
 * refer to each other by offset. Regular and compact files; XZ, LZ4 and Zstandard data. Never throws on content (only when
 * the source does), and every loop is bounded by the file's size or a limit.
 *
 * Source: https://systemd.io/JOURNAL_FILE_FORMAT/
 */
export class NativeJournal {
  readonly #source: ByteSource;
  readonly header: JournalHeader;
  readonly #decoder = new TextDecoder('utf-8');
  #cache = new Map<number, NativeField>();
  #cachedCharacters = 0;
  /** Bytes of values decompressed and decoded so far. */
  #workBytes = 0;

  private constructor(source: ByteSource, header: JournalHeader) {
    this.#source = source;
    this.header = header;
  }

  /** Null when the bytes do not begin with the signature of a native journal. */
  static open(source: ByteSource): NativeJournal | null {
    const header = readHeader(source);
    return header === null ? null : new NativeJournal(source, header);
  }

  get size(): number {
    return this.#source.size;
  }

  get workBytes(): number {
    return this.#workBytes;
  }

  /** Whether the last object lies beyond the end: the copy is cut, and by more than preallocated room. */
  isCut(): boolean {
    const { headerBytes, arenaBytes, tailObjectOffset } = this.header;
    if (headerBytes + arenaBytes <= this.size) return false;
    const bytes = readU64(this.#source.at(tailObjectOffset + 8, 8), 0);
    return tailObjectOffset + Math.max(OBJECT_HEADER_BYTES, bytes) > this.size;
  }

  /** See findEntries. */
  entries(): FoundEntries {
    return findEntries(this.#source, this.header);
  }

  /** The entry object at an offset; null when there is none. */
  #entry(offset: number): JournalObject | null {
    const object = readObject(this.#source, offset);
    return object !== null && isPlausibleEntry(this.#source, this.header, object) ? object : null;
  }

  /**
   * The event of the entry at an offset, with what cannot be read of it; null when there is no entry.
   * `items` counts the fields looked at.
   */
  event(
    offset: number,
    context: ParseContext,
  ): { readonly item: ParsedItem; readonly problems: readonly ParseProblem[]; readonly items: number } | null {
    const entry = this.#entry(offset);
    if (entry === null) return null;
    const items = entryItems(this.#source, this.header, entry, ENTRY_FIELDS_MAX);
    const times = this.#source.at(offset + 24, 16);
    const fields = new Map<string, string>([
      ['__REALTIME_TIMESTAMP', String(readU64(times, 0))],
      ['__MONOTONIC_TIMESTAMP', String(readU64(times, 8))],
    ]);
    const problems: ParseProblem[] = [];
    for (const at of items) {
      const field = this.#field(at, false);
      if (field.name === null) {
        const message = `A field of the entry at byte ${offset} of ${context.fileName} cannot be read: ${field.reason}; the entry is kept without it.`;
        problems.push({ kind: 'malformed-record', message, byteOffset: at < this.size ? at : offset });
      } else if (field.value !== null && !fields.has(field.name)) fields.set(field.name, field.value);
    }
    const source = { evidenceId: context.evidenceId, byteOffset: offset, byteLength: entry.bytes, line: null };
    const item = readJournalEntry((name) => fields.get(name) ?? null, source, placeOf(context, offset));
    return { item, problems, items: items.length };
  }

  /**
   * All fields of the entry at an offset as text for people, `NAME=value` a line each, further lines of a value indented as
   * journalctl -o verbose does; null when there is no entry.
   */
  text(offset: number, limitCharacters: number): { readonly text: string; readonly cut: boolean } | null {
    const entry = this.#entry(offset);
    if (entry === null) return null;
    const times = this.#source.at(offset + 24, 16);
    const lines = [`__REALTIME_TIMESTAMP=${readU64(times, 0)}`, `__MONOTONIC_TIMESTAMP=${readU64(times, 8)}`];
    let characters = 0;
    let cut = false;
    for (const at of entryItems(this.#source, this.header, entry, ENTRY_FIELDS_MAX)) {
      const field = this.#field(at, true);
      const shown =
        field.name === null
          ? `(a field cannot be read: ${field.reason})`
          : `${field.name}=${(field.value ?? '').replaceAll('\n', `\n${' '.repeat(field.name.length + 1)}`)}`;
      const left = limitCharacters - characters;
      cut ||= shown.length > left || (field.name !== null && field.cut);
      if (left <= 0) break;
      lines.push(shown.slice(0, left));
      characters += shown.length;
    }
    return { text: lines.join('\n'), cut };
  }

  /**
   * The fields of the entry at an offset with their bytes, times first, as the Journal Export Format lists them; fields that
   * cannot be read are left out (the event's problems name them). Null when there is no entry.
   */
  fieldsOf(offset: number): readonly { readonly name: string; readonly value: Uint8Array }[] | null {
    const entry = this.#entry(offset);
    if (entry === null) return null;
    const times = this.#source.at(offset + 24, 16);
    const number = (value: number): Uint8Array => new TextEncoder().encode(String(value));
    const fields = [
      { name: '__REALTIME_TIMESTAMP', value: number(readU64(times, 0)) },
      { name: '__MONOTONIC_TIMESTAMP', value: number(readU64(times, 8)) },
    ];
    let bytes = 0;
    for (const at of entryItems(this.#source, this.header, entry, ENTRY_FIELDS_MAX)) {
      const payload = this.#payload(at);
      const name = payload === null ? null : fieldNameOf(payload);
      if (payload === null || name === null || bytes + payload.length > ENTRY_LIMIT_BYTES) continue;
      bytes += payload.length;
      fields.push({ name, value: payload.subarray(name.length + 1) });
    }
    return fields;
  }

  /** The whole `NAME=value` of a data object; null when it cannot be read. */
  #payload(offset: number): Uint8Array | null {
    const object = readObject(this.#source, offset);
    if (object === null || object.type !== OBJECT_TYPES.data) return null;
    const payloadAt = offset + dataPayloadAt(this.header);
    const bytes = offset + object.bytes - payloadAt;
    const compression = compressionOf(object.flags);
    if (bytes <= 0 || bytes > FIELD_LIMIT_BYTES || compression === undefined) return null;
    // A copy: a source may give a view that its next read overwrites.
    const stored = this.#source.at(payloadAt, bytes).slice();
    if (compression === null) return stored;
    try {
      return decompress(compression, stored, FIELD_LIMIT_BYTES).slice();
    } catch {
      return null;
    }
  }

  #field(offset: number, wanted: boolean): NativeField {
    const known = this.#cache.get(offset);
    if (known !== undefined && !(wanted && known.name !== null && known.value === null)) return known;
    const field = this.#readField(offset, wanted);
    const characters = field.name !== null && field.value !== null ? field.value.length : 0;
    if (characters > CACHED_VALUE_CHARACTERS) return field;
    if (this.#cache.size >= CACHED_FIELDS || this.#cachedCharacters + characters > CACHED_CHARACTERS) {
      this.#cache.clear();
      this.#cachedCharacters = 0;
    }
    this.#cache.set(offset, field);
    this.#cachedCharacters += characters;
    return field;
  }

  #readField(offset: number, wanted: boolean): NativeField {
    const object = readObject(this.#source, offset);
    if (object === null || object.type !== OBJECT_TYPES.data) return { name: null, reason: 'its data is not there' };
    const payloadAt = offset + dataPayloadAt(this.header);
    const bytes = offset + object.bytes - payloadAt;
    if (bytes <= 0) return { name: null, reason: 'its data is empty' };
    const compression = compressionOf(object.flags);
    if (compression === undefined) return { name: null, reason: 'its compression is not known' };
    if (compression === null) {
      // Of a field that is not wanted, the name is all that is read.
      const name = fieldNameOf(this.#source.at(payloadAt, Math.min(bytes, 65)));
      if (name === null) return { name: null, reason: 'its data is damaged' };
      if (!wanted && !EVENT_FIELDS.has(name)) return { name, value: null, cut: false };
      const shown = Math.min(bytes, name.length + 1 + LINE_LIMIT_BYTES);
      return this.#decoded(name, this.#source.at(payloadAt, shown), bytes);
    }
    if (bytes > FIELD_LIMIT_BYTES) return { name: null, reason: 'it is too large' };
    try {
      const payload = decompress(compression, this.#source.at(payloadAt, bytes), FIELD_LIMIT_BYTES);
      this.#workBytes += payload.length;
      const name = fieldNameOf(payload);
      if (name === null) return { name: null, reason: 'its data is damaged' };
      if (!wanted && !EVENT_FIELDS.has(name)) return { name, value: null, cut: false };
      return this.#decoded(name, payload, payload.length);
    } catch (thrown) {
      return { name: null, reason: wordsOf(thrown) };
    }
  }

  #decoded(name: string, payload: Uint8Array, wholeBytes: number): NativeField {
    const from = name.length + 1;
    const value = this.#decoder.decode(payload.subarray(from, from + LINE_LIMIT_BYTES));
    this.#workBytes += value.length;
    return { name, value, cut: wholeBytes - from > LINE_LIMIT_BYTES };
  }
}
