import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { EventFilter, EventSort } from '../../shared/contract/ipc.ts';
import type { EventHistogram, FacetCounts, SearchProgress } from '../../shared/model/views.ts';
import { useAppState, useBridge } from './app-context.tsx';
import { useDisplayZone } from './display-zone.tsx';
import { EventPages, type EventPagesSnapshot, queryZone } from './event-pages.ts';
import type { TimeRange } from './time-range.ts';

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
  const { zone } = useDisplayZone();
  // Filters are rebuilt on every change of place; by their text, equal ones share one list.
  const key = JSON.stringify([filter, sort, queryZone(filter, zone)]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: key stands for filter, sort and zone, caseNumber for the data behind.
  const pages = useMemo(() => new EventPages(bridge.request, filter, sort, zone), [bridge, key, caseNumber]);
  const snapshot = useSyncExternalStore(pages.subscribe, pages.snapshot);
  return { pages, snapshot };
}

/** While a search goes on, its counts are asked for again this often. */
const POLL_MILLIS = 250;

/**
 * An answer that is asked for again while the search behind it is running; null until there is one. `key` stands for what is
 * asked: another key asks anew, and the old answer stays until the new one is there, so that nothing flickers.
 */
function usePolled<T extends { readonly search: SearchProgress }>(key: string, ask: () => Promise<T>): T | null {
  const [answer, setAnswer] = useState<T | null>(null);
  const latest = useRef(ask);
  latest.current = ask;
  // biome-ignore lint/correctness/useExhaustiveDependencies: key says when what is asked is something else.
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isCurrent = true;
    const askOnce = async (): Promise<void> => {
      const next = await latest.current();
      if (!isCurrent) return;
      setAnswer(next);
      if (next.search.state === 'running') timer = setTimeout(() => void askOnce().catch(() => undefined), POLL_MILLIS);
    };
    // Counts that do not come leave the old ones; the table tells why its own search fails.
    void askOnce().catch(() => undefined);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [key]);
  return answer;
}

/** How long a filter stays the same before its events are counted: each key of a search would count through the whole case. */
const COUNT_AFTER_MILLIS = 300;

/** How many events pass a filter; null until they are counted, and without one. */
export function useEventCount(filter: EventFilter | null): number | null {
  const bridge = useBridge();
  const { caseNumber } = useAppState();
  const { zone } = useDisplayZone();
  const key = filter === null ? '' : JSON.stringify([caseNumber, filter, queryZone(filter, zone)]);
  const settled = useDebounced(key, COUNT_AFTER_MILLIS);
  const [counted, setCounted] = useState<{ readonly key: string; readonly count: number } | null>(null);
  const latest = useRef(filter);
  latest.current = filter;
  // biome-ignore lint/correctness/useExhaustiveDependencies: settled stands for the filter, the zone and the case.
  useEffect(() => {
    const asked = latest.current;
    if (asked === null || settled !== key) return;
    let isCurrent = true;
    bridge
      .request('events.count', { filter: asked, ...queryZone(asked, zone) })
      .then((count) => {
        if (isCurrent) setCounted({ key: settled, count });
      })
      // The table tells why its own search fails.
      .catch(() => undefined);
    return () => {
      isCurrent = false;
    };
  }, [bridge, settled]);
  return counted?.key === key ? counted.count : null;
}

/** Values of each facet with their counts under a filter; null until they are counted. */
export function useFacets(filter: EventFilter): FacetCounts | null {
  const bridge = useBridge();
  const { caseNumber } = useAppState();
  const meant = queryZone(filter, useDisplayZone().zone);
  const key = JSON.stringify([caseNumber, filter, meant]);
  return usePolled(key, () => bridge.request('events.facets', { filter, ...meant }));
}

/** Events of the case and those that pass a filter, over `range` in equal parts; null until they are counted. */
export function useHistogram(filter: EventFilter, range: TimeRange, bins: number): EventHistogram | null {
  const bridge = useBridge();
  const { caseNumber } = useAppState();
  const { from, to } = range;
  const meant = queryZone(filter, useDisplayZone().zone);
  const key = JSON.stringify([caseNumber, filter, meant, from, to, bins]);
  return usePolled(key, () => bridge.request('events.histogram', { filter, ...meant, from, to, bins }));
}
