import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Packages that look for files beside their own. */
export const UNBUNDLED = ['@expo-google-fonts/*', 'fontkit', 'pdfmake', 'sql.js', 'xxhash-wasm'];
/** Packages of CommonJS require what node has. */
const REQUIRE = `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`;

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
    // The built app has its packages beside it. Here they are bundled: a thread that loads their many files one by one takes
    // half as long again to start, and tests start hundreds.
    external: UNBUNDLED,
    banner: { js: REQUIRE },
    minifyWhitespace: true,
    logLevel: 'warning',
  });
}
