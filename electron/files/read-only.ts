import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { type EpochMicros, epochMicros } from '../../shared/model/time.ts';

/** What tells whether a file is still the one that was looked at. */
export interface FileStamp {
  readonly device: bigint;
  readonly inode: bigint;
  readonly bytes: number;
  readonly modifiedNanos: bigint;
}

export const READ_CHUNK_BYTES = 256 * 1024;

export function stampOf(stats: BigIntStats): FileStamp {
  return { device: stats.dev, inode: stats.ino, bytes: Number(stats.size), modifiedNanos: stats.mtimeNs };
}

/** How a file differs from the one looked at before, for people; null when it is the same. */
export function stampChange(before: FileStamp, after: FileStamp): string | null {
  if (before.device !== after.device || before.inode !== after.inode) return 'it was replaced by another file';
  if (before.bytes !== after.bytes) return `its size went from ${before.bytes} to ${after.bytes} bytes`;
  if (before.modifiedNanos !== after.modifiedNanos) return 'its modification time changed';
  return null;
}

/** The modification time of a stamp. */
export function modifiedMicros(stamp: FileStamp): EpochMicros {
  return epochMicros(Number(stamp.modifiedNanos / 1000n));
}

/** The stamp of what is at a path now, links not followed; null when there is nothing that can be looked at. */
export function stampAt(absolutePath: string): FileStamp | null {
  try {
    return stampOf(lstatSync(absolutePath, { bigint: true }));
  } catch {
    return null;
  }
}

/** An evidence file opened for reading only. Reads by position or in order; never writes, never follows a link. */
export class EvidenceReader {
  readonly #descriptor: number;
  readonly stamp: FileStamp;
  #position = 0;

  /** Throws the file system's error, or an Error when the path is not that of a regular file. */
  constructor(absolutePath: string) {
    // O_NONBLOCK: a FIFO that took the file's place must not block the open. The flags are 0 where a system lacks them.
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    this.#descriptor = openUntouched(absolutePath, flags);
    try {
      const stats = fstatSync(this.#descriptor, { bigint: true });
      if (!stats.isFile()) throw new Error('it is not a regular file');
      this.stamp = stampOf(stats);
    } catch (thrown) {
      closeSync(this.#descriptor);
      throw thrown;
    }
  }

  /** Bytes read in order so far. */
  get position(): number {
    return this.#position;
  }

  /** The next chunk in a buffer of its own (parsers and streams may hold on to it); null at the end. */
  next(chunkBytes = READ_CHUNK_BYTES): Uint8Array | null {
    const chunk = this.at(this.#position, chunkBytes);
    this.#position += chunk.length;
    return chunk.length === 0 ? null : chunk;
  }

  /** The next chunk in the same buffer every time, for those that are done with one before they ask for another. */
  nextInto(buffer: Uint8Array): Uint8Array | null {
    const wanted = Math.max(0, Math.min(buffer.length, this.stamp.bytes - this.#position));
    const chunk = this.#fill(buffer.subarray(0, wanted), this.#position);
    this.#position += chunk.length;
    return chunk.length === 0 ? null : chunk;
  }

  /** Up to `length` bytes from `offset`; fewer only at the end of the file. */
  at(offset: number, length: number): Uint8Array {
    return this.#fill(new Uint8Array(Math.max(0, Math.min(length, this.stamp.bytes - offset))), offset);
  }

  /** Up to `length` bytes from `offset` in a buffer of the caller's, as much as it holds; fewer only at the end of the file. */
  into(buffer: Uint8Array, offset: number, length: number): Uint8Array {
    const wanted = Math.max(0, Math.min(buffer.length, length, this.stamp.bytes - offset));
    return this.#fill(buffer.subarray(0, wanted), offset);
  }

  /** Fills a buffer from an offset on; returns how many bytes it got, fewer only at the end of the file. */
  readAt(offset: number, buffer: Uint8Array): number {
    return this.into(buffer, offset, buffer.length).length;
  }

  #fill(buffer: Uint8Array, offset: number): Uint8Array {
    // A file may have grown since it was opened: reading stops at the size it had, and the change is reported by its stamp.
    let filled = 0;
    while (filled < buffer.length) {
      const read = readSync(this.#descriptor, buffer, filled, buffer.length - filled, offset + filled);
      if (read === 0) break;
      filled += read;
    }
    return filled === buffer.length ? buffer : buffer.subarray(0, filled);
  }

  /** How the open file has changed since it was opened; null when it has not. */
  changed(): string | null {
    return stampChange(this.stamp, stampOf(fstatSync(this.#descriptor, { bigint: true })));
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Linux, for the owner of a file alone: when it was last read stays what it was, which is evidence too. */
const NO_ACCESS_TIME = constants.O_NOATIME ?? 0;

function openUntouched(path: string, flags: number): number {
  try {
    return openSync(path, flags | NO_ACCESS_TIME);
  } catch (error) {
    // Somebody else's file.
    if (NO_ACCESS_TIME !== 0 && error instanceof Error && 'code' in error && error.code === 'EPERM')
      return openSync(path, flags);
    throw error;
  }
}

/** The file system's reason in a few words, without the path that the message around it already names. */
export function failureReason(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const code = 'code' in thrown ? thrown.code : undefined;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ENOENT':
      return 'it is not there';
    case 'ELOOP':
      return 'it is a symbolic link';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ENOSPC':
      return 'no space left on the disk';
    case 'EMFILE':
      return 'too many files are open; raise the limit of the shell (ulimit -n)';
    case 'EIO':
      return 'the disk reports an input/output error';
    default:
      return thrown.message;
  }
}
