import type { EventFilter, EventSort, RequestOf, ResponseOf } from '../../shared/contract/ipc.ts';
import type { QuerySource } from '../../shared/contract/worker-protocol.ts';
import { firstPlaceWhere } from '../../shared/model/ascending.ts';
import { existing } from '../../shared/model/existing.ts';
import type { EventHistogram, EventPage, FacetCounts, SearchProgress } from '../../shared/model/views.ts';
import { UTC } from '../../shared/model/zone.ts';
import { histogramOf } from '../../shared/search/histogram.ts';
import { sortedRows } from '../events/event-filter.ts';
import { EventStore } from '../events/event-store.ts';
import type { SearchState, WatchRegex } from '../events/row-search.ts';
import { countFacets } from './count-facets.ts';

/** How a search and those who wait for it share their thread, in milliseconds. */
export interface EnginePace {
  /** A search works so long at a time before requests are looked at. */
  readonly sliceMillis: number;
  /** An answer waits so long for a search to get on. */
  readonly patienceMillis: number;
}
/** Short enough that people see a search get on, long enough that a quick one is done with its first answer. */
const PACE: EnginePace = { sliceMillis: 12, patienceMillis: 150 };
/** Lists that are kept, the latest ones, besides those in use: going back then shows them at once. */
const KEPT_LISTS = 4;

/** Who looks at a list; each at one at a time. The table goes first. */
type Viewer = 'table' | 'histogram' | 'facets';
const VIEWERS: readonly Viewer[] = ['table', 'histogram', 'facets'];

interface List {
  readonly key: string;
  readonly state: SearchState;
  readonly steps: Iterator<void>;
  status: 'running' | 'stopped' | 'done' | 'failed';
  failure: unknown;
  /** Told whenever there is more of it. */
  readonly waiting: Set<() => void>;
  sorted: { readonly key: string; readonly rows: Uint32Array } | null;
  facets: { readonly key: string; readonly counts: Omit<FacetCounts, 'search'> } | null;
}

/**
 * Answers the questions of a window about the events of a case: lists by page, places in them, facets, histograms. Searches
 * run in slices between requests and are shared by all that ask for the same; one that nobody looks at any more is ended.
 */
export class QueryEngine {
  readonly #source: QuerySource;
  readonly #store: EventStore;
  readonly #watch: WatchRegex | null;
  /** In the order of their use, the latest last. */
  readonly #lists = new Map<string, List>();
  readonly #viewed = new Map<Viewer, List>();
  readonly #pace: EnginePace;
  #isRunning = false;

  constructor(source: QuerySource, watch: WatchRegex | null = null, pace: EnginePace = PACE) {
    this.#pace = pace;
    this.#source = source;
    this.#store = new EventStore(source);
    this.#watch = watch;
  }

  /** See `events.page` of the contract. Rejects with QueryRefused for a query with problems, as all of these do. */
  async page(request: RequestOf<'events.page'>): Promise<EventPage> {
    const { filter, sort, zone, offset, limit } = request;
    const list = this.#view('table', filter, zone);
    const isAppended = sort.column === 'time' && !sort.descending;
    await this.#patience(list, () => isAppended && list.state.rows.count >= offset + limit);
    const rows = this.#sorted(list, sort);
    const events = Array.from(rows.subarray(offset, offset + limit), (row) => this.#store.event(row));
    return { total: rows.length, offset, events, search: this.#progress(list) };
  }

  async position({ row, filter, sort, zone }: RequestOf<'events.position'>): Promise<number | null> {
    const list = await this.#whole(filter, zone);
    const position = this.#sorted(list, sort).indexOf(row);
    return position < 0 ? null : position;
  }

  /** See `events.count` of the contract. It ends no search that somebody looks at. */
  async count({ filter, zone }: RequestOf<'events.count'>): Promise<number> {
    const list = await this.#whole(filter, zone);
    return list.state.rows.count;
  }

  /** See `events.step` of the contract. */
  async step(request: RequestOf<'events.step'>): Promise<ResponseOf<'events.step'>> {
    const { from, direction, filter, sort, zone } = request;
    const list = await this.#whole(filter, zone);
    const rows = list.state.rows.view();
    if (rows.length === 0) return null;
    const step = direction === 'next' ? 1 : -1;
    // The row that it starts from need not be in the list: it is put where it would be.
    const at = from === null ? -1 : firstPlaceWhere(rows.length, (index) => existing(rows[index], index) >= from);
    const isListed = from === null || rows[at] === from;
    const joined = isListed ? rows : withRow(rows, at, from);
    const ordered = isListed ? this.#sorted(list, sort) : sortedRows(this.#source.columns, joined, sort);
    const place = from === null ? (step > 0 ? -1 : ordered.length) : ordered.indexOf(from);
    const next = place + step;
    const hasWrapped = next < 0 || next >= ordered.length;
    const wrapped = (next + ordered.length) % ordered.length;
    const row = existing(ordered[wrapped], wrapped);
    return { row, hasWrapped };
  }

  async facets({ filter, zone }: RequestOf<'events.facets'>): Promise<FacetCounts> {
    const unfaceted: EventFilter = { ...filter, kinds: [], severities: [], evidenceIds: [], pids: [], units: [] };
    const list = this.#view('facets', unfaceted, zone);
    await this.#patience(list, () => false);
    const { columns, files } = this.#source;
    const key = `${list.state.rows.count} ${JSON.stringify(filter)}`;
    if (list.facets?.key !== key) {
      list.facets = { key, counts: countFacets(columns, files, list.state.rows.view(), filter) };
    }
    return { ...list.facets.counts, search: this.#progress(list) };
  }

  async histogram({ filter, zone, from, to, bins }: RequestOf<'events.histogram'>): Promise<EventHistogram> {
    const list = this.#view('histogram', filter, zone);
    await this.#patience(list, () => false);
    const { time, count } = this.#source.columns;
    const rows = list.state.rows.view();
    const timeOfPassing = (index: number): number => {
      const row = existing(rows[index], index);
      return existing(time[row], row);
    };
    return {
      all: histogramOf({ count, at: (row) => existing(time[row], row) }, from, to, bins),
      passing: histogramOf({ count: rows.length, at: timeOfPassing }, from, to, bins),
      search: this.#progress(list),
    };
  }

  control({ action }: RequestOf<'events.control'>): void {
    const [from, to] = action === 'stop' ? (['running', 'stopped'] as const) : (['stopped', 'running'] as const);
    for (const list of this.#lists.values()) {
      if (list.status === from) list.status = to;
      tell(list);
    }
    void this.#run();
  }

  close(): void {
    this.#lists.clear();
    this.#viewed.clear();
    this.#store.close();
  }

  /** The list once its search has ended. */
  async #whole(filter: EventFilter, zone: string | undefined): Promise<List> {
    const list = this.#list(filter, zone);
    while (list.status === 'running') await this.#patience(list, () => false);
    return list;
  }

  #view(viewer: Viewer, filter: EventFilter, zone: string | undefined): List {
    const list = this.#list(filter, zone);
    const before = this.#viewed.get(viewer);
    this.#viewed.set(viewer, list);
    if (before !== undefined && before !== list) this.#dropUnlessUsed(before);
    return list;
  }

  /** Ends a search that is not finished once nobody looks at it or waits for it. */
  #dropUnlessUsed(list: List): void {
    if (list.status === 'done' || list.waiting.size > 0 || [...this.#viewed.values()].includes(list)) return;
    if (this.#lists.get(list.key) === list) this.#lists.delete(list.key);
    list.status = 'stopped';
  }

  #list(filter: EventFilter, zone: string = UTC): List {
    const key = JSON.stringify([filter, zone]);
    const known = this.#lists.get(key);
    if (known !== undefined) {
      this.#lists.delete(key);
      this.#lists.set(key, known);
      return known;
    }
    const { state, steps } = this.#store.search.start(filter, { zone, times: this.#source.times }, this.#watch);
    const list: List = {
      key,
      state,
      steps,
      status: 'running',
      failure: null,
      waiting: new Set(),
      sorted: null,
      facets: null,
    };
    this.#lists.set(key, list);
    this.#forget();
    void this.#run();
    return list;
  }

  #forget(): void {
    const viewed = new Set(this.#viewed.values());
    for (const [key, list] of this.#lists) {
      if (this.#lists.size <= KEPT_LISTS + viewed.size) return;
      if (!viewed.has(list) && list.waiting.size === 0) this.#lists.delete(key);
    }
  }

  #sorted(list: List, sort: EventSort): Uint32Array {
    const key = `${sort.column} ${sort.descending} ${list.state.rows.count}`;
    if (list.sorted?.key !== key) {
      list.sorted = { key, rows: sortedRows(this.#source.columns, list.state.rows.view(), sort) };
    }
    return list.sorted.rows;
  }

  #progress({ status, state }: List): SearchProgress {
    const notes = Array.from(state.unreadable, ([fileIndex, reason]) => {
      return `The messages of ${this.#source.files[fileIndex]?.path ?? 'a file'} were not searched: ${reason}.`;
    });
    return {
      state: status === 'failed' ? 'stopped' : status,
      doneShare: state.totalRows === 0 ? 1 : state.doneRows / state.totalRows,
      notes,
    };
  }

  /** Waits until there is enough of a list, it has ended, or too much time has passed. Rejects when its search failed. */
  async #patience(list: List, isEnough: () => boolean): Promise<void> {
    const deadline = performance.now() + this.#pace.patienceMillis;
    while (list.status === 'running' && !isEnough() && performance.now() < deadline) {
      await new Promise<void>((resolve) => {
        list.waiting.add(resolve);
      });
    }
    if (list.status === 'failed') throw list.failure;
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (let list = this.#next(); list !== null; list = this.#next()) {
        advance(list, this.#pace.sliceMillis);
        tell(list);
        // Requests that came meanwhile are looked at here.
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      this.#isRunning = false;
    }
  }

  #next(): List | null {
    for (const viewer of VIEWERS) {
      const list = this.#viewed.get(viewer);
      if (list?.status === 'running') return list;
    }
    for (const list of this.#lists.values()) if (list.status === 'running') return list;
    return null;
  }
}

function withRow(rows: Uint32Array, at: number, row: number): Uint32Array {
  const joined = new Uint32Array(rows.length + 1);
  joined.set(rows.subarray(0, at));
  joined[at] = row;
  joined.set(rows.subarray(at), at + 1);
  return joined;
}

function advance(list: List, sliceMillis: number): void {
  const deadline = performance.now() + sliceMillis;
  try {
    do {
      if (list.steps.next().done === true) list.status = 'done';
    } while (list.status === 'running' && performance.now() < deadline);
  } catch (thrown) {
    list.status = 'failed';
    list.failure = thrown;
  }
}

function tell(list: List): void {
  const waiting = [...list.waiting];
  list.waiting.clear();
  for (const resolve of waiting) resolve();
}
