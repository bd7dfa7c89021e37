import { createRequire } from 'node:module';
import type initSqlJs from 'sql.js';
import { type DatabaseInput, readDatabase } from '../../shared/evidence/sqlite/database.ts';
import type { JobTable } from '../../shared/evidence/sqlite/job-table.ts';
import type { PageView } from '../../shared/evidence/sqlite/views.ts';
import type { DatabaseReport, ForeignKeyCheck, JobHistory } from '../../shared/model/database.ts';
import type { ParseProblem } from '../../shared/model/evidence.ts';
import { wordsOf } from '../../shared/model/thrown.ts';
import { readOwnFile } from '../files/own-files.ts';
import { imageOf } from './database-image.ts';
import { readJobHistory } from './read-jobs.ts';
import { rows, type SqlDatabase } from './sql-rows.ts';

export type { DatabaseInput } from '../../shared/evidence/sqlite/database.ts';

/** Databases beyond this are read as bytes only: SQLite's own checks need a second copy in memory. */
const MAX_COPIED_BYTES = 768 * 1024 * 1024;
const MAX_INTEGRITY_MESSAGES = 20;
const MAX_COUNTED_VIOLATIONS = 10_000;
const MAX_LISTED_VIOLATIONS = 20;
const MAX_OBJECTS = 100_000;
const MAX_TEXT_CHARACTERS = 500;
/** What SQLite may take for itself beside the copy of the database. */
const MAX_HEAP_BYTES = 512 * 1024 * 1024;

// CHECK (instr(replace(hex(zeroblob(25000000)), '0', 'a'), 'b') = 0)
/** Functions that make much out of nothing: where the schema itself calls them, a check of each row may have no end. */
const MULTIPLYING = /\b(zeroblob|randomblob|printf|format|replace)\s*\(/i;

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
    const message = `The database has more than ${MAX_COPIED_BYTES / 1024 / 1024} MiB: it was inspected as bytes only, since a copy for SQLite would not fit into memory beside it. PRAGMA integrity_check, foreign_key_check and the list of jobs are left out.`;
    return { report, problems: [...problems, { kind: 'limit-exceeded', message, byteOffset: null }] };
  }
  const asked = await askSqlite(committed, jobTable);
  return {
    report: {
      ...report,
      integrity: asked.integrity,
      foreignKeyCheck: asked.foreignKeyCheck,
      jobHistory: asked.jobHistory,
    },
    problems: [...problems, ...asked.problems],
  };
}

interface SqliteAnswers {
  readonly integrity: string | null;
  readonly foreignKeyCheck: ForeignKeyCheck | null;
  readonly jobHistory: JobHistory | null;
  readonly problems: readonly ParseProblem[];
}

async function askSqlite(view: PageView, jobTable: JobTable | null): Promise<SqliteAnswers> {
  const problems: ParseProblem[] = [];
  let database: SqlDatabase | null = null;
  let integrity: string | null = null;
  let foreignKeyCheck: ForeignKeyCheck | null = null;
  let jobHistory: JobHistory | null = null;
  try {
    const SQL = await loadSqlite();
    const opened = new SQL.Database(imageOf(view));
    database = opened;
    // The schema is hostile until proven otherwise. Source: https://www.sqlite.org/security.html
    opened.run('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON;');
    opened.run(`PRAGMA hard_heap_limit = ${MAX_HEAP_BYTES};`);
    const costly = attempt('The schema', problems, () => costlyObject(opened));
    if (costly === null) integrity = attempt('PRAGMA integrity_check', problems, () => checkIntegrity(opened));
    else {
      const message = `${costly.name} computes with ${costly.by}() in its own definition, which a check of each row may take hours for: PRAGMA integrity_check was left out.`;
      problems.push({ kind: 'limit-exceeded', message, byteOffset: null });
    }
    foreignKeyCheck = attempt('PRAGMA foreign_key_check', problems, () => checkForeignKeys(opened));
    if (jobTable !== null) {
      jobHistory = attempt(`The list of jobs in ${jobTable.table}`, problems, () => readJobHistory(opened, jobTable));
    }
  } catch (error) {
    const message = `SQLite cannot open the committed state of the copy: ${wordsOf(error)}`;
    problems.push({ kind: 'damaged-database', message, byteOffset: null });
  } finally {
    try {
      database?.close();
    } catch {
      // A statement that a damaged page ended may refuse to be finalised; the image goes with the object.
    }
  }
  return { integrity, foreignKeyCheck, jobHistory, problems };
}

/**
 * sql.js with its wasm read through fs: `resolve` finds the file from source, from the bundle and inside app.asar alike,
 * in the main thread and in workers, without the URL guessing of emscripten's loader. Loaded only when there is a database.
 */
export async function loadSqlite(): ReturnType<typeof initSqlJs> {
  const wasm = await readOwnFile(createRequire(import.meta.url).resolve('sql.js/dist/sql-wasm.wasm'));
  const { default: init } = await import('sql.js');
  return init({ wasmBinary: new Uint8Array(wasm).buffer });
}

function attempt<T>(what: string, problems: ParseProblem[], run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    problems.push({
      kind: 'damaged-database',
      message: `${what} could not be run: ${wordsOf(error)}`,
      byteOffset: null,
    });
    return null;
  }
}

/** The first table or index whose definition calls what may have no end; triggers and views are not run by any check. */
function costlyObject(database: SqlDatabase): { readonly name: string; readonly by: string } | null {
  const objects = rows(database, "SELECT name, sql FROM sqlite_schema WHERE type IN ('table', 'index')", MAX_OBJECTS);
  for (const [name, sql] of objects) {
    const by = MULTIPLYING.exec(String(sql))?.[1];
    if (by !== undefined) return { name: String(name).slice(0, MAX_TEXT_CHARACTERS), by: by.toLowerCase() };
  }
  return null;
}

/** `ok`, or the first messages. Source: https://www.sqlite.org/pragma.html#pragma_integrity_check */
function checkIntegrity(database: SqlDatabase): string {
  const messages = rows(database, `PRAGMA integrity_check(${MAX_INTEGRITY_MESSAGES})`, MAX_INTEGRITY_MESSAGES).map(
    ([message]) => String(message).slice(0, MAX_TEXT_CHARACTERS),
  );
  return messages.join('\n');
}

/** Source: https://www.sqlite.org/pragma.html#pragma_foreign_key_check */
function checkForeignKeys(database: SqlDatabase): ForeignKeyCheck {
  const found = rows(database, 'PRAGMA foreign_key_check', MAX_COUNTED_VIOLATIONS);
  return {
    violations: found.length,
    isLimited: found.length >= MAX_COUNTED_VIOLATIONS,
    listed: found.slice(0, MAX_LISTED_VIOLATIONS).map(([table, rowid, parent]) => ({
      table: String(table),
      rowid: typeof rowid === 'number' ? rowid : null,
      parent: String(parent),
    })),
  };
}
