import { accessSync, constants, statfsSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';

/** Where Linux keeps files in memory. In containers it often has room for next to nothing. */
const IN_MEMORY = '/dev/shm';
/** Twice what all tests that run at a time hold at most. */
const ROOM_BYTES = 4 * 1024 ** 3;
/** Memory that must be free: the tests themselves need some too. */
const MEMORY_BYTES = 2 * ROOM_BYTES;

/**
 * Where tests put their temporary files: in memory, if there is room. They make and remove thousands of small ones, which on
 * a disk with a journal takes longer than what is tested with them.
 */
export function temporaryFiles(): string {
  try {
    accessSync(IN_MEMORY, constants.R_OK | constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    return bavail * bsize >= ROOM_BYTES && freemem() >= MEMORY_BYTES ? IN_MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}
