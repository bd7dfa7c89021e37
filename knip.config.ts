import type { KnipConfig } from 'knip';
import THREADS from './electron/threads/threads.json' with { type: 'json' };

/** What nobody uses: files, exports, dependencies. `npm run unused` checks it. */
const config: KnipConfig = {
  entry: [
    'electron/main/index.ts',
    'electron/cli/main.ts',
    'electron/preload/index.ts',
    'renderer/main.tsx',
    ...Object.values(THREADS),
    'scripts/*.{mjs,ts}',
    'test/**/*.test.{ts,tsx}',
    'test/bench/*.ts',
  ],
  project: ['{electron,shared,renderer,scripts,test}/**/*.{mjs,ts,tsx}'],
  ignoreDependencies: [
    // Their files are found by path: the fonts of documents, and the packager's command.
    '@expo-google-fonts/inter',
    '@expo-google-fonts/jetbrains-mono',
    'electron-builder',
  ],
  // Tools of the system that tests and scripts run; CONTRIBUTING names the packages.
  ignoreBinaries: ['Xvfb', 'bzip2', 'mkfifo', 'patch', 'pdftotext', 'qpdf', 'sha256sum', 'shellcheck', 'sqlite3'],
};

export default config;
