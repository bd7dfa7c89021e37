import type { ProcessSample } from '../model/samples.ts';
import { type EpochMicros, secondsBetween } from '../model/time.ts';
import { type FactContext, isProgram } from './context.ts';

/** How a process spent a stretch of time, as far as `ps` rows tell. */
export interface CpuUse {
  readonly samples: readonly ProcessSample[];
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** `busy`: at least most of one core; `idle`: next to nothing; `mixed`: between, or too coarse to say. */
  readonly level: 'busy' | 'idle' | 'mixed';
  /** The state seen most often: R, S or D. */
  readonly state: string;
}

/** ps prints TIME in whole seconds, so a difference is right to one second. */
const TIME_ERROR_SECONDS = 1;
const MIN_STRETCH_SECONDS = 4;
const BUSY_SHARE = 0.6;
const IDLE_SHARE = 0.25;
const SLACK_MICROS = 2_500_000;

/** CPU use of the incident's process between two instants; null when fewer than two rows lie there. */
export function cpuUse(context: FactContext, from: EpochMicros, to: EpochMicros): CpuUse | null {
  const within = context.processSamples
    .filter((s) => s.time >= from - SLACK_MICROS && s.time <= to + SLACK_MICROS)
    .flatMap(({ cpuSeconds, state, ...rest }) =>
      cpuSeconds === null || state === null ? [] : [{ ...rest, cpuSeconds, state }],
    );
  const first = within[0];
  const last = within.at(-1);
  if (first === undefined || last === undefined) return null;
  const seconds = secondsBetween(first.time, last.time);
  if (within.length < 2 || seconds < MIN_STRETCH_SECONDS) return null;
  const cpuSeconds = Math.max(0, last.cpuSeconds - first.cpuSeconds);
  const state = mostFrequent(within.map((s) => s.state.slice(0, 1)));
  const atLeast = (cpuSeconds - TIME_ERROR_SECONDS) / seconds;
  const atMost = (cpuSeconds + TIME_ERROR_SECONDS) / seconds;
  const share = cpuSeconds / seconds;
  const running = within.filter((s) => s.state.startsWith('R')).length / within.length;
  let level: CpuUse['level'] = 'mixed';
  if (atLeast >= BUSY_SHARE || (share >= 0.7 && running >= 0.5)) level = 'busy';
  // Where processors are contended, one that never waits gets only a share of one: then its state tells, not the share.
  else if ((atMost <= IDLE_SHARE && running < 0.5) || (share <= 0.1 && running === 0)) level = 'idle';
  return { samples: [first, last], seconds, cpuSeconds, level, state };
}

function mostFrequent(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '?';
}

/** A row that says how much memory the process held. */
export type MemorySample = ProcessSample & { readonly rssBytes: number };

function withMemory<S extends ProcessSample>(sample: S): readonly (S & MemorySample)[] {
  const { rssBytes } = sample;
  return rssBytes === null ? [] : [{ ...sample, rssBytes }];
}

/** Dated rows of the incident's process that say how much memory it held. */
export function memorySamples(context: FactContext): readonly (MemorySample & { readonly time: EpochMicros })[] {
  return context.processSamples.flatMap(withMemory);
}

/** Resident memory of the incident's process over its window. */
export interface MemoryUse {
  readonly first: MemorySample;
  readonly peak: MemorySample;
  readonly growthBytes: number;
}

/** Memory of the incident's process from `ps`; an undated row of the same pid serves when there are no dated ones. */
export function memoryUse(context: FactContext): MemoryUse | null {
  const { record, history } = context;
  const pid = record === null ? (history.latestOperation?.pid ?? null) : record.incident.pid;
  if (pid === null) return null;
  const measured = memorySamples(context);
  const samples: readonly MemorySample[] =
    measured.length > 0
      ? measured
      : context.evidence.processes.filter((s) => s.time === null && s.pid === pid && isProgram(s)).flatMap(withMemory);
  const first = samples[0];
  if (first === undefined) return null;
  let peak = first;
  for (const sample of samples) if (sample.rssBytes > peak.rssBytes) peak = sample;
  return { first, peak, growthBytes: peak.rssBytes - first.rssBytes };
}

/** A lone or undated row of the incident's pid: what it looked like at one moment. Null when there are dated rows enough. */
export function loneSample(context: FactContext): ProcessSample | null {
  const pid = context.record?.incident.pid ?? null;
  if (pid === null) return null;
  const rows = context.evidence.processes.filter((s) => s.pid === pid && s.time === null);
  // What names a command alone is no look at the process.
  const dated = context.processSamples.filter(({ state, cpuPercent }) => state !== null || cpuPercent !== null);
  return rows.at(-1) ?? (dated.length === 1 ? (dated[0] ?? null) : null);
}

/** Where the work was when it could no longer go on: from the last log line that shows progress to the end of work. */
export function finalStretch(context: FactContext): { readonly from: EpochMicros; readonly to: EpochMicros } | null {
  const { record, workEnd } = context;
  if (record === null || workEnd === null) return null;
  const progress = (record.operation?.lines ?? []).filter(
    (line) => line.event.time < workEnd && line.event.kind === 'log',
  );
  const start = record.operation === null ? (context.window?.from ?? record.incident.start) : record.incident.start;
  const from = progress.at(-1)?.event.time ?? start;
  return from < workEnd ? { from, to: workEnd } : null;
}
