import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Bench, type BenchRow, medianRow } from './bench.ts';
import {
  COMMON_WORD,
  JOURNAL_SHAPES,
  type JournalShape,
  RARE_EVERY,
  RARE_WORD,
  writeJournalFile,
} from './journal-file.ts';

const LINE_COUNTS = [100_000, 1_000_000, 3_000_000] as const;
/** The input that the table is about; the others are in its further lines. */
const SHOWN = { shape: 'short-iso-precise', lines: 3_000_000 } as const;
const ROUNDS = 3;
const importer = fileURLToPath(new URL('./journal-import.ts', import.meta.url));

const search = z.object({ seconds: z.number(), found: z.number() });
const figures = z.object({
  events: z.number(),
  problems: z.number(),
  seconds: z.number(),
  wallSeconds: z.number(),
  peakRssBytes: z.number(),
  bytesPerEvent: z.number(),
  rare: search,
  common: search,
});
type Figures = z.infer<typeof figures>;

interface Measured {
  readonly rows: readonly BenchRow[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  readonly figures: Figures;
  readonly bytes: number;
  readonly notes: readonly string[];
}

export const bench: Bench = {
  title: 'Import of a journal export',
  async run(folder) {
    const notes: string[] = [];
    let shown: Measured | null = null;
    for (const shape of JOURNAL_SHAPES) {
      for (const lines of LINE_COUNTS) {
        const isShown = shape === SHOWN.shape && lines === SHOWN.lines;
        const measured = measure(join(folder, `journal-${shape}-${lines}.log`), shape, lines, isShown ? ROUNDS : 1);
        notes.push(...measured.notes);
        if (isShown) shown = measured;
      }
    }
    if (shown === null) throw new Error('The journal that the table is about was not measured.');
    return {
      input: `generated ${SHOWN.shape} journal with ${SHOWN.lines} lines`,
      inputBytes: shown.bytes,
      rounds: ROUNDS,
      rows: shown.rows,
      skipped: shown.skipped,
      notes,
    };
  },
};

function measure(path: string, shape: JournalShape, lines: number, rounds: number): Measured {
  const bytes = writeJournalFile(path, shape, lines);
  try {
    const own: { readonly row: BenchRow; readonly figures: Figures }[] = [];
    const peers: BenchRow[] = [];
    let missing: string | null = null;
    // Round by round, so that a slow spell of the machine meets all contenders.
    for (let round = 0; round < rounds; round++) {
      own.push(runImport(path, lines));
      if (missing === null) {
        const peer = runLnav(path);
        if (typeof peer === 'string') missing = peer;
        else peers.push(peer);
      }
    }
    const row = medianRow(own.map((run) => run.row));
    const median = own.find((run) => run.row === row)?.figures;
    if (median === undefined) throw new Error('A median has no figures.');
    const peer = peers.length === 0 ? null : medianRow(peers);
    const perEvent = ((row.seconds * 1e6) / lines).toFixed(2);
    const peerNote = peer === null ? '' : `; lnav ${peer.wallSeconds.toFixed(2)} s, ${megabytes(peer.peakRssBytes)}`;
    const searches = [searchNote(path, RARE_WORD, median.rare), searchNote(path, COMMON_WORD, median.common)];
    const notes = [
      `${shape}, ${lines} lines, ${(bytes / 1e6).toFixed(0)} MB: ${row.seconds.toFixed(2)} s, ${perEvent} us and ${median.bytesPerEvent} bytes an event, ${megabytes(row.peakRssBytes)}${peerNote}`,
      ...searches.map((note) => `  ${note}`),
    ];
    const skipped = missing === null ? [] : [{ name: 'lnav', reason: missing }];
    return { rows: [row, ...(peer === null ? [] : [peer])], skipped, figures: median, bytes, notes };
  } finally {
    rmSync(path);
  }
}

function runImport(path: string, lines: number): { readonly row: BenchRow; readonly figures: Figures } {
  const run = spawnSync(process.execPath, [...process.execArgv, importer, path], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`The import failed: ${run.stderr}`);
  const read = figures.parse(JSON.parse(run.stdout));
  if (read.events !== lines || read.problems !== 0)
    throw new Error(`Inquest read ${read.events} of ${lines} entries, with ${read.problems} problems.`);
  if (read.rare.found !== Math.floor((lines + RARE_EVERY / 2 - 1) / RARE_EVERY))
    throw new Error(`Inquest found the rare word ${read.rare.found} times.`);
  const { seconds, wallSeconds, peakRssBytes } = read;
  return { row: { name: 'Inquest', seconds, wallSeconds, peakRssBytes }, figures: read };
}

/** Lets lnav index the file and print nothing of it; its own time cannot be told from that of its process. */
function runLnav(path: string): BenchRow | string {
  const command = ['-n', '-c', ':switch-to-view text', path];
  const started = performance.now();
  const run = spawnSync('/usr/bin/time', ['-f', '%M', 'lnav', ...command], { encoding: 'utf8' });
  const seconds = (performance.now() - started) / 1000;
  if (run.error !== undefined) return `/usr/bin/time cannot be run: ${run.error.message}`;
  if (run.status === 127) return 'not installed';
  const kibibytes = Number(run.stderr.trim().split('\n').at(-1));
  if (run.status !== 0 || !Number.isFinite(kibibytes)) return `it failed: ${run.stderr.trim()}`;
  return { name: 'lnav', seconds, wallSeconds: seconds, peakRssBytes: kibibytes * 1024 };
}

function searchNote(path: string, word: string, own: z.infer<typeof search>): string {
  const started = performance.now();
  const run = spawnSync('grep', ['-c', '-i', '-F', word, path], { encoding: 'utf8' });
  const seconds = (performance.now() - started) / 1000;
  const peer = run.error === undefined && run.status === 0 ? `grep -c -i ${seconds.toFixed(2)} s` : 'grep is missing';
  return `search for "${word}": ${own.found} events in ${own.seconds.toFixed(2)} s; ${peer}`;
}

function megabytes(bytes: number | null): string {
  return bytes === null ? '?' : `${(bytes / 1e6).toFixed(0)} MB`;
}
