import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkerName } from '../../electron/threads/start-worker.ts';
import THREADS from '../../electron/threads/threads.json' with { type: 'json' };
import { bundlePrograms } from '../support/bundle-programs.ts';

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
  await bundleInto(folder, Object.fromEntries(programs));
  return join(folder, `${program}.js`);
}

/** The command line with all of its threads; see bundleProgram. */
export async function bundleCommandLine(folder: string): Promise<string> {
  await bundleInto(folder, { inquest: 'electron/cli/main.ts', ...THREADS });
  return join(folder, 'inquest.js');
}

async function bundleInto(folder: string, programs: Readonly<Record<string, string>>): Promise<void> {
  mkdirSync(folder);
  await bundlePrograms(programs, folder);
  const packages = fileURLToPath(new URL('../../node_modules', import.meta.url));
  symlinkSync(packages, join(folder, 'node_modules'), 'junction');
}
