import { existing } from '../../shared/model/existing.ts';
/** Compares two rows by their numbers: negative when `a` comes first. */
export type CompareRows = (a: number, b: number) => number;

/**
 * Sorts row numbers in place: a stable natural merge sort. Evidence arrives as few long runs that are already in order (one
 * per file, as a rule), so that this is one pass over sorted input and n log(runs) otherwise; unlike the sort of typed
 * arrays it needs no more than one copy of the numbers. Rows that stand a few places from where they belong, as those of loggers
 * that print the time more or less finely, are moved there first.
 */
export function sortRows(rows: Uint32Array, compare: CompareRows): void {
  if (insertNearby(rows, compare)) return;
  let starts = runStarts(rows, compare);
  if (starts.length <= 1) return;
  let from = rows;
  let to: Uint32Array = new Uint32Array(rows.length);
  while (starts.length > 1) {
    const merged: number[] = [];
    for (let run = 0; run < starts.length; run += 2) {
      const start = existing(starts[run], run);
      const middle = starts[run + 1] ?? rows.length;
      const end = starts[run + 2] ?? rows.length;
      mergeRuns(from, to, start, middle, end, compare);
      merged.push(start);
    }
    starts = merged;
    [from, to] = [to, from];
  }
  if (from !== rows) rows.set(from);
}

/** Moves by one place for each row, after which rows are taken to be far from their places. */
const NEARBY_MOVES = 4;

/** Sorts by insertion, which is stable as far as it comes; false when that takes too many moves. */
function insertNearby(rows: Uint32Array, compare: CompareRows): boolean {
  let moves = rows.length * NEARBY_MOVES;
  for (let at = 1; at < rows.length; at++) {
    const row = existing(rows[at], at);
    let to = at;
    for (; to > 0 && moves > 0; to--, moves--) {
      const before = existing(rows[to - 1], to - 1);
      if (compare(before, row) <= 0) break;
      rows[to] = before;
    }
    rows[to] = row;
    if (moves <= 0) return false;
  }
  return true;
}

function runStarts(rows: Uint32Array, compare: CompareRows): number[] {
  const starts: number[] = [];
  for (let at = 0; at < rows.length; at++) {
    if (at === 0 || compare(existing(rows[at - 1], at - 1), existing(rows[at], at)) > 0) starts.push(at);
  }
  return starts;
}

function mergeRuns(
  from: Uint32Array,
  to: Uint32Array,
  start: number,
  middle: number,
  end: number,
  compare: CompareRows,
): void {
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    // A run that is used up has no next row; what is read in its place is not taken.
    const leftRow = from[left] ?? 0;
    const rightRow = from[right] ?? 0;
    // Ties go to the left run: that is what keeps the sort stable.
    if (left < middle && (right >= end || compare(leftRow, rightRow) <= 0)) {
      to[at] = leftRow;
      left += 1;
    } else {
      to[at] = rightRow;
      right += 1;
    }
  }
}
