import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Bundles programs of the project, given by name and source path, into a folder that has the project's packages above or in
 * it, so that plain node can run them: a process or thread that compiles its source first costs seconds each time. `root` is
 * where the paths begin, for another checkout of the project.
 */
export async function bundlePrograms(
  programs: Readonly<Record<string, string>>,
  folder: string,
  root = ROOT,
): Promise<void> {
  await build({
    entryPoints: Object.fromEntries(Object.entries(programs).map(([name, path]) => [name, join(root, path)])),
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
