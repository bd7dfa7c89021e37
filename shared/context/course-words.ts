import type { InsertRate } from '../model/import-course.ts';
import { formatCount, formatSeconds } from '../wording/figures.ts';

/** The reckoning in words, without a full stop. */
export function insertReckoning({ rows, written, seconds, from }: InsertRate): string {
  if (from === 'finished-step') return `${formatCount(rows)} rows were inserted in ${formatSeconds(seconds)}`;
  const rest = formatSeconds((seconds * (rows - written)) / written);
  if (from === 'committed-rows') {
    return `${formatCount(written)} of ${formatCount(rows)} rows were committed after ${formatSeconds(seconds)} of inserting; at that rate the rest takes ${rest} more`;
  }
  return from === 'open-transaction'
    ? `${formatCount(written)} of ${formatCount(rows)} rows had reached the -wal after ${formatSeconds(seconds)} of inserting (a few more may have been in the page cache); at that rate the rest takes up to ${rest} more`
    : `the log counts ${formatCount(written)} of ${formatCount(rows)} rows after ${formatSeconds(seconds)} of inserting; at that rate the rest takes ${rest} more`;
}
