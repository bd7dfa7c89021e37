import type { Provenance } from './evidence.ts';
import type { EpochMicros } from './time.ts';

/*
 * What was seen of processes from outside: stacks, system calls, locks, open files. `time` is null throughout where nothing
 * dates a snapshot, `pid` where it names no process.
 */

/** The stack of a process at one moment, as py-spy, gdb, coredumpctl or faulthandler printed it into a file of its own. */
export interface StackDump {
  readonly time: EpochMicros | null;
  readonly pid: number | null;
  /** Its lines as they stand, headers of threads among them; a limit keeps hostile input out. */
  readonly lines: readonly string[];
  readonly source: Provenance;
}

/** One call that strace saw. */
export interface SystemCall {
  readonly name: string;
  /** The line, without pid and stamp. */
  readonly text: string;
  readonly time: EpochMicros | null;
  /** Whether it had not returned when the trace or the process ended. */
  readonly isUnfinished: boolean;
  readonly source: Provenance;
}

/** All that strace saw of one process. */
export interface SyscallTrace {
  readonly pid: number | null;
  readonly from: EpochMicros | null;
  /** When the process ended, else of the latest line of the trace: until then it made no call but those. */
  readonly to: EpochMicros | null;
  readonly calls: number;
  readonly last: SystemCall;
  /** Among the last calls, the one that came most often, and how often; `of` is how many were looked at. */
  readonly repeated: { readonly name: string; readonly count: number; readonly of: number };
  /**
   * The lock on SQLite's own bytes of a file that it was refused to the end, how often since it was last granted, and who held
   * such a lock where it asked; null where there is none.
   */
  readonly refusedLocks: {
    readonly count: number;
    readonly last: SystemCall;
    readonly holderPid: number | null;
  } | null;
  /** The first allocation that was refused (ENOMEM); null where none was. */
  readonly refusedMemory: SystemCall | null;
  /** The signal that ended it, by its name; null where the trace ends before. */
  readonly killedBy: string | null;
  readonly source: Provenance;
}

/** One lock on a file, as `/proc/locks` or `lslocks` lists it. */
export interface FileLock {
  readonly time: EpochMicros | null;
  readonly type: 'POSIX' | 'FLOCK' | 'OFDLCK' | 'LEASE';
  readonly access: 'READ' | 'WRITE';
  readonly pid: number | null;
  readonly command: string | null;
  /** Whether the process waits for it. */
  readonly isWaiting: boolean;
  /** Inode of the file; null where its path is told instead. */
  readonly inode: number | null;
  readonly path: string | null;
  /** First and last byte; `to` is null for the end of the file, wherever that is. */
  readonly from: number;
  readonly to: number | null;
  readonly source: Provenance;
}

/** One file that a process has open, as `lsof` or `fuser -v` lists it. */
export interface OpenFile {
  readonly time: EpochMicros | null;
  readonly pid: number;
  readonly command: string;
  /** Whether it may write; null where that is not told. */
  readonly isForWriting: boolean | null;
  /** lsof's sign of a lock: `r`, `w` on a part of it, `R`, `W` on the whole, `u` both; null for none. */
  readonly lock: 'r' | 'R' | 'w' | 'W' | 'u' | null;
  readonly inode: number | null;
  readonly path: string;
  readonly source: Provenance;
}

/** How long tasks stalled for want of a resource (PSI), in percent of the time. */
export interface Pressure {
  readonly time: EpochMicros | null;
  readonly resource: 'memory' | 'io' | 'cpu';
  /** `some`: at least one task; `full`: all that were not idle. */
  readonly of: 'some' | 'full';
  readonly avg10: number;
  readonly avg60: number;
  readonly avg300: number;
  readonly source: Provenance;
}
