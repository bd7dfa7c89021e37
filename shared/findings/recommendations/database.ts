import { databaseServer } from '../../context/database-server.ts';
import type { Recommendation } from '../../model/analysis.ts';
import { shellPath } from '../../model/shell.ts';
import { fileLabel, formatBytes, formatSeconds } from '../../wording/figures.ts';
import {
  type Advice,
  type AdviceFamily,
  factFor,
  immediately,
  isInvolved,
  reasonFor,
  recommendation,
} from './advice.ts';
import { lockWait } from './lock-wait.ts';

/** What to change about the database, with the commands; each only where the evidence supports it. */
export const databaseAdvice: AdviceFamily = (advice) => {
  const { context } = advice;
  if (databaseServer(context) !== null) return [];
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
    recommendations.push(waiting(advice, isLock ? reason : undefined, lockError?.text));
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

/** How long to wait for a lock: shorter where a wait got the worker killed, longer where it gave up with time to spare. */
function waiting(advice: Advice, reason: string | undefined, error: string | undefined): Recommendation {
  const { seconds, waitedSeconds, workerTimeoutSeconds } = lockWait(advice.context);
  const gaveUp = factFor(advice, 'lock-error-failed-operation') !== undefined && waitedSeconds !== null;
  const waited = gaveUp ? `It gave up ${formatSeconds(waitedSeconds)} after its write began.` : undefined;
  const of = workerTimeoutSeconds === null ? '' : ` of ${workerTimeoutSeconds} s`;
  const patch = `conn.execute("PRAGMA busy_timeout = ${seconds * 1000}")  # or sqlite3.connect(path, timeout=${seconds})`;
  if (gaveUp && waitedSeconds >= seconds) {
    return recommendation(
      'retry-when-locked',
      `Roll back and try again later, in the background, when the database is locked. A longer wait is no cure: it had waited ${formatSeconds(waitedSeconds)}${workerTimeoutSeconds === null || waitedSeconds >= workerTimeoutSeconds ? '' : `, and what waits longer comes nearer to the worker timeout${of}`}.`,
      null,
      reason,
      error,
      waited,
    );
  }
  return immediately(
    'busy-timeout-below-worker-timeout',
    gaveUp
      ? `Let SQLite's busy timeout be up to ${seconds} s: the operation gave up after ${formatSeconds(waitedSeconds)}, and the worker timeout${of} leaves room for more; then log it and retry. It is a setting of each connection and not stored in the file.`
      : `Set SQLite's busy timeout well below the worker timeout${of}, so that a held lock becomes an error that the service can log and retry instead of a silent wait that gets it killed. It is a setting of each connection and not stored in the file, so what it was cannot be told from the copy.`,
    patch,
    reason,
    error,
    waited,
  );
}
