import { databaseServer } from '../../context/database-server.ts';
import type { Recommendation } from '../../model/analysis.ts';
import type { DatabaseServer } from '../../model/database.ts';
import { wouldHavePrevented } from '../trial.ts';
import { type AdviceFamily, factFor, isInvolved, mitigate, prevent, reasonFor, sql } from './advice.ts';
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
  const shorten = prevent('shorten-write-transactions', {
    text: `Find the transaction of ${server} that held the lock and shorten it: no downloads, parsing or requests inside it, none left open. The query shows it while a wait lasts.`,
    patch: sql(words.blockers),
    because: [reason, refused?.text],
  });
  // The server resolves a deadlock in a moment: nobody waits for it, and a limit of waits would change nothing.
  if (refused !== undefined && /deadlock/i.test(refused.text)) {
    return [
      prevent('retry-when-locked', {
        text: `Take locks in the same order everywhere, so that transactions do not deadlock. When ${server} rolls one back, retry the whole transaction.`,
        because: [refused.text],
      }),
      shorten,
    ];
  }
  const recommendations: Recommendation[] = [shorten];
  const wait = lockWait(advice.context);
  if (wait.waitedSeconds === null || wait.waitedSeconds > wait.seconds) {
    recommendations.push(
      mitigate('lock-timeout-below-worker-timeout', {
        text: `Set ${words.setting} of the import's sessions to ${wait.seconds} s, well below the worker timeout${wait.workerTimeoutSeconds === null ? '' : ` of ${wait.workerTimeoutSeconds} s`}. A held lock is then an error that can be logged and retried.`,
        patch: sql(words.limit(wait.seconds)),
        because: [
          wait.waitedSeconds === null ? undefined : `It had waited ${Math.round(wait.waitedSeconds)} s.`,
          reason,
        ],
        prevented: wouldHavePrevented(advice.course, { lockWaitSeconds: wait.seconds }),
      }),
    );
  }
  if (refused !== undefined) {
    recommendations.push(
      prevent('retry-when-locked', {
        text: 'When the server refuses a lock, roll back and retry the whole transaction after a pause.',
        because: [refused.text],
      }),
    );
  }
  return recommendations;
};
