import type { EventFilter, EventPage, EventSort, InquestBridge } from '../../shared/contract/ipc.ts';
import type { EvidenceEvent } from '../../shared/model/event.ts';

/** Events per request: a few screens, so that scrolling asks rarely and an answer stays small. */
export const PAGE_EVENTS = 200;
const MOST_PAGES = 60;

export interface EventPagesSnapshot {
  /** How many events pass the filter; null until the first answer. */
  readonly total: number | null;
  readonly error: string | null;
  /** Counts changes, so that a view knows that it must draw again. */
  readonly version: number;
}

/**
 * One filtered and sorted list of events, held as a few pages around what is being looked at. Answers that come late are
 * kept for their own page only; least recently used pages are let go.
 */
export class EventPages {
  readonly filter: EventFilter;
  readonly sort: EventSort;
  readonly #request: InquestBridge['request'];
  readonly #pages = new Map<number, readonly EvidenceEvent[]>();
  readonly #pending = new Map<number, Promise<void>>();
  readonly #listeners = new Set<() => void>();
  #snapshot: EventPagesSnapshot = { total: null, error: null, version: 0 };

  constructor(request: InquestBridge['request'], filter: EventFilter, sort: EventSort) {
    this.#request = request;
    this.filter = filter;
    this.sort = sort;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): EventPagesSnapshot => this.#snapshot;

  /** The event at a place of the list, or null while its page is not here. */
  eventAt(index: number): EvidenceEvent | null {
    const pageIndex = Math.floor(index / PAGE_EVENTS);
    const page = this.#pages.get(pageIndex);
    return page?.[index - pageIndex * PAGE_EVENTS] ?? null;
  }

  /** Fetches what is missing of `first`..`last` (both included). Failures are told in the snapshot. */
  async ensure(first: number, last: number): Promise<void> {
    const lastPage = Math.floor(Math.max(first, last) / PAGE_EVENTS);
    const wanted: Promise<void>[] = [];
    for (let page = Math.floor(Math.max(0, first) / PAGE_EVENTS); page <= lastPage; page += 1) {
      wanted.push(this.#fetch(page));
    }
    await Promise.all(wanted);
  }

  /** The event at a place, fetched if need be; null when there is none. */
  async load(index: number): Promise<EvidenceEvent | null> {
    await this.ensure(index, index);
    return this.eventAt(index);
  }

  /** Place of an event in the list, or null when the filter hides it or the answer did not come. */
  async positionOf(row: number): Promise<number | null> {
    try {
      return await this.#request('events.position', { row, filter: this.filter, sort: this.sort });
    } catch (error) {
      this.#publish({ error: messageOf(error) });
      return null;
    }
  }

  #fetch(pageIndex: number): Promise<void> {
    const page = this.#pages.get(pageIndex);
    if (page !== undefined) {
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
        offset: pageIndex * PAGE_EVENTS,
        limit: PAGE_EVENTS,
      });
      this.#pages.set(pageIndex, page.events);
      for (const oldest of this.#pages.keys()) {
        if (this.#pages.size <= MOST_PAGES) break;
        this.#pages.delete(oldest);
      }
      this.#publish({ total: page.total, error: null });
    } catch (error) {
      this.#publish({ error: messageOf(error) });
    }
  }

  #publish(change: Partial<EventPagesSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change, version: this.#snapshot.version + 1 };
    for (const listener of this.#listeners) listener();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
