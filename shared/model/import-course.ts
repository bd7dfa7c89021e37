/** The kinds of step that a log lets one see. */
export type CourseStepName = 'download' | 'parse' | 'insert' | 'other-step';

/** A step of the operation, in seconds since its start; `to` is null when it was still going on at the end. */
export interface CourseStep {
  readonly name: CourseStepName;
  readonly fromSecond: number;
  readonly toSecond: number | null;
}

/** How fast rows went into the database, as far as evidence tells. */
export interface InsertRate {
  /** Rows that the import had to write. */
  readonly rows: number;
  /** Rows that are known to have been written after `seconds` of inserting. */
  readonly written: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  readonly from: 'open-transaction' | 'committed-rows' | 'progress-line' | 'finished-step';
}

/** Resident memory of the worker while it ran. */
export interface CourseMemory {
  /** Before the operation, in bytes. */
  readonly baseBytes: number;
  /** Highest that was seen, in bytes. */
  readonly peakBytes: number;
  readonly samples: readonly { readonly second: number; readonly rssBytes: number }[];
}

/**
 * The course of the operation that was ended: what it did, how fast, and what it had left to do. All that a question of
 * "what if" is computed from, so that it can be asked without the evidence.
 */
export interface ImportCourse {
  readonly artifactBytes: number | null;
  /** From the operation's start until its work could no longer go on: the TIMEOUT, else the end. */
  readonly elapsedSeconds: number;
  readonly endedBy: 'timeout' | 'out-of-memory' | 'other';
  readonly steps: readonly CourseStep[];
  readonly insert: InsertRate | null;
  /** Rows of one transaction, where the log tells. */
  readonly batchRows: number | null;
  /** Seconds that the whole operation would have taken at the rate seen; null where nothing tells a rate. */
  readonly neededSeconds: number | null;
  /** The worker timeout in force; 0 is off, null unknown. */
  readonly timeoutSeconds: number | null;
  /** When the last heartbeat came, by TIMEOUT minus `timeout`; 0 when it came before the operation or nothing tells. */
  readonly lastHeartbeatSecond: number;
  readonly memory: CourseMemory | null;
  /** The bound that memory would have run into: a cgroup's limit, else the host's memory. */
  readonly memoryLimit: { readonly bytes: number; readonly from: string; readonly binds: 'cgroup' | 'host' } | null;
  /** When the wait for a lock began that lasted to the end; absent where the end was no wait for a lock. */
  readonly lockedFromSecond?: number;
  /** Where the worker timeout is set, for a patch that changes it. */
  readonly timeoutPlace: TimeoutPlace;
}

/** Where a worker timeout is set or would be added. */
export type TimeoutPlace =
  /** `before` and `after` stand around the number in a command line of the unit. */
  | { readonly kind: 'unit'; readonly before: string; readonly after: string }
  /** A command line of that file has it as a flag. */
  | { readonly kind: 'flag'; readonly file: string; readonly line: number | null; readonly value: number }
  /** The file assigns it on that line. */
  | { readonly kind: 'assigned'; readonly file: string; readonly line: number | null; readonly value: number }
  /** The file has settings, the last of them on that line, and no timeout. */
  | { readonly kind: 'after-line'; readonly file: string; readonly line: number }
  | { readonly kind: 'unknown' };
