import { columnFilter, sortedRows } from '../../../electron/events/event-filter.ts';
import { EventTable } from '../../../electron/events/event-table.ts';
import { countFacets } from '../../../electron/search/count-facets.ts';
import type { EventFilter, EventSort, RequestOf } from '../../../shared/contract/ipc.ts';
import type { EvidenceEvent } from '../../../shared/model/event.ts';
import type { EventColumns } from '../../../shared/model/event-columns.ts';
import type { CaseView, EventHistogram, FacetCounts, SearchProgress } from '../../../shared/model/views.ts';
import { compileQuery, MessageText } from '../../../shared/search/compile-query.ts';
import { hiddenTemplate } from '../../../shared/search/hidden-template.ts';
import { histogramOf } from '../../../shared/search/histogram.ts';
import { parseQuery } from '../../../shared/search/parse-query.ts';

interface SearchedCase {
  readonly view: CaseView;
  readonly events: readonly EvidenceEvent[];
}

/** Answers what a window asks about the events of a mock case, at once or as slowly as a search through files. */
export class MockSearches {
  readonly #searchMillis: number;
  readonly #columns = new WeakMap<SearchedCase, EventColumns>();
  /** When each query was first asked for, by its text. */
  readonly #asked = new Map<string, number>();
  #isStopped = false;

  constructor(searchMillis: number) {
    this.#searchMillis = searchMillis;
  }

  /** Rows that pass, as far as the search has got; throws for a query with problems, as the app does. */
  rows(
    mock: SearchedCase | null,
    filter: EventFilter,
    sort: EventSort | null = null,
  ): { readonly rows: Uint32Array; readonly search: SearchProgress } {
    if (mock === null) throw new Error('No case is open.');
    const columns = this.#columnsOf(mock);
    const { query, problems } = parseQuery(filter.query);
    if (problems[0] !== undefined) throw new Error(problems[0].message);
    const times = {
      first: mock.events[0]?.time ?? null,
      last: mock.events.at(-1)?.time ?? null,
      incident: mock.view.analysis.incident?.start ?? null,
    };
    const compiled =
      query === null ? null : compileQuery(query, { columns, files: mock.view.files, zone: 'UTC', times });
    const share = this.#share(filter);
    const { first, last, passes } = columnFilter(columns, mock.view.files, filter);
    const found: number[] = [];
    for (let row = first; row < first + (last - first) * share; row++) {
      const event = mock.events[row];
      if (event === undefined || (passes !== null && !passes(row))) continue;
      if (!event.message.toLowerCase().includes(filter.text.toLowerCase())) continue;
      const template = hiddenTemplate(event.message);
      if (filter.withoutTemplates.includes(template)) continue;
      if (filter.templates.length > 0 && !filter.templates.includes(template)) continue;
      if (compiled === null || compiled.ofMessage(row, new MessageText(event.message))) found.push(row);
    }
    const rows = Uint32Array.from(found);
    const state = share >= 1 ? 'done' : this.#isStopped ? 'stopped' : 'running';
    return {
      rows: sort === null ? rows : sortedRows(columns, rows, sort),
      search: { state, doneShare: share, notes: [] },
    };
  }

  facets(mock: SearchedCase | null, filter: EventFilter): FacetCounts {
    const unfaceted = { ...filter, kinds: [], severities: [], evidenceIds: [], pids: [], units: [] };
    const { rows, search } = this.rows(mock, unfaceted);
    if (mock === null) throw new Error('No case is open.');
    return { ...countFacets(this.#columnsOf(mock), mock.view.files, rows, filter), search };
  }

  histogram(mock: SearchedCase | null, request: RequestOf<'events.histogram'>): EventHistogram {
    const { rows, search } = this.rows(mock, request.filter);
    const { from, to, bins } = request;
    const timeOf = (row: number): number => mock?.events[row]?.time ?? 0;
    return {
      all: histogramOf({ count: mock?.events.length ?? 0, at: timeOf }, from, to, bins),
      passing: histogramOf({ count: rows.length, at: (index) => timeOf(rows[index] ?? 0) }, from, to, bins),
      search,
    };
  }

  control(action: 'stop' | 'resume'): void {
    this.#isStopped = action === 'stop';
  }

  /** Part of the case that has been looked at by now. */
  #share(filter: EventFilter): number {
    if (this.#searchMillis === 0 || filter.query === '') return 1;
    const now = performance.now();
    const asked = this.#asked.get(filter.query) ?? now;
    this.#asked.set(filter.query, asked);
    return Math.min(1, (now - asked) / this.#searchMillis);
  }

  #columnsOf(mock: SearchedCase): EventColumns {
    const known = this.#columns.get(mock);
    if (known !== undefined) return known;
    const table = new EventTable();
    const fileIndex = new Map(mock.view.files.map((file, index) => [file.id, index]));
    for (const event of mock.events) table.add(event, fileIndex.get(event.source.evidenceId) ?? 0);
    // Events of a mock case are in the order of their rows; equal times must not move them.
    const columns = table.finish();
    this.#columns.set(mock, columns);
    return columns;
  }
}
