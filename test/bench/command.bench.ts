import { rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { type Bench, type BenchRow, medianRow } from './bench.ts';
import { bundleCommandLine } from './bundle-program.ts';
import { WEEK_SHAPES, type WeekShape, writeServiceWeek } from './service-week.ts';
import { megabytes, processNote, runTimed } from './timed-run.ts';

/** INQUEST_BENCH_LINES=100000,5000000 measures these sizes alone; from LARGE_LINES on it is one round. */
const SIZES_LINES = [1_000_000];
const LARGE_LINES = 3_000_000;
const ROUNDS = 3;

interface Comparison {
  readonly shape: WeekShape;
  readonly lines: number;
  readonly inputBytes: number;
  readonly rounds: number;
  readonly own: BenchRow;
  readonly peers: readonly BenchRow[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/** The whole command over a week of one service: from the start of its process to the case on disk. */
export const bench: Bench = {
  title: 'inquest analyze, the whole command, on a week of one service',
  async run(folder) {
    const program = await bundleCommandLine(join(folder, 'program'));
    const asked = process.env.INQUEST_BENCH_LINES;
    const sizes = asked === undefined ? SIZES_LINES : asked.split(',').map(Number);
    const all = sizes.flatMap((lines) => WEEK_SHAPES.map((shape) => compare(program, folder, shape, lines)));
    const worst = all.reduce((most, each) => (ratioOf(each) > ratioOf(most) ? each : most));
    return {
      input: `${worst.lines} lines as ${worst.shape}, the format that is furthest from its peer`,
      inputBytes: worst.inputBytes,
      rounds: worst.rounds,
      rows: [worst.own, ...worst.peers],
      skipped: worst.skipped,
      notes: all.sort((a, b) => ratioOf(b) - ratioOf(a)).map(describe),
    };
  },
};

function compare(program: string, folder: string, shape: WeekShape, lines: number): Comparison {
  const path = join(folder, `${shape}-${lines}.log`);
  const inputBytes = writeServiceWeek(path, shape, lines);
  const rounds = lines >= LARGE_LINES ? 1 : ROUNDS;
  const own: BenchRow[] = [];
  const peers = [
    // It indexes the file and prints nothing of it.
    { name: 'lnav', command: ['-n', '-c', ':switch-to-view text', path] },
    { name: 'grep', command: ['-c', '-F', 'WORKER TIMEOUT', path] },
  ].map((peer) => ({ ...peer, rows: [] as BenchRow[], reason: null as string | null }));
  // Round by round, so that a slow spell of the machine meets all contenders.
  for (let round = 0; round < rounds; round += 1) {
    const ran = runTimed(process.execPath, [program, 'analyze', path, '--json', join(folder, 'case.json')]);
    if (typeof ran === 'string') throw new Error(`inquest on ${shape}: ${ran}`);
    own.push({ ...ran, name: 'Inquest' });
    for (const peer of peers) {
      if (peer.reason !== null) continue;
      const row = runTimed(peer.name, peer.command);
      if (typeof row === 'string') peer.reason = row;
      else peer.rows.push(row);
    }
  }
  rmSync(path);
  return {
    shape,
    lines,
    inputBytes,
    rounds,
    own: medianRow(own),
    peers: peers.filter(({ rows }) => rows.length > 0).map(({ rows }) => medianRow(rows)),
    skipped: peers.flatMap(({ name, reason }) => (reason === null ? [] : [{ name, reason }])),
  };
}

/** Inquest's wall time as a multiple of lnav's, or of what there is. */
function ratioOf({ own, peers: [peer] }: Comparison): number {
  return peer === undefined ? own.wallSeconds : own.wallSeconds / peer.wallSeconds;
}

function describe({ shape, lines, inputBytes, own, peers }: Comparison): string {
  const beside = peers.map(
    (peer) =>
      `${peer.name} ${processNote(peer)}, ${megabytes(peer.peakRssBytes)} (Inquest takes ${(own.wallSeconds / peer.wallSeconds).toFixed(2)} x)`,
  );
  return [
    `${shape}, ${lines} lines, ${megabytes(inputBytes)}: ${processNote(own)}, ${megabytes(own.peakRssBytes)}`,
    ...beside,
  ].join('; ');
}
