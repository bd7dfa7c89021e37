import { asciiBytes, hasAt } from '../../reading/find-bytes.ts';
import { LINE_LIMIT_BYTES } from '../../reading/lines.ts';
import type { ByteSource } from './bytes.ts';
import { compressionOf, decompress, FIELD_LIMIT_BYTES } from './decompress.ts';
import {
  dataPayloadAt,
  ENTRY_FIELDS_MAX,
  entryItems,
  type JournalHeader,
  OBJECT_TYPES,
  readHeader,
  readObject,
} from './objects.ts';

const OBJECT_ALIGNMENT = 8;

const PREFIX = asciiBytes('MESSAGE=');

/**
 * Finds the messages of a native journal's entries and nothing else of them. Entries with the same message share its data
 * object, so whoever searches looks at each object once. Bounded as NativeJournal is; never throws on content.
 *
 * Source: https://systemd.io/JOURNAL_FILE_FORMAT/
 */
export class MessageData {
  readonly #source: ByteSource;
  readonly #header: JournalHeader;
  readonly #decoder = new TextDecoder('utf-8');
  /** A bit for each place where an object may begin: set for data of other fields. */
  readonly #isOther: Uint8Array;

  private constructor(source: ByteSource, header: JournalHeader) {
    this.#source = source;
    this.#header = header;
    this.#isOther = new Uint8Array(Math.ceil(source.size / OBJECT_ALIGNMENT / 8));
  }

  /** Null when the bytes do not begin with the signature of a native journal. */
  static open(source: ByteSource): MessageData | null {
    const header = readHeader(source);
    return header === null ? null : new MessageData(source, header);
  }

  /** Offset of the data object with the message of the entry at an offset; 0 when the entry has none that can be read. */
  ofEntry(offset: number): number {
    const entry = readObject(this.#source, offset);
    if (entry === null || entry.type !== OBJECT_TYPES.entry) return 0;
    for (const item of entryItems(this.#source, this.#header, entry, ENTRY_FIELDS_MAX)) {
      const place = item / OBJECT_ALIGNMENT;
      const bit = 1 << (place & 7);
      const index = Math.floor(place / 8);
      if (((this.#isOther[index] ?? 0) & bit) !== 0) continue;
      if (this.#payload(item, true) !== null) return item;
      if (Number.isInteger(place) && index < this.#isOther.length) {
        this.#isOther[index] = (this.#isOther[index] ?? 0) | bit;
      }
    }
    return 0;
  }

  /** The message that a data object found by `ofEntry` holds. */
  text(dataOffset: number): string {
    const payload = this.#payload(dataOffset, false);
    return payload === null
      ? ''
      : this.#decoder.decode(payload.subarray(PREFIX.length, PREFIX.length + LINE_LIMIT_BYTES));
  }

  /** The payload of a data object that holds a message (`onlyBegins`: at least its beginning); null for any other. */
  #payload(offset: number, onlyBegins: boolean): Uint8Array | null {
    const object = readObject(this.#source, offset);
    if (object === null || object.type !== OBJECT_TYPES.data) return null;
    const payloadAt = offset + dataPayloadAt(this.#header);
    const bytes = offset + object.bytes - payloadAt;
    if (bytes <= 0) return null;
    const compression = compressionOf(object.flags);
    if (compression === null) {
      const wanted = onlyBegins ? PREFIX.length : PREFIX.length + LINE_LIMIT_BYTES;
      const payload = this.#source.at(payloadAt, Math.min(bytes, wanted));
      return isMessage(payload) ? payload : null;
    }
    if (compression === undefined || bytes > FIELD_LIMIT_BYTES) return null;
    try {
      const payload = decompress(compression, this.#source.at(payloadAt, bytes), FIELD_LIMIT_BYTES);
      return isMessage(payload) ? payload : null;
    } catch {
      return null;
    }
  }
}

function isMessage(payload: Uint8Array): boolean {
  return hasAt(payload, 0, payload.length, PREFIX);
}
