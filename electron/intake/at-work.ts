import type { FoundFile } from '../files/inventory.ts';

/** A path of PATH_MAX within a few archives. */
const MOST_BYTES = 64 * 1024;

/**
 * Which source the import is at, in memory that outlives its thread: one that is out of memory, or whose work never goes on,
 * has no last words.
 */
export class AtWork {
  readonly memory: SharedArrayBuffer;
  readonly #length: Int32Array;
  readonly #text: Uint8Array;

  constructor(memory = new SharedArrayBuffer(4 + MOST_BYTES)) {
    this.memory = memory;
    this.#length = new Int32Array(memory, 0, 1);
    this.#text = new Uint8Array(memory, 4);
  }

  /** The key of the source; empty between two of them. */
  get key(): string {
    // A decoder takes no memory that is shared.
    return new TextDecoder().decode(this.#text.slice(0, Atomics.load(this.#length, 0)));
  }

  set key(key: string) {
    const bytes = new TextEncoder().encode(key).subarray(0, this.#text.length);
    this.#text.set(bytes);
    Atomics.store(this.#length, 0, bytes.length);
  }
}

/** What a source is known by in one import and the next of the same paths. */
export function sourceKey({ container, absolutePath, name }: FoundFile): string {
  // The copy of a member has another path each time.
  return container === null ? absolutePath : `${sourceKey(container)}\0${name}`;
}
