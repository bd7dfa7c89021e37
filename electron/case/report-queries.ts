import { MOST_REPORT_QUERIES } from '../../shared/contract/database-limits.ts';
import type { ReportQueryEntry } from '../../shared/contract/database-requests.ts';
import type { DatabaseViewId } from '../../shared/model/database.ts';
import type { ReportQuery } from '../../shared/model/report-query.ts';
import { reportQuery } from '../../shared/report/report-queries.ts';
import type { KeptResult } from '../databases/sql-client.ts';
import { UsageError } from '../threads/usage-error.ts';

/** A statement that is in the report, and what it was put to. */
export interface QueryOfReport {
  /** Path of the database. */
  readonly database: string;
  readonly view: DatabaseViewId;
  readonly sql: string;
}

/** The queries whose results somebody put into the report of a case, in the order in which they did. */
export class ReportQueries {
  readonly #queries = new Map<
    number,
    { readonly entry: ReportQueryEntry; readonly query: ReportQuery; readonly asked: QueryOfReport }
  >();
  #nextId = 1;

  /** Throws UsageError when the report is full. */
  add({ sql, target, result }: KeptResult, path: string): void {
    if (this.#queries.size >= MOST_REPORT_QUERIES) {
      throw new UsageError(`The report holds ${MOST_REPORT_QUERIES} queries already. Remove one first.`);
    }
    const id = this.#nextId;
    this.#nextId += 1;
    const entry: ReportQueryEntry = { id, sql, rowCount: result.rows.length, isCut: result.cut !== null };
    const { view } = target;
    this.#queries.set(id, {
      entry,
      query: reportQuery({ sql, path, view, result }),
      asked: { database: path, view, sql },
    });
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

  /** What has to be run to have them again. */
  asked(): readonly QueryOfReport[] {
    return [...this.#queries.values()].map(({ asked }) => asked);
  }

  forReport(): readonly ReportQuery[] {
    return [...this.#queries.values()].map(({ query }) => query);
  }
}
