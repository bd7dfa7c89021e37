import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/**
 * Bundles programs of the project, given by name and source path, into a folder that has the project's packages above or in
 * it, so that plain node can run them: a process or thread that compiles its source first costs seconds each time.
 */
export async function bundlePrograms(programs: Readonly<Record<string, string>>, folder: string): Promise<void> {
  await build({
    entryPoints: Object.fromEntries(Object.entries(programs).map(([name, path]) => [name, at(path)])),
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
}
