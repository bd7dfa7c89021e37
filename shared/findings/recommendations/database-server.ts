import { type DatabaseServer, databaseServer } from '../../context/database-server.ts';
import type { Recommendation } from '../../model/analysis.ts';
import { type AdviceFamily, factFor, immediately, isInvolved, reasonFor, recommendation } from './advice.ts';
import { lockWait } from './lock-wait.ts';

/** Who blocks whom, in the server's own views, and how a session is told to wait no longer than so many seconds. */
const WORDS: Readonly<
  Record<
    DatabaseServer,
    { readonly blockers: string; readonly limit: (seconds: number) => string; readonly setting: string }
  >
> = {
  PostgreSQL: {
    blockers:
      "SELECT pid, pg_blocking_pids(pid), state, now() - xact_start AS age, query FROM pg_stat_activity WHERE state <> 'idle' ORDER BY xact_start;",
    limit: (seconds) => `SET lock_timeout = '${seconds}s';`,
    setting: 'lock_timeout',
  },
  MySQL: {
    blockers: 'SELECT * FROM sys.innodb_lock_waits\\G',
    limit: (seconds) => `SET SESSION innodb_lock_wait_timeout = ${seconds};`,
    setting: 'innodb_lock_wait_timeout',
  },
};

/** What to change where the lock was one of a database server. */
export const databaseServerAdvice: AdviceFamily = (advice) => {
  const server = databaseServer(advice.context)?.server ?? null;
  if (server === null || !isInvolved(advice, 'database-lock')) return [];
  const words = WORDS[server];
  const reason = reasonFor(advice, 'database-lock');
  const refused = factFor(advice, 'server-lock-failed-operation') ?? factFor(advice, 'server-lock-before-end');
  const recommendations: Recommendation[] = [
    recommendation(
      'shorten-write-transactions',
      `Find the transaction of ${server} that held the lock and make it short: nothing slow (downloads, parsing, requests) within it, and none that is left open. The query shows it while it happens again.`,
      words.blockers,
      reason,
      refused?.text,
    ),
  ];
  const wait = lockWait(advice.context);
  if (wait.waitedSeconds === null || wait.waitedSeconds > wait.seconds) {
    recommendations.push(
      immediately(
        'lock-timeout-below-worker-timeout',
        `Set ${words.setting} of the import's sessions to ${wait.seconds} s, well below the worker timeout${wait.workerTimeoutSeconds === null ? '' : ` of ${wait.workerTimeoutSeconds} s`}, so that a held lock becomes an error that the service can log and retry instead of a wait that gets it killed.`,
        words.limit(wait.seconds),
        wait.waitedSeconds === null ? undefined : `It had waited ${Math.round(wait.waitedSeconds)} s.`,
        reason,
      ),
    );
  }
  if (refused !== undefined) {
    recommendations.push(
      recommendation(
        'retry-when-locked',
        'Roll back and try the whole transaction again after a pause when the server refuses it a lock; take locks in the same order everywhere, so that transactions do not meet in a deadlock.',
        null,
        refused.text,
      ),
    );
  }
  return recommendations;
};
