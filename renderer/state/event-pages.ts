import type { EventFilter, EventSort, InquestBridge } from '../../shared/contract/ipc.ts';
import { wordsOf } from '../../shared/model/thrown.ts';
import type { EventPage, ListedEvent, SearchProgress } from '../../shared/model/views.ts';
import { UTC, type ZoneName } from '../../shared/model/zone.ts';

/** What a request says of the display zone: it matters to a query alone, so that without one a change of zone asks nothing. */
export function queryZone(filter: EventFilter, zone: ZoneName): { readonly zone?: ZoneName } {
  return filter.query === '' ? {} : { zone };
}

/** Events per request: a few screens, so that scrolling asks rarely and an answer stays small. */
export const PAGE_EVENTS = 200;
const MOST_PAGES = 60;
/** Of one request, by the contract. */
const MOST_EVENTS_ASKED = 1_000;
/** While a search goes on, it is asked this often how far it has got; its answers wait for news themselves. */
const POLL_MILLIS = 100;

export interface EventPagesSnapshot {
  /** How many events pass the filter, as far as they are found; null until the first answer. */
  readonly total: number | null;
  readonly error: string | null;
  /** How the search stands; null until the first answer. */
  readonly search: SearchProgress | null;
  /** Counts changes, so that a view knows that it must draw again. */
  readonly version: number;
}

/**
 * One filtered and sorted list of events, held as a few pages around what is being looked at. Answers that come late are
 * kept for their own page only; least recently used pages are let go. While a search is running and somebody looks, the
 * pages in sight are asked for again until it has ended.
 */
export class EventPages {
  readonly filter: EventFilter;
  readonly sort: EventSort;
  /** The zone that times of day in the query are meant in; left out without a query, which then is the same in any. */
  readonly zone: { readonly zone?: ZoneName };
  readonly #request: InquestBridge['request'];
  readonly #pages = new Map<number, readonly ListedEvent[]>();
  readonly #pending = new Map<number, Promise<void>>();
  readonly #listeners = new Set<() => void>();
  /** Pages that a running search may still change. */
  readonly #provisional = new Set<number>();
  #inSight: { readonly first: number; readonly last: number } = { first: 0, last: 0 };
  #poll: ReturnType<typeof setTimeout> | null = null;
  #snapshot: EventPagesSnapshot = { total: null, error: null, search: null, version: 0 };

  constructor(request: InquestBridge['request'], filter: EventFilter, sort: EventSort, zone: ZoneName = UTC) {
    this.#request = request;
    this.filter = filter;
    this.sort = sort;
    this.zone = queryZone(filter, zone);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#pollWhileRunning();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#endPoll();
    };
  };

  readonly snapshot = (): EventPagesSnapshot => this.#snapshot;

  /** The event at a place of the list, or null while its page is not here. */
  eventAt(index: number): ListedEvent | null {
    const pageIndex = Math.floor(index / PAGE_EVENTS);
    const page = this.#pages.get(pageIndex);
    return page?.[index - pageIndex * PAGE_EVENTS] ?? null;
  }

  /** Fetches what is missing of `first`..`last` (both included). Failures are told in the snapshot. */
  async ensure(first: number, last: number): Promise<void> {
    const firstPage = Math.floor(Math.max(0, first) / PAGE_EVENTS);
    const lastPage = Math.floor(Math.max(first, last) / PAGE_EVENTS);
    this.#inSight = { first: firstPage, last: lastPage };
    const wanted: Promise<void>[] = [];
    for (let page = firstPage; page <= lastPage; page += 1) wanted.push(this.#fetch(page));
    await Promise.all(wanted);
  }

  /** The event at a place, fetched if need be; null when there is none. */
  async load(index: number): Promise<ListedEvent | null> {
    await this.ensure(index, index);
    return this.eventAt(index);
  }

  /** Rows of the events from one place of the list to another, both included; of more than `most` the first ones. */
  async rowsBetween(first: number, last: number, most: number): Promise<readonly number[]> {
    const rows: number[] = [];
    const end = Math.min(last, first + most - 1);
    while (first + rows.length <= end) {
      const offset = first + rows.length;
      const limit = Math.min(MOST_EVENTS_ASKED, end - offset + 1);
      const { events } = await this.#request('events.page', {
        filter: this.filter,
        sort: this.sort,
        ...this.zone,
        offset,
        limit,
      });
      if (events.length === 0) break;
      rows.push(...events.map(({ row }) => row));
    }
    return rows;
  }

  /** Place of an event in the list, or null when the filter hides it or the answer did not come. */
  async positionOf(row: number): Promise<number | null> {
    try {
      return await this.#request('events.position', { row, filter: this.filter, sort: this.sort, ...this.zone });
    } catch (error) {
      this.#publish({ error: wordsOf(error) });
      return null;
    }
  }

  /** Stops the search, which keeps what it has found, or lets it go on. */
  async control(action: 'stop' | 'resume'): Promise<void> {
    try {
      await this.#request('events.control', { action });
      await this.#ask(this.#inSight.first);
    } catch (error) {
      this.#publish({ error: wordsOf(error) });
    }
  }

  #fetch(pageIndex: number): Promise<void> {
    const page = this.#pages.get(pageIndex);
    if (page !== undefined && !this.#provisional.has(pageIndex)) {
      // Re-inserting makes it the most recently used: a Map keeps the order of insertion.
      this.#pages.delete(pageIndex);
      this.#pages.set(pageIndex, page);
      return Promise.resolve();
    }
    const pending = this.#pending.get(pageIndex);
    if (pending !== undefined) return pending;
    const answer = this.#ask(pageIndex).finally(() => this.#pending.delete(pageIndex));
    this.#pending.set(pageIndex, answer);
    return answer;
  }

  async #ask(pageIndex: number): Promise<void> {
    try {
      const page: EventPage = await this.#request('events.page', {
        filter: this.filter,
        sort: this.sort,
        ...this.zone,
        offset: pageIndex * PAGE_EVENTS,
        limit: PAGE_EVENTS,
      });
      this.#pages.delete(pageIndex);
      this.#pages.set(pageIndex, page.events);
      this.#markProvisional(pageIndex, page);
      for (const oldest of this.#pages.keys()) {
        if (this.#pages.size <= MOST_PAGES) break;
        this.#pages.delete(oldest);
      }
      this.#publish({ total: page.total, error: null, search: page.search });
      this.#pollWhileRunning();
    } catch (error) {
      this.#publish({ error: wordsOf(error) });
    }
  }

  /** A search finds in the order of time: in that order a page that is full stays as it is, in any other none does. */
  #markProvisional(pageIndex: number, page: EventPage): void {
    const isAppended = this.sort.column === 'time' && !this.sort.descending;
    const isFull = isAppended && page.events.length === PAGE_EVENTS;
    if (page.search.state === 'done' || isFull) this.#provisional.delete(pageIndex);
    else this.#provisional.add(pageIndex);
  }

  #pollWhileRunning(): void {
    if (this.#poll !== null || this.#listeners.size === 0 || this.#snapshot.search?.state !== 'running') return;
    this.#poll = setTimeout(() => {
      this.#poll = null;
      const { first, last } = this.#inSight;
      const inSight = Array.from({ length: last - first + 1 }, (_, index) => first + index);
      const open = inSight.filter((page) => this.#provisional.has(page));
      // Pages in sight that are settled tell nothing new but how far the search is.
      void Promise.all((open.length > 0 ? open : [first]).map((page) => this.#ask(page)));
    }, POLL_MILLIS);
  }

  #endPoll(): void {
    if (this.#poll !== null) clearTimeout(this.#poll);
    this.#poll = null;
  }

  #publish(change: Partial<EventPagesSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change, version: this.#snapshot.version + 1 };
    for (const listener of this.#listeners) listener();
  }
}
