import { realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, relative, sep } from 'node:path';

/**
 * Why an export must not be written to `target`, in words for people, or null when it may be. `evidence` are the absolute
 * paths that the case was opened from, files or folders. What exists and is or lies in the evidence is never replaced,
 * whatever links lead to it; a new file beside the evidence is allowed.
 */
export async function evidenceProblem(target: string, evidence: readonly string[]): Promise<string | null> {
  const existing = await stat(target).catch(() => null);
  if (existing === null) return null;
  if (existing.isDirectory()) return `${target} is a folder. Give a file name.`;
  const realTarget = await realpath(target);
  for (const given of evidence) {
    const givenStat = await stat(given).catch(() => null);
    if (givenStat === null) continue;
    const belongs = givenStat.isDirectory()
      ? liesBelow(realTarget, await realpath(given))
      : givenStat.dev === existing.dev && givenStat.ino === existing.ino;
    if (belongs) return `${target} belongs to the evidence of this case, which is never changed. Choose another name.`;
  }
  return null;
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
