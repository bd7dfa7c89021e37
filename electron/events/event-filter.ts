import type { EventFilter, EventSort } from '../../shared/contract/ipc.ts';
import { firstPlaceWhere } from '../../shared/model/ascending.ts';
import { EVENT_KINDS, SEVERITIES } from '../../shared/model/event.ts';
import { type EventColumns, NO_PID, NO_SEVERITY } from '../../shared/model/event-columns.ts';
import type { EvidenceFile } from '../../shared/model/evidence.ts';
import { existing } from '../../shared/model/existing.ts';
import { copiedRows } from '../../shared/search/copied-rows.ts';
import { sortRows } from './sort-rows.ts';

/** First row whose time is not before `time` (`after`: is after it); the number of rows when there is none. */
export function firstRowFrom(times: Float64Array, time: number, after = false): number {
  return firstPlaceWhere(times.length, (row) =>
    after ? existing(times[row], row) > time : existing(times[row], row) >= time,
  );
}

/** The part of a filter that columns answer, ready to be asked row by row. */
export interface ColumnFilter {
  /** Rows from `first` on and before `last` lie within its times. */
  readonly first: number;
  readonly last: number;
  /** Whether a row passes all but the times; null when every row does. */
  readonly passes: ((row: number) => boolean) | null;
}

/** Makes lookups of the lists of a filter. `text` and `query` are not its business: see RowSearch. */
export function columnFilter(columns: EventColumns, files: readonly EvidenceFile[], filter: EventFilter): ColumnFilter {
  const facets = facetLookups(columns, files, filter);
  const { kind, severity, source, pid, unit } = facets;
  // An entry that stands in several files comes from each of them.
  const alsoFrom = source === null ? null : copiedRows(columns, source);
  const all = Object.values(facets).every((lookup) => lookup === null);
  return {
    first: filter.from === null ? 0 : firstRowFrom(columns.time, filter.from),
    last: filter.to === null ? columns.count : firstRowFrom(columns.time, filter.to, true),
    passes: all
      ? null
      : (row) =>
          (kind === null || kind[existing(columns.kind[row], row)] === 1) &&
          (severity === null || severity[columns.severity[row] ?? NO_SEVERITY] === 1) &&
          (source === null || source[existing(columns.fileIndex[row], row)] === 1 || alsoFrom?.has(row) === true) &&
          (pid === null || pid.has(columns.pid[row] ?? NO_PID)) &&
          (unit === null || unit[existing(columns.unit[row], row)] === 1),
  };
}

/** What each list of a filter lets through, by the index that the column holds; null for anything. */
export interface FacetLookups {
  readonly kind: Uint8Array | null;
  readonly severity: Uint8Array | null;
  readonly source: Uint8Array | null;
  readonly unit: Uint8Array | null;
  readonly pid: ReadonlySet<number> | null;
}

export function facetLookups(columns: EventColumns, files: readonly EvidenceFile[], filter: EventFilter): FacetLookups {
  return {
    kind: kindsOf(filter),
    severity: allowed(SEVERITIES, filter.severities),
    source: allowed(
      files.map((file) => file.id),
      filter.evidenceIds,
    ),
    unit: allowed(columns.units, filter.units),
    pid: filter.pids.length === 0 ? null : new Set(filter.pids),
  };
}

/** Kinds that are wanted and not left out. */
function kindsOf({ kinds, withoutKinds }: EventFilter): Uint8Array | null {
  const wanted = allowed(EVENT_KINDS, kinds);
  if (withoutKinds.length === 0) return wanted;
  const out = new Set(withoutKinds);
  return Uint8Array.from(EVENT_KINDS, (kind, index) => (out.has(kind) || wanted?.[index] === 0 ? 0 : 1));
}

/** Rows that pass all of a filter but its text and its query, in time order, from the columns alone. */
export function filterRows(columns: EventColumns, files: readonly EvidenceFile[], filter: EventFilter): Uint32Array {
  const { first, last, passes } = columnFilter(columns, files, filter);
  const rows = new RowList(passes === null ? Math.max(0, last - first) : 4096);
  for (let row = first; row < last; row++) if (passes === null || passes(row)) rows.push(row);
  return rows.view();
}

/** Row numbers that are still being found. */
export class RowList {
  #rows: Uint32Array;
  #count = 0;

  constructor(capacity = 4096) {
    this.#rows = new Uint32Array(Math.max(1, capacity));
  }

  get count(): number {
    return this.#count;
  }

  push(row: number): void {
    if (this.#count === this.#rows.length) {
      const grown = new Uint32Array(this.#rows.length * 2);
      grown.set(this.#rows);
      this.#rows = grown;
    }
    this.#rows[this.#count] = row;
    this.#count += 1;
  }

  /** The rows so far; what is pushed later does not change them. */
  view(): Uint32Array {
    return this.#rows.subarray(0, this.#count);
  }
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
      return (row) => existing(columns.fileIndex[row], row);
    case 'pid':
      return (row) => (columns.pid[row] === NO_PID ? NO_PID_RANK : (columns.pid[row] ?? NO_PID_RANK));
    case 'severity':
      return (row) => columns.severity[row] ?? NO_SEVERITY;
    case 'kind':
      return (row) => {
        const kind = existing(columns.kind[row], row);
        return existing(KIND_RANK[kind], kind);
      };
  }
}
