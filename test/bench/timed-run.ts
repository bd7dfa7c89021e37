import { spawnSync } from 'node:child_process';
import type { BenchRow } from './bench.ts';

/** Runs a contender under time(1); gives its row, or why there is none. Its own time cannot be told from that of its process. */
export function runTimed(program: string, command: readonly string[]): BenchRow | string {
  const started = performance.now();
  const run = spawnSync('/usr/bin/time', ['-f', '%M %U %S', program, ...command], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const seconds = (performance.now() - started) / 1000;
  if (run.error !== undefined) return `/usr/bin/time cannot be run: ${run.error.message}`;
  if (run.status === 127) return 'not installed';
  const [kibibytes = NaN, user = NaN, system = NaN] = (run.stderr.trim().split('\n').at(-1) ?? '')
    .split(' ')
    .map(Number);
  const cpuSeconds = user + system;
  if (run.status !== 0 || !Number.isFinite(kibibytes) || !Number.isFinite(cpuSeconds))
    return `it failed: ${run.stderr.trim()}`;
  return { name: program, seconds, wallSeconds: seconds, peakRssBytes: kibibytes * 1024, cpuSeconds };
}

export function processNote({ wallSeconds, cpuSeconds }: BenchRow): string {
  const cpu = cpuSeconds === undefined ? '' : `, processor ${cpuSeconds.toFixed(2)} s`;
  return `${wallSeconds.toFixed(2)} s${cpu}`;
}

export function megabytes(bytes: number | null): string {
  return bytes === null ? '?' : `${(bytes / 1e6).toFixed(0)} MB`;
}
