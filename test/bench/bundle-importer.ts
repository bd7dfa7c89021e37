import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Bundles a program of this folder into an empty one, with the worker that it starts beside it as in the built app, so that
 * plain node can run it: compiling its source is no part of an import. Gives the path of the program.
 */
export async function bundleImporter(
  folder: string,
  program: 'journal-import' | 'database-open' = 'journal-import',
): Promise<string> {
  await build({
    entryPoints: {
      [program]: at(`./${program}.ts`),
      'hash-worker': at('../../electron/workers/hash-worker.ts'),
    },
    outdir: folder,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // The built app does not bundle its packages either; it has them beside it.
    packages: 'external',
    logLevel: 'warning',
  });
  symlinkSync(at('../../node_modules'), join(folder, 'node_modules'), 'junction');
  return join(folder, `${program}.js`);
}
