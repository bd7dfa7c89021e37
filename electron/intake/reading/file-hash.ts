import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { type EvidenceReader, failureReason, READ_CHUNK_BYTES } from '../../files/read-only.ts';
import { startWorker } from '../../threads/start-worker.ts';
import { HASH_COMMAND, HASH_STATUS, HashSignals, type HashWorkerData } from './hash-signals.ts';

/** The SHA-256 (lower-case hex) of the first `bytes` bytes of a file. */
export interface PartHash {
  readonly sha256: string;
  readonly bytes: number;
  /** Why these are fewer than were to be hashed; null when they are not. */
  readonly failure: string | null;
}

/** A hash that is made of a file while something else reads the file in order. */
export interface FileHash {
  /** The next bytes have been read, and end at this position. */
  read(content: Uint8Array, position: number): void;
  /** The bytes up to this position have been read in some other way. */
  readElsewhere(reader: EvidenceReader, position: number): void;
  /** The hash of everything that `read` was told of. Never throws; may be called once, before the file is closed. */
  finish(): PartHash;
}

/** From this size on a file is hashed beside its parsing; a smaller one is hashed before another thread has started. */
const BESIDE_FROM_BYTES = 32 * 1024 * 1024;

/** Bytes between two times that the hash worker is woken: the system may let it run first, in place of who woke it. */
const WAKE_EVERY_BYTES = 16 * 1024 * 1024;

/** How long the hash worker may make no progress, in milliseconds, before its work is done here instead. */
const STALLED_MILLIS = 10_000;

/** A worker hashes and has no use for a heap; running from source it compiles itself. */
const HEAP_LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 4 };

/** Hashes an open file; on a thread of its own where that saves time, as when it `isParsed` meanwhile. */
export function startFileHash(absolutePath: string, reader: EvidenceReader, isParsed: boolean): FileHash {
  return isParsed && reader.stamp.bytes >= BESIDE_FROM_BYTES && availableParallelism() > 1
    ? new HashBeside(absolutePath, reader)
    : new HashInPlace();
}

/** Hashes what it is told of at once. */
export class HashInPlace implements FileHash {
  readonly #hash = createHash('sha256');
  #bytes = 0;

  read(content: Uint8Array): void {
    this.#hash.update(content);
    this.#bytes += content.length;
  }

  readElsewhere(reader: EvidenceReader, position: number): void {
    const buffer = new Uint8Array(READ_CHUNK_BYTES);
    while (this.#bytes < position) {
      const chunk = reader.into(buffer, this.#bytes, position - this.#bytes);
      if (chunk.length === 0) return;
      this.read(chunk);
    }
  }

  finish(): PartHash {
    return { sha256: this.#hash.digest('hex'), bytes: this.#bytes, failure: null };
  }
}

/**
 * Lets a worker hash the file, which it reads by itself up to where it has been read here: so the hash of one that is
 * stopped is of what was read of it. Where the worker does not start, fails or stalls, the part is hashed in place.
 */
export class HashBeside implements FileHash {
  readonly #reader: EvidenceReader;
  readonly #signals = new HashSignals();
  #position = 0;
  #toldPosition = 0;

  constructor(absolutePath: string, reader: EvidenceReader, start: typeof startWorker = startWorker) {
    this.#reader = reader;
    const data: HashWorkerData = { absolutePath, signals: this.#signals.memory };
    try {
      const worker = start('hash-worker', data, HEAP_LIMITS);
      // Reported when this thread is done reading at the earliest; by then the file has been hashed in place.
      worker.on('error', () => {});
      worker.unref();
    } catch {
      this.#signals.status = HASH_STATUS.failed;
    }
  }

  /** Whether the worker has begun and not ended. */
  get isRunning(): boolean {
    return this.#signals.status === HASH_STATUS.running;
  }

  read(_content: Uint8Array, position: number): void {
    this.#position = position;
    this.#signals.readableBytes = position;
    if (position - this.#toldPosition < WAKE_EVERY_BYTES) return;
    this.#toldPosition = position;
    this.#signals.wakeWorker();
  }

  readElsewhere(_reader: EvidenceReader, position: number): void {
    this.#position = position;
    this.#signals.readableBytes = position;
    this.#signals.wakeWorker();
  }

  finish(): PartHash {
    const signals = this.#signals;
    signals.command = HASH_COMMAND.finish;
    let hashedBytes = -1;
    while (signals.status === HASH_STATUS.running && signals.hashedBytes > hashedBytes) {
      hashedBytes = signals.hashedBytes;
      signals.sleepWhileStatus(HASH_STATUS.running, STALLED_MILLIS);
    }
    // A worker that read less than was read here found the file shorter, or is at odds with this thread: look again.
    if (signals.status === HASH_STATUS.done && signals.hashedBytes === this.#position)
      return { sha256: signals.sha256, bytes: this.#position, failure: null };
    signals.command = HASH_COMMAND.abandon;
    return hashFirst(this.#reader, this.#position);
  }
}

/** Hashes the first bytes of a file, apart from where it has been read to; what can be read of them. */
function hashFirst(reader: EvidenceReader, wantedBytes: number): PartHash {
  const hash = new HashInPlace();
  let failure: string | null = null;
  try {
    hash.readElsewhere(reader, wantedBytes);
  } catch (thrown) {
    failure = failureReason(thrown);
  }
  const part = hash.finish();
  if (failure === null && part.bytes < wantedBytes) failure = 'the file has become shorter';
  return { ...part, failure };
}
