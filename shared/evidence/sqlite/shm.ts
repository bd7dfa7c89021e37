import { RunningChecksum } from './wal.ts';

/**
 * The WAL index, a file in shared memory that connections rebuild from the `-wal` when they must. It is no part of the
 * database, but its copy tells how far commits and checkpoints had come when it was made.
 * Source: https://www.sqlite.org/walformat.html#the_wal_index_file_format
 */
export interface WalIndex {
  /** Both copies of the header are equal, filled, of the known version, and their checksum holds. */
  readonly isValid: boolean;
  readonly maxFrame: number;
  readonly backfilledFrames: number;
  readonly backfillAttemptedFrames: number;
  /** Without unused ones. The first is always 0 ("ignore the WAL") and left out too. */
  readonly readMarks: readonly number[];
  readonly salts: readonly [number, number];
}

const HEADER_BYTES = 48;
const CHECKPOINT_INFO_BYTES = 40;
const VERSION = 3007000;
const READ_MARKS = 5;
const READ_MARK_UNUSED = 0xffffffff;

/** Reads a `-shm` file; null when it is too short to hold its header. Numbers are in the byte order of the host. */
export function parseShm(bytes: Uint8Array): WalIndex | null {
  if (bytes.length < 2 * HEADER_BYTES + CHECKPOINT_INFO_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = view.getUint32(0, true) === VERSION;
  const word = (offset: number): number => view.getUint32(offset, littleEndian);
  const sum = new RunningChecksum(bytes, littleEndian);
  sum.add(0, HEADER_BYTES - 8);
  let isValid = word(0) === VERSION && bytes[12] === 1 && sum.equals(word(40), word(44));
  for (let offset = 0; offset < HEADER_BYTES; offset += 1)
    isValid = isValid && bytes[offset] === bytes[HEADER_BYTES + offset];
  const info = 2 * HEADER_BYTES;
  const readMarks: number[] = [];
  for (let index = 1; index < READ_MARKS; index += 1) {
    const mark = word(info + 4 + 4 * index);
    if (mark !== READ_MARK_UNUSED) readMarks.push(mark);
  }
  return {
    isValid,
    maxFrame: word(16),
    backfilledFrames: word(info),
    backfillAttemptedFrames: word(info + 32),
    readMarks,
    // Copied from the -wal byte by byte, whatever the host's order.
    salts: [view.getUint32(32), view.getUint32(36)],
  };
}
