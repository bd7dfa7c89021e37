import type { Provenance } from './evidence.ts';
import type { EpochMicros } from './time.ts';

/** One row of `ps aux` or `top` (procps): what a process looked like at one moment. Sizes in bytes, times in seconds. */
export interface ProcessSample {
  /** From a date line above the table; null for a single undated snapshot. */
  readonly time: EpochMicros | null;
  readonly pid: number;
  readonly user: string;
  /** ps's %CPU: CPU time over elapsed time since the process started; top's: over the interval since the snapshot before. */
  readonly cpuPercent: number;
  readonly memPercent: number;
  readonly vszBytes: number;
  readonly rssBytes: number;
  /** ps's STAT, first letter R, S, D, Z, T, I. */
  readonly state: string;
  /** Cumulated CPU time (TIME), whole seconds as ps prints it. */
  readonly cpuSeconds: number;
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
