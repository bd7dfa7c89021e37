import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a whole file or nothing: into a new file beside the target, flushed to disk, then renamed over it. A crash or a
 * full disk leaves the old file as it was. Throws what the file system says (ENOSPC, EACCES, ...).
 */
export async function writeAtomically(path: string, content: Uint8Array | string): Promise<void> {
  // Beside the target, because rename is atomic within one file system only.
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.tmp`);
  // `wx`: never through a file or link that somebody put there first.
  const handle = await open(temporary, 'wx', 0o644);
  try {
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
