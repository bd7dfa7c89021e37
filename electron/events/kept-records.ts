/** Bytes that are kept: of a million lines those that tell something take a tenth of it. */
const MOST_BYTES = 16 * 1024 * 1024;
const FIRST_BYTES = 256 * 1024;

/** The bytes of records that a pass over their files saw and that are read again: one by one they lie all over the files. */
export class KeptRecords {
  #bytes = new Uint8Array(0);
  #used = 0;
  readonly #places = new Map<number, number>();

  /** Keeps bytes[from..end) for a row, while there is room. */
  keep(row: number, bytes: Uint8Array, from: number, end: number): void {
    const used = this.#used + end - from;
    if (used > MOST_BYTES || this.#places.has(row)) return;
    if (used > this.#bytes.length) {
      const grown = new Uint8Array(Math.min(MOST_BYTES, Math.max(FIRST_BYTES, used, this.#bytes.length * 2)));
      grown.set(this.#bytes.subarray(0, this.#used));
      this.#bytes = grown;
    }
    this.#bytes.set(bytes.subarray(from, end), this.#used);
    this.#places.set(row, this.#used);
    this.#used = used;
  }

  /** The bytes of a row, whose record has so many; null where they were not kept. */
  of(row: number, byteLength: number): Uint8Array | null {
    const place = this.#places.get(row);
    return place === undefined ? null : this.#bytes.subarray(place, place + byteLength);
  }
}
