import type { JobHistory } from '../model/database.ts';

/** Keys that a table of jobs may come to next: jobs are numbered on, and a number far from all of them is no key of it. */
const MOST_NEW_KEYS = 10;

/** Whether a number that the log names can be the table's next key: jobs that ended in a kill left no row. */
export function isNextKey({ keys }: JobHistory, key: number): boolean {
  const last = lastKey(keys);
  return last !== null && key > last && key <= last + MOST_NEW_KEYS;
}

/** Whether a number that the log names is the newest key of the table: an older one may be of another job, or of nothing. */
export function isNewestKey({ keys }: JobHistory, key: number): boolean {
  return lastKey(keys) === key;
}

function lastKey(keys: JobHistory['keys']): number | null {
  const numbers = keys.map(Number).filter((each) => Number.isSafeInteger(each));
  return numbers.length === 0 ? null : Math.max(...numbers);
}
