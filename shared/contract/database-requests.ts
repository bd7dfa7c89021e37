import { z } from 'zod';
import { DATABASE_VIEW_IDS } from '../model/database.ts';
import type { PlanStep, SqlCell } from '../model/sql-result.ts';
import { MOST_PAGE_ROWS, MOST_SQL_CHARACTERS, TIME_LIMITS_SECONDS } from './database-limits.ts';

/** What a window asks about the contents of a database copy, and what it is told. Part of the contract in ipc.ts. */

const target = {
  /** Of the main file. */
  evidenceId: z.string().min(1).max(64),
  view: z.enum(DATABASE_VIEW_IDS),
};
const sql = z.string().max(MOST_SQL_CHARACTERS);
const seconds = z.union(TIME_LIMITS_SECONDS.map((each) => z.literal(each)));
const list = {
  /** Index into DatabaseSchema.objects: a name may hold characters that a window never gets to see. */
  object: z.int().nonnegative(),
  /** Rows that hold this text, in one column (by its index) or in any; empty for all. */
  filter: z.strictObject({ text: z.string().max(1_000), column: z.int().nonnegative().nullable() }),
  sort: z.strictObject({ column: z.int().nonnegative(), descending: z.boolean() }).nullable(),
};

export const databaseTargetSchema = z.strictObject(target);
export const rowsRequestSchema = z.strictObject({
  ...target,
  ...list,
  offset: z.int().nonnegative(),
  limit: z.int().min(1).max(MOST_PAGE_ROWS),
});
export const sqlRequestSchema = z.strictObject({ ...target, sql, seconds });
export const csvRequestSchema = z.strictObject({
  ...target,
  of: z.union([z.strictObject({ sql, seconds }), z.strictObject(list)]),
});

export type DatabaseTarget = z.infer<typeof databaseTargetSchema>;
export type RowsRequest = z.infer<typeof rowsRequestSchema>;
export type RowsList = Pick<RowsRequest, 'object' | 'filter' | 'sort'>;
export type CsvRequest = z.infer<typeof csvRequestSchema>;

export interface DatabaseSchema {
  readonly objects: readonly SchemaEntry[];
  /** How many there are; the list holds the first ones. */
  readonly total: number;
}

export interface SchemaEntry {
  readonly type: 'table' | 'index' | 'view' | 'trigger';
  readonly name: string;
  /** The table that an index or a trigger belongs to; else its own name. */
  readonly tableName: string;
  /** CREATE statement; null for what SQLite makes by itself. */
  readonly sql: string | null;
  readonly columns: readonly SchemaColumn[];
  /** Why its columns cannot be told (a virtual table of a module that is not built in); null when they can. */
  readonly problem: string | null;
}

export interface SchemaColumn {
  readonly name: string;
  /** As declared; empty when not. */
  readonly type: string;
  readonly notNull: boolean;
  readonly defaultText: string | null;
  /** Its place in the primary key from 1; 0 outside. */
  readonly keyPlace: number;
  /** `table.column` that it refers to. */
  readonly refersTo: string | null;
}

export interface RowsPage {
  /** Columns in the order of the cells; the index is what `sort` and `filter` name. */
  readonly columns: readonly string[];
  /** How many columns are left out at the end. */
  readonly moreColumns: number;
  /** Whether the first column is SQLite's own row id, which the table does not declare. */
  readonly hasRowid: boolean;
  /** How many rows pass the filter. */
  readonly total: number;
  readonly offset: number;
  readonly rows: readonly (readonly SqlCell[])[];
}

/** How a statement ended. `place` is where SQLite stumbled, in characters of the text as it was sent. */
export type SqlOutcome<T> =
  | { readonly status: 'done'; readonly result: T }
  | { readonly status: 'refused' | 'failed'; readonly message: string; readonly place: SqlPlace | null }
  | { readonly status: 'stopped'; readonly message: string };

export interface SqlPlace {
  readonly from: number;
  readonly to: number;
}

/** A query whose result is part of the report. */
export interface ReportQueryEntry {
  readonly id: number;
  readonly sql: string;
  readonly rowCount: number;
  readonly isCut: boolean;
}
export type { PlanStep, SqlCell };
