import { MOST_REPORT_QUERIES } from '../../shared/contract/database-limits.ts';
import type { ReportQueryEntry } from '../../shared/contract/database-requests.ts';
import type { ReportQuery } from '../../shared/model/report-query.ts';
import { reportQuery } from '../../shared/report/report-queries.ts';
import type { KeptResult } from '../databases/sql-client.ts';
import { UsageError } from '../threads/usage-error.ts';

/** The queries whose results somebody put into the report of a case, in the order in which they did. */
export class ReportQueries {
  readonly #queries = new Map<number, { readonly entry: ReportQueryEntry; readonly query: ReportQuery }>();
  #nextId = 1;

  /** Throws UsageError when the report is full. */
  add({ sql, target, result }: KeptResult, path: string): void {
    if (this.#queries.size >= MOST_REPORT_QUERIES) {
      throw new UsageError(`The report holds ${MOST_REPORT_QUERIES} queries already. Remove one first.`);
    }
    const id = this.#nextId;
    this.#nextId += 1;
    const entry: ReportQueryEntry = { id, sql, rowCount: result.rows.length, isCut: result.cut !== null };
    this.#queries.set(id, { entry, query: reportQuery({ sql, path, view: target.view, result }) });
  }

  remove(id: number): void {
    this.#queries.delete(id);
  }

  /** Takes what another case had: the same evidence, read again with more beside it. */
  takeOver(other: ReportQueries): void {
    for (const [id, query] of other.#queries) this.#queries.set(id, query);
    this.#nextId = Math.max(this.#nextId, other.#nextId);
  }

  entries(): readonly ReportQueryEntry[] {
    return [...this.#queries.values()].map(({ entry }) => entry);
  }

  forReport(): readonly ReportQuery[] {
    return [...this.#queries.values()].map(({ query }) => query);
  }
}
