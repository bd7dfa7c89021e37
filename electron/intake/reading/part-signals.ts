/** Where a part worker is. */
export const PART_STATUS = { starting: 0, running: 1, done: 2, failed: 3 } as const;

/** The memory through which an import, which is synchronous and can receive nothing, and its part worker know of each other. */
export class PartSignals {
  readonly memory: SharedArrayBuffer;
  /** Status of the worker, and whether the import has lost interest. */
  readonly #words: Int32Array;
  readonly #readBytes: BigInt64Array;

  constructor(memory = new SharedArrayBuffer(16)) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, 2);
    this.#readBytes = new BigInt64Array(memory, 8, 1);
  }

  get status(): number {
    return Atomics.load(this.#words, 0);
  }

  set status(status: number) {
    Atomics.store(this.#words, 0, status);
    Atomics.notify(this.#words, 0);
  }

  /** Bytes of the part that have been read. */
  get readBytes(): number {
    return Number(Atomics.load(this.#readBytes, 0));
  }

  set readBytes(bytes: number) {
    Atomics.store(this.#readBytes, 0, BigInt(bytes));
  }

  abandon(): void {
    Atomics.store(this.#words, 1, 1);
  }

  get isAbandoned(): boolean {
    return Atomics.load(this.#words, 1) === 1;
  }

  /** Sleeps while the worker runs, at most so many milliseconds. */
  sleepWhileRunning(millis: number): void {
    Atomics.wait(this.#words, 0, PART_STATUS.running, millis);
  }
}
