import type { Answer, Task } from '../../shared/contract/asked-thread.ts';
import type { ForeignKeyCheck } from '../../shared/model/database.ts';
import type { JobError } from '../../shared/model/job.ts';
import { wordsOf } from '../../shared/model/thrown.ts';
import { answerTasks } from '../threads/answer-tasks.ts';
import { jobErrorOf } from '../threads/run-job.ts';
import type { Asked, CheckProgress, CheckTasks } from './check-protocol.ts';
import { handedOver } from './database-image.ts';
import { loadSqlite } from './load-sqlite.ts';
import { readJobHistory } from './read-jobs.ts';
import { rows, type SqlDatabase } from './sql-rows.ts';

const MAX_INTEGRITY_MESSAGES = 20;
const MAX_COUNTED_VIOLATIONS = 10_000;
const MAX_LISTED_VIOLATIONS = 20;
const MAX_OBJECTS = 100_000;
const MAX_TEXT_CHARACTERS = 500;

// CHECK (instr(replace(hex(zeroblob(25000000)), '0', 'a'), 'b') = 0)
/** Functions that make much out of nothing: where the schema itself calls them, a check of each row may have no end. */
const MULTIPLYING = /\b(zeroblob|randomblob|printf|format|replace)\s*\(/i;

/** Entry of the worker that has SQLite check copies of databases: tasks in and answers out, until it is ended. */
let sqlite: ReturnType<typeof loadSqlite> | null = null;

async function perform(task: Task<CheckTasks>, tell: (progress: CheckProgress) => void): Promise<Answer<CheckTasks>> {
  sqlite ??= loadSqlite();
  const { Database } = await sqlite;
  const { name, payload } = task;
  const opened = (): SqlDatabase => {
    const database = new Database(handedOver(payload.image));
    // The schema is hostile until proven otherwise. Source: https://www.sqlite.org/security.html
    database.run('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON;');
    // Sorting goes to memory, where the limit counts it, and not to files of sql.js's file system, which is memory too.
    database.run(`PRAGMA temp_store = MEMORY; PRAGMA hard_heap_limit = ${payload.heapBytes};`);
    return database;
  };
  tell('begun');
  switch (name) {
    case 'schema':
      return { name, value: asked(opened, costlyObject) };
    case 'integrity':
      return { name, value: asked(opened, checkIntegrity) };
    case 'foreignKeys':
      return { name, value: asked(opened, checkForeignKeys) };
    case 'jobs':
      return { name, value: asked(opened, (database) => readJobHistory(database, payload.jobTable)) };
  }
}

function asked<T>(open: () => SqlDatabase, ask: (database: SqlDatabase) => T): Asked<T> {
  let database: SqlDatabase;
  try {
    database = open();
  } catch (thrown) {
    return { status: 'unopened', message: saidBySqlite(thrown) };
  }
  try {
    return { status: 'done', value: ask(database) };
  } catch (thrown) {
    return { status: 'failed', message: saidBySqlite(thrown) };
  } finally {
    try {
      database.close();
    } catch {
      // A statement that a damaged page ended may refuse to be finalised; the image goes with the object.
    }
  }
}

/** SQLite's own words; what ends SQLite itself is thrown on, and costs this instance of it. */
function saidBySqlite(thrown: unknown): string {
  if (thrown instanceof WebAssembly.RuntimeError) {
    sqlite = null;
    throw thrown;
  }
  return wordsOf(thrown);
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

answerTasks<CheckTasks, JobError, CheckProgress>('one after the other', perform, jobErrorOf);
