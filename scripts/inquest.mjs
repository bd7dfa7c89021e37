import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

/*
 * `npm run inquest`: runs the command line as it was bundled from the sources as they are now, and bundles it first where that was
 * not done yet. Plain JavaScript, since compiling even one file takes longer than `--help` may.
 */

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** What the command line is made of. */
const SOURCES = [
  'electron',
  'shared',
  'package.json',
  'package-lock.json',
  'scripts/bundle-command-line.ts',
  'test/support/bundle-programs.ts',
  'test/support/compiled-programs.ts',
];

/** Of every file below a path its name, size and time: one that is another has another of these. */
function* describe(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) yield `${path.slice(ROOT.length)} ${stats.size} ${stats.mtimeMs}\n`;
  else for (const name of readdirSync(path).sort()) yield* describe(join(path, name));
}

// What was compiled by another version of Node is of no use to this one.
const hash = createHash('sha256').update(process.version);
for (const source of SOURCES) for (const line of describe(join(ROOT, source))) hash.update(line);
const folder = join(ROOT, 'out', `inquest-${hash.digest('hex').slice(0, 16)}`);
const program = join(folder, 'inquest.js');

if (!existsSync(program)) {
  const tsx = join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  if (!existsSync(tsx)) {
    process.stderr.write('inquest: its packages are not installed\nhint: npm ci\n');
    process.exit(1);
  }
  const bundle = join(ROOT, 'scripts', 'bundle-command-line.ts');
  const { status } = spawnSync(process.execPath, [tsx, bundle, folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}
await import(pathToFileURL(program).href);
