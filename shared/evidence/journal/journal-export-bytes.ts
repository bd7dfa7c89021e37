import { asciiBytes, isSameAt } from '../reading/find-bytes.ts';
import { isUtf8, LINE_LIMIT_BYTES } from '../reading/lines.ts';
import { EntryFieldsBytes, fieldNamed, MESSAGE, OTHER_FIELD } from './entry-fields-bytes.ts';

/** Largest binary field that is read; a length beyond it is taken for damage. Only core dumps in old journals are larger. */
export const BINARY_LIMIT_BYTES = 16 * 1024 * 1024;
export const LENGTH_BYTES = 8;

const LF = 0x0a;
const CR = 0x0d;
const NINE = 0x39;
const EQUALS = 0x3d;
const UNDERSCORE = 0x5f;
/** The first byte of a byte order mark, which the ordinary way takes off a binary value. */
const MARK = 0xef;

/** Which bytes a field's name has; see journal-export.ts. */
const NAME_BYTES = new Uint8Array(256);
for (const byte of asciiBytes('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_')) NAME_BYTES[byte] = 1;
const NAME_LIMIT_BYTES = 64;
/** Address fields of an entry that are told apart; systemd writes up to five. */
const ADDRESSES_MAX = 8;

/**
 * Reads an entry of the Journal Export Format that lies in a chunk whole, with the blank line behind it, from its bytes.
 * Anything that journalctl does not write as a rule (carriage returns, lines that are no fields, an address field that comes
 * twice, a message that is not UTF-8, a binary field other than the message that matters) it leaves alone.
 */
export class ExportEntryBytes extends EntryFieldsBytes {
  /** Of the entry that was read last: the end of its last field without the line end, and of the blank line behind it. */
  byteEnd = 0;
  next = 0;
  /** Line feeds up to `next`. */
  lines = 0;
  #isOneLine = true;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #addressFrom = new Int32Array(ADDRESSES_MAX);
  readonly #addressTo = new Int32Array(ADDRESSES_MAX);
  #addresses = 0;

  /** Whether the entry that begins at bytes[from] was read; the fields are then the entry's. */
  read(bytes: Uint8Array, from: number): boolean {
    this.clear();
    this.#addresses = 0;
    this.#isOneLine = true;
    this.lines = 0;
    let at = from;
    while (at < bytes.length && bytes[at] !== LF) {
      at = this.#readField(bytes, at);
      if (at < 0) return false;
    }
    if (at >= bytes.length || at === from) return false;
    this.byteEnd = at - 1;
    this.next = at + 1;
    this.lines += 1;
    return this.readColumns(bytes);
  }

  protected isVerbatim(): boolean {
    return this.#isOneLine;
  }

  protected isReadable(): boolean {
    return this.#isOneLine;
  }

  protected textOf(bytes: Uint8Array, from: number, to: number): string {
    return this.#decoder.decode(bytes.subarray(from, to));
  }

  /** Where the line behind the field at bytes[from] begins; -1 when the field is in doubt or not all there. */
  #readField(bytes: Uint8Array, from: number): number {
    const { length } = bytes;
    let nameEnd = from;
    while (nameEnd < length && NAME_BYTES[bytes[nameEnd] ?? 0] === 1) nameEnd += 1;
    // A name that begins with a digit is none; nor is an empty or a long one.
    if (nameEnd >= length || nameEnd === from || nameEnd - from > NAME_LIMIT_BYTES || (bytes[from] ?? 0) <= NINE)
      return -1;
    const valueAt = nameEnd + 1;
    if (bytes[nameEnd] === LF) return this.#readBinary(bytes, from, nameEnd);
    if (bytes[nameEnd] !== EQUALS) return -1;
    if (bytes[from] === UNDERSCORE && bytes[from + 1] === UNDERSCORE && !this.#isNewAddress(bytes, from, nameEnd))
      return -1;
    let end = valueAt;
    while (end < length && bytes[end] !== LF) end += 1;
    if (end >= length || end - from > LINE_LIMIT_BYTES || bytes[end - 1] === CR) return -1;
    this.lines += 1;
    return this.#keep(bytes, fieldNamed(bytes, from, nameEnd), valueAt, end) ? end + 1 : -1;
  }

  /** Reads the value behind a name in bytes[from..nameEnd) and its line feed. */
  #readBinary(bytes: Uint8Array, from: number, nameEnd: number): number {
    const lengthAt = nameEnd + 1;
    const valueAt = lengthAt + LENGTH_BYTES;
    if (valueAt >= bytes.length) return -1;
    // The number is little-endian; its upper bytes are 0 in any length within the limit.
    for (let at = lengthAt + 4; at < valueAt; at++) if (bytes[at] !== 0) return -1;
    let valueBytes = 0;
    for (let at = lengthAt + 3; at >= lengthAt; at--) valueBytes = valueBytes * 256 + (bytes[at] ?? 0);
    const end = valueAt + valueBytes;
    if (valueBytes > BINARY_LIMIT_BYTES || end >= bytes.length || bytes[end] !== LF) return -1;
    const field = fieldNamed(bytes, from, nameEnd);
    if (field !== OTHER_FIELD) {
      if (field !== MESSAGE || this.has(MESSAGE) || bytes[valueAt] === MARK) return -1;
      this.#isOneLine = !bytes.subarray(valueAt, end).includes(LF);
      if (!this.#keep(bytes, field, valueAt, end)) return -1;
    }
    // The ordinary way counts line feeds among the bytes of the length too.
    this.lines += 1;
    for (let at = lengthAt; at <= end; at++) if (bytes[at] === LF) this.lines += 1;
    return end + 1;
  }

  /** Of several values of a field the first counts. False when it is a message that is not UTF-8. */
  #keep(bytes: Uint8Array, field: number, from: number, end: number): boolean {
    if (field === OTHER_FIELD || this.has(field)) return true;
    this.place(field, from, end);
    if (field !== MESSAGE) return true;
    for (let at = from; at < end; at++) if ((bytes[at] ?? 0) >= 0x80) return isUtf8(bytes.subarray(from, end));
    return true;
  }

  /** Notes an address field; one that the entry has already would begin the next. */
  #isNewAddress(bytes: Uint8Array, from: number, to: number): boolean {
    if (this.#addresses === ADDRESSES_MAX) return false;
    const name = bytes.subarray(from, to);
    for (let index = 0; index < this.#addresses; index++) {
      if (isSameAt(bytes, this.#addressFrom[index] ?? 0, this.#addressTo[index] ?? 0, name)) return false;
    }
    this.#addressFrom[this.#addresses] = from;
    this.#addressTo[this.#addresses] = to;
    this.#addresses += 1;
    return true;
  }
}
