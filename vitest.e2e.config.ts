import { defineConfig } from 'vitest/config';
import { testDisplays } from './test/e2e/support/displays.ts';
import { temporaryFiles } from './test/support/temporary-files.ts';

/** The built app in a real Electron: one window at a time on each display, since all on a display share its clipboard. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    setupFiles: 'test/e2e/support/own-display.ts',
    env: { TMPDIR: temporaryFiles() },
    maxWorkers: Math.max(1, testDisplays().length),
    // Every file starts an app of its own; what drives it is loaded once.
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
