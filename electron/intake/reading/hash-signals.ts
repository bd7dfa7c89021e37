/** What a hash worker is started with. */
export interface HashWorkerData {
  readonly absolutePath: string;
  readonly signals: SharedArrayBuffer;
}

/** Where the hash worker is. */
export const HASH_STATUS = { starting: 0, running: 1, done: 2, failed: 3 } as const;
/** What the import wants of it: to go on as far as may be read, to end there, or to end without a hash. */
export const HASH_COMMAND = { follow: 0, finish: 1, abandon: 2 } as const;

const DIGEST_BYTES = 32;

/**
 * The memory through which an import, which is synchronous and can receive nothing, and its hash worker know of each other.
 * Every number has one writer; the other side sleeps on the word that comes with it.
 */
export class HashSignals {
  readonly memory: SharedArrayBuffer;
  /** Status of the worker, command of the import, and a count of what the import has told. */
  readonly #words: Int32Array;
  /** Bytes that may be hashed, and bytes that have been. */
  readonly #positions: BigInt64Array;
  readonly #digest: Uint8Array;

  constructor(memory = new SharedArrayBuffer(32 + DIGEST_BYTES)) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, 3);
    this.#positions = new BigInt64Array(memory, 16, 2);
    this.#digest = new Uint8Array(memory, 32, DIGEST_BYTES);
  }

  get status(): number {
    return Atomics.load(this.#words, 0);
  }

  set status(status: number) {
    Atomics.store(this.#words, 0, status);
    Atomics.notify(this.#words, 0);
  }

  get command(): number {
    return Atomics.load(this.#words, 1);
  }

  set command(command: number) {
    Atomics.store(this.#words, 1, command);
    this.wakeWorker();
  }

  /** First bytes of the file that may be hashed. Who raises it wakes the worker. */
  get readableBytes(): number {
    return Number(Atomics.load(this.#positions, 0));
  }

  set readableBytes(bytes: number) {
    Atomics.store(this.#positions, 0, BigInt(bytes));
  }

  get hashedBytes(): number {
    return Number(Atomics.load(this.#positions, 1));
  }

  set hashedBytes(bytes: number) {
    Atomics.store(this.#positions, 1, BigInt(bytes));
  }

  /** SHA-256 in lower-case hex; holds once the status is `done`. */
  get sha256(): string {
    return Buffer.from(this.#digest).toString('hex');
  }

  set digest(digest: Uint8Array) {
    this.#digest.set(digest);
  }

  wakeWorker(): void {
    Atomics.add(this.#words, 2, 1);
    Atomics.notify(this.#words, 2);
  }

  /** How often the import has told something: to be asked before what it told is looked at, and slept on afterwards. */
  get told(): number {
    return Atomics.load(this.#words, 2);
  }

  sleepUntilToldMore(told: number): void {
    Atomics.wait(this.#words, 2, told);
  }

  /** Sleeps until the status is another than this one, at most so many milliseconds. */
  sleepWhileStatus(status: number, millis: number): void {
    Atomics.wait(this.#words, 0, status, millis);
  }
}
