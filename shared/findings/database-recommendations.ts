import type { FactContext } from '../facts/context.ts';
import { fileLabel, formatBytes } from '../facts/wording.ts';
import type { Fact, HypothesisResult, Recommendation } from '../model/analysis.ts';
import { verdictOf } from './questions.ts';

/** Python's sqlite3 waits 5 s unless told otherwise (https://docs.python.org/3/library/sqlite3.html#sqlite3.connect). */
const LONGEST_BUSY_SECONDS = 5;

/** What to change about the database, with the commands; each only where the evidence supports it. */
export function databaseRecommendations(
  context: FactContext,
  facts: readonly Fact[],
  hypotheses: readonly HypothesisResult[],
): readonly Recommendation[] {
  const report = context.database?.report ?? null;
  const lock = verdictOf(hypotheses, 'database-lock');
  const found = (id: string): Fact | undefined => facts.find((fact) => fact.id === id);
  const isLock = lock?.verdict === 'fits' || lock?.verdict === 'contributes';
  const lockError =
    found('lock-error-failed-operation') ?? found('lock-error-before-end') ?? found('lock-error-survived');
  const path = shellQuoted(report === null ? 'service.db' : fileLabel(report.path));
  const recommendations: Recommendation[] = [];
  const add = (id: string, text: string, patch: string | null, ...because: readonly (string | undefined)[]): void => {
    recommendations.push({ id, text, patch, because: because.filter((reason) => reason !== undefined) });
  };
  if (isLock) {
    add(
      'shorten-write-transactions',
      'Find the other writer and make its write transactions short: nothing slow (downloads, parsing, requests) between BEGIN and COMMIT, and a commit every few thousand rows.',
      null,
      lock.reason,
    );
  }
  if (isLock || lockError !== undefined) {
    const workerTimeout = context.config?.timeoutSeconds ?? 0;
    const seconds =
      workerTimeout === 0
        ? LONGEST_BUSY_SECONDS
        : Math.max(1, Math.min(LONGEST_BUSY_SECONDS, Math.floor(workerTimeout / 4)));
    add(
      'busy-timeout-below-worker-timeout',
      `Set SQLite's busy timeout well below the worker timeout${workerTimeout === 0 ? '' : ` of ${workerTimeout} s`}, so that a held lock becomes an error that the service can log and retry instead of a silent wait that gets it killed. It is a setting of each connection and not stored in the file, so what it was cannot be told from the copy.`,
      `conn.execute("PRAGMA busy_timeout = ${seconds * 1000}")  # or sqlite3.connect(path, timeout=${seconds})`,
      isLock ? lock.reason : lockError?.text,
      isLock ? lockError?.text : undefined,
    );
  }
  if (report?.journalMode === 'delete' && (isLock || lockError !== undefined)) {
    add(
      'enable-wal',
      'Switch the database to WAL, so that readers and the writer do not shut each other out. Once is enough, with no connection open: the mode is stored in the file. Two writers still take turns.',
      `sqlite3 ${path} 'PRAGMA journal_mode=WAL;'`,
      found('journal-mode')?.text,
    );
  }
  const starved = found('checkpoint-starved');
  if (starved !== undefined) {
    add(
      'checkpoint-the-wal',
      'End readers that stay open, and checkpoint when the service is quiet, so that the log is begun again.',
      `sqlite3 ${path} 'PRAGMA wal_checkpoint(TRUNCATE);'`,
      starved.text,
    );
  }
  const damage = found('integrity');
  if (damage !== undefined && report !== null) {
    add(
      'recover-the-database',
      `Keep the damaged files (${formatBytes(report.bytes)}) as they are, recover a copy, compare its rows with a backup, and find out what damaged it before the service writes again.`,
      `cp --preserve=timestamps ${path} damaged.db && sqlite3 damaged.db .recover | sqlite3 recovered.db && sqlite3 recovered.db 'PRAGMA integrity_check;'`,
      damage.text,
    );
  }
  return recommendations;
}

/** For a POSIX shell, whatever the name holds. */
function shellQuoted(name: string): string {
  return /^[\w./-]+$/.test(name) ? name : `'${name.replaceAll("'", String.raw`'\''`)}'`;
}
