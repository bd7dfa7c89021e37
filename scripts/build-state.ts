import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What the built app is made of; a change in any of it makes the build stale. */
const SOURCES = ['electron', 'shared', 'renderer', 'electron.vite.config.ts', 'package.json', 'package-lock.json'];
const OUTPUTS = ['out/main/index.js', 'out/preload/index.cjs', 'out/renderer/index.html'];

/** Why the app has to be built, for people, or null when `out/` is as new as the sources below `root`. */
export function buildNeeded(root: string): string | null {
  const built = OUTPUTS.map((output) => join(root, output));
  const missing = built.find((output) => !existsSync(output));
  if (missing !== undefined) return `${missing} is missing`;
  const builtAt = Math.min(...built.map((output) => statSync(output).mtimeMs));
  const newest = newestBelow(SOURCES.map((source) => join(root, source)));
  return newest !== null && newest.mtimeMs > builtAt ? `${newest.path} has changed` : null;
}

interface Dated {
  readonly path: string;
  readonly mtimeMs: number;
}

function newestBelow(paths: readonly string[]): Dated | null {
  let newest: Dated | null = null;
  for (const path of paths) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) continue;
    const found = stats.isDirectory()
      ? newestBelow(readdirSync(path).map((name) => join(path, name)))
      : { path, mtimeMs: stats.mtimeMs };
    if (found !== null && (newest === null || found.mtimeMs > newest.mtimeMs)) newest = found;
  }
  return newest;
}
