import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { bundleHash, copyBundle, KEEP_BUNDLES } from './bundle-copies.ts';
import {
  analyseBundle,
  buildCommandLine,
  type CaseOutputs,
  OUTPUT_FILES,
  type OutputFormat,
  recallOutputs,
  rememberOutputs,
} from './case-outputs.ts';
import { compareOutputs } from './output-differences.ts';
import { ROOT } from './project.ts';

/*
 * Shows that a change of the source changed no byte of what `inquest analyze` prints and writes: analyses the sample, the
 * recorded incidents and every bundle that a scenario or integration test stages, with the command line of a base commit and
 * with that of the working tree. The working tree's tests stage the bundles for both, so only the analysis is compared.
 */

const USAGE = 'usage: npm run same-outputs -- [BASE] [--without-pdf]   BASE is a git revision, by default origin';
const FOLDER = join(ROOT, 'test-output', 'same-outputs');
const BUNDLES = join(FOLDER, 'bundles');
/** Outputs of base commits by commit and bundle. */
const KNOWN = join(FOLDER, 'known');
/** What parsing the artifacts of a bundle cost, by bundle: both sides must print the same figures. */
const MEASURED = join(FOLDER, 'measured');
const ARCHIVE_FOLDERS = ['samples', 'test/fixtures/incidents', 'test/fixtures/sosreport'];

interface Bundle {
  readonly name: string;
  readonly hash: string;
}

async function main(): Promise<number> {
  const asked = readArguments();
  const commit = asked === null ? null : commitOf(asked.base);
  if (asked === null || commit === null) {
    console.error(asked === null ? USAGE : `same-outputs: ${asked.base}: not a git revision\n${USAGE}`);
    return 2;
  }
  const bundles = stageBundles();
  const formats = (Object.keys(OUTPUT_FILES) as OutputFormat[]).filter((format) => asked.pdf || format !== 'pdf');
  const base = new Base(commit, formats);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      base.dispose();
      process.exit(130);
    });
  }
  try {
    const program = await buildCommandLine(ROOT, 'same-outputs');
    await base.prepare(bundles);
    let [outputs, differing, done] = [0, 0, 0];
    await inPool(bundles, async (bundle) => {
      // One after the other: the first remembers what parsing the artifacts cost, the second recalls it.
      const before = await orFailure(base.outputsOf(bundle));
      const after = await orFailure(analyse(program, bundle, formats));
      done += 1;
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${bundles.length} bundles\r`);
      for (const { format, difference } of compareOutputs(before, after)) {
        outputs += 1;
        if (difference === null) continue;
        differing += 1;
        const { place, shown } = difference;
        console.log([`${bundle.name}: ${format}: ${place}`, ...shown.map((line) => `    ${line}`)].join('\n'));
      }
    });
    console.log(`${bundles.length} bundles, ${outputs} outputs, ${differing} differ`);
    return differing === 0 ? 0 : 1;
  } finally {
    base.dispose();
    rmSync(join(ROOT, 'out', 'same-outputs'), { recursive: true, force: true });
  }
}

function readArguments(): { readonly base: string; readonly pdf: boolean } | null {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { 'without-pdf': { type: 'boolean', default: false } },
    });
    const [base = 'origin', ...more] = positionals;
    return more.length > 0 ? null : { base, pdf: !values['without-pdf'] };
  } catch {
    return null;
  }
}

function commitOf(revision: string): string | null {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  const { status, stdout } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

/** Has the tests write their bundles, adds the archives, and gives each different content once. */
function stageBundles(): readonly Bundle[] {
  rmSync(BUNDLES, { recursive: true, force: true });
  mkdirSync(BUNDLES, { recursive: true });
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const tests = spawnSync(process.execPath, [vitest, 'run', 'test/scenarios', 'test/integration', '--reporter=dot'], {
    cwd: ROOT,
    env: { ...process.env, [KEEP_BUNDLES]: BUNDLES },
    stdio: 'ignore',
  });
  // A test that fails may not have come to all of its bundles, but those that are there can be compared.
  if (tests.status !== 0) {
    console.error('same-outputs: tests of test/scenarios or test/integration failed; bundles may be missing');
  }
  for (const folder of ARCHIVE_FOLDERS) {
    for (const name of readdirSync(join(ROOT, folder))) {
      if (/\.(?:tar(?:\.\w+)?|zip)$/.test(name)) copyBundle(join(ROOT, folder, name), join(BUNDLES, name));
    }
  }
  const byHash = new Map<string, Bundle>();
  for (const name of readdirSync(BUNDLES).sort()) {
    const hash = bundleHash(join(BUNDLES, name));
    if (!byHash.has(hash)) byHash.set(hash, { name, hash });
  }
  return [...byHash.values()];
}

function analyse(program: string, { name, hash }: Bundle, formats: readonly OutputFormat[]): Promise<CaseOutputs> {
  return analyseBundle(program, join(BUNDLES, name), join(MEASURED, hash), formats);
}

/** The base commit's side: its outputs as they are known, else from a checkout of its own. */
class Base {
  readonly #commit: string;
  readonly #formats: readonly OutputFormat[];
  #checkout: string | null = null;
  #program: string | null = null;

  constructor(commit: string, formats: readonly OutputFormat[]) {
    this.#commit = commit;
    this.#formats = formats;
  }

  /** Checks the commit out and builds it where outputs of any of these bundles are not known. */
  async prepare(bundles: readonly Bundle[]): Promise<void> {
    for (const other of readdirSync(mkdirOf(KNOWN))) {
      if (other !== this.#commit) rmSync(join(KNOWN, other), { recursive: true, force: true });
    }
    if (bundles.every((bundle) => this.#known(bundle) !== null)) return;
    this.#checkout = join(mkdtempSync(join(tmpdir(), 'inquest-base-')), 'checkout');
    git('worktree', 'add', '--detach', '--quiet', this.#checkout, this.#commit);
    installPackages(this.#checkout);
    this.#program = await buildCommandLine(this.#checkout, 'same-outputs');
  }

  async outputsOf(bundle: Bundle): Promise<CaseOutputs> {
    const known = this.#known(bundle);
    if (known !== null) return known;
    if (this.#program === null) throw new Error('prepare() comes first');
    const outputs = await analyse(this.#program, bundle, this.#formats);
    rememberOutputs(this.#folderOf(bundle, this.#formats.includes('pdf')), outputs);
    return outputs;
  }

  dispose(): void {
    if (this.#checkout === null) return;
    git('worktree', 'remove', '--force', this.#checkout);
    rmSync(join(this.#checkout, '..'), { recursive: true, force: true });
  }

  /** What was kept with the PDF serves a comparison without it as well. */
  #known(bundle: Bundle): CaseOutputs | null {
    return (
      recallOutputs(this.#folderOf(bundle, true), this.#formats) ??
      (this.#formats.includes('pdf') ? null : recallOutputs(this.#folderOf(bundle, false), this.#formats))
    );
  }

  /** Reports show the bundle's name, so that is a part of what they are known by. */
  #folderOf({ name, hash }: Bundle, pdf: boolean): string {
    return join(KNOWN, this.#commit, pdf ? 'with-pdf' : 'without-pdf', `${name}-${hash}`);
  }
}

function mkdirOf(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}

function git(...args: readonly string[]): void {
  execFileSync('git', args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Links the working tree's packages into a checkout, or installs its own where it asks for others. */
function installPackages(checkout: string): void {
  const lockOf = (folder: string): string => readFileSync(join(folder, 'package-lock.json'), 'utf8');
  if (lockOf(checkout) === lockOf(ROOT)) {
    symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'), 'junction');
  } else {
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], {
      cwd: checkout,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
  }
}

/** What a promise gives, or the error with which it failed. */
function orFailure<Value>(promise: Promise<Value>): Promise<Value | Error> {
  return promise.catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
}

/** Works through a list with as many at a time as there are processors. */
async function inPool<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const worker = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

process.exitCode = await main();
