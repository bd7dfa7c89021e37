import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** The beginning of a file, and how large it is as a whole. */
export interface GivenFile {
  readonly bytes: Buffer;
  readonly size: number;
}

/**
 * The first bytes of a file that the person gives beside the evidence (rules, notes), at most so many. Throws the file
 * system's error, and an Error when the path is not that of a regular file: others give no end, or nothing at all.
 */
export async function readGivenFile(path: string, mostBytes: number): Promise<GivenFile> {
  // O_NONBLOCK: opening a FIFO waits for one who writes, in a thread that nothing can end. 0 where a system lacks it.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error('it is not a regular file');
    const bytes = Buffer.alloc(Math.min(mostBytes, stats.size));
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length === bytes.length) return { bytes: bytes.subarray(0, length), size: stats.size };
    }
  } finally {
    await file.close();
  }
}
