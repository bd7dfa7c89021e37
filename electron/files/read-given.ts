import { open } from 'node:fs/promises';

/** The beginning of a file, and how large the file system says that it is: 0 for what is no regular file. */
export interface GivenFile {
  readonly bytes: Buffer;
  readonly size: number;
}

/**
 * The first bytes of a file that the person gives beside the evidence (rules, notes), at most so many. Throws the file
 * system's error.
 */
export async function readGivenFile(path: string, mostBytes: number): Promise<GivenFile> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    // A pipe says that it has none.
    const bytes = Buffer.alloc(size > 0 ? Math.min(size, mostBytes) : mostBytes);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length === bytes.length) return { bytes: bytes.subarray(0, length), size };
    }
  } finally {
    await file.close();
  }
}
