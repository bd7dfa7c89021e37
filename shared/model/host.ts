import type { Provenance } from './evidence.ts';
import type { LaunchRecord } from './launch.ts';
import type { FileLock, OpenFile, Pressure, StackDump, SyscallTrace } from './probes.ts';
import type { Reproduction } from './reproduction.ts';
import type { ServerSession } from './server-session.ts';
import type { SupervisorConfig } from './supervisor-config.ts';
import type { EpochMicros } from './time.ts';
import type { UnitFragment } from './unit.ts';

/** One row of `df`: how full a filesystem was. Sizes in bytes; of `df -i` only the share in use is kept. */
export interface FilesystemUsage {
  /** From a date line above the table; null for an undated snapshot. */
  readonly time: EpochMicros | null;
  /** What `df` calls the filesystem: `/dev/vda1`, `tmpfs`, `overlay`. */
  readonly filesystem: string;
  readonly mountPoint: string;
  readonly of: 'bytes' | 'inodes';
  /** null for `df -i`. */
  readonly sizeBytes: number | null;
  readonly availableBytes: number | null;
  /** `Use%`, 0 to 100. */
  readonly usedPercent: number;
  readonly source: Provenance;
}

/** How large a file or folder was on the host, by `ls -l`, `du` or `journalctl --disk-usage`. */
export interface FileSize {
  /** Modification time that `ls` prints; null for the others. */
  readonly time: EpochMicros | null;
  /** As printed, below the folder that `ls -R` or `ls DIRECTORY:` names. */
  readonly path: string;
  readonly bytes: number;
  /** `exact`: the file's length in bytes; `rounded`: as `-h` prints it; `allocated`: disk blocks, which du counts. */
  readonly precision: 'exact' | 'rounded' | 'allocated';
  readonly isDirectory: boolean;
  readonly from: 'ls' | 'du' | 'journalctl';
  readonly source: Provenance;
}

/**
 * Load of the whole host over an interval, by `sar`, `top` or `iostat`. Null is what that table does not print. Shares in percent of
 * all cores, swap in bytes per second.
 */
export interface HostLoad {
  readonly time: EpochMicros | null;
  /** Length of the interval that ends at `time`; null when it is not known. */
  readonly intervalSeconds: number | null;
  readonly userPercent: number | null;
  readonly systemPercent: number | null;
  readonly waitPercent: number | null;
  readonly idlePercent: number | null;
  readonly swapInBytesPerSecond: number | null;
  readonly swapOutBytesPerSecond: number | null;
  /** Load average over one minute. */
  readonly loadAverage: number | null;
  /** The disk that was busy for the largest share of the interval; absent where the table has no disks. */
  readonly busiestDisk?: {
    readonly name: string;
    readonly utilPercent: number;
    /** How long requests took, queueing included; of reading or writing, whichever took longer. */
    readonly awaitMillis: number | null;
  } | null;
  readonly from: 'sar' | 'top' | 'iostat';
  readonly source: Provenance;
}

/**
 * What a memory cgroup says of itself since it was made, or the whole host (`/proc/vmstat`) since its boot; when what happened
 * they do not say. Null is what was not saved, or has no limit.
 */
export interface CgroupMemory {
  readonly scope: 'cgroup' | 'host';
  /** Processes that an OOM killer ended. */
  readonly oomKills: number | null;
  readonly limitBytes: number | null;
  /** The most that it has used. */
  readonly peakBytes: number | null;
  readonly currentBytes: number | null;
  readonly source: Provenance;
}

/** What was saved of the host besides process and memory samples. */
export interface HostRecords {
  /** Unit files and drop-ins of systemd. */
  readonly units: readonly UnitFragment[];
  /** Starts of gunicorn that files describe. */
  readonly launches: readonly LaunchRecord[];
  readonly filesystems: readonly FilesystemUsage[];
  readonly fileSizes: readonly FileSize[];
  readonly load: readonly HostLoad[];
  /** What was repeated by hand. */
  readonly reproductions: readonly Reproduction[];
  readonly cgroups: readonly CgroupMemory[];
  readonly stacks: readonly StackDump[];
  readonly traces: readonly SyscallTrace[];
  readonly locks: readonly FileLock[];
  readonly openFiles: readonly OpenFile[];
  readonly pressures: readonly Pressure[];
  readonly sessions: readonly ServerSession[];
  /** Settings of supervisors other than gunicorn; absent where none was read. */
  readonly supervisorConfigs?: readonly SupervisorConfig[];
}

export const NO_HOST_RECORDS: HostRecords = {
  units: [],
  launches: [],
  filesystems: [],
  fileSizes: [],
  load: [],
  reproductions: [],
  cgroups: [],
  stacks: [],
  traces: [],
  locks: [],
  openFiles: [],
  pressures: [],
  sessions: [],
};
