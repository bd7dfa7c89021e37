import type { Recommendation } from '../../model/analysis.ts';
import { type AdviceFamily, factFor, isInvolved, reasonFor, recommendation } from './advice.ts';

/** Shorter transactions, a busy timeout and WAL, where a lock was part of it. */
export const databaseLockAdvice: AdviceFamily = (advice) => {
  if (!isInvolved(advice, 'database-lock')) return [];
  const { context } = advice;
  const reason = reasonFor(advice, 'database-lock');
  const recommendations: Recommendation[] = [
    recommendation(
      'shorten-write-transactions',
      'Find the other writer and make its write transactions short: nothing slow (downloads, parsing, requests) between BEGIN and COMMIT, and a commit every few thousand rows.',
      null,
      reason,
    ),
    recommendation(
      'busy-timeout-below-worker-timeout',
      `Set SQLite's busy timeout well below the worker timeout${context.config === null ? '' : ` of ${context.config.timeoutSeconds} s`}, so that a held lock becomes an error that the service can log and retry instead of a silent wait that gets it killed.`,
      'conn.execute("PRAGMA busy_timeout = 5000")',
      reason,
    ),
  ];
  if (context.database?.report.journalMode === 'delete') {
    recommendations.push(
      recommendation(
        'enable-wal',
        'Switch the database to WAL, so that readers and the writer do not shut each other out.',
        'sqlite3 service.db "PRAGMA journal_mode=WAL"',
        factFor(advice, 'journal-mode')?.text,
      ),
    );
  }
  return recommendations;
};
