import type { FactContext } from '../../context/context.ts';
import { secondsBetween } from '../../model/time.ts';

/** Share of the worker timeout that one wait for a lock may take: the work itself needs the rest. */
const SHARE_OF_TIMEOUT = 0.25;
/** Whoever waits longer than that for one lock is better told so. */
const LONGEST_SECONDS = 30;
/** Python's sqlite3 waits 5 s unless told otherwise (https://docs.python.org/3/library/sqlite3.html#sqlite3.connect). */
const DEFAULT_SECONDS = 5;

/** How long a wait for a lock may last, and how long it did. */
export interface LockWait {
  readonly workerTimeoutSeconds: number | null;
  /** What to allow: a part of the worker timeout, so that an error comes before it. */
  readonly seconds: number;
  /** From the start of the write to the error or the end of the work; null when the log shows no write. */
  readonly waitedSeconds: number | null;
}

/** The wait that the worker timeout leaves room for, against what was seen. */
export function lockWait({ config, lastStep, record, workEnd }: FactContext): LockWait {
  const timeout = config?.timeoutSeconds || null;
  const seconds =
    timeout === null ? DEFAULT_SECONDS : Math.max(1, Math.min(LONGEST_SECONDS, Math.floor(timeout * SHARE_OF_TIMEOUT)));
  const end = record?.failure?.time ?? workEnd;
  const waited =
    lastStep?.name !== 'insert' || end === null || !lastStep.isTimed ? null : secondsBetween(lastStep.from, end);
  return { workerTimeoutSeconds: timeout, seconds, waitedSeconds: waited };
}
