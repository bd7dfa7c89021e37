import type { EventFilter } from '../../shared/contract/ipc.ts';
import { EVENT_KINDS, SEVERITIES } from '../../shared/model/event.ts';
import { type EventColumns, NO_PID, NO_SEVERITY } from '../../shared/model/event-columns.ts';
import type { EvidenceFile } from '../../shared/model/evidence.ts';
import { existing } from '../../shared/model/existing.ts';
import type { FacetCount, FacetCounts } from '../../shared/model/views.ts';
import { copiedRows } from '../../shared/search/copied-rows.ts';
import { facetLookups } from '../events/event-filter.ts';

/** Processes and units that are named; a host with more of them is searched by typing. */
const MOST_VALUES = 100;
/** Pids that are counted apart; a forged journal may have as many as it has entries. */
const COUNTED_PIDS = 1_000_000;

/**
 * Counts the values of each facet among rows that pass all of a filter but its facets: a row counts for a facet when it
 * passes the others, so that a chosen value does not hide the ones that could be chosen instead. An entry that stands in
 * several files counts for each of them. `rows` are in ascending order. One pass.
 */
export function countFacets(
  columns: EventColumns,
  files: readonly EvidenceFile[],
  rows: Uint32Array,
  filter: EventFilter,
): Omit<FacetCounts, 'search'> {
  const { kind, severity, source, unit, pid } = facetLookups(columns, files, filter);
  const alsoFrom = source === null ? null : copiedRows(columns, source);
  const copies = new CopyWalk(columns);
  const kinds = new Uint32Array(EVENT_KINDS.length);
  const severities = new Uint32Array(NO_SEVERITY + 1);
  const sources = new Uint32Array(files.length);
  const units = new Uint32Array(columns.units.length);
  const pids = new Map<number, number>();
  for (const row of rows) {
    const ownKind = existing(columns.kind[row], row);
    const ownSeverity = columns.severity[row] ?? NO_SEVERITY;
    const ownSource = existing(columns.fileIndex[row], row);
    const ownUnit = existing(columns.unit[row], row);
    const ownPid = columns.pid[row] ?? NO_PID;
    const failsKind = kind !== null && kind[ownKind] !== 1;
    const failsSeverity = severity !== null && severity[ownSeverity] !== 1;
    const failsSource = source !== null && source[ownSource] !== 1 && alsoFrom?.has(row) !== true;
    const failsUnit = unit !== null && unit[ownUnit] !== 1;
    const failsPid = pid !== null && !pid.has(ownPid);
    const failures =
      Number(failsKind) + Number(failsSeverity) + Number(failsSource) + Number(failsUnit) + Number(failsPid);
    if (failures > 1) continue;
    if (failures === 0 || failsKind) kinds[ownKind] = existing(kinds[ownKind], ownKind) + 1;
    if (failures === 0 || failsSeverity) severities[ownSeverity] = existing(severities[ownSeverity], ownSeverity) + 1;
    if (failures === 0 || failsSource) {
      sources[ownSource] = existing(sources[ownSource], ownSource) + 1;
      for (const copied of copies.filesOf(row)) sources[copied] = existing(sources[copied], copied) + 1;
    }
    if (failures === 0 || failsUnit) units[ownUnit] = existing(units[ownUnit], ownUnit) + 1;
    if (failures === 0 || failsPid) {
      const known = pids.get(ownPid);
      if (known !== undefined || pids.size < COUNTED_PIDS) pids.set(ownPid, (known ?? 0) + 1);
    }
  }
  pids.delete(NO_PID);
  return {
    sources: ranked(files.map(({ id }, index) => ({ value: id, count: existing(sources[index], index) }))),
    severities: ranked(SEVERITIES.map((value, index) => ({ value, count: existing(severities[index], index) }))),
    kinds: ranked(EVENT_KINDS.map((value, index) => ({ value, count: existing(kinds[index], index) }))),
    units: ranked(
      columns.units.map((value, index) => ({ value, count: value === '' ? 0 : existing(units[index], index) })),
    ).slice(0, MOST_VALUES),
    pids: ranked(Array.from(pids, ([value, count]) => ({ value, count }))).slice(0, MOST_VALUES),
  };
}

const NONE: readonly number[] = [];

/** Goes along the copies of rows that are asked for in ascending order. */
class CopyWalk {
  readonly #copies: EventColumns['copies'];
  #at = 0;

  constructor({ copies }: EventColumns) {
    this.#copies = copies;
  }

  /** Files in which a row's entry stands besides its own. */
  filesOf(row: number): readonly number[] {
    const { row: rows, fileIndex, count } = this.#copies;
    while (this.#at < count && existing(rows[this.#at], this.#at) < row) this.#at += 1;
    if (this.#at === count || rows[this.#at] !== row) return NONE;
    const files: number[] = [];
    for (let copy = this.#at; rows[copy] === row; copy++) files.push(existing(fileIndex[copy], copy));
    return files;
  }
}

/** Values that occur, the most frequent first. */
function ranked<T>(counts: readonly FacetCount<T>[]): readonly FacetCount<T>[] {
  return counts.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
}
