import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const PURE = 'test/shared/**/*.test.ts';

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    setupFiles: 'test/support/set-up-properties.ts',
    // Measurements that tests keep are not the user's.
    env: { XDG_CACHE_HOME: join(import.meta.dirname, 'test-output', 'cache') },
    projects: [
      {
        extends: true,
        // Pure functions leave nothing behind: these files share their modules, which are loaded once and not per file.
        test: { name: 'shared', include: [PURE], isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'app',
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: [PURE, 'test/e2e/**'],
          globalSetup: 'test/support/programs.ts',
          alias: [
            {
              find: /^.*\/start-worker\.ts$/,
              replacement: join(import.meta.dirname, 'test', 'support', 'start-bundled-worker.ts'),
            },
          ],
        },
      },
    ],
  },
});
