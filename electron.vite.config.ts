import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import type { Plugin } from 'vite';
import THREADS from './electron/threads/threads.json' with { type: 'json' };

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * electron-vite puts `const require`, `__filename` and `__dirname` into every chunk in which it sees such a word. All code
 * here is ES modules, and one that makes its own `require` (createRequire) would then declare it twice.
 */
const withoutCommonJsShim: Plugin = {
  name: 'without-commonjs-shim',
  configResolved({ plugins }) {
    const shim = plugins.find((plugin) => plugin.name === 'vite:esm-shim');
    if (shim === undefined) throw new Error('electron-vite no longer adds vite:esm-shim: this plugin can go');
    delete shim.renderChunk;
  },
};

/** Packages that threads load at once: as the hundreds of files that they are, they take most of the time of a start. */
const IN_EVERY_THREAD = ['@lezer/python', 'sax', 'yaml', 'zod'];

export default defineConfig({
  main: {
    plugins: [withoutCommonJsShim],
    build: {
      outDir: 'out/main',
      externalizeDeps: { exclude: IN_EVERY_THREAD },
      // A worker starts from a file beside the chunk that starts it, so everything lies flat in one folder.
      rolldownOptions: {
        input: {
          index: at('electron/main/index.ts'),
          ...Object.fromEntries(Object.entries(THREADS).map(([name, source]) => [name, at(source)])),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      // A sandboxed preload script is one CommonJS file that can require nothing but Electron's own modules
      // (https://www.electronjs.org/docs/latest/tutorial/sandbox#preload-scripts): the contract is bundled into it.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: at('electron/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  },
  renderer: {
    root: 'renderer',
    // Relative addresses: the page is served from the app's own scheme.
    base: './',
    plugins: [react()],
    build: {
      outDir: 'out/renderer',
      emptyOutDir: true,
      // Chromium loads modules by itself; the polyfill would fetch, which the page's policy forbids.
      modulePreload: { polyfill: false },
      // Everything in files: a font or picture written into the style sheet would need a wider policy.
      assetsInlineLimit: 0,
      rolldownOptions: { input: at('renderer/index.html') },
    },
  },
});
