import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { measureArtifact } from '../../electron/workers/measure-client.ts';
import { profileArtifact } from '../../electron/workers/profile-client.ts';
import { type Bench, type BenchRow, medianRow } from './bench.ts';
import { writeJUnitFile } from './junit-file.ts';

/** The first is the one of the table, the others are notes. INQUEST_BENCH_MB=10 measures that size alone. */
const SIZES_MB = [80, 10, 500] as const;
/** Of a large file one round is long enough for a slow spell not to matter. */
const ROUNDS = 3;
const ROUNDS_OF_LARGE = 1;
const LARGE_MB = 300;
const PEERS = [
  { name: 'Python pyexpat', method: 'expat' },
  { name: 'Python ElementTree', method: 'element-tree' },
  { name: 'Python iterparse + clear', method: 'iterparse' },
  { name: 'Python lxml tree', method: 'lxml' },
] as const;
const script = fileURLToPath(new URL('./peers/junit_count.py', import.meta.url));
/** INQUEST_BENCH_PYTHON: another Python, for one that has lxml. */
const python = process.env['INQUEST_BENCH_PYTHON'] ?? 'python3';
const peerReport = z.object({
  testcases: z.number(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakRssBytes: z.number(),
});

type Attempt = { readonly row: BenchRow } | { readonly skipped: string };

interface Comparison {
  readonly inputBytes: number;
  readonly testcases: number;
  readonly rounds: number;
  readonly rows: readonly BenchRow[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

export const bench: Bench = {
  title: 'Profile of a JUnit artifact',
  async run(folder) {
    const only = process.env['INQUEST_BENCH_MB'];
    const [first, ...others] = only === undefined ? SIZES_MB : [Number(only)];
    const table = await compare(folder, first ?? SIZES_MB[0]);
    const notes: string[] = [];
    for (const megabytes of others) notes.push(...describe(await compare(folder, megabytes)));
    return { ...table, input: `generated JUnit file with ${table.testcases} test cases`, notes };
  },
};

async function compare(folder: string, megabytes: number): Promise<Comparison> {
  const path = join(folder, `test-results-${megabytes}.xml`);
  const { bytes, testcases } = writeJUnitFile(path, megabytes * 1e6);
  const rounds = megabytes >= LARGE_MB ? ROUNDS_OF_LARGE : ROUNDS;
  const own: BenchRow[] = [];
  const tree: BenchRow[] = [];
  const peers = PEERS.map((peer) => ({ ...peer, rounds: [] as BenchRow[], skipped: null as string | null }));
  // Round by round, so that a slow spell of the machine meets all contenders.
  for (let round = 0; round < rounds; round++) {
    own.push(await profile(path, bytes, testcases));
    for (const peer of peers) {
      if (peer.skipped !== null) continue;
      const attempt = runPeer(peer.name, peer.method, path, testcases);
      if ('skipped' in attempt) peer.skipped = attempt.skipped;
      else peer.rounds.push(attempt.row);
    }
    tree.push(await profileTree(path, bytes));
  }
  rmSync(path);
  return {
    inputBytes: bytes,
    testcases,
    rounds,
    rows: [own, ...peers.map((peer) => peer.rounds), tree].filter((each) => each.length > 0).map(medianRow),
    skipped: peers.flatMap(({ name, skipped }) => (skipped === null ? [] : [{ name, reason: skipped }])),
  };
}

/** A table of another size, a line for each contender. */
function describe({ inputBytes, rounds, rows }: Comparison): string[] {
  return rows.map(({ name, seconds, cpuSeconds, peakRssBytes }) =>
    [
      `${(inputBytes / 1e6).toFixed(0)} MB, median of ${rounds}: ${name}`,
      `${seconds.toFixed(2)} s`,
      `${(cpuSeconds ?? 0).toFixed(2)} s of processor`,
      `${((peakRssBytes ?? 0) / 1e6).toFixed(0)} MB`,
    ].join(', '),
  );
}

async function profile(path: string, bytes: number, testcases: number): Promise<BenchRow> {
  const started = performance.now();
  const report = await profileArtifact({ evidenceId: 'e1', path, absolutePath: path, bytes });
  const wallSeconds = (performance.now() - started) / 1000;
  if (report.testcases !== testcases)
    throw new Error(`Inquest counted ${report.testcases} of ${testcases} test cases.`);
  const { seconds, cpuSeconds, peakRssBytes } = report.stream;
  return { name: 'Inquest', seconds, wallSeconds, cpuSeconds, peakRssBytes };
}

async function profileTree(path: string, bytes: number): Promise<BenchRow> {
  const request = { evidenceId: 'e1', path, absolutePath: path, bytes, mode: 'tree', memoryLimitBytes: null } as const;
  const started = performance.now();
  const { seconds, cpuSeconds, peakRssBytes, outcome } = await measureArtifact(request, 1);
  const wallSeconds = (performance.now() - started) / 1000;
  const name = outcome.kind === 'finished' ? 'Inquest, tree' : `Inquest, tree (${outcome.kind})`;
  return { name, seconds, wallSeconds, cpuSeconds, peakRssBytes };
}

function runPeer(name: string, method: string, path: string, testcases: number): Attempt {
  const started = performance.now();
  const run = spawnSync(python, [script, method, path], { encoding: 'utf8' });
  const wallSeconds = (performance.now() - started) / 1000;
  if (run.error !== undefined) return { skipped: `Python cannot be run: ${run.error.message}` };
  if (run.status === 3) return { skipped: `not installed: ${run.stderr.trim()}` };
  if (run.status !== 0) throw new Error(`${name} failed: ${run.stderr}`);
  const report = peerReport.parse(JSON.parse(run.stdout));
  if (report.testcases !== testcases)
    throw new Error(`${name} counted ${report.testcases} of ${testcases} test cases.`);
  return {
    row: {
      name,
      seconds: report.seconds,
      wallSeconds,
      cpuSeconds: report.cpuSeconds,
      peakRssBytes: report.peakRssBytes,
    },
  };
}
