import type { DatabaseTarget, RowsList, RowsPage, SqlCell } from '../../shared/contract/database-requests.ts';
import type { InquestBridge } from '../../shared/contract/ipc.ts';
import { toJobError } from '../bridge.ts';

export const TABLE_PAGE_ROWS = 200;
/** Pages that are kept, those used last. */
const KEPT_PAGES = 40;

export interface TableSnapshot {
  readonly columns: readonly string[];
  readonly moreColumns: number;
  readonly hasRowid: boolean;
  /** null until the first page has come. */
  readonly total: number | null;
  readonly error: string | null;
  /** Since when a page is waited for; null when none is. */
  readonly waitingSinceMillis: number | null;
  /** Changes with every page that comes. */
  readonly version: number;
}

const NOTHING_YET: TableSnapshot = {
  columns: [],
  moreColumns: 0,
  hasRowid: false,
  total: null,
  error: null,
  waitingSinceMillis: null,
  version: 0,
};

/** The rows of a table or view under one filter and order, fetched by page as they come into sight. */
export class TablePages {
  readonly #bridge: InquestBridge;
  readonly #target: DatabaseTarget;
  readonly #list: RowsList;
  /** By page number; in the order of their use, the latest last. */
  readonly #pages = new Map<number, RowsPage>();
  readonly #listeners = new Set<() => void>();
  #snapshot = NOTHING_YET;
  /** The page that is being fetched, and the one that is wanted after it: places scrolled past are never fetched. */
  #fetching: number | null = null;
  #wanted: readonly number[] = [];

  constructor(bridge: InquestBridge, target: DatabaseTarget, list: RowsList) {
    this.#bridge = bridge;
    this.#target = target;
    this.#list = list;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): TableSnapshot => this.#snapshot;

  /** The cells of a row; null while its page is on its way. */
  rowAt(index: number): readonly SqlCell[] | null {
    const page = this.#pages.get(Math.floor(index / TABLE_PAGE_ROWS));
    return page?.rows[index % TABLE_PAGE_ROWS] ?? null;
  }

  /** Rows that are there, for measuring columns. */
  sample(): readonly (readonly SqlCell[])[] {
    return this.#pages.get(0)?.rows.slice(0, 60) ?? [];
  }

  /** Sees to it that rows of a range come, both ends included. */
  ensure(first: number, last: number): void {
    const pages: number[] = [];
    for (let page = Math.floor(first / TABLE_PAGE_ROWS); page <= Math.floor(last / TABLE_PAGE_ROWS); page += 1) {
      const known = this.#pages.get(page);
      if (known === undefined) pages.push(page);
      else {
        this.#pages.delete(page);
        this.#pages.set(page, known);
      }
    }
    this.#wanted = pages;
    if (this.#fetching === null) void this.#fetchNext();
  }

  /** Forgets what went wrong and asks again. */
  retry(first: number, last: number): void {
    this.#tell({ error: null });
    this.ensure(first, last);
  }

  async #fetchNext(): Promise<void> {
    const page = this.#wanted[0];
    if (page === undefined || this.#snapshot.error !== null) return;
    this.#wanted = this.#wanted.slice(1);
    this.#fetching = page;
    this.#tell({ waitingSinceMillis: performance.now() });
    try {
      const answer = await this.#bridge.request('database.rows', {
        ...this.#target,
        ...this.#list,
        offset: page * TABLE_PAGE_ROWS,
        limit: TABLE_PAGE_ROWS,
      });
      this.#pages.set(page, answer);
      for (const oldest of this.#pages.keys()) {
        if (this.#pages.size <= KEPT_PAGES) break;
        if (oldest !== 0) this.#pages.delete(oldest);
      }
      const { columns, moreColumns, hasRowid, total } = answer;
      this.#tell({ columns, moreColumns, hasRowid, total, waitingSinceMillis: null });
    } catch (error) {
      this.#tell({ error: toJobError(error).message, waitingSinceMillis: null });
    } finally {
      this.#fetching = null;
    }
    void this.#fetchNext();
  }

  #tell(change: Partial<TableSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change, version: this.#snapshot.version + 1 };
    for (const listener of this.#listeners) listener();
  }
}
