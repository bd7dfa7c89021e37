import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, constants } from 'node:os';
import { join } from 'node:path';
import { DISPLAYS } from '../test/e2e/support/displays.ts';
import { buildNeeded } from './build-state.ts';
import { obtainDisplays } from './display.ts';
import { ROOT } from './project.ts';
import { type Job, type Print, runBeside } from './run-beside.ts';
import { type Runtime, runtimeForTests } from './runtime.ts';
import { addCounts, type Counts, countsOfVitest, durationText, NO_COUNTS, summaryLine } from './test-results.ts';

/*
 * Everything that must hold. Checks run side by side, one a core; then the unit and integration tests, and the tests of the
 * built app in a real Electron, each on all cores: together they would only wait for one another, and run into time limits.
 * The last line is the summary. Parts can be named: npm test -- build e2e
 */

interface Outcome {
  readonly title: string;
  readonly counts: Counts;
  /** Why it was skipped, or null. */
  readonly note: string | null;
}

interface Part {
  /** How many cores it keeps busy. */
  readonly cores: number;
  readonly run: (print: Print) => Promise<Outcome>;
}

const ONE_PASSED: Counts = { passed: 1, failed: 0, skipped: 0 };
const ONE_FAILED: Counts = { passed: 0, failed: 1, skipped: 0 };
const ONE_SKIPPED: Counts = { passed: 0, failed: 0, skipped: 1 };
const REPORTS = join(ROOT, 'test-output');
const CORES = availableParallelism();
/**
 * How many apps are tested at a time at most: each is half a dozen processes and half a gigabyte. One more than there are
 * cores, since a test waits for its window a third of the time.
 */
const APPS = Math.min(CORES + 1, 4);

/** In the order in which they start and are told of; what takes longest among the checks comes first. */
const PARTS = {
  types: check('types', 'typecheck'),
  lint: check('lint', 'lint'),
  build: check('build', 'build'),
  arch: check('architecture', 'arch'),
  unused: check('unused code', 'unused'),
  unit: {
    cores: CORES,
    run: (print) =>
      vitest({ title: 'unit and integration tests', config: 'vitest.config.ts', report: 'unit.json' }, print),
  },
  e2e: { cores: CORES, run: endToEnd },
} as const satisfies Record<string, Part>;
type PartName = keyof typeof PARTS;
const isPart = (name: string): name is PartName => Object.hasOwn(PARTS, name);

const named = process.argv.slice(2);
const unknown = named.filter((name) => !isPart(name));
if (unknown.length > 0) {
  console.error(`There is no part named ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}

const startedAt = performance.now();
const asked = Object.keys(PARTS)
  .filter(isPart)
  .filter((name) => named.length === 0 || named.includes(name));
// On a fresh machine it is downloaded; that goes on beside all that needs none.
const runtime: Promise<Runtime | string> | null = asked.includes('e2e')
  ? runtimeForTests().catch((error: unknown) => `no Electron runtime: ${String(error)}`)
  : null;
let isBuildBroken = false;
const programs = new Set<ChildProcess>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    for (const program of programs) program.kill(signal);
    process.exit(128 + constants.signals[signal]);
  });
}

mkdirSync(REPORTS, { recursive: true });
const ended = await runBeside(
  asked.map((name): Job<Outcome> => ({ name, ...PARTS[name] })),
  CORES,
  (text) => process.stdout.write(text),
);

console.log('\nSummary');
for (const { result, seconds } of ended) {
  console.log(`  ${result.title}: ${result.note ?? summaryLine(result.counts)} (${durationText(seconds)})`);
}
console.log(`  all parts: ${durationText((performance.now() - startedAt) / 1000)}`);
const total = ended.map(({ result }) => result.counts).reduce(addCounts, NO_COUNTS);
console.log(summaryLine(total));
process.exitCode = total.failed > 0 ? 1 : 0;

/** A part that runs one npm script and counts as one check. */
function check(title: string, script: string): Part {
  return {
    cores: 1,
    run: async (print) => {
      announce(title, print);
      const status = await runProgram('npm', ['run', '--silent', script], {}, print);
      if (script === 'build') isBuildBroken = status !== 0;
      return { title, counts: status === 0 ? ONE_PASSED : ONE_FAILED, note: null };
    },
  };
}

interface VitestRun {
  readonly title: string;
  readonly config: string;
  /** Name of the JSON report in test-output/. */
  readonly report: string;
  readonly environment?: NodeJS.ProcessEnv;
}

/** Runs vitest in a process of its own and counts what its JSON report says; no report is a failure. */
async function vitest({ title, config, report, environment = {} }: VitestRun, print: Print): Promise<Outcome> {
  announce(title, print);
  const path = join(REPORTS, report);
  rmSync(path, { force: true });
  const cli = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${path}`];
  const status = await runProgram(process.execPath, [cli, 'run', '--config', config, ...reporters], environment, print);
  const counts = existsSync(path) ? countsOfVitest(readFileSync(path, 'utf8')) : null;
  if (counts === null) return { title, counts: ONE_FAILED, note: 'failed: vitest wrote no report' };
  // An unhandled rejection fails the run without failing a test.
  if (status !== 0 && counts.failed === 0) return { title, counts: addCounts(counts, ONE_FAILED), note: null };
  return { title, counts, note: null };
}

/** Runs a program to its end and prints what it writes. Its status; null when a signal ended it or it did not start. */
function runProgram(
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  print: Print,
): Promise<number | null> {
  // What writes to a pipe leaves colours out unless it is told that a person will see them.
  const colours = process.stdout.isTTY && process.env.NO_COLOR === undefined ? { FORCE_COLOR: '1' } : {};
  const child = spawn(program, [...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...colours, ...environment },
    shell: process.platform === 'win32' && program === 'npm',
  });
  programs.add(child);
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', print);
  return new Promise((settle) => {
    child.on('error', (error) => {
      print(`${program} could not be started: ${error.message}\n`);
      settle(null);
    });
    child.on('close', (status) => {
      programs.delete(child);
      settle(status);
    });
  });
}

async function endToEnd(print: Print): Promise<Outcome> {
  if (isBuildBroken) return skipEndToEnd('the build failed', print);
  const stale = buildNeeded(ROOT);
  if (stale !== null) print(`Note: ${stale} since the app was built; npm run build makes it current.\n`);
  const found = await (runtime ?? 'no Electron runtime was asked for');
  if (typeof found === 'string') return skipEndToEnd(found, print);
  const displays = await obtainDisplays(APPS);
  if (typeof displays === 'string') return skipEndToEnd(displays, print);
  process.once('exit', displays.stop);
  try {
    return await vitest(
      {
        title: `end-to-end tests (${found.label})`,
        config: 'vitest.e2e.config.ts',
        report: 'e2e.json',
        environment: { INQUEST_E2E_RUNTIME: found.executable, [DISPLAYS]: displays.names.join(' ') },
      },
      print,
    );
  } finally {
    displays.stop();
  }
}

/** On a continuous-integration machine a part that was not run is a failure: green must mean tested. */
function skipEndToEnd(reason: string, print: Print): Outcome {
  const title = 'end-to-end tests';
  const isFailure = process.env.CI === 'true' || process.env.CI === '1';
  announce(`${title}: ${isFailure ? 'FAILED' : 'SKIPPED'}, ${reason}`, print);
  return {
    title,
    counts: isFailure ? ONE_FAILED : ONE_SKIPPED,
    note: `${isFailure ? 'failed' : 'skipped'}: ${reason}`,
  };
}

function announce(title: string, print: Print): void {
  print(`\n== ${title}\n`);
}
