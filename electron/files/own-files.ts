import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { chmod, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/*
 * Files that are Inquest's own or are written for the person: pages, fonts, settings, measurements that were kept, folders for
 * exports. Evidence is never opened here: see read-only.ts. All throw what the file system says.
 */

/** Reads a file that belongs to the program or that it wrote itself. */
export function readOwnFile(path: string): Promise<Buffer> {
  return readFile(path);
}

/** As readOwnFile, for what a program cannot begin without. */
export function readOwnFileSync(path: string | URL): Buffer {
  return readFileSync(path);
}

/** Replaces a small file of settings; a crash may cut it short. */
export function writeOwnFileSync(path: string, content: string): void {
  writeFileSync(path, content);
}

/** Makes a folder and those above it that are missing; `mode` holds for those that are made. */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  makeFolderSync(path, mode);
}

/**
 * As makeFolder. One after the other from the first that is there: Node's own `recursive` tries for ever where a file system
 * says that a folder is not there which can be made neither, as /proc does.
 */
export function makeFolderSync(path: string, mode = 0o777): void {
  const missing: string[] = [];
  let above = resolve(path);
  for (; !existsSync(above) && dirname(above) !== above; above = dirname(above)) missing.push(above);
  for (const folder of missing.reverse()) {
    try {
      mkdirSync(folder, { mode });
    } catch (error) {
      // Another process may have made it in the meantime.
      if (!existsSync(folder)) throw error;
    }
  }
  if (!statSync(path).isDirectory()) throw Object.assign(new Error(`not a folder: ${path}`), { code: 'ENOTDIR', path });
}

/** Lets everybody run a script that was written. */
export async function makeRunnable(path: string): Promise<void> {
  await chmod(path, 0o755);
}

/** Whether there is anything at a path. */
export function isThere(path: string): boolean {
  return existsSync(path);
}

/** Removes a file that Inquest wrote; does nothing where there is none. */
export async function removeOwnFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** The names in a folder of Inquest's own, in their order; none where there is no such folder. */
export async function namesIn(path: string): Promise<readonly string[]> {
  return isThere(path) ? (await readdir(path)).sort() : [];
}
