import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Serves the preview: `npx vite --config test/renderer/preview/vite.config.ts`, then open the printed address. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  server: { fs: { allow: [fileURLToPath(new URL('../../..', import.meta.url))] } },
  build: {
    target: 'esnext',
    assetsInlineLimit: 0,
    outDir: fileURLToPath(new URL('../../../test-output/preview', import.meta.url)),
  },
});
