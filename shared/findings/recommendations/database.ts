import type { FactContext } from '../../context/context.ts';
import { databaseServer } from '../../context/database-server.ts';
import { tellsOfLockWait } from '../../context/told-lock-waits.ts';
import type { Recommendation } from '../../model/analysis.ts';
import { shellPath } from '../../model/shell.ts';
import { addSeconds } from '../../model/time.ts';
import { fileLabel, formatBytes, formatSeconds } from '../../wording/figures.ts';
import { wouldHavePrevented } from '../trial.ts';
import {
  type Advice,
  type AdviceFamily,
  factFor,
  isInvolved,
  mitigate,
  prevent,
  python,
  reasonFor,
  shell,
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
  if (isLock) {
    recommendations.push(
      prevent('shorten-write-transactions', {
        text: 'Find the process that held the lock and shorten its transactions: no downloads, parsing or requests between BEGIN and COMMIT, and a commit every few thousand rows.',
        because: [reason],
      }),
    );
  }
  if (isLock || lockError !== undefined) {
    recommendations.push(waiting(advice, isLock ? reason : undefined, lockError?.text));
  }
  if (report?.journalMode === 'delete' && (isLock || lockError !== undefined)) {
    recommendations.push(
      prevent('enable-wal', {
        text: 'Switch the database to WAL, so that readers and the writer do not block each other. Run it once, with no connection open: the mode is stored in the file. Two writers still take turns.',
        patch: shell(`sqlite3 ${path} 'PRAGMA journal_mode=WAL;'`),
        because: [factFor(advice, 'journal-mode')?.text],
      }),
    );
  }
  const starved = factFor(advice, 'checkpoint-starved');
  if (starved !== undefined) {
    recommendations.push(
      prevent('checkpoint-the-wal', {
        text: 'Close readers that stay open, then checkpoint while the service is idle, so that the WAL is reset.',
        patch: shell(`sqlite3 ${path} 'PRAGMA wal_checkpoint(TRUNCATE);'`),
        because: [starved.text],
      }),
    );
  }
  const damage = factFor(advice, 'integrity');
  if (damage !== undefined && report !== null) {
    recommendations.push(
      prevent('recover-the-database', {
        text: `Keep the damaged files (${formatBytes(report.bytes)}) as they are, recover a copy and compare its rows with a backup. Find what damaged it before the service writes again.`,
        patch: shell(
          `cp --preserve=timestamps ${path} damaged.db && sqlite3 damaged.db .recover | sqlite3 recovered.db && sqlite3 recovered.db 'PRAGMA integrity_check;'`,
        ),
        because: [damage.text],
      }),
    );
  }
  return recommendations;
};

/** How often the work was refused the lock and tried again; each wait was short then, and their sum was long. */
function retries({ record, workEnd }: FactContext): number {
  const until = workEnd === null ? null : addSeconds(workEnd, 1);
  return (record?.operation?.lines ?? []).filter(
    ({ event, text }) =>
      (until === null || event.time <= until) && (event.kind === 'database-locked' || tellsOfLockWait(text)),
  ).length;
}

const SEVERAL_TRIES = 2;

/** How long to wait for a lock: shorter where a wait got the worker killed, longer where it gave up with time to spare. */
function waiting(advice: Advice, reason: string | undefined, error: string | undefined): Recommendation {
  const { seconds, waitedSeconds, workerTimeoutSeconds } = lockWait(advice.context);
  const gaveUp = factFor(advice, 'lock-error-failed-operation') !== undefined && waitedSeconds !== null;
  const waited = gaveUp ? `It gave up ${formatSeconds(waitedSeconds)} after its write began.` : undefined;
  const of = workerTimeoutSeconds === null ? '' : ` of ${workerTimeoutSeconds} s`;
  const patch = python(
    `conn.execute("PRAGMA busy_timeout = ${seconds * 1000}")  # or sqlite3.connect(path, timeout=${seconds})`,
  );
  const because = [reason, error, waited];
  const tries = retries(advice.context);
  if (tries >= SEVERAL_TRIES && advice.context.record?.death != null) {
    return prevent('bound-the-retries', {
      text: `Give up well before the worker timeout${of}: the work was refused the lock ${tries} times and tried again within one request. Log the failure and retry in the background.`,
      because,
    });
  }
  if (gaveUp && waitedSeconds >= seconds) {
    return prevent('retry-when-locked', {
      text: `When the database is locked, roll back and retry later in the background. A longer wait will not help: it had waited ${formatSeconds(waitedSeconds)}${workerTimeoutSeconds === null || waitedSeconds >= workerTimeoutSeconds ? '' : `, and a longer one comes nearer to the worker timeout${of}`}.`,
      because,
    });
  }
  return mitigate('busy-timeout-below-worker-timeout', {
    text: gaveUp
      ? `Set SQLite's busy timeout to up to ${seconds} s: the operation gave up after ${formatSeconds(waitedSeconds)}, and the worker timeout${of} leaves room for more. Then log it and retry.`
      : `Set SQLite's busy timeout well below the worker timeout${of}, so that a held lock fails fast and can be retried. The current value is not stored in the database file.`,
    patch,
    because,
    // A longer wait helps where the lock is free by then, which nothing tells.
    prevented: gaveUp ? null : wouldHavePrevented(advice.course, { lockWaitSeconds: seconds }),
  });
}
