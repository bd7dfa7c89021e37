import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Bench, type BenchRow, medianRow } from './bench.ts';
import { bundleProgram } from './bundle-program.ts';
import {
  COMMON_WORD,
  JOURNAL_SHAPES,
  type JournalShape,
  RARE_EVERY,
  RARE_WORD,
  writeJournalFile,
} from './journal-file.ts';
import { megabytes, processNote, runTimed } from './timed-run.ts';

/** `INQUEST_BENCH_LINES=100000,1000000 npm run bench journal` measures these sizes alone. */
const LINE_COUNTS = (process.env.INQUEST_BENCH_LINES ?? '100000,1000000,3000000').split(',').map(Number);
/** The input that the table is about; the others are in its further lines. */
const SHOWN = { shape: 'short-iso-precise', lines: LINE_COUNTS.at(-1) ?? 0 } as const;
/** Writes a native journal of an export; it begins a further file where one is full. */
const JOURNAL_WRITER = '/lib/systemd/systemd-journal-remote';
const ROUNDS = 3;

const search = z.object({ seconds: z.number(), found: z.number() });
const figures = z.object({
  events: z.number(),
  problems: z.number(),
  seconds: z.number(),
  wallSeconds: z.number(),
  peakRssBytes: z.number(),
  cpuSeconds: z.number(),
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
    if (LINE_COUNTS.some((lines) => !Number.isInteger(lines) || lines < 1))
      throw new Error('INQUEST_BENCH_LINES holds whole numbers above 0 with commas between them.');
    const importer = await bundleProgram(join(folder, 'importer'), 'journal-import', ['hash-worker', 'part-worker']);
    const notes: string[] = [];
    let shown: Measured | null = null;
    for (const shape of JOURNAL_SHAPES) {
      for (const lines of LINE_COUNTS) {
        const isShown = shape === SHOWN.shape && lines === SHOWN.lines;
        const path = join(folder, `journal-${shape}-${lines}.log`);
        const measured = measure(importer, path, shape, lines, isShown ? ROUNDS : 1);
        notes.push(...measured.notes);
        if (isShown) shown = measured;
        process.stderr.write(`${measured.notes.join('\n')}\n`);
      }
    }
    for (const lines of LINE_COUNTS) {
      const note = measureNative(importer, join(folder, `native-${lines}`), lines);
      notes.push(note);
      process.stderr.write(`${note}\n`);
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

function measure(importer: string, path: string, shape: JournalShape, lines: number, rounds: number): Measured {
  const bytes = writeJournalFile(path, shape, lines);
  try {
    const own: { readonly row: BenchRow; readonly figures: Figures }[] = [];
    const peers: BenchRow[] = [];
    // lnav takes an export for plain text, which is another work.
    let missing: string | null = shape === 'export' ? 'it does not read exports' : null;
    // Round by round, so that a slow spell of the machine meets all contenders.
    for (let round = 0; round < rounds; round++) {
      own.push(runImport(importer, path, lines));
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
    const peerNote =
      peer === null
        ? ''
        : `; lnav ${processNote(peer)}, ${megabytes(peer.peakRssBytes)}, Inquest's process takes ${(row.wallSeconds / peer.wallSeconds).toFixed(2)} times as long`;
    const searches = [searchNote(path, RARE_WORD, median.rare), searchNote(path, COMMON_WORD, median.common)];
    const notes = [
      `${shape}, ${lines} lines, ${(bytes / 1e6).toFixed(0)} MB: ${row.seconds.toFixed(2)} s (process ${processNote(row)}), ${perEvent} us and ${median.bytesPerEvent.toFixed(1)} bytes an event, ${megabytes(row.peakRssBytes)}${peerNote}`,
      ...searches.map((note) => `  ${note}`),
    ];
    const skipped = missing === null ? [] : [{ name: 'lnav', reason: missing }];
    return { rows: [row, ...(peer === null ? [] : [peer])], skipped, figures: median, bytes, notes };
  } finally {
    rmSync(path);
  }
}

/** Inquest against journalctl on a folder of native files, which takes no part in the table: one round. */
function measureNative(importer: string, folder: string, lines: number): string {
  mkdirSync(folder);
  const source = `${folder}.export`;
  try {
    writeJournalFile(source, 'export', lines);
    const input = openSync(source, 'r');
    const written = spawnSync(JOURNAL_WRITER, [`--output=${join(folder, 'bench.journal')}`, '-'], {
      stdio: [input, 'ignore', 'ignore'],
    });
    closeSync(input);
    if (written.error !== undefined || written.status !== 0)
      return `native, ${lines} lines: skipped, ${JOURNAL_WRITER} cannot be run (package systemd-journal-remote)`;
    const bytes = readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
    const { row, figures: own } = runImport(importer, folder, lines);
    const peer = runTimed('journalctl', ['--file', join(folder, '*.journal'), '-o', 'json', '--no-pager']);
    const peerNote =
      typeof peer === 'string'
        ? `journalctl: ${peer}`
        : `journalctl -o json ${processNote(peer)}, ${megabytes(peer.peakRssBytes)}, ${(peer.seconds / row.wallSeconds).toFixed(1)} times Inquest's process`;
    return `native, ${lines} lines, ${(bytes / 1e6).toFixed(0)} MB: ${row.seconds.toFixed(2)} s (process ${processNote(row)}), ${own.bytesPerEvent.toFixed(1)} bytes an event, ${megabytes(row.peakRssBytes)}; ${peerNote}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(source, { force: true });
  }
}

function runImport(
  importer: string,
  path: string,
  lines: number,
): { readonly row: BenchRow; readonly figures: Figures } {
  const run = spawnSync(process.execPath, [importer, path], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`The import failed: ${run.stderr}`);
  const read = figures.parse(JSON.parse(run.stdout));
  if (read.events !== lines || read.problems !== 0)
    throw new Error(`Inquest read ${read.events} of ${lines} entries, with ${read.problems} problems.`);
  if (read.rare.found !== Math.floor((lines + RARE_EVERY / 2 - 1) / RARE_EVERY))
    throw new Error(`Inquest found the rare word ${read.rare.found} times.`);
  const { seconds, wallSeconds, peakRssBytes, cpuSeconds } = read;
  return { row: { name: 'Inquest', seconds, wallSeconds, peakRssBytes, cpuSeconds }, figures: read };
}

/** Lets lnav index the file and print nothing of it; its own time cannot be told from that of its process. */
function runLnav(path: string): BenchRow | string {
  return runTimed('lnav', ['-n', '-c', ':switch-to-view text', path]);
}

function searchNote(path: string, word: string, own: z.infer<typeof search>): string {
  const started = performance.now();
  const run = spawnSync('grep', ['-c', '-i', '-F', word, path], { encoding: 'utf8' });
  const seconds = (performance.now() - started) / 1000;
  // Status 1 says that no line has the word.
  const hasRun = run.status === 0 || run.status === 1;
  const peer = hasRun
    ? `grep -c -i ${seconds.toFixed(2)} s`
    : `grep failed: ${run.error?.message ?? run.stderr.trim()}`;
  return `search for "${word}": ${own.found} events in ${own.seconds.toFixed(2)} s; ${peer}`;
}
