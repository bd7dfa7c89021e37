export interface SqlResult {
  /** Names it for the report; the latest results of a case are kept. */
  readonly id: number;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlCell[])[];
  /** Why rows are missing at the end: their number, or the size of all together; null when all are there. */
  readonly cut: 'rows' | 'size' | null;
  readonly millis: number;
}

/** A value of SQLite as it is shown: exact where it is short, told where it is cut. */
export type SqlCell =
  | null
  /** INTEGER and REAL that a double holds and prints exactly. */
  | number
  | string
  /** Numbers that a double would show as others: integers beyond 2^53, whole REALs (`1.0`), infinities. */
  | { readonly type: 'number'; readonly text: string }
  /** The beginning of a long text. */
  | { readonly type: 'text'; readonly text: string; readonly characters: number }
  /** The first bytes of a blob, in hexadecimal. */
  | { readonly type: 'blob'; readonly hex: string; readonly bytes: number };

/** A step of EXPLAIN QUERY PLAN with the steps inside it. */
export interface PlanStep {
  readonly detail: string;
  readonly steps: readonly PlanStep[];
}
