import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildNeeded } from '../../scripts/build-state.ts';
import { tempFolder, writeTree } from '../support/bundles.ts';

const SOURCES = ['electron/main/index.ts', 'shared/a.ts', 'renderer/index.html', 'package.json'];
const OUTPUTS = ['out/main/index.js', 'out/preload/index.cjs', 'out/renderer/index.html'];

/** Sources of second 100 and a build of second 200. */
function project() {
  const root = writeTree(tempFolder(), Object.fromEntries([...SOURCES, ...OUTPUTS].map((path) => [path, 'x'])));
  const date = (path: string, second: number): void => utimesSync(join(root, path), second, second);
  for (const path of SOURCES) date(path, 100);
  for (const path of OUTPUTS) date(path, 200);
  return { root, date };
}

describe('buildNeeded', () => {
  it('is not needed when the build is newer than every source', () => {
    expect(buildNeeded(project().root)).toBeNull();
  });

  it.each(SOURCES)('is needed when %s has changed since', (path) => {
    const { root, date } = project();
    date(path, 300);
    expect(buildNeeded(root)).toContain(`${join(root, path)} has changed`);
  });

  it('is needed when one part of the build is older than a source, or missing', () => {
    const { root, date } = project();
    date('out/preload/index.cjs', 50);
    expect(buildNeeded(root)).toMatch(/has changed/);
    expect(buildNeeded(writeTree(tempFolder(), { 'package.json': '{}' }))).toMatch(/index\.js is missing/);
  });
});
