import { basename } from 'node:path';
import type { FoundFile } from '../files/inventory.ts';
import { visibleName } from '../files/names.ts';

/**
 * The path under which each file is shown: relative to what was given, safe to print and unique within the case. When two
 * given things bring the same path, all files of both are shown below the base name of what was given.
 */
export function shownPaths(files: readonly FoundFile[], givenPaths: readonly string[]): string[] {
  const givensByPath = new Map<string, Set<number>>();
  for (const file of files) {
    const givens = givensByPath.get(file.name) ?? new Set();
    givens.add(file.given);
    givensByPath.set(file.name, givens);
  }
  const colliding = new Set<number>();
  for (const givens of givensByPath.values()) {
    if (givens.size > 1) for (const given of givens) colliding.add(given);
  }

  const taken = new Set<string>();
  const copies = new Map<string, number>();
  return files.map((file) => {
    const prefixed = colliding.has(file.given) && !file.givenItself;
    const name = prefixed ? `${basename(givenPaths[file.given] ?? '')}/${file.name}` : file.name;
    const shown = visibleName(name);
    // An archive may hold a name twice, and two loose files may share theirs: each stays one entry.
    let unique = shown;
    while (taken.has(unique)) {
      const copy = (copies.get(shown) ?? 1) + 1;
      copies.set(shown, copy);
      unique = `${shown} (${copy})`;
    }
    taken.add(unique);
    return unique;
  });
}
