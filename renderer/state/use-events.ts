import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { CaseView, EventFilter, EventSort } from '../../shared/contract/ipc.ts';
import type { EventKind, Severity } from '../../shared/model/event.ts';
import type { EvidenceId } from '../../shared/model/evidence.ts';
import { useAppState, useBridge } from './app-context.tsx';
import { EventPages, type EventPagesSnapshot } from './event-pages.ts';
import { EMPTY_FILTER } from './navigation.ts';

/** `value` as it was when it last stayed the same for `millis`. */
export function useDebounced<T>(value: T, millis: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), millis);
    return () => clearTimeout(timer);
  }, [value, millis]);
  return settled;
}

/** The list of events that a filter and an order give, for the open case. Another case is another list. */
export function useEventPages(
  filter: EventFilter,
  sort: EventSort,
): { readonly pages: EventPages; readonly snapshot: EventPagesSnapshot } {
  const bridge = useBridge();
  const { caseNumber } = useAppState();
  // Filters are rebuilt on every change of place; by their text, equal ones share one list.
  const key = JSON.stringify([filter, sort]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: key stands for filter and sort, caseNumber for the data behind them.
  const pages = useMemo(() => new EventPages(bridge.request, filter, sort), [bridge, key, caseNumber]);
  const snapshot = useSyncExternalStore(pages.subscribe, pages.snapshot);
  return { pages, snapshot };
}

export interface FacetCount<T> {
  readonly value: T;
  /** null while it is being counted. */
  readonly count: number | null;
}
export interface Facets {
  readonly sources: readonly FacetCount<EvidenceId>[];
  readonly kinds: readonly FacetCount<EventKind>[];
  readonly severities: readonly FacetCount<Severity>[];
  readonly pids: readonly FacetCount<number>[];
}

const MOST_PIDS = 12;

/** Facets with counts over all points of a view; exact when the points are all events. */
export function facetsOfPoints(view: CaseView): Facets {
  const sources = new Map<EvidenceId, number>();
  const kinds = new Map<EventKind, number>();
  const severities = new Map<Severity, number>();
  const pids = new Map<number, number>();
  const add = <T>(counts: Map<T, number>, value: T): Map<T, number> => counts.set(value, (counts.get(value) ?? 0) + 1);
  for (const point of view.points) {
    add(sources, point.evidenceId);
    add(kinds, point.kind);
    if (point.severity !== null) add(severities, point.severity);
    if (point.pid !== null) add(pids, point.pid);
  }
  return {
    sources: ranked(sources),
    kinds: ranked(kinds),
    severities: ranked(severities),
    pids: ranked(pids).slice(0, MOST_PIDS),
  };
}

function ranked<T>(counts: ReadonlyMap<T, number>): readonly FacetCount<T>[] {
  return [...counts].map(([value, count]) => ({ value, count })).sort((one, other) => other.count - one.count);
}

/**
 * What the events of a case can be narrowed by. Points are thinned in large cases: there the values come from the points
 * and the counts are asked for, one after another, so that no number on screen is an estimate.
 */
export function useFacets(view: CaseView): Facets {
  const bridge = useBridge();
  const isExact = view.points.length === view.eventCount;
  const fromPoints = useMemo(() => facetsOfPoints(view), [view]);
  const [facets, setFacets] = useState<Facets>(fromPoints);
  useEffect(() => {
    if (isExact) {
      setFacets(fromPoints);
      return;
    }
    let isCurrent = true;
    const count = async <T>(values: readonly FacetCount<T>[], narrowed: (value: T) => EventFilter) => {
      const counted: FacetCount<T>[] = [];
      for (const { value } of values) {
        if (!isCurrent) break;
        const page = await bridge.request('events.page', {
          filter: narrowed(value),
          sort: { column: 'time', descending: false },
          offset: 0,
          limit: 1,
        });
        counted.push({ value, count: page.total });
      }
      return counted.sort((one, other) => (other.count ?? 0) - (one.count ?? 0));
    };
    const uncounted = <T>(values: readonly FacetCount<T>[]) => values.map(({ value }) => ({ value, count: null }));
    setFacets({
      sources: uncounted(fromPoints.sources),
      kinds: uncounted(fromPoints.kinds),
      severities: uncounted(fromPoints.severities),
      pids: uncounted(fromPoints.pids),
    });
    const countAll = async (): Promise<void> => {
      const sources = await count(fromPoints.sources, (id) => ({ ...EMPTY_FILTER, evidenceIds: [id] }));
      const severities = await count(fromPoints.severities, (severity) => ({
        ...EMPTY_FILTER,
        severities: [severity],
      }));
      const kinds = await count(fromPoints.kinds, (kind) => ({ ...EMPTY_FILTER, kinds: [kind] }));
      const pids = await count(fromPoints.pids, (pid) => ({ ...EMPTY_FILTER, pids: [pid] }));
      if (isCurrent) setFacets({ sources, kinds, severities, pids });
    };
    // A count that does not come leaves the facet without its number; the facet itself still works.
    void countAll().catch(() => undefined);
    return () => {
      isCurrent = false;
    };
  }, [bridge, fromPoints, isExact]);
  return facets;
}
