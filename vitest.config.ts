import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { temporaryFiles } from './test/support/temporary-files.ts';

/** Tests that change what nobody can put back, each in a process of its own. */
const ALONE = [
  // A limit of SQLite's memory is the whole process's and can only be lowered.
  'test/electron/databases/sql-engine.test.ts',
];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    setupFiles: 'test/support/set-up-properties.ts',
    // One a core; vitest keeps one core for itself, and its own process hardly works once the modules are loaded.
    maxWorkers: availableParallelism(),
    // Files share a process and the modules in it, which are loaded once and not for each file: no test replaces a module
    // or keeps state in one, and what a test changes (environment, clock, globals) it puts back.
    isolate: false,
    // Measurements that tests keep are not the user's.
    env: { XDG_CACHE_HOME: join(import.meta.dirname, 'test-output', 'cache'), TMPDIR: temporaryFiles() },
    projects: [
      {
        extends: true,
        test: {
          // One project, though tests of shared/ need no program and no thread: each has modules of its own, loaded again.
          name: 'together',
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: ['test/e2e/**', ...ALONE],
          globalSetup: 'test/support/programs.ts',
          alias: [
            {
              find: /^.*\/start-worker\.ts$/,
              replacement: join(import.meta.dirname, 'test', 'support', 'start-bundled-worker.ts'),
            },
          ],
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: ALONE, isolate: true },
      },
    ],
  },
});
