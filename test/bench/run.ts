import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench, BenchResult } from './bench.ts';

/**
 * `npm run bench [name ...]`: runs every `*.bench.ts` of this folder (or the named ones), prints a table each and writes
 * the figures to out/bench/<name>.json.
 */
const here = fileURLToPath(new URL('.', import.meta.url));
const outFolder = fileURLToPath(new URL('../../out/bench/', import.meta.url));

async function main(wanted: readonly string[]): Promise<number> {
  const suffix = '.bench.ts';
  const names = readdirSync(here)
    .filter((file) => file.endsWith(suffix))
    .map((file) => file.slice(0, -suffix.length))
    .sort();
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    console.error(`No such bench: ${unknown.join(', ')}. There are: ${names.join(', ')}.`);
    return 2;
  }
  mkdirSync(outFolder, { recursive: true });
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    platform: `${platform()} ${arch()}`,
    node: process.version,
  };
  for (const name of wanted.length > 0 ? wanted : names) {
    const { bench }: { bench: Bench } = await import(new URL(`./${name}${suffix}`, import.meta.url).href);
    const folder = mkdtempSync(join(tmpdir(), 'inquest-bench-'));
    try {
      const result = await bench.run(folder);
      print(bench.title, result);
      const record = { bench: name, title: bench.title, machine, ...result, ratios: ratios(result) };
      writeFileSync(join(outFolder, `${name}.json`), `${JSON.stringify(record, null, 2)}\n`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return 0;
}

/** Inquest's time as a multiple of each contender's: below 1, Inquest is faster. */
function ratios({ rows }: BenchResult): { name: string; seconds: number; wallSeconds: number }[] {
  const [own, ...others] = rows;
  if (own === undefined) return [];
  return others.map((row) => ({
    name: row.name,
    seconds: own.seconds / row.seconds,
    wallSeconds: own.wallSeconds / row.wallSeconds,
  }));
}

function print(title: string, result: BenchResult): void {
  const megabytes = result.inputBytes / 1e6;
  console.log(`\n${title}\n${result.input}, ${megabytes.toFixed(1)} MB, median of ${result.rounds} rounds\n`);
  const [own] = result.rows;
  const lines = result.rows.map((row) => [
    row.name,
    `${row.seconds.toFixed(2)} s`,
    `${(megabytes / row.seconds).toFixed(0)} MB/s`,
    `${row.wallSeconds.toFixed(2)} s`,
    row.peakRssBytes === null ? '?' : `${(row.peakRssBytes / 1e6).toFixed(0)} MB`,
    own === undefined || row === own ? '' : `${(own.seconds / row.seconds).toFixed(2)} x`,
    own === undefined || row === own ? '' : `${(own.wallSeconds / row.wallSeconds).toFixed(2)} x`,
  ]);
  const table = [['', 'work', 'speed', 'wall', 'memory', 'Inquest takes', 'wall'], ...lines];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? [];
  for (const line of table)
    console.log(
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    );
  for (const note of result.notes ?? []) console.log(note);
  for (const { name, reason } of result.skipped) console.log(`skipped: ${name} (${reason})`);
}

process.exitCode = await main(process.argv.slice(2));
