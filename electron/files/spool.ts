import { createHash, type Hash } from 'node:crypto';
import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** The private folder that archive members are unpacked to, under names of its own making. */
export class Spool {
  readonly #directory: string;
  #files = 0;
  /** Bytes written over the life of the spool. */
  writtenBytes = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  create(): SpoolFile {
    this.#files += 1;
    return new SpoolFile(join(this.#directory, `m${String(this.#files).padStart(6, '0')}`), this);
  }
}

/** One unpacked member: written once, hashed on the way, readable by the user alone. */
export class SpoolFile {
  readonly absolutePath: string;
  readonly #descriptor: number;
  readonly #hash: Hash = createHash('sha256');
  readonly #spool: Spool;
  bytes = 0;

  constructor(absolutePath: string, spool: Spool) {
    this.absolutePath = absolutePath;
    this.#spool = spool;
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
    this.#descriptor = openSync(absolutePath, flags, 0o600);
  }

  write(content: Uint8Array): void {
    this.#hash.update(content);
    for (let written = 0; written < content.length; ) {
      written += writeSync(this.#descriptor, content, written);
    }
    this.bytes += content.length;
    this.#spool.writtenBytes += content.length;
  }

  /** Ends the file; returns its SHA-256 in lower-case hex. */
  close(): string {
    closeSync(this.#descriptor);
    return this.#hash.digest('hex');
  }

  /** Ends the file and removes it: its content is not kept. */
  discard(): void {
    closeSync(this.#descriptor);
    unlinkSync(this.absolutePath);
  }
}
