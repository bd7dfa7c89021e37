import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './project.ts';

/*
 * The property tests with another seed each time, and many more runs: npm run test:deep -- [--seed N] [--factor N] [FILE...]
 */

const FACTOR = 20;
const SEED_LIMIT = 2 ** 31;
/** The slowest property takes a minute as it is. */
const TIMEOUT_MS = 2 * 3600 * 1000;

const { values, positionals } = parseArgs({
  options: { seed: { type: 'string' }, factor: { type: 'string' } },
  allowPositionals: true,
});
const seed = wholeNumber('seed', values.seed ?? String(randomInt(SEED_LIMIT)));
const factor = wholeNumber('factor', values.factor ?? String(FACTOR));
const files = propertyTests().filter(
  (file) => positionals.length === 0 || positionals.some((named) => file.includes(named)),
);
if (files.length === 0) {
  console.error(`No property test is named ${positionals.join(' or ')}.`);
  process.exit(2);
}

console.log(`Property tests of ${files.length} files, ${factor} times as many runs, seed ${seed}`);
console.log(`Once more with the same values: npm run test:deep -- --seed ${seed} --factor ${factor}\n`);
const cli = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
const ran = spawnSync(process.execPath, [cli, 'run', `--testTimeout=${TIMEOUT_MS}`, ...files], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, PROPERTY_SEED: String(seed), PROPERTY_FACTOR: String(factor) },
});
process.exitCode = ran.status ?? 1;

/** The test files with properties, by their paths from the root folder with slashes. */
function propertyTests(): string[] {
  return readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .map((name) => `test/${name.replaceAll('\\', '/')}`)
    .filter((path) => /\.test\.tsx?$/.test(path) && !path.startsWith('test/e2e/'))
    .filter((path) => readFileSync(join(ROOT, path), 'utf8').includes("from 'fast-check'"))
    .sort();
}

function wholeNumber(name: string, value: string): number {
  if (/^[0-9]{1,10}$/.test(value) && Number(value) < SEED_LIMIT) return Number(value);
  console.error(`--${name} takes a whole number below ${SEED_LIMIT}, not ${value}.`);
  process.exit(2);
}
