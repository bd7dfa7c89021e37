import type { JobTable } from '../../shared/evidence/sqlite/job-table.ts';
import type { ForeignKeyCheck, JobHistory } from '../../shared/model/database.ts';

/** What SQLite is asked with: a copy of the committed state, shared between threads, and what it may take beside that. */
interface CheckedCopy {
  readonly image: SharedArrayBuffer;
  readonly heapBytes: number;
}

/** What came of asking: SQLite's own word where it could not open the copy or carry the check out. */
export type Asked<T> =
  | { readonly status: 'done'; readonly value: T }
  | { readonly status: 'failed' | 'unopened'; readonly message: string };

/** An object of the schema that no check of each row is asked for. */
interface CostlyObject {
  readonly name: string;
  readonly by: string;
}

/** What each check finds. */
export interface CheckValues {
  readonly schema: CostlyObject | null;
  readonly integrity: string;
  readonly foreignKeys: ForeignKeyCheck;
  readonly jobs: JobHistory;
}

/** What the thread with SQLite is asked of a copy, one thing at a time. */
export type CheckTasks = {
  readonly [N in keyof CheckValues]: {
    readonly payload: N extends 'jobs' ? CheckedCopy & { readonly jobTable: JobTable } : CheckedCopy;
    readonly answer: Asked<CheckValues[N]>;
  };
};
/** SQLite is loaded, and the task is at work from now on. */
export type CheckProgress = 'begun';
