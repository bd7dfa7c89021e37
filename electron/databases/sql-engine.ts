import type { Database as SqlJsDatabase, Statement } from 'sql.js';
import { MOST_RESULT_ROWS } from '../../shared/contract/database-limits.ts';
import type {
  DatabaseSchema,
  PlanStep,
  RowsList,
  RowsPage,
  SchemaColumn,
  SchemaEntry,
  SqlOutcome,
} from '../../shared/contract/database-requests.ts';
import type { SqlCell, SqlResult } from '../../shared/model/sql-result.ts';
import { wordsOf } from '../../shared/model/thrown.ts';
import { cellOf, SHOWN_BLOB_BYTES, SHOWN_CHARACTERS, type SqlValue } from '../../shared/sql/cells.ts';
import { csvLine } from '../../shared/sql/csv.ts';
import { quotedIdentifier } from '../../shared/sql/identifier.ts';
import { planTree } from '../../shared/sql/query-plan.ts';
import { refusalOf } from '../../shared/sql/statements.ts';
import { UsageError } from '../threads/usage-error.ts';
import { placeOfError } from './sql-error-place.ts';
import { Utf8Pieces } from './utf8-pieces.ts';

/** Limits on what hostile or careless SQL may take. */
export interface SqlLimits {
  readonly resultRows: number;
  /** Characters of all cells of a result together, as they are shown. */
  readonly resultCharacters: number;
  readonly csvRows: number;
  readonly csvCharacters: number;
  /** What SQLite may take for itself; the copy of the database is not part of it. */
  readonly heapBytes: number;
}
export const SQL_LIMITS: SqlLimits = {
  resultRows: MOST_RESULT_ROWS,
  resultCharacters: 8_000_000,
  csvRows: 2_000_000,
  csvCharacters: 256_000_000,
  heapBytes: 512 * 1024 * 1024,
};

const MOST_OBJECTS = 5_000;
/** Objects whose columns are told, and columns of a table that are shown: three expressions each, SQLite takes 2,000. */
const MOST_DESCRIBED = 2_000;
const MOST_COLUMNS = 500;
const MOST_PLAN_STEPS = 5_000;

/** sql.js takes a second argument that its types leave out: with it, integers come exact. */
type ExactStatement = Statement & { get(parameters: null, options: { readonly useBigInt: true }): SqlValue[] };

interface Listed {
  readonly entry: SchemaEntry;
  /** Names as they are in the file. */
  readonly columns: readonly string[];
  readonly hasRowid: boolean;
}

/**
 * SQL over a copy of a database in memory, which nothing that is run can change: statements that do more than read are
 * refused before they are run, and SQLite is told to refuse them too. Runs to the end of a statement: whoever limits its
 * time has to end the thread.
 */
export class SqlEngine {
  readonly #database: SqlJsDatabase;
  readonly #limits: SqlLimits;
  #listed: readonly Listed[] | null = null;
  #total = 0;
  #counted: { readonly key: string; readonly rows: number } | null = null;

  /** Throws SQLite's error when the image is no database. */
  constructor(database: SqlJsDatabase, limits: SqlLimits = SQL_LIMITS) {
    this.#database = database;
    this.#limits = limits;
    // The schema is hostile until proven otherwise (https://www.sqlite.org/security.html). Sorting goes to memory, where
    // the heap limit counts it, and not to files of sql.js's file system, which is memory as well.
    database.run(
      `PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA hard_heap_limit = ${limits.heapBytes};`,
    );
  }

  /** Everything that sqlite_schema lists. Throws SQLite's error when that is damaged. */
  schema(): DatabaseSchema {
    return { objects: this.#objects().map(({ entry }) => entry), total: this.#total };
  }

  #objects(): readonly Listed[] {
    if (this.#listed !== null) return this.#listed;
    const [[count] = []] = this.#rows('SELECT count(*) FROM sqlite_schema', 1);
    this.#total = Number(count ?? 0);
    const rows = this.#rows(
      "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE type IN ('table', 'index', 'view', 'trigger') ORDER BY rowid",
      MOST_OBJECTS,
    );
    this.#listed = rows.map(([type, name, tableName, sql], index) =>
      this.#describe(
        {
          // The statement above lets these four pass only.
          type: String(type) as SchemaEntry['type'],
          name: String(name),
          tableName: String(tableName),
          sql: typeof sql === 'string' ? sql : null,
        },
        index < MOST_DESCRIBED,
      ),
    );
    return this.#listed;
  }

  #describe(object: Omit<SchemaEntry, 'columns' | 'problem'>, isDescribed: boolean): Listed {
    const nothing = { columns: [], problem: null };
    if (!isDescribed || object.type === 'trigger') {
      return { entry: { ...object, ...nothing }, columns: [], hasRowid: false };
    }
    try {
      const columns = object.type === 'index' ? this.#indexColumns(object.name) : this.#tableColumns(object.name);
      const isKeyed = columns.some(({ keyPlace, type }) => keyPlace === 1 && /^integer$/i.test(type));
      const isOneKey = columns.filter(({ keyPlace }) => keyPlace > 0).length === 1;
      return {
        entry: { ...object, columns, problem: null },
        columns: columns.map(({ name }) => name),
        hasRowid: object.type === 'table' && !(isKeyed && isOneKey) && this.#hasRowid(object.name, columns),
      };
    } catch (thrown) {
      return { entry: { ...object, columns: [], problem: wordsOf(thrown) }, columns: [], hasRowid: false };
    }
  }

  #tableColumns(name: string): readonly SchemaColumn[] {
    const targets = new Map(
      this.#rows(`PRAGMA foreign_key_list(${quotedIdentifier(name)})`, MOST_COLUMNS).map(([, , table, from, to]) => [
        String(from),
        to === null ? String(table) : `${String(table)}.${String(to)}`,
      ]),
    );
    return this.#rows(`PRAGMA table_xinfo(${quotedIdentifier(name)})`, MOST_COLUMNS * 4)
      .filter(([, , , , , , hidden]) => Number(hidden) !== 1)
      .map(([, column, type, notNull, defaultText, keyPlace]) => ({
        name: String(column),
        type: String(type ?? ''),
        notNull: Number(notNull) !== 0,
        defaultText: defaultText === null || defaultText === undefined ? null : String(defaultText),
        keyPlace: Number(keyPlace),
        refersTo: targets.get(String(column)) ?? null,
      }));
  }

  #indexColumns(name: string): readonly SchemaColumn[] {
    return this.#rows(`PRAGMA index_info(${quotedIdentifier(name)})`, MOST_COLUMNS).map(([, , column]) => ({
      name: column === null ? '(expression)' : String(column),
      type: '',
      notNull: false,
      defaultText: null,
      keyPlace: 0,
      refersTo: null,
    }));
  }

  /** Whether rows have SQLite's own row id under that name: not in a WITHOUT ROWID table. */
  #hasRowid(table: string, columns: readonly SchemaColumn[]): boolean {
    if (columns.some(({ name }) => name.toLowerCase() === 'rowid')) return false;
    try {
      this.#database.prepare(`SELECT rowid FROM ${quotedIdentifier(table)}`).free();
      return true;
    } catch {
      return false;
    }
  }

  /** A page of a table's or view's rows. Throws UsageError for what is no table or view, and SQLite's error. */
  rows(list: RowsList & { readonly offset: number; readonly limit: number }): RowsPage {
    const { sql, parameters, names, columns, listed } = this.#select(list);
    const shown = names.map((name) => shownExpressions(name)).join(', ');
    const rows = this.#rows(
      `SELECT ${shown} ${sql} LIMIT ${list.limit} OFFSET ${list.offset}`,
      list.limit,
      parameters,
    ).map((values) =>
      names.map((_, index) => cellOf(values[2 * index] ?? null, lengthOf(values[2 * index + 1] ?? null))),
    );
    return {
      columns,
      moreColumns: Math.max(0, listed.columns.length - MOST_COLUMNS),
      hasRowid: listed.hasRowid,
      total: this.#count(list),
      offset: list.offset,
      rows,
    };
  }

  #count(list: RowsList): number {
    const key = JSON.stringify([list.object, list.filter]);
    if (this.#counted?.key === key) return this.#counted.rows;
    const { sql, parameters } = this.#select({ ...list, sort: null });
    const [[count] = []] = this.#rows(`SELECT count(*) ${sql}`, 1, parameters);
    this.#counted = { key, rows: Number(count ?? 0) };
    return this.#counted.rows;
  }

  /** `FROM ... WHERE ... ORDER BY ...` of a list, and the columns that are shown of it as expressions. */
  #select({ object, filter, sort }: RowsList): {
    readonly sql: string;
    readonly parameters: readonly string[];
    readonly names: readonly string[];
    /** Their names alone. */
    readonly columns: readonly string[];
    readonly listed: Listed;
  } {
    const listed = this.#objects()[object];
    if (listed === undefined || (listed.entry.type !== 'table' && listed.entry.type !== 'view')) {
      throw new UsageError('There is no such table or view in this view of the database.');
    }
    if (listed.entry.problem !== null) {
      throw new UsageError(`${listed.entry.name} cannot be read: ${listed.entry.problem}.`);
    }
    const table = quotedIdentifier(listed.entry.name);
    const column = (name: string): string => `${table}.${quotedIdentifier(name)}`;
    const own = listed.columns.slice(0, MOST_COLUMNS);
    const columns = listed.hasRowid ? ['rowid', ...own] : own;
    const names = listed.hasRowid ? [`${table}.rowid`, ...own.map(column)] : own.map(column);
    const of = (index: number): string => {
      const name = names[index];
      if (name === undefined) throw new UsageError('There is no such column in this table.');
      return name;
    };
    const parts = [`FROM ${table}`];
    const searched = filter.text === '' ? [] : filter.column === null ? names : [of(filter.column)];
    if (searched.length > 0) {
      // instr and not LIKE: a pattern of many % signs takes LIKE for ever, and blobs are searched as what they are.
      const holds = searched.map((name) => `instr(lower(CAST(${name} AS TEXT)), lower(?1)) > 0`);
      parts.push(`WHERE ${chained(holds)}`);
    }
    if (sort !== null) parts.push(`ORDER BY ${of(sort.column)} ${sort.descending ? 'DESC' : 'ASC'}`);
    return { sql: parts.join(' '), parameters: searched.length > 0 ? [filter.text] : [], names, columns, listed };
  }

  /** Runs one statement that reads. Never throws on what SQLite says. */
  run(sql: string): SqlOutcome<Omit<SqlResult, 'id' | 'millis'>> {
    return this.#attempt(sql, () => {
      const { resultRows, resultCharacters } = this.#limits;
      const rows: (readonly SqlCell[])[] = [];
      let characters = 0;
      let cut: SqlResult['cut'] = null;
      const columns = this.#step(sql, [], (values) => {
        if (rows.length >= resultRows) cut = 'rows';
        else if (characters >= resultCharacters) cut = 'size';
        if (cut !== null) return false;
        const cells = values.map((value) => cellOf(value));
        for (const cell of cells) characters += weightOf(cell);
        rows.push(cells);
        return true;
      });
      return { columns, rows, cut };
    });
  }

  /** How SQLite would carry out a statement. A statement that begins with EXPLAIN is taken for what stands behind. */
  explain(sql: string): SqlOutcome<readonly PlanStep[]> {
    const bare = sql.replace(/^\s*explain(\s+query\s+plan)?\b/i, (prefix) => ' '.repeat(prefix.length));
    return this.#attempt(bare, () =>
      planTree(
        this.#rows(`EXPLAIN QUERY PLAN ${bare}`, MOST_PLAN_STEPS).map(([id, parent, , detail]) => ({
          id: Number(id),
          parent: Number(parent),
          detail: String(detail),
        })),
      ),
    );
  }

  #attempt<T>(sql: string, run: () => T): SqlOutcome<T> {
    const refusal = refusalOf(sql);
    if (refusal !== null) return { status: 'refused', message: refusal.message, place: refusal.at };
    try {
      return { status: 'done', result: run() };
    } catch (thrown) {
      // Anything else is the end of SQLite itself, not its word on the statement.
      if (!(thrown instanceof Error) || thrown.constructor !== Error) throw thrown;
      const place = placeOfError(sql, thrown.message, (part) => this.#compileError(part));
      return { status: 'failed', message: thrown.message, place };
    }
  }

  /** What SQLite says of a text that it only compiles; null when it is sound. */
  #compileError(sql: string): string | null {
    try {
      this.#database.prepare(sql).free();
      return null;
    } catch (thrown) {
      return wordsOf(thrown);
    }
  }

  /** All rows of a statement or a list as CSV with a line of names, in UTF-8. Throws UsageError when they are too many. */
  csv(of: { readonly sql: string } | RowsList): Uint8Array {
    const refusal = 'sql' in of ? refusalOf(of.sql) : null;
    if (refusal !== null) throw new UsageError(refusal.message);
    const list = 'sql' in of ? null : this.#select(of);
    const sql = 'sql' in of ? of.sql : `SELECT ${list?.names.join(', ') ?? ''} ${list?.sql ?? ''}`;
    const text = new Utf8Pieces();
    let rows = 0;
    const columns = this.#step(sql, list?.parameters ?? [], (values) => {
      const line = csvLine(values);
      rows += 1;
      text.add(line);
      if (rows > this.#limits.csvRows || text.characters > this.#limits.csvCharacters) {
        throw new UsageError(
          `The result has more than ${this.#limits.csvRows} rows or ${Math.floor(this.#limits.csvCharacters / 1e6)} million characters, more than is written at once. Narrow it.`,
        );
      }
      return true;
    });
    return text.behind(csvLine(list?.columns ?? columns));
  }

  /** Steps through a statement until it ends or `take` says no; returns the names of its columns. */
  #step(sql: string, parameters: readonly string[], take: (values: readonly SqlValue[]) => boolean): readonly string[] {
    const statement = this.#database.prepare(sql, [...parameters]) as ExactStatement;
    try {
      const columns = statement.getColumnNames();
      while (statement.step()) if (!take(statement.get(null, { useBigInt: true }))) break;
      return columns;
    } finally {
      release(statement);
    }
  }

  #rows(sql: string, limit: number, parameters: readonly string[] = []): readonly (readonly SqlValue[])[] {
    const rows: (readonly SqlValue[])[] = [];
    this.#step(sql, parameters, (values) => {
      if (rows.length >= limit) return false;
      rows.push(values);
      return true;
    });
    return rows;
  }
}

function release(statement: Statement): void {
  try {
    statement.free();
  } catch {
    // sql.js reports the error of the last step once more.
  }
}

/** A value as far as it is shown, and the length of what is cut: a column of large values is never read whole. */
function shownExpressions(name: string): string {
  return (
    `CASE typeof(${name}) WHEN 'text' THEN substr(${name}, 1, ${SHOWN_CHARACTERS}) ` +
    `WHEN 'blob' THEN substr(${name}, 1, ${SHOWN_BLOB_BYTES}) ELSE ${name} END, ` +
    `CASE WHEN typeof(${name}) IN ('text', 'blob') THEN length(${name}) END`
  );
}

function lengthOf(value: SqlValue): number | null {
  return typeof value === 'bigint' ? Number(value) : null;
}

/** Conditions joined by OR as a balanced tree: SQLite takes expressions 1,000 levels deep only. */
function chained(conditions: readonly string[]): string {
  if (conditions.length <= 1) return conditions[0] ?? '1';
  const middle = conditions.length >> 1;
  return `(${chained(conditions.slice(0, middle))} OR ${chained(conditions.slice(middle))})`;
}

/** About how much memory a cell takes, in characters. */
function weightOf(cell: SqlCell): number {
  if (cell === null || typeof cell === 'number') return 4;
  return 4 + (typeof cell === 'string' ? cell.length : 'text' in cell ? cell.text.length : cell.hex.length);
}
