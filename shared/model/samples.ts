import type { Provenance } from './evidence.ts';
import type { EpochMicros } from './time.ts';

/**
 * One row of `ps`, `top` or `pidstat`: what a process looked like at one moment. Sizes in bytes, times in seconds; null is
 * what the table has no column for.
 */
export interface ProcessSample {
  /** From a date line above the table; null for a single undated snapshot. */
  readonly time: EpochMicros | null;
  readonly pid: number;
  readonly user: string;
  /** ps's %CPU: CPU time over elapsed time since the process started; top's: over the interval since the snapshot before. */
  readonly cpuPercent: number | null;
  readonly memPercent: number | null;
  readonly vszBytes: number | null;
  readonly rssBytes: number | null;
  /** ps's STAT, first letter R, S, D, Z, T, I. */
  readonly state: string | null;
  /** Cumulated CPU time (TIME), whole seconds as ps prints it. */
  readonly cpuSeconds: number | null;
  readonly command: string;
  readonly source: Provenance;
}

/** One row of `vmstat`: rates over the interval before it. Memory in bytes, CPU shares in percent of all cores. */
export interface VmstatSample {
  readonly time: EpochMicros | null;
  readonly runnable: number;
  readonly blocked: number;
  readonly swapUsedBytes: number;
  readonly freeBytes: number;
  readonly buffBytes: number;
  readonly cacheBytes: number;
  readonly swapInPerSecond: number;
  readonly swapOutPerSecond: number;
  readonly blocksInPerSecond: number;
  readonly blocksOutPerSecond: number;
  readonly userPercent: number;
  readonly systemPercent: number;
  readonly idlePercent: number;
  readonly waitPercent: number;
  readonly source: Provenance;
}

/** Memory of the whole host as `free`, `/proc/meminfo`, `top` or `sar` states it, in bytes. */
export interface HostMemory {
  readonly time: EpochMicros | null;
  readonly totalBytes: number;
  readonly freeBytes: number | null;
  readonly availableBytes: number | null;
  readonly swapTotalBytes: number | null;
  readonly swapFreeBytes: number | null;
  readonly from: 'free' | 'meminfo' | 'top' | 'sar';
  readonly source: Provenance;
}

const MIB_PER_KIB = 1024;

/**
 * The rows of `vmstat` whose memory can be believed. `-S m` and `-S M` print MiB under the same header as KiB: where all that a
 * file has of free memory and caches, read as KiB, is less than a thousandth of the host's, it is told in another unit.
 */
export function believedMemoryRows<S extends VmstatSample>(
  rows: readonly S[],
  hostMemory: readonly HostMemory[],
): readonly S[] {
  const total = Math.max(0, ...hostMemory.map(({ totalBytes }) => totalBytes));
  if (total === 0) return rows;
  const most = new Map<string, number>();
  for (const { freeBytes, buffBytes, cacheBytes, swapUsedBytes, source } of rows) {
    const bytes = freeBytes + buffBytes + cacheBytes + swapUsedBytes;
    most.set(source.evidenceId, Math.max(bytes, most.get(source.evidenceId) ?? 0));
  }
  return rows.filter(({ source }) => (most.get(source.evidenceId) ?? 0) * MIB_PER_KIB > total);
}
