/** A statement with the beginning of its result, already cut to what a document holds. */
export interface ReportQuery {
  readonly sql: string;
  /** Database, view, how many rows. */
  readonly fields: readonly Field[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Field {
  readonly label: string;
  readonly value: string;
}
