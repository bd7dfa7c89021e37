import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildNeeded } from './build-state.ts';
import { type Display, obtainDisplay } from './display.ts';
import { ROOT } from './project.ts';
import { type Runtime, runtimeForTests } from './runtime.ts';
import { addCounts, type Counts, countsOfVitest, NO_COUNTS, summaryLine } from './test-results.ts';

/*
 * Everything that must hold, in the order in which it is cheapest to find out: types, lint, arrows between folders, unit
 * and integration tests, the build, the tests of the built app in a real Electron. The last line is the summary. Parts can
 * be named: npm test -- build e2e
 */

interface Step {
  readonly name: string;
  readonly counts: Counts;
  /** Why it was skipped, or null. */
  readonly note: string | null;
}

const ONE_PASSED: Counts = { passed: 1, failed: 0, skipped: 0 };
const ONE_FAILED: Counts = { passed: 0, failed: 1, skipped: 0 };
const ONE_SKIPPED: Counts = { passed: 0, failed: 0, skipped: 1 };
const REPORTS = join(ROOT, 'test-output');

const PARTS = {
  types: () => check('types', 'typecheck'),
  lint: () => check('lint', 'lint'),
  arch: () => check('architecture', 'arch'),
  unit: () => vitest('unit and integration tests', 'vitest.config.ts', 'unit.json', {}),
  build: () => check('build', 'build'),
  e2e: (): Step | Promise<Step> => endToEnd(),
};
type Part = keyof typeof PARTS;
const isPart = (name: string): name is Part => Object.hasOwn(PARTS, name);

const named = process.argv.slice(2);
const unknown = named.filter((name) => !isPart(name));
if (unknown.length > 0) {
  console.error(`There is no part named ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}

mkdirSync(REPORTS, { recursive: true });
const steps: Step[] = [];
for (const part of Object.keys(PARTS).filter(isPart)) {
  if (named.length > 0 && !named.includes(part)) continue;
  steps.push(await PARTS[part]());
}

console.log('\nSummary');
for (const step of steps) console.log(`  ${step.name}: ${step.note ?? summaryLine(step.counts)}`);
const total = steps.map((step) => step.counts).reduce(addCounts, NO_COUNTS);
console.log(summaryLine(total));
process.exitCode = total.failed > 0 ? 1 : 0;

/** Runs one npm script; it counts as one check. */
function check(name: string, script: string): Step {
  announce(name);
  const ran = spawnSync('npm', ['run', '--silent', script], {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  return { name, counts: ran.status === 0 ? ONE_PASSED : ONE_FAILED, note: null };
}

/** Runs vitest in a process of its own and counts what its JSON report says; no report is a failure. */
function vitest(name: string, config: string, reportName: string, environment: NodeJS.ProcessEnv): Step {
  announce(name);
  const report = join(REPORTS, reportName);
  rmSync(report, { force: true });
  const cli = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const ran = spawnSync(process.execPath, [cli, 'run', '--config', config, ...reporters], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  const counts = existsSync(report) ? countsOfVitest(readFileSync(report, 'utf8')) : null;
  if (counts === null) return { name, counts: ONE_FAILED, note: 'failed: vitest wrote no report' };
  // An unhandled rejection fails the run without failing a test.
  if (ran.status !== 0 && counts.failed === 0) return { name, counts: addCounts(counts, ONE_FAILED), note: null };
  return { name, counts, note: null };
}

async function endToEnd(): Promise<Step> {
  if (steps.some((step) => step.name === 'build' && step.counts.failed > 0)) return skipEndToEnd('the build failed');
  const stale = buildNeeded(ROOT);
  if (stale !== null) console.log(`Note: ${stale} since the app was built; npm run build makes it current.`);
  const display = await obtainDisplay();
  if (typeof display === 'string') return skipEndToEnd(display);
  try {
    const runtime = await runtimeForTests().catch((error: unknown) => String(error));
    if (typeof runtime === 'string') return skipEndToEnd(`no Electron runtime: ${runtime}`);
    return runEndToEnd(display, runtime);
  } finally {
    display.stop();
  }
}

function runEndToEnd(display: Display, runtime: Runtime): Step {
  const name = `end-to-end tests (${runtime.label})`;
  return vitest(name, 'vitest.e2e.config.ts', 'e2e.json', {
    INQUEST_E2E_RUNTIME: runtime.executable,
    ...(display.display === null ? {} : { DISPLAY: display.display }),
  });
}

/** On a continuous-integration machine a part that was not run is a failure: green must mean tested. */
function skipEndToEnd(reason: string): Step {
  const name = 'end-to-end tests';
  const isFailure = process.env.CI === 'true' || process.env.CI === '1';
  announce(`${name}: ${isFailure ? 'FAILED' : 'SKIPPED'}, ${reason}`);
  return { name, counts: isFailure ? ONE_FAILED : ONE_SKIPPED, note: `${isFailure ? 'failed' : 'skipped'}: ${reason}` };
}

function announce(title: string): void {
  console.log(`\n== ${title}`);
}
