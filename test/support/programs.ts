import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { bundleCompiled } from './compiled-programs.ts';

/** What tests start again and again, beside the command line and its threads. */
const PROGRAMS = { 'pdf-digest': 'test/support/print-pdf-digest.ts' } as const;

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the bundled programs, each as NAME.js. */
    readonly programs: string;
  }
}

/** Bundles the programs once for all tests of a run, two folders below the project as `out/main` is. */
export default async function setup(project: TestProject): Promise<() => void> {
  const parent = fileURLToPath(new URL('../../test-output/', import.meta.url));
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'programs-'));
  // Some tests start them as another user. What a measurement keeps there would make the parent private.
  for (const each of [parent, folder]) chmodSync(each, 0o755);
  await bundleCompiled(folder, PROGRAMS);
  project.provide('programs', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
