import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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

/** Makes a folder and those above it; `mode` holds for those that are made. */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  await mkdir(path, { recursive: true, mode });
}

/** As makeFolder. */
export function makeFolderSync(path: string): void {
  mkdirSync(path, { recursive: true });
}

/** A new empty folder that the user alone can enter, for copies of what archives hold. */
export async function makePrivateFolder(): Promise<string> {
  // mkdtemp makes the folder with mode 0700. The real path: a link on the way could be turned elsewhere later.
  return mkdtemp(join(await realpath(tmpdir()), 'inquest-'));
}

/** Removes a folder with all that is in it; does nothing where there is none. */
export async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
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
