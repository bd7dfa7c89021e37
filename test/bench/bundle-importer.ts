import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundlePrograms } from '../support/bundle-programs.ts';

/**
 * Bundles a program of this folder into an empty one, with the worker that it starts beside it as in the built app:
 * compiling its source is no part of an import. Gives the path of the program.
 */
export async function bundleImporter(
  folder: string,
  program: 'journal-import' | 'database-open' = 'journal-import',
): Promise<string> {
  const programs = {
    [program]: `test/bench/${program}.ts`,
    'hash-worker': 'electron/workers/hash-worker.ts',
  };
  await bundlePrograms(programs, folder);
  const packages = fileURLToPath(new URL('../../node_modules', import.meta.url));
  symlinkSync(packages, join(folder, 'node_modules'), 'junction');
  return join(folder, `${program}.js`);
}
