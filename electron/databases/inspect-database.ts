import { type DatabaseInput, readDatabase } from '../../shared/evidence/sqlite/database.ts';
import type { DatabaseReport } from '../../shared/model/database.ts';
import type { ParseProblem } from '../../shared/model/evidence.ts';
import type { DatabaseChecks } from './database-checks.ts';
import { sharedImageOf } from './database-image.ts';

export type { DatabaseInput } from '../../shared/evidence/sqlite/database.ts';

/** Databases beyond this are read as bytes only: SQLite's own checks need a second copy in memory. */
const MAX_COPIED_BYTES = 768 * 1024 * 1024;
export interface DatabaseInspection {
  /** Null when the bytes are no readable database. */
  readonly report: DatabaseReport | null;
  readonly problems: readonly ParseProblem[];
}

/**
 * Inspects a copy of a SQLite database: what its bytes say (header, WAL, journal, table sizes, open transaction) and what
 * SQLite says of the committed state (integrity, earlier jobs). Works in memory only and never on the file; one copy of
 * the database is made for SQLite and released before this returns. Never rejects on content. `checks` is closed by the caller.
 */
export async function inspectDatabase(input: DatabaseInput, checks: DatabaseChecks): Promise<DatabaseInspection> {
  const { report, committed, jobTable, problems } = readDatabase(input);
  if (report === null || committed === null) return { report, problems };
  if (committed.readablePages * committed.pageSize > MAX_COPIED_BYTES) {
    const message = `The database has more than ${MAX_COPIED_BYTES / 1024 / 1024} MiB: it was inspected as bytes only, since a copy for SQLite would not fit into memory beside it. PRAGMA integrity_check, foreign_key_check and the list of jobs are left out.`;
    return { report, problems: [...problems, { kind: 'limit-exceeded', message, byteOffset: null }] };
  }
  const asked = await checks.ask(sharedImageOf(committed), jobTable);
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
