import { spawnSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Bench, type BenchRow, medianRow } from './bench.ts';
import { bundleProgram } from './bundle-program.ts';
import { megabytes, processNote, runTimed } from './timed-run.ts';

/** `INQUEST_BENCH_MEGABYTES=10,100 npm run bench database` measures these sizes alone. */
const SIZES = (process.env.INQUEST_BENCH_MEGABYTES ?? '10,100,500').split(',').map(Number);
const ROUNDS = 3;
/** From here on one round takes a minute by itself. */
const ONE_ROUND_FROM_BYTES = 400e6;
/** Bytes of the file that one row takes with its entries in the two indexes: it decides how many rows are written. */
const BYTES_PER_ROW = 136;
const CHECKS = `PRAGMA integrity_check; PRAGMA foreign_key_check;
  SELECT name, sum(pgsize), sum(unused), sum(payload) FROM dbstat GROUP BY name;`;

const opened = z.object({
  seconds: z.number(),
  wallSeconds: z.number(),
  cpuSeconds: z.number(),
  peakRssBytes: z.number(),
  integrity: z.string().nullable(),
  problems: z.array(z.string()),
  sizes: z.array(z.tuple([z.string(), z.number(), z.number(), z.number()])),
});

interface Measured {
  readonly bytes: number;
  readonly rows: readonly BenchRow[];
  readonly note: string;
}

export const bench: Bench = {
  title: 'Opening of a database',
  async run(folder) {
    if (SIZES.some((size) => !Number.isInteger(size) || size < 1))
      throw new Error('INQUEST_BENCH_MEGABYTES holds whole numbers above 0 with commas between them.');
    const program = await bundleProgram(join(folder, 'program'), 'database-open', ['hash-worker']);
    const measured: Measured[] = [];
    for (const size of SIZES) {
      const result = measure(program, join(folder, 'service.db'), size * 1e6);
      measured.push(result);
      process.stderr.write(`${result.note}\n`);
    }
    const shown = measured.at(-1);
    if (shown === undefined) throw new Error('No database was measured.');
    return {
      input: `generated database with a table of results and two indexes`,
      inputBytes: shown.bytes,
      rounds: roundsOf(shown.bytes),
      rows: shown.rows,
      skipped: [],
      notes: measured.map(({ note }) => note),
    };
  },
};

/** The same work for both: integrity_check, foreign_key_check and the sizes of all tables; Inquest also hashes the file. */
function measure(program: string, path: string, wantedBytes: number): Measured {
  const rounds = roundsOf(wantedBytes);
  const rows = Math.round(wantedBytes / BYTES_PER_ROW);
  shell(path, generatorSql(rows));
  try {
    const bytes = statSync(path).size;
    const expected = shell(path, CHECKS);
    const own: BenchRow[] = [];
    const peers: BenchRow[] = [];
    for (let round = 0; round < rounds; round += 1) {
      own.push(open(program, path, expected));
      const peer = runTimed('sqlite3', ['-readonly', path, CHECKS]);
      if (typeof peer === 'string') throw new Error(`sqlite3: ${peer}`);
      peers.push(peer);
    }
    const [row, peer] = [medianRow(own), medianRow(peers)];
    const note = `${(bytes / 1e6).toFixed(0)} MB, ${rows} rows: ${row.seconds.toFixed(2)} s (process ${processNote(row)}), ${megabytes(row.peakRssBytes)}; sqlite3 ${processNote(peer)}, ${megabytes(peer.peakRssBytes)}; Inquest's process takes ${(row.wallSeconds / peer.wallSeconds).toFixed(2)} times as long`;
    return { bytes, rows: [row, peer], note };
  } finally {
    rmSync(path);
  }
}

function roundsOf(bytes: number): number {
  return bytes < ONE_ROUND_FROM_BYTES ? ROUNDS : 1;
}

function open(program: string, path: string, expected: string): BenchRow {
  const run = spawnSync(process.execPath, [program, path], { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (run.status !== 0) throw new Error(`Opening failed: ${run.stderr}`);
  const { seconds, wallSeconds, cpuSeconds, peakRssBytes, integrity, problems, sizes } = opened.parse(
    JSON.parse(run.stdout),
  );
  const found = ['ok', ...sizes.map((size) => size.join('|')).sort()].join('\n');
  if (integrity !== 'ok' || problems.length > 0 || found !== expected.trim().split('\n').sort(okFirst).join('\n'))
    throw new Error(`Inquest and sqlite3 differ: ${integrity} ${problems.join(' ')}\n${found}\n${expected}`);
  return { name: 'Inquest', seconds, wallSeconds, cpuSeconds, peakRssBytes };
}

function okFirst(one: string, other: string): number {
  if (one === 'ok' || other === 'ok') return one === 'ok' ? -1 : 1;
  return one < other ? -1 : 1;
}

function shell(path: string, sql: string): string {
  const run = spawnSync('sqlite3', [path], { input: sql, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (run.error !== undefined || run.status !== 0)
    throw new Error(`sqlite3 cannot be run: ${run.error?.message ?? run.stderr}`);
  return run.stdout;
}

/** Jobs of 1,000 results each, as a service of many years has them; names come in no order of their index. */
function generatorSql(rows: number): string {
  return `PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-200000;
    CREATE TABLE jobs(id INTEGER PRIMARY KEY, name TEXT, timestamp TEXT, total_tests INT);
    CREATE TABLE test_results(id INTEGER PRIMARY KEY, job_id INT REFERENCES jobs(id), name TEXT, status TEXT, seconds REAL);
    BEGIN;
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${Math.ceil(rows / 1000)})
      INSERT INTO jobs SELECT i, 'job ' || i, datetime(1700000000 + i * 3600, 'unixepoch'), 1000 FROM n;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
      INSERT INTO test_results SELECT i, i / 1000, printf('tests.module_%03d.test_case_with_a_name_%06d', i * 7919 % 997, i * 104729 % 999983), 'passed', i % 100 / 8.0 FROM n;
    CREATE INDEX results_job ON test_results(job_id);
    CREATE INDEX results_name ON test_results(name);
    COMMIT;`;
}
