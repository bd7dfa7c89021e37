import { type ByteSource, Damage, UNEXPECTED_END } from './decompress.ts';

/** Bytes of a source taken by number. Holds one chunk, and at most what was asked for. */
export class ByteQueue {
  readonly #next: ByteSource;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Bytes taken so far. */
  takenBytes = 0;

  constructor(next: ByteSource) {
    this.#next = next;
  }

  /** Whether nothing is left. */
  get atEnd(): boolean {
    while (this.#at >= this.#chunk.length) {
      const chunk = this.#next();
      if (chunk === null) return true;
      this.#chunk = chunk;
      this.#at = 0;
    }
    return false;
  }

  /** The next byte. Throws Damage at the end. */
  byte(): number {
    if (this.#at >= this.#chunk.length && this.atEnd) throw new Damage(UNEXPECTED_END);
    this.takenBytes += 1;
    return this.#chunk[this.#at++] ?? 0;
  }

  /** Up to `count` bytes in a buffer of their own; fewer only at the end. */
  upTo(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    let filled = 0;
    while (filled < count && !this.atEnd) {
      const part = this.#chunk.subarray(this.#at, this.#at + count - filled);
      bytes.set(part, filled);
      filled += part.length;
      this.#at += part.length;
    }
    this.takenBytes += filled;
    return bytes.subarray(0, filled);
  }

  /** `count` bytes in a buffer of their own. Throws Damage when there are fewer. */
  take(count: number): Uint8Array {
    const bytes = this.upTo(count);
    if (bytes.length < count) throw new Damage(UNEXPECTED_END);
    return bytes;
  }

  /** Passes over `count` bytes. Throws Damage when there are fewer. */
  skip(count: number): void {
    let left = count;
    while (left > 0) {
      if (this.atEnd) throw new Damage(UNEXPECTED_END);
      const passed = Math.min(left, this.#chunk.length - this.#at);
      this.#at += passed;
      this.takenBytes += passed;
      left -= passed;
    }
  }
}
