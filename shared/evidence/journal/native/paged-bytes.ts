import type { ByteSource } from './bytes.ts';

const PAGE_BYTES = 1024 * 1024;
/** Pages reach this far into the next one, so that a small object lies in one whole. */
const OVERLAP_BYTES = 64 * 1024;
const PAGES_KEPT = 32;

/** Sizes of the pages; others than the usual ones are for tests. */
export interface PageSizes {
  readonly pageBytes: number;
  readonly overlapBytes: number;
  readonly pagesKept: number;
}

interface Page {
  readonly start: number;
  readonly bytes: Uint8Array;
  /** What `bytes` are the beginning of: room for a page of full size, unless the file is smaller than that. */
  readonly room: Uint8Array;
  usedAt: number;
}

/**
 * A file of any size as bytes that can be read at any place: some pages of it are kept, the one that was used longest ago
 * makes room. Throws what `read` throws.
 */
export class PagedBytes implements ByteSource {
  readonly size: number;
  readonly #read: (offset: number, into: Uint8Array) => number;
  readonly #sizes: PageSizes;
  readonly #pages = new Map<number, Page>();
  readonly #rooms: Uint8Array[];
  #uses = 0;
  /** The page that was used last: bytes[0] is the byte of the file at `start`. */
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;

  /**
   * `read` fills a buffer from an offset and says how many bytes it got, fewer only at the end of the file. `rooms` are
   * buffers that another file of the same page sizes released.
   */
  constructor(
    size: number,
    read: (offset: number, into: Uint8Array) => number,
    sizes: PageSizes = { pageBytes: PAGE_BYTES, overlapBytes: OVERLAP_BYTES, pagesKept: PAGES_KEPT },
    rooms: Uint8Array[] = [],
  ) {
    this.size = size;
    this.#read = read;
    this.#sizes = sizes;
    this.#rooms = rooms;
  }

  /** Leaves its buffers to the next file; nothing can be read any more. */
  release(): void {
    const { pageBytes, overlapBytes } = this.#sizes;
    for (const { room } of this.#pages.values()) if (room.length === pageBytes + overlapBytes) this.#rooms.push(room);
    this.#pages.clear();
    this.#bytes = new Uint8Array(0);
  }

  /** The bytes in which the last place that `locate` gave lies; valid until the next call. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /**
   * Where in `bytes` the byte at an offset is, when the `length` bytes from there on lie in one page; -1 when they do not or
   * reach beyond the file.
   */
  locate(offset: number, length: number): number {
    const at = offset - this.#start;
    if (at >= 0 && at + length <= this.#bytes.length) return at;
    if (offset < 0 || offset + length > this.size) return -1;
    this.#turnTo(Math.floor(offset / this.#sizes.pageBytes));
    const from = offset - this.#start;
    return from + length <= this.#bytes.length ? from : -1;
  }

  at(offset: number, length: number): Uint8Array {
    const wanted = Math.max(0, Math.min(length, this.size - offset));
    const at = this.locate(offset, wanted);
    if (at >= 0) return this.#bytes.subarray(at, at + wanted);
    const bytes = new Uint8Array(wanted);
    this.#read(offset, bytes);
    return bytes;
  }

  #turnTo(index: number): void {
    this.#uses += 1;
    const page = this.#pages.get(index) ?? this.#load(index);
    page.usedAt = this.#uses;
    this.#bytes = page.bytes;
    this.#start = page.start;
  }

  #load(index: number): Page {
    const { pageBytes, overlapBytes, pagesKept } = this.#sizes;
    const start = index * pageBytes;
    let room: Uint8Array | undefined;
    if (this.#pages.size >= pagesKept) {
      const [oldest, page] = [...this.#pages].reduce((a, b) => (a[1].usedAt <= b[1].usedAt ? a : b));
      this.#pages.delete(oldest);
      room = page.room;
    }
    room ??= this.#rooms.pop() ?? new Uint8Array(Math.min(pageBytes + overlapBytes, this.size));
    const bytes = room.subarray(0, Math.min(room.length, this.size - start));
    // What a file that was cut in the meantime no longer has reads as zeros, which are no object.
    const got = this.#read(start, bytes);
    bytes.fill(0, got);
    const page: Page = { start, bytes, room, usedAt: this.#uses };
    this.#pages.set(index, page);
    return page;
  }
}
