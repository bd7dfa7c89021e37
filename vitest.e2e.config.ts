import { defineConfig } from 'vitest/config';

/** The built app in a real Electron: one window at a time, since all of them share one display and its clipboard. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
