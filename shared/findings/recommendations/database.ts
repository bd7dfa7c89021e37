import { fileLabel, formatBytes } from '../../facts/wording.ts';
import type { Recommendation } from '../../model/analysis.ts';
import { shellPath } from '../../model/shell.ts';
import { type AdviceFamily, factFor, isInvolved, reasonFor, recommendation } from './advice.ts';

/** Python's sqlite3 waits 5 s unless told otherwise (https://docs.python.org/3/library/sqlite3.html#sqlite3.connect). */
const LONGEST_BUSY_SECONDS = 5;

/** What to change about the database, with the commands; each only where the evidence supports it. */
export const databaseAdvice: AdviceFamily = (advice) => {
  const { context } = advice;
  const report = context.database?.report ?? null;
  const path = shellPath(report === null ? 'service.db' : fileLabel(report.path));
  const isLock = isInvolved(advice, 'database-lock');
  const lockError =
    factFor(advice, 'lock-error-failed-operation') ??
    factFor(advice, 'lock-error-before-end') ??
    factFor(advice, 'lock-error-survived');
  const reason = reasonFor(advice, 'database-lock');
  const recommendations: Recommendation[] = [];
  const add = (...parts: Parameters<typeof recommendation>): void => {
    recommendations.push(recommendation(...parts));
  };
  if (isLock) {
    add(
      'shorten-write-transactions',
      'Find the other writer and make its write transactions short: nothing slow (downloads, parsing, requests) between BEGIN and COMMIT, and a commit every few thousand rows.',
      null,
      reason,
    );
  }
  if (isLock || lockError !== undefined) {
    const workerTimeout = context.config?.timeoutSeconds ?? 0;
    const seconds = busySeconds(workerTimeout);
    add(
      'busy-timeout-below-worker-timeout',
      `Set SQLite's busy timeout well below the worker timeout${workerTimeout === 0 ? '' : ` of ${workerTimeout} s`}, so that a held lock becomes an error that the service can log and retry instead of a silent wait that gets it killed. It is a setting of each connection and not stored in the file, so what it was cannot be told from the copy.`,
      `conn.execute("PRAGMA busy_timeout = ${seconds * 1000}")  # or sqlite3.connect(path, timeout=${seconds})`,
      isLock ? reason : lockError?.text,
      isLock ? lockError?.text : undefined,
    );
  }
  if (report?.journalMode === 'delete' && (isLock || lockError !== undefined)) {
    add(
      'enable-wal',
      'Switch the database to WAL, so that readers and the writer do not shut each other out. Once is enough, with no connection open: the mode is stored in the file. Two writers still take turns.',
      `sqlite3 ${path} 'PRAGMA journal_mode=WAL;'`,
      factFor(advice, 'journal-mode')?.text,
    );
  }
  const starved = factFor(advice, 'checkpoint-starved');
  if (starved !== undefined) {
    add(
      'checkpoint-the-wal',
      'End readers that stay open, and checkpoint when the service is quiet, so that the log is begun again.',
      `sqlite3 ${path} 'PRAGMA wal_checkpoint(TRUNCATE);'`,
      starved.text,
    );
  }
  const damage = factFor(advice, 'integrity');
  if (damage !== undefined && report !== null) {
    add(
      'recover-the-database',
      `Keep the damaged files (${formatBytes(report.bytes)}) as they are, recover a copy, compare its rows with a backup, and find out what damaged it before the service writes again.`,
      `cp --preserve=timestamps ${path} damaged.db && sqlite3 damaged.db .recover | sqlite3 recovered.db && sqlite3 recovered.db 'PRAGMA integrity_check;'`,
      damage.text,
    );
  }
  return recommendations;
};

function busySeconds(workerTimeoutSeconds: number): number {
  return workerTimeoutSeconds === 0
    ? LONGEST_BUSY_SECONDS
    : Math.max(1, Math.min(LONGEST_BUSY_SECONDS, Math.floor(workerTimeoutSeconds / 4)));
}
