import { constants, type Stats } from 'node:fs';
import { access, lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { failureReason } from './read-only.ts';
import { canCreateIn } from './write-atomically.ts';

/**
 * Why an export must not or cannot be written to `target`, in words for people, or null when it may be. `evidence` are the
 * absolute paths that the case was opened from, files or folders. What is or would lie in the evidence is never written,
 * whatever links lead to it, nor is what is no regular file; a file beside the evidence is allowed.
 */
export async function targetProblem(target: string, evidence: readonly string[]): Promise<string | null> {
  const existing = await stat(target).catch(() => null);
  const what = existing === null ? null : kindOf(existing);
  if (what !== null) return `${target} is ${what}. Give a file name.`;
  const belongs = await belongsTo(target, evidence);
  if (belongs !== null) return belongs;
  return unwritable(target);
}

/** Where a target really is, as far as its folders exist: the same for two names of one file. */
export async function realTarget(target: string): Promise<string> {
  const { folder, missing } = await existingFolder(target);
  return join(folder, ...missing, basename(target));
}

/** What is not a file, in words; null for a regular file. */
function kindOf(stats: Stats): string | null {
  if (stats.isFile()) return null;
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}

async function belongsTo(target: string, evidence: readonly string[]): Promise<string | null> {
  const existing = await stat(target, { bigint: true }).catch(() => null);
  const places = [await realTarget(target), ...(existing === null ? [] : [await realpath(target)])];
  for (const given of evidence) {
    const givenStat = await stat(given, { bigint: true }).catch(() => null);
    if (givenStat === null) continue;
    if (givenStat.isDirectory()) {
      const folder = await realpath(given);
      if (!places.some((place) => liesBelow(place, folder))) continue;
      // Who works in the folder of the evidence names a new file there on purpose: `analyze . --pdf report.pdf`.
      if (existing === null && folder === (await realpath('.'))) continue;
      return existing === null
        ? `${target} would lie in ${given}, which is evidence of this case and never changed. Choose a place outside of it.`
        : belonging(target);
    }
    if (existing !== null && givenStat.dev === existing.dev && givenStat.ino === existing.ino) return belonging(target);
  }
  return null;
}

function belonging(target: string): string {
  return `${target} belongs to the evidence of this case, which is never changed. Choose another name.`;
}

/** Looked at before the work, because it is told after it otherwise. */
async function unwritable(target: string): Promise<string | null> {
  try {
    const { folder } = await existingFolder(target);
    if (!(await stat(folder)).isDirectory()) return `${target} cannot be written: ${folder} is not a folder.`;
    await access(folder, constants.W_OK | constants.X_OK);
    await canCreateIn(folder);
    return null;
  } catch (error) {
    return `${target} cannot be written: ${failureReason(error)}.`;
  }
}

/** The nearest folder above that is there, free of links, and the names of those below it that are not. */
async function existingFolder(target: string): Promise<{ folder: string; missing: readonly string[] }> {
  const missing: string[] = [];
  let folder = dirname(target);
  while ((await lstat(folder).catch(() => null)) === null && dirname(folder) !== folder) {
    missing.unshift(basename(folder));
    folder = dirname(folder);
  }
  return { folder: await realpath(folder), missing };
}

/** Both absolute and free of links. */
function liesBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The folder that a save dialog starts in: the one that holds what was given, never a given folder itself. */
export function folderBeside(evidence: readonly string[]): string | null {
  const [first] = evidence;
  return first === undefined ? null : dirname(first);
}
