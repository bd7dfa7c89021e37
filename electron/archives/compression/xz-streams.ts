import { crc32 } from 'node:zlib';
import type { ByteWindow } from './runs.ts';

/** https://tukaani.org/xz/xz-file-format.txt, sections 2.1 and 4. */
const HEADER_MAGIC = Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00);
const HEADER_BYTES = 12;
const FOOTER_MAGIC = Uint8Array.of(0x59, 0x5a);
const FOOTER_BYTES = 12;
const NUMBER_BYTES = 9;
/** An index is held in memory; one of a million blocks takes less. */
const INDEX_LIMIT_BYTES = 16 * 1024 * 1024;
/** Zeros behind a stream that are looked over, and how many at a time. */
const PADDING_LIMIT_BYTES = 16 * 1024 * 1024;
const PADDING_STEP_BYTES = 64 * 1024;
const STREAMS_LIMIT = 100_000;

export interface XzBlock {
  readonly at: number;
  /** Without what fills it up to a multiple of four. */
  readonly bytes: number;
  readonly end: number;
  readonly contentBytes: number;
}

/** A stream as its footer and index describe it. */
export interface XzStream {
  readonly headerAt: number;
  /** What kind of check it has. */
  readonly flags: Uint8Array;
  readonly blocks: readonly XzBlock[];
  readonly indexAt: number;
  readonly end: number;
}

/** The streams of a file by their ends, whose checksums hold: from the last one back to the first, or to one that is damaged. */
export class XzStreams {
  readonly #window: ByteWindow;
  readonly listed: readonly XzStream[];

  constructor(window: ByteWindow, totalBytes: number) {
    this.#window = window;
    const streams: XzStream[] = [];
    for (let end = totalBytes; end > 0 && streams.length < STREAMS_LIMIT; ) {
      const stream = this.#streamBefore(end);
      if (stream === null) break;
      streams.unshift(stream);
      end = stream.headerAt;
    }
    this.listed = streams;
  }

  /** What makes a stream of the last blocks of another: its header, and its index and footer. */
  around({ flags }: XzStream, blocks: readonly XzBlock[]): { readonly header: Uint8Array; readonly tail: Uint8Array } {
    const header = Buffer.concat([HEADER_MAGIC, flags, checksumOf(flags)]);
    const records = [blocks.length, ...blocks.flatMap(({ bytes, contentBytes }) => [bytes, contentBytes])];
    const unfilled = Buffer.concat([Buffer.from([0]), ...records.map(numberBytes)]);
    const filled = Buffer.concat([unfilled, Buffer.alloc(padded(unfilled.length) - unfilled.length)]);
    const size = Buffer.alloc(4);
    size.writeUInt32LE((filled.length + 4) / 4 - 1);
    const footer = Buffer.concat([size, flags]);
    return { header, tail: Buffer.concat([filled, checksumOf(filled), checksumOf(footer), footer, FOOTER_MAGIC]) };
  }

  /**
   * Where the next stream begins behind a place: its header follows the footer of another, as that of a stream within the
   * content of one does not.
   */
  nextHeader(after: number): number | null {
    for (let at = this.#window.find(HEADER_MAGIC, after); at !== null; at = this.#window.find(HEADER_MAGIC, at + 1)) {
      const header = this.#window.bytes(at, HEADER_BYTES);
      if (header.length < HEADER_BYTES || !isChecksum(header.subarray(8), header.subarray(6, 8))) continue;
      if (this.#footerBefore(at) !== null) return at;
    }
    return null;
  }

  /** The footer that ends at a place, or before zeros that end there. */
  #footerBefore(
    place: number,
  ): { readonly at: number; readonly indexBytes: number; readonly flags: Uint8Array } | null {
    const at = this.#paddedFrom(place) - FOOTER_BYTES;
    if (at < HEADER_BYTES) return null;
    const footer = Buffer.from(this.#window.bytes(at, FOOTER_BYTES));
    if (footer.length < FOOTER_BYTES || Buffer.compare(footer.subarray(10), FOOTER_MAGIC) !== 0) return null;
    if (!isChecksum(footer, footer.subarray(4, 10))) return null;
    return { at, indexBytes: (footer.readUInt32LE(4) + 1) * 4, flags: Uint8Array.from(footer.subarray(8, 10)) };
  }

  /** Where the zeros begin, in fours, that end at a place. */
  #paddedFrom(place: number): number {
    let end = place;
    while (end > place - PADDING_LIMIT_BYTES && end >= 4) {
      const from = Math.max(end % 4, end - PADDING_STEP_BYTES);
      const bytes = this.#window.bytes(from, end - from);
      const last = bytes.findLastIndex((byte) => byte !== 0);
      if (last !== -1) return from + Math.ceil((last + 1) / 4) * 4;
      end = from;
    }
    return end;
  }

  #streamBefore(end: number): XzStream | null {
    const footer = this.#footerBefore(end);
    if (footer === null || footer.indexBytes > INDEX_LIMIT_BYTES) return null;
    const indexAt = footer.at - footer.indexBytes;
    if (indexAt < HEADER_BYTES) return null;
    const index = this.#window.bytes(indexAt, footer.indexBytes);
    const body = index.subarray(0, index.length - 4);
    if (index.length < 8 || index[0] !== 0 || !isChecksum(index.subarray(body.length), body)) return null;
    const sizes = recordsOf(body);
    if (sizes === null) return null;
    const blocksBytes = sizes.reduce((sum, { bytes }) => sum + padded(bytes), 0);
    const headerAt = indexAt - blocksBytes - HEADER_BYTES;
    if (headerAt < 0) return null;
    let at = headerAt + HEADER_BYTES;
    const blocks = sizes.map(({ bytes, contentBytes }): XzBlock => {
      const block = { at, bytes, end: at + padded(bytes), contentBytes };
      at = block.end;
      return block;
    });
    return { headerAt, flags: footer.flags, blocks, indexAt, end: footer.at + FOOTER_BYTES };
  }
}

/** Whether a file begins with the header of a stream whose signature is damaged. */
export function isBeheadedXz(head: Uint8Array): boolean {
  return head.length >= HEADER_BYTES && isChecksum(head.subarray(8), head.subarray(6, 8));
}

/** The sizes of the blocks that an index lists; null when it does not hold. */
function recordsOf(index: Uint8Array): { readonly bytes: number; readonly contentBytes: number }[] | null {
  let at = 1;
  /** Seven bits a byte, the lowest first; the highest bit says that more follow. */
  const number = (): number | null => {
    let value = 0;
    for (let place = 0; place < NUMBER_BYTES && at < index.length; place += 1) {
      const byte = index[at] ?? 0;
      at += 1;
      value += (byte & 0x7f) * 2 ** (7 * place);
      if (byte < 0x80) return Number.isSafeInteger(value) ? value : null;
    }
    return null;
  };
  const count = number();
  if (count === null || count > index.length) return null;
  const records: { readonly bytes: number; readonly contentBytes: number }[] = [];
  for (let record = 0; record < count; record += 1) {
    const bytes = number();
    const contentBytes = number();
    if (bytes === null || contentBytes === null) return null;
    records.push({ bytes, contentBytes });
  }
  return records;
}

function numberBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Uint8Array.from([...bytes, left]);
    bytes.push((left % 128) | 0x80);
  }
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

function checksumOf(bytes: Uint8Array): Uint8Array {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(crc32(bytes));
  return checksum;
}

function isChecksum(stated: Uint8Array, bytes: Uint8Array): boolean {
  return Buffer.compare(Buffer.from(stated.subarray(0, 4)), checksumOf(bytes)) === 0;
}
