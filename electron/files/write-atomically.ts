import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** What a file is to be written to is a device, a pipe or a folder. */
export class NotAFile extends Error {
  override readonly name = 'NotAFile';
}

/**
 * Writes a whole file or nothing: into a new file beside the target, flushed to disk, then renamed over it. A crash or a
 * full disk leaves the old file as it was. Throws what the file system says (ENOSPC, EACCES, ...), and NotAFile where
 * something else than a file would be replaced, or a link to such: as root that could be /dev/null.
 */
export async function writeAtomically(path: string, content: Uint8Array | string): Promise<void> {
  const existing = await stat(path).catch(() => null);
  if (existing?.isFile() === false) throw new NotAFile(`${path} is not a regular file, so nothing was written.`);
  // Beside the target, because rename is atomic within one file system only.
  const temporary = temporaryIn(dirname(path), basename(path));
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

/** Makes a file in a folder and removes it: permission bits say too little of file systems that let no one write. */
export async function canCreateIn(folder: string): Promise<void> {
  const temporary = temporaryIn(folder, 'inquest');
  await (await open(temporary, 'wx', 0o600)).close();
  await rm(temporary, { force: true });
}

function temporaryIn(folder: string, name: string): string {
  return join(folder, `.${name}.${randomUUID().slice(0, 8)}.tmp`);
}
