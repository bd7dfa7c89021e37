import { EvidenceReader, failureReason } from '../files/read-only.ts';

/** Files kept open at a time. */
const OPEN_FILES = 16;
/** Bytes read around a record, so that its neighbours need no second read: the analysis reads one here and one there. */
const WINDOW_BYTES = 2 * 1024;

/** Bytes of a record that are decoded; journald's own limit for a message is 768 KiB. */
export const DECODED_RECORD_BYTES = 1024 * 1024;

/** Where a file can be read again, and how large it was when it was imported. */
export interface ReadableFile {
  readonly absolutePath: string;
  readonly bytes: number;
}

interface OpenFile {
  readonly reader: EvidenceReader;
  windowOffset: number;
  window: Uint8Array;
}

/** Reads stretches of evidence files by position, from a few files kept open for reading. */
export class RecordReader {
  readonly #files: readonly (ReadableFile | null)[];
  /** In the order of their use, the latest last. */
  readonly #open = new Map<number, OpenFile>();

  /** By index of the evidence file; null where a file's own bytes are never shown. */
  constructor(files: readonly (ReadableFile | null)[]) {
    this.#files = files;
  }

  /**
   * Up to `length` bytes from `offset`, fewer at the end of the file. Throws an Error that says why when they cannot be read
   * any more: evidence may have been moved since it was imported.
   */
  read(fileIndex: number, offset: number, length: number): Uint8Array {
    const file = this.#file(fileIndex);
    try {
      if (length > WINDOW_BYTES / 2) return file.reader.at(offset, length);
      const end = file.windowOffset + file.window.length;
      const atFileEnd = file.window.length < WINDOW_BYTES;
      if (offset < file.windowOffset || offset >= end || (offset + length > end && !atFileEnd)) {
        // Windows begin at multiples of half their size: reading backwards finds its records in them too.
        file.windowOffset = Math.floor(offset / (WINDOW_BYTES / 2)) * (WINDOW_BYTES / 2);
        file.window = file.reader.into(Buffer.allocUnsafe(WINDOW_BYTES), file.windowOffset, WINDOW_BYTES);
      }
    } catch (thrown) {
      throw new Error(`its bytes cannot be read any more: ${failureReason(thrown)}`);
    }
    return file.window.subarray(offset - file.windowOffset, offset - file.windowOffset + length);
  }

  /** As `read`, into a buffer of the caller's; for those that read a file from its beginning to its end. */
  readInto(fileIndex: number, offset: number, length: number, buffer: Uint8Array): Uint8Array {
    const file = this.#file(fileIndex);
    try {
      return file.reader.into(buffer, offset, length);
    } catch (thrown) {
      throw new Error(`its bytes cannot be read any more: ${failureReason(thrown)}`);
    }
  }

  #file(fileIndex: number): OpenFile {
    const known = this.#open.get(fileIndex);
    if (known !== undefined) {
      this.#open.delete(fileIndex);
      this.#open.set(fileIndex, known);
      return known;
    }
    const wanted = this.#files[fileIndex] ?? null;
    if (wanted === null) throw new Error('its bytes are not kept');
    for (const [index, file] of this.#open) {
      if (this.#open.size < OPEN_FILES) break;
      file.reader.close();
      this.#open.delete(index);
    }
    let reader: EvidenceReader;
    try {
      reader = new EvidenceReader(wanted.absolutePath);
    } catch (thrown) {
      throw new Error(`its bytes cannot be read any more: ${failureReason(thrown)}`);
    }
    if (reader.stamp.bytes !== wanted.bytes) {
      reader.close();
      throw new Error('its file has changed since it was imported');
    }
    const file: OpenFile = { reader, windowOffset: 0, window: new Uint8Array(0) };
    this.#open.set(fileIndex, file);
    return file;
  }

  close(): void {
    for (const file of this.#open.values()) file.reader.close();
    this.#open.clear();
  }
}
