import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type initSqlJs from 'sql.js';
import { type DatabaseInput, readDatabase } from '../../shared/evidence/sqlite/database.ts';
import type { JobTable } from '../../shared/evidence/sqlite/job-table.ts';
import type { PageView } from '../../shared/evidence/sqlite/views.ts';
import type { DatabaseReport, JobHistory, JobRecord } from '../../shared/model/database.ts';
import type { ParseProblem } from '../../shared/model/evidence.ts';

export type { DatabaseInput } from '../../shared/evidence/sqlite/database.ts';

/** Databases beyond this are read as bytes only: SQLite's own checks need a second copy in memory. */
const MAX_COPIED_BYTES = 1024 * 1024 * 1024;
const MAX_INTEGRITY_MESSAGES = 20;
const MAX_JOB_KEYS = 10_000;
const MAX_RECENT_JOBS = 200;
const MAX_SHOWN_COLUMNS = 60;
const MAX_TEXT_CHARACTERS = 500;

type SqlDatabase = InstanceType<Awaited<ReturnType<typeof initSqlJs>>['Database']>;

export interface DatabaseInspection {
  /** Null when the bytes are no readable database. */
  readonly report: DatabaseReport | null;
  readonly problems: readonly ParseProblem[];
}

/**
 * Inspects a copy of a SQLite database: what its bytes say (header, WAL, journal, table sizes, open transaction) and what
 * SQLite says of the committed state (integrity, earlier jobs). Works in memory only and never on the file; one copy of
 * the database is made for SQLite and released before this returns. Never rejects on content.
 */
export async function inspectDatabase(input: DatabaseInput): Promise<DatabaseInspection> {
  const { report, committed, jobTable, problems } = readDatabase(input);
  if (report === null || committed === null) return { report, problems };
  if (committed.readablePages * committed.pageSize > MAX_COPIED_BYTES) {
    const message = `The database is larger than ${MAX_COPIED_BYTES / 1024 / 1024} MiB: PRAGMA integrity_check and the list of jobs are left out.`;
    return { report, problems: [...problems, { kind: 'limit-exceeded', message, byteOffset: null }] };
  }
  const asked = await askSqlite(committed, jobTable);
  return {
    report: { ...report, integrity: asked.integrity, jobHistory: asked.jobHistory },
    problems: [...problems, ...asked.problems],
  };
}

/**
 * An image that is handed over instead of being copied once more: sql.js's in-memory file keeps `data.slice(0, length)`
 * of what it is given (MEMFS.stream_ops.write in emscripten's libmemfs.js), which here is the image itself.
 */
class HandedOverImage extends Uint8Array<ArrayBuffer> {
  /** Parts of it are plain arrays. */
  static get [Symbol.species](): Uint8ArrayConstructor {
    return Uint8Array;
  }

  override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    return (start ?? 0) === 0 && (end ?? this.length) === this.length ? this : super.slice(start, end);
  }
}

/** A copy of a view as one database file that needs nothing beside it. */
export function imageOf(view: PageView): Uint8Array {
  const image = new HandedOverImage(new ArrayBuffer(view.readablePages * view.pageSize));
  for (let pageNumber = 1; pageNumber <= view.readablePages; pageNumber += 1) {
    const page = view.page(pageNumber);
    if (page !== null) image.set(page, (pageNumber - 1) * view.pageSize);
  }
  // Versions 1 mean rollback journal; with 2 SQLite would look for a -wal.
  // Source: https://www.sqlite.org/fileformat2.html#file_format_version_numbers
  image[18] = 1;
  image[19] = 1;
  return image;
}

interface SqliteAnswers {
  readonly integrity: string | null;
  readonly jobHistory: JobHistory | null;
  readonly problems: readonly ParseProblem[];
}

async function askSqlite(view: PageView, jobTable: JobTable | null): Promise<SqliteAnswers> {
  const problems: ParseProblem[] = [];
  let database: SqlDatabase | null = null;
  let integrity: string | null = null;
  let jobHistory: JobHistory | null = null;
  try {
    const SQL = await loadSqlite();
    const opened = new SQL.Database(imageOf(view));
    database = opened;
    // The schema is hostile until proven otherwise. Source: https://www.sqlite.org/security.html
    opened.run('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON;');
    integrity = attempt('PRAGMA integrity_check', problems, () => checkIntegrity(opened));
    if (jobTable !== null) {
      jobHistory = attempt(`The list of jobs in ${jobTable.table}`, problems, () => readJobHistory(opened, jobTable));
    }
  } catch (error) {
    const message = `SQLite cannot open the committed state of the copy: ${describe(error)}`;
    problems.push({ kind: 'damaged-database', message, byteOffset: null });
  } finally {
    try {
      database?.close();
    } catch {
      // A statement that a damaged page ended may refuse to be finalised; the image goes with the object.
    }
  }
  return { integrity, jobHistory, problems };
}

/**
 * sql.js with its wasm read through fs: `resolve` finds the file from source, from the bundle and inside app.asar alike,
 * in the main thread and in workers, without the URL guessing of emscripten's loader. Loaded only when there is a database.
 */
export async function loadSqlite(): ReturnType<typeof initSqlJs> {
  const wasm = await readFile(createRequire(import.meta.url).resolve('sql.js/dist/sql-wasm.wasm'));
  const { default: init } = await import('sql.js');
  return init({ wasmBinary: new Uint8Array(wasm).buffer });
}

function attempt<T>(what: string, problems: ParseProblem[], run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    problems.push({
      kind: 'damaged-database',
      message: `${what} could not be run: ${describe(error)}`,
      byteOffset: null,
    });
    return null;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Rows of one query, at most `limit`, whatever the query would give. */
function rows(database: SqlDatabase, sql: string, limit: number): readonly (readonly unknown[])[] {
  const statement = database.prepare(sql);
  try {
    const found: (readonly unknown[])[] = [];
    while (found.length < limit && statement.step()) found.push(statement.get());
    return found;
  } finally {
    statement.free();
  }
}

/** `ok`, or the first messages. Source: https://www.sqlite.org/pragma.html#pragma_integrity_check */
function checkIntegrity(database: SqlDatabase): string {
  const messages = rows(database, `PRAGMA integrity_check(${MAX_INTEGRITY_MESSAGES})`, MAX_INTEGRITY_MESSAGES).map(
    ([message]) => String(message).slice(0, MAX_TEXT_CHARACTERS),
  );
  return messages.join('\n');
}

function readJobHistory(database: SqlDatabase, jobTable: JobTable): JobHistory {
  const table = quoted(jobTable.table);
  // Qualified, because SQLite takes an unknown "name" on its own for a string.
  const column = (name: string): string => `${table}.${quoted(name)}`;
  const key = column(jobTable.keyColumn);
  const size = jobTable.sizeColumn === null ? 'NULL' : column(jobTable.sizeColumn);
  const [[count] = []] = rows(database, `SELECT count(*) FROM ${table}`, 1);
  const keys: (number | string)[] = [];
  const sizes: number[] = [];
  for (const [keyValue, sizeValue] of rows(
    database,
    `SELECT ${key}, ${size} FROM ${table} ORDER BY ${key} DESC LIMIT ${MAX_JOB_KEYS}`,
    MAX_JOB_KEYS,
  )) {
    if (typeof keyValue === 'number' || typeof keyValue === 'string') keys.push(keyValue);
    if (typeof sizeValue === 'number') sizes.push(sizeValue);
  }
  sizes.sort((one, other) => one - other);
  return {
    table: jobTable.table,
    keyColumn: jobTable.keyColumn,
    rows: typeof count === 'number' ? count : keys.length,
    sizeColumn: jobTable.sizeColumn,
    medianSize: median(sizes),
    maxSize: sizes.at(-1) ?? null,
    keys,
    recent: recentJobs(database, jobTable, table, column),
  };
}

function recentJobs(
  database: SqlDatabase,
  jobTable: JobTable,
  table: string,
  column: (name: string) => string,
): readonly JobRecord[] {
  const names = jobTable.columns.slice(0, MAX_SHOWN_COLUMNS);
  const shown = names.map((name) => {
    const value = column(name);
    return `CASE typeof(${value}) WHEN 'text' THEN substr(${value}, 1, ${MAX_TEXT_CHARACTERS}) WHEN 'blob' THEN '(' || length(${value}) || ' bytes)' ELSE ${value} END`;
  });
  const key = column(jobTable.keyColumn);
  const sql = `SELECT ${key}, ${shown.join(', ')} FROM ${table} ORDER BY ${key} DESC LIMIT ${MAX_RECENT_JOBS}`;
  return rows(database, sql, MAX_RECENT_JOBS).map(([keyValue, ...values]) => ({
    table: jobTable.table,
    key: String(keyValue),
    values: Object.fromEntries(names.map((name, index) => [name, plainValue(values[index])])),
  }));
}

function plainValue(value: unknown): number | string | null {
  return typeof value === 'number' || typeof value === 'string' ? value : null;
}

/** Middle of sorted numbers; the mean of the two middle ones when their count is even; null of none. */
function median(sorted: readonly number[]): number | null {
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
