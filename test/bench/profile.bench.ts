import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Bench, type BenchRow, medianRow } from './bench.ts';
import { bundleProgram } from './bundle-program.ts';
import { writeJUnitFile } from './junit-file.ts';
import { megabytes, processNote } from './timed-run.ts';

/** The first is the one of the table, the others are notes. INQUEST_BENCH_MB=10 measures that size alone. */
const SIZES_MB = [80, 10, 500] as const;
/** Of a large file one round is long enough for a slow spell not to matter. */
const ROUNDS = 3;
/** A small file takes less time than a slow spell. */
const ROUNDS_OF_SMALL = 9;
const SMALL_MB = 20;
const ROUNDS_OF_LARGE = 1;
const LARGE_MB = 300;
const PEERS = [
  { name: 'Python pyexpat', method: 'expat' },
  { name: 'Python ElementTree', method: 'element-tree' },
  { name: 'Python iterparse + clear', method: 'iterparse' },
  { name: 'Python lxml tree', method: 'lxml' },
] as const;
/** Exit status of the script for a parser that this Python lacks. */
const NOT_INSTALLED = 3;
const script = fileURLToPath(new URL('./peers/junit_count.py', import.meta.url));
/** INQUEST_BENCH_PYTHON: another Python, for one that has lxml. */
const python = process.env['INQUEST_BENCH_PYTHON'] ?? 'python3';
/** What both Inquest's program and Python's print. */
const report = z.object({
  testcases: z.number().nullable(),
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
    const program = await bundleProgram(join(folder, 'program'), 'artifact-profile', [
      'measure-worker',
      'profile-worker',
    ]);
    const table = compare(program, folder, first ?? SIZES_MB[0]);
    const notes = others.flatMap((size) => describe(compare(program, folder, size)));
    return { ...table, input: `generated JUnit file with ${table.testcases} test cases`, notes };
  },
};

function compare(program: string, folder: string, size: number): Comparison {
  const path = join(folder, `test-results-${size}.xml`);
  const { bytes, testcases } = writeJUnitFile(path, size * 1e6);
  const rounds = size >= LARGE_MB ? ROUNDS_OF_LARGE : size <= SMALL_MB ? ROUNDS_OF_SMALL : ROUNDS;
  const own: BenchRow[] = [];
  const tree: BenchRow[] = [];
  const peers = PEERS.map((peer) => ({ ...peer, rounds: [] as BenchRow[], skipped: null as string | null }));
  // Round by round, so that a slow spell of the machine meets all contenders.
  for (let round = 0; round < rounds; round++) {
    own.push(profile(program, 'stream', path, testcases));
    for (const peer of peers) {
      if (peer.skipped !== null) continue;
      const attempt = run(peer.name, python, [script, peer.method, path], testcases);
      if ('skipped' in attempt) peer.skipped = attempt.skipped;
      else peer.rounds.push(attempt.row);
    }
    tree.push(profile(program, 'tree', path, testcases));
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
  const [own] = rows;
  return rows.map((row) =>
    [
      `${(inputBytes / 1e6).toFixed(0)} MB, median of ${rounds}: ${row.name}`,
      `${row.seconds.toFixed(3)} s (process ${processNote(row)})`,
      megabytes(row.peakRssBytes),
      ...(own === undefined || row === own ? [] : [`Inquest takes ${(own.seconds / row.seconds).toFixed(2)} x`]),
    ].join(', '),
  );
}

function profile(program: string, mode: 'stream' | 'tree', path: string, testcases: number): BenchRow {
  const name = mode === 'stream' ? 'Inquest' : 'Inquest, tree';
  const attempt = run(name, process.execPath, [program, mode, path], testcases);
  if ('skipped' in attempt) throw new Error(attempt.skipped);
  return attempt.row;
}

/** Runs a contender, which prints its own figures; the wall time is that of its whole process. */
function run(name: string, command: string, options: readonly string[], testcases: number): Attempt {
  const started = performance.now();
  const ran = spawnSync(command, options, { encoding: 'utf8' });
  const wallSeconds = (performance.now() - started) / 1000;
  if (ran.error !== undefined) return { skipped: `${command} cannot be run: ${ran.error.message}` };
  if (ran.status === NOT_INSTALLED) return { skipped: `not installed: ${ran.stderr.trim()}` };
  if (ran.status !== 0) throw new Error(`${name} failed: ${ran.stderr}`);
  const { testcases: counted, ...figures } = report.parse(JSON.parse(ran.stdout));
  if (counted !== null && counted !== testcases)
    throw new Error(`${name} counted ${counted} of ${testcases} test cases.`);
  return { row: { name, wallSeconds, ...figures } };
}
