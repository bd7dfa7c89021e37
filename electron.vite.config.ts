import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      // A worker starts from a file beside the chunk that starts it, so everything lies flat in one folder.
      rolldownOptions: {
        input: {
          index: at('electron/main/index.ts'),
          'import-worker': at('electron/workers/import-worker.ts'),
          'profile-worker': at('electron/workers/profile-worker.ts'),
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
