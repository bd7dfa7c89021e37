import { constants, PerformanceObserver } from 'node:perf_hooks';
import type { GcPause, ParseOutcome, ParseProfile, ProfileSample } from '../../shared/model/artifact.ts';

declare global {
  namespace NodeJS {
    interface Process {
      /** From Node 22.19 and 23.9 on: https://nodejs.org/api/process.html#processthreadcpuusagepreviousvalue */
      threadCpuUsage?: () => NodeJS.CpuUsage;
    }
  }
}

const SAMPLES = 200;
const MOST_PAUSES = 500;

/** What a run was asked for and how it ended, for its profile. */
export interface RunEnd {
  readonly memoryLimitBytes: number | null;
  readonly outcome: ParseOutcome;
}

/** Peaks of a run in bytes, and the resident memory of the process before it began. */
export interface MemoryPeaks {
  readonly heapBytes: number;
  readonly externalBytes: number;
  readonly rssBytes: number;
  readonly idleRssBytes: number;
}

/** The profile of a single run from its samples, whole or as far as it came. */
export function profileOf(
  samples: readonly ProfileSample[],
  peaks: MemoryPeaks,
  gc: { readonly pauses: readonly TimedPause[]; readonly count: number; readonly pauseMillis: number },
  { memoryLimitBytes, outcome }: RunEnd,
): ParseProfile {
  const last = samples.at(-1);
  const seconds = last?.seconds ?? 0;
  return {
    seconds,
    cpuSeconds: last?.cpuSeconds ?? 0,
    cpuOf: process.threadCpuUsage === undefined ? 'process' : 'thread',
    peakHeapBytes: peaks.heapBytes,
    peakExternalBytes: peaks.externalBytes,
    peakRssBytes: Math.max(0, peaks.rssBytes - peaks.idleRssBytes),
    samples,
    gcs: gc.pauses.map((pause) => ({ ...pause, atBytes: bytesAt(samples, pause.seconds) })),
    gc: { count: gc.count, pauseMillis: gc.pauseMillis },
    runs: { seconds: [seconds], median: 0 },
    memoryLimitBytes,
    outcome,
  };
}

/** A collection by its time; where in the bytes it was follows from the samples around it. */
export type TimedPause = Omit<GcPause, 'atBytes'>;

/** Time and memory along the bytes of a file. Peaks rest on every measurement, about 200 of which are kept as samples. */
export class CostMeter {
  readonly #startedMillis = performance.now();
  readonly #startedCpu = cpuSeconds();
  readonly #idleRssBytes: number;
  readonly #stepBytes: number;
  readonly #samples: ProfileSample[] = [];
  readonly #collections: GcLog;
  #nextBytes = 0;
  #heapBytes = 0;
  #externalBytes = 0;
  #rssBytes = 0;

  /** `idleRssBytes`: resident memory of the process before it did anything about this file. */
  constructor(totalBytes: number, idleRssBytes: number) {
    this.#idleRssBytes = idleRssBytes;
    this.#stepBytes = Math.max(1, totalBytes / SAMPLES);
    this.#collections = new GcLog(this.#startedMillis);
  }

  /** Resident memory of the process above what it had before. */
  get grownBytes(): number {
    return Math.max(0, this.#rssBytes - this.#idleRssBytes);
  }

  /** Whether a measurement at this place would be one of the profile's samples. */
  isDue(bytes: number): boolean {
    return bytes >= this.#nextBytes;
  }

  /** `kept`: the sample is one of the profile's. */
  measure(bytes: number): { readonly sample: ProfileSample; readonly kept: boolean } {
    const sample = this.#sample(bytes);
    const kept = this.isDue(bytes);
    if (kept) {
      this.#samples.push(sample);
      this.#nextBytes = (Math.floor(bytes / this.#stepBytes) + 1) * this.#stepBytes;
    }
    return { sample, kept };
  }

  /** Collections since it was last asked. */
  newPauses(): readonly TimedPause[] {
    return this.#collections.take();
  }

  /** The last sample stands at the end of the bytes, after what the parser held back was done. */
  finish(bytes: number, end: RunEnd): ParseProfile {
    const last = this.#sample(bytes);
    if (this.#samples.length > 1 && this.#samples.at(-1)?.bytes === bytes) this.#samples.pop();
    this.#samples.push(last);
    const peaks = {
      heapBytes: this.#heapBytes,
      externalBytes: this.#externalBytes,
      rssBytes: this.#rssBytes,
      idleRssBytes: this.#idleRssBytes,
    };
    return profileOf(this.#samples, peaks, this.#collections.end(), end);
  }

  #sample(bytes: number): ProfileSample {
    // In a worker, `rss` is the process's and the rest this thread's: https://nodejs.org/api/process.html#processmemoryusage
    const { heapUsed, external, rss } = process.memoryUsage();
    this.#heapBytes = Math.max(this.#heapBytes, heapUsed);
    this.#externalBytes = Math.max(this.#externalBytes, external);
    this.#rssBytes = Math.max(this.#rssBytes, rss);
    return {
      bytes,
      seconds: (performance.now() - this.#startedMillis) / 1000,
      cpuSeconds: cpuSeconds() - this.#startedCpu,
      heapBytes: heapUsed,
      externalBytes: external,
      rssBytes: rss,
    };
  }
}

/** Garbage collections of this thread, by https://nodejs.org/api/perf_hooks.html#garbage-collection-gc-details */
class GcLog {
  readonly #startedMillis: number;
  readonly #observer: PerformanceObserver;
  readonly #all = new LongestPauses();
  #taken: TimedPause[] = [];

  constructor(startedMillis: number) {
    this.#startedMillis = startedMillis;
    this.#observer = new PerformanceObserver((list) => this.#add(list.getEntries()));
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  take(): readonly TimedPause[] {
    const taken = this.#taken;
    this.#taken = [];
    return taken;
  }

  end(): ReturnType<LongestPauses['end']> {
    this.#add(this.#observer.takeRecords());
    this.#observer.disconnect();
    return this.#all.end();
  }

  #add(entries: readonly { readonly startTime: number; readonly duration: number; readonly detail?: unknown }[]): void {
    for (const { startTime, duration, detail } of entries) {
      const seconds = (startTime - this.#startedMillis) / 1000;
      if (seconds < 0) continue;
      const pause: TimedPause = { seconds, pauseMillis: duration, kind: kindOf(detail) };
      this.#all.add(pause);
      this.#taken.push(pause);
    }
  }
}

/** Counts all pauses and keeps the longest. */
export class LongestPauses {
  #pauses: TimedPause[] = [];
  #count = 0;
  #pauseMillis = 0;

  add(pause: TimedPause): void {
    this.#count++;
    this.#pauseMillis += pause.pauseMillis;
    this.#pauses.push(pause);
    if (this.#pauses.length >= 2 * MOST_PAUSES) this.#thin();
  }

  end(): { readonly pauses: readonly TimedPause[]; readonly count: number; readonly pauseMillis: number } {
    if (this.#pauses.length > MOST_PAUSES) this.#thin();
    return { pauses: this.#pauses, count: this.#count, pauseMillis: this.#pauseMillis };
  }

  #thin(): void {
    const longest = [...this.#pauses].sort((a, b) => b.pauseMillis - a.pauseMillis).slice(0, MOST_PAUSES);
    this.#pauses = longest.sort((a, b) => a.seconds - b.seconds);
  }
}

function kindOf(detail: unknown): GcPause['kind'] {
  const kind = typeof detail === 'object' && detail !== null && 'kind' in detail ? detail.kind : null;
  switch (kind) {
    case constants.NODE_PERFORMANCE_GC_MAJOR:
      return 'major';
    case constants.NODE_PERFORMANCE_GC_INCREMENTAL:
      return 'incremental';
    case constants.NODE_PERFORMANCE_GC_WEAKCB:
      return 'weak';
    default:
      return 'minor';
  }
}

/** Bytes parsed at a time, between the samples around it. */
function bytesAt(samples: readonly ProfileSample[], seconds: number): number {
  const index = samples.findIndex((sample) => sample.seconds >= seconds);
  const after = index < 0 ? samples.at(-1) : samples[index];
  const before = samples[index < 0 ? samples.length - 1 : Math.max(0, index - 1)];
  if (before === undefined || after === undefined) return 0;
  const span = after.seconds - before.seconds;
  const share = span > 0 ? Math.min(1, Math.max(0, (seconds - before.seconds) / span)) : 0;
  return Math.round(before.bytes + share * (after.bytes - before.bytes));
}

/** Of this thread where the runtime tells, else of the process: see ParseProfile.cpuOf. */
function cpuSeconds(): number {
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
  return (user + system) / 1e6;
}
