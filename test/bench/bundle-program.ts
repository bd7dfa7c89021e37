import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkerName } from '../../electron/threads/start-worker.ts';
import THREADS from '../../electron/threads/threads.json' with { type: 'json' };
import { bundlePrograms } from '../support/bundle-programs.ts';
import { bundleCompiled } from '../support/compiled-programs.ts';

/**
 * Bundles a program of this folder into a new one, with the workers that it starts beside it as in the built app: compiling
 * its source is no part of what is measured. Gives the path of the program.
 */
export async function bundleProgram(
  folder: string,
  program: 'artifact-profile' | 'database-open' | 'journal-import',
  workers: readonly WorkerName[],
): Promise<string> {
  const programs = [[program, `test/bench/${program}.ts`], ...workers.map((worker) => [worker, THREADS[worker]])];
  makeWithPackages(folder);
  await bundlePrograms(Object.fromEntries(programs), folder);
  return join(folder, `${program}.js`);
}

/** The command line with all of its threads, as `npm run inquest` bundles it. */
export async function bundleCommandLine(folder: string): Promise<string> {
  makeWithPackages(folder);
  await bundleCompiled(folder);
  return join(folder, 'inquest.js');
}

function makeWithPackages(folder: string): void {
  mkdirSync(folder);
  const packages = fileURLToPath(new URL('../../node_modules', import.meta.url));
  symlinkSync(packages, join(folder, 'node_modules'), 'junction');
}
