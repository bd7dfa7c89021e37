import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/*
 * Folders for copies of evidence: archive members, streams. They can hold gigabytes of what is private, so none outlives the
 * process that made it: it is removed when it is done with, else when the process ends, and where that could not be
 * (SIGKILL, no power) by the next one that starts.
 */

const PREFIX = 'inquest-';
/** What mkdtemp makes of the prefix. */
const NAME = /^inquest-[A-Za-z0-9]{6}$/;
const OWNER_FILE = '.inquest-owner';
const MOST_OWNER_BYTES = 4096;
/** Windows refuses to remove what a virus scanner looks into, and a thread may still be writing: for a second, then left. */
const PATIENCE = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 } as const;

/** Those of this process. */
const own = new Set<string>();

/** A new folder that the user alone can enter, for copies of evidence. Rejects with the file system's error. */
export async function makePrivateFolder(): Promise<string> {
  if (own.size === 0) process.once('exit', removePrivateFolders);
  // mkdtemp makes the folder with mode 0700. The real path: a link on the way could be turned elsewhere later.
  const folder = await mkdtemp(join(await realpath(tmpdir()), PREFIX));
  own.add(folder);
  await writeFile(join(folder, OWNER_FILE), ownMark(), { flag: 'wx', mode: 0o600 });
  return folder;
}

/** Removes one of them with all that is in it. Never rejects: what cannot be removed is tried again when the process ends. */
export async function removePrivateFolder(folder: string): Promise<void> {
  try {
    await rm(folder, PATIENCE);
    own.delete(folder);
    if (own.size === 0) process.off('exit', removePrivateFolders);
  } catch {
    // What was asked for does not fail because a copy stays a little longer.
  }
}

/** Removes what is in one of them, but not who owns it. */
export async function emptyFolder(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) if (name !== OWNER_FILE) await rm(join(folder, name), PATIENCE);
}

/** Removes all that this process still has, for its end. */
export function removePrivateFolders(): void {
  for (const folder of own) {
    try {
      rmSync(folder, PATIENCE);
      own.delete(folder);
    } catch {
      // The next one that starts removes it.
    }
  }
}

/**
 * Removes folders of processes that have ended without doing so themselves. Only what is certain goes: a folder under such a
 * name, of this user, with the mark of an owner that ran on this host and is there no more. Never throws.
 */
export async function removeAbandonedFolders(): Promise<void> {
  try {
    const parent = await realpath(tmpdir());
    for (const name of readdirSync(parent)) {
      const folder = join(parent, name);
      if (NAME.test(name) && !own.has(folder) && isAbandoned(folder)) await rm(folder, PATIENCE).catch(() => {});
    }
  } catch {
    // A folder that cannot be listed has nothing that could be removed.
  }
}

function isAbandoned(folder: string): boolean {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true) return false;
  if (process.getuid !== undefined && stats.uid !== process.getuid()) return false;
  const mark = readMark(join(folder, OWNER_FILE));
  if (mark === null || mark.host !== hostname() || mark.space !== processSpace()) return false;
  // Where a system does not tell the start, a pid that is taken again keeps the folder: none goes from under its owner.
  return !isRunning(mark.pid) || differ(mark.boot, bootId()) || differ(mark.start, startOf(mark.pid));
}

/** Whether both are told and are not the same. */
function differ(before: string, now: string): boolean {
  return before !== '' && now !== '' && before !== now;
}

/** Who made a folder, so that another process can tell whether it is still there. */
interface Mark {
  readonly pid: number;
  /** When it started, in the kernel's own count: a pid is used again. Empty where a system does not tell. */
  readonly start: string;
  readonly boot: string;
  readonly host: string;
  /** The pid namespace: a container that shares the folder counts processes by itself. */
  readonly space: string;
}

function ownMark(): string {
  const { pid } = process;
  return [String(pid), startOf(pid), bootId(), hostname(), processSpace()].join('\n');
}

function readMark(path: string): Mark | null {
  let descriptor: number | null = null;
  try {
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    descriptor = openSync(path, flags);
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || stats.size > MOST_OWNER_BYTES) return null;
    const [pid = '', start = '', boot = '', host = '', space, ...more] = readFileSync(descriptor, 'utf8').split('\n');
    if (!/^[1-9]\d{0,9}$/.test(pid) || space === undefined || more.length > 0) return null;
    return { pid: Number(pid), start, boot, host, space };
  } catch {
    return null;
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

/** Field 22 of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; the name before it may hold spaces and brackets. */
function startOf(pid: number): string {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function bootId(): string {
  return textOf('/proc/sys/kernel/random/boot_id').trim();
}

function processSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
