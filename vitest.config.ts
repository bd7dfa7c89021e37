import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['test/e2e/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Measurements that tests keep are not the user's.
    env: { XDG_CACHE_HOME: join(import.meta.dirname, 'test-output', 'cache') },
  },
});
