import type { EventFilter, EventSort } from '../../shared/contract/ipc.ts';
import type { EventColumns } from '../../shared/contract/worker-protocol.ts';
import { EVENT_KINDS, SEVERITIES } from '../../shared/model/event.ts';
import type { EvidenceFile } from '../../shared/model/evidence.ts';
import { NO_PID, NO_SEVERITY } from '../intake/event-table.ts';
import { sortRows } from './sort-rows.ts';

/** The filter that lets everything through. */
export const EVERY_EVENT: EventFilter = {
  text: '',
  kinds: [],
  severities: [],
  evidenceIds: [],
  pids: [],
  from: null,
  to: null,
};

/** First row whose time is not before `time` (`after`: is after it); the number of rows when there is none. */
export function firstRowFrom(times: Float64Array, time: number, after = false): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = times[middle] ?? 0;
    if (value < time || (after && value === time)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Rows that pass all of a filter but its text, in time order, from the columns alone. `accept` is asked last, once per row
 * that passed the rest: it is where text is looked at.
 */
export function filterRows(
  columns: EventColumns,
  files: readonly EvidenceFile[],
  filter: EventFilter,
  accept: ((row: number) => boolean) | null,
): Uint32Array {
  const first = filter.from === null ? 0 : firstRowFrom(columns.time, filter.from);
  const last = filter.to === null ? columns.count : firstRowFrom(columns.time, filter.to, true);
  const kinds = allowed(EVENT_KINDS, filter.kinds);
  const severities = allowed(SEVERITIES, filter.severities);
  const sources = allowed(
    files.map((file) => file.id),
    filter.evidenceIds,
  );
  // An entry that stands in several files comes from each of them.
  const alsoWanted = sources === null ? null : copiedRows(columns, sources);
  const pids = filter.pids.length === 0 ? null : new Set(filter.pids);

  let rows: Uint32Array = new Uint32Array(Math.min(Math.max(0, last - first), accept === null ? columns.count : 4096));
  let count = 0;
  for (let row = first; row < last; row++) {
    if (kinds !== null && kinds[columns.kind[row] ?? 0] !== 1) continue;
    if (severities !== null && severities[columns.severity[row] ?? NO_SEVERITY] !== 1) continue;
    if (sources !== null && sources[columns.fileIndex[row] ?? 0] !== 1 && alsoWanted?.has(row) !== true) continue;
    if (pids !== null && !pids.has(columns.pid[row] ?? NO_PID)) continue;
    if (accept !== null && !accept(row)) continue;
    if (count === rows.length) {
      const grown = new Uint32Array(rows.length * 2);
      grown.set(rows);
      rows = grown;
    }
    rows[count] = row;
    count += 1;
  }
  return count === rows.length ? rows : rows.slice(0, count);
}

/** Rows of which a wanted file has a copy; null when none has. */
function copiedRows({ copies }: EventColumns, wanted: Uint8Array): ReadonlySet<number> | null {
  const rows = new Set<number>();
  for (let copy = 0; copy < copies.count; copy++) {
    if (wanted[copies.fileIndex[copy] ?? 0] === 1) rows.add(copies.row[copy] ?? 0);
  }
  return rows.size === 0 ? null : rows;
}

/** A lookup by index: 1 where a value is wanted; null when all are. Beyond its end (no severity) nothing is wanted. */
function allowed<T>(values: readonly T[], wanted: readonly T[]): Uint8Array | null {
  if (wanted.length === 0) return null;
  const set = new Set(wanted);
  return Uint8Array.from(values, (value) => (set.has(value) ? 1 : 0));
}

/** Kinds in the order of their names, as a list sorted by kind shows them. */
const KIND_RANK = Uint8Array.from(EVENT_KINDS, (kind) => [...EVENT_KINDS].sort().indexOf(kind));
/** Events without a pid come after all others. */
const NO_PID_RANK = Number.MAX_SAFE_INTEGER;

/**
 * Rows in the order of a sort; ties stay in time order, and descending is the exact reverse. May return `rows` itself, which
 * must be in time order.
 */
export function sortedRows(columns: EventColumns, rows: Uint32Array, sort: EventSort): Uint32Array {
  const key = sortKey(columns, sort.column);
  if (key === null && !sort.descending) return rows;
  const sorted = rows.slice();
  if (key !== null) sortRows(sorted, (a, b) => key(a) - key(b) || a - b);
  return sort.descending ? sorted.reverse() : sorted;
}

function sortKey(columns: EventColumns, column: EventSort['column']): ((row: number) => number) | null {
  switch (column) {
    case 'time':
      return null; // Rows are numbered by time.
    case 'source':
      return (row) => columns.fileIndex[row] ?? 0;
    case 'pid':
      return (row) => (columns.pid[row] === NO_PID ? NO_PID_RANK : (columns.pid[row] ?? NO_PID_RANK));
    case 'severity':
      return (row) => columns.severity[row] ?? NO_SEVERITY;
    case 'kind':
      return (row) => KIND_RANK[columns.kind[row] ?? 0] ?? 0;
  }
}
