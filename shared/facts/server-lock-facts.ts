import { type FactContext, sourceOnly, sourcesOf } from '../context/context.ts';
import {
  databaseServer,
  type ServerLock,
  type ServerWait,
  serverLocks,
  serverWaits,
  serverWaitsWithin,
} from '../context/database-server.ts';
import { type SessionWait, sessionWaits } from '../context/server-sessions.ts';
import { addSeconds, formatTimeOfDay, secondsBetween } from '../model/time.ts';
import { BASIS } from './basis.ts';
import { type FactOf, family, rule } from './rule.ts';

/** Locks of a database server (PostgreSQL, MySQL), as its errors, its own log and its views tell of them. */
function serverLockFacts(context: FactContext): readonly ServerLockFact[] {
  const { own, others } = serverLocks(context);
  const stuck = stuckInWait(context) ?? silentInWait(context);
  return [
    ...serverNamed(context),
    ...refused(context, own),
    ...sessionWaiting(context),
    ...(stuck === null ? waitedElsewhere(context, others) : [stuck]),
  ];
}

const serverInUse = rule({
  id: 'database-server',
  needs: ['service-log'],
  basis: BASIS.serverLock,
});

function serverNamed(context: FactContext): readonly ServerLockFact[] {
  const named = databaseServer(context);
  if (named === null) return [];
  const { server, by } = named;
  return [
    'row' in by
      ? serverInUse.fact({
          text: `The service writes to ${server}, by its own log: who held a lock there, only that server's views and log can tell.`,
          ...sourcesOf(by),
        })
      : serverInUse.fact({
          text: `${server} was looked at: who held a lock there, its views and log can tell.`,
          ...sourceOnly(by.source),
        }),
  ];
}

const serverLockFailedOperation = rule({
  id: 'server-lock-failed-operation',
  needs: ['service-log'],
  basis: BASIS.serverLock,
  weights: { 'database-lock': 5 },
});

const serverLockSurvived = rule({
  id: 'server-lock-survived',
  needs: ['service-log'],
  basis: BASIS.serverLock,
  weights: { 'database-lock': 0.5 },
});

const serverLockBeforeEnd = rule({
  id: 'server-lock-before-end',
  needs: ['service-log'],
  basis: BASIS.serverLock,
  weights: { 'database-lock': 4 },
});

/** The operation itself was refused a lock: did it end on it, go on, or try again until it was ended? */
function refused(context: FactContext, own: readonly ServerLock[]): readonly ServerLockFact[] {
  const last = own.at(-1);
  const { record } = context;
  if (last === undefined || record === null) return [];
  const { server, words, isDeadlock, event } = last;
  const said = `${server} refused it a lock ("${words}")`;
  const sources = sourcesOf(...own.slice(0, 5).map((each) => each.event));
  if (record.failure !== null) {
    return [
      serverLockFailedOperation.fact({
        text: `The operation failed on a lock: ${said}${isDeadlock ? ', to resolve a deadlock with another transaction' : ', which another process held for longer than it was to wait'}.`,
        ...sources,
      }),
    ];
  }
  const wentOn = record.operation?.lines.some(
    ({ event: later, reading }) =>
      later.time > event.time &&
      (reading.role === 'step-start' || reading.role === 'step-done' || reading.role === 'progress'),
  );
  return [
    (wentOn === true ? serverLockSurvived : serverLockBeforeEnd).fact({
      text:
        wentOn === true
          ? `On its way ${said}; it went on afterwards.`
          : `${said} before the worker was killed, and no later line shows that it went on.`,
      ...sources,
    }),
  ];
}

/** Between the last words of a worker and the statement that it waits in lies the way to the server. */
const FELL_SILENT_SECONDS = 3;
/** A shorter wait is usual. */
const LONG_WAIT_SECONDS = 5;

const serverLockToTheEnd = rule({
  id: 'server-lock-to-the-end',
  needs: ['server-log', 'service-log'],
  basis: BASIS.serverLock,
  weights: { 'database-lock': 5, 'infinite-loop': -1 },
  decides: { 'database-lock': 'for' },
});

/** A wait that the server logs from the moment on at which the worker fell silent, up to its end, is its own. */
function stuckInWait(context: FactContext): ServerLockFact | null {
  const { record, workEnd } = context;
  if (record === null || workEnd === null) return null;
  const last = record.operation?.lines.findLast(({ event }) => event.time <= workEnd) ?? null;
  if (last === null || secondsBetween(last.event.time, workEnd) < LONG_WAIT_SECONDS) return null;
  const wait = serverWaits(context).find(
    ({ begun }) => Math.abs(secondsBetween(last.event.time, begun)) <= FELL_SILENT_SECONDS,
  );
  if (wait === undefined) return null;
  return serverLockToTheEnd.fact({
    text: `PostgreSQL logs that a session waits for ${wait.lock} from ${formatTimeOfDay(wait.begun)} UTC on, when the worker logged its last line ("${last.text.trim().slice(0, 80)}"), and logs no end of that wait${heldBy(wait)}.`,
    ...sourcesOf(last.event, wait.event, wait.holder?.event === wait.event ? null : wait.holder?.event),
  });
}

const serverLockOverSilence = rule({
  id: 'server-lock-over-silence',
  needs: ['server-log', 'service-log', 'settings'],
  basis: BASIS.serverLock,
  weights: { 'database-lock': 5, 'infinite-loop': -1 },
  decides: { 'database-lock': 'for' },
});

/** The arbiter looks at heartbeats about once a second, and the server tells when a wait began to the millisecond. */
const HEARTBEAT_SLACK_SECONDS = 3;
/** What notifies from an event loop does so at least that often in a timeout. Source: uvicorn, workers.py; gunicorn, ggevent.py */
const LOOP_NOTIFIES_PER_TIMEOUT = 2;

/**
 * A wait that began when the worker's last heartbeat had just come, and that lasted over all of its silence, is its own: what it
 * said last may have no time, or be of something else.
 */
function silentInWait({ record, config, evidence, workEnd }: FactContext): ServerLockFact | null {
  const timeout = record?.death?.timeout;
  const limit = config?.timeoutSeconds ?? 0;
  if (timeout == null || workEnd === null || limit < LONG_WAIT_SECONDS) return null;
  const lastHeartbeat = addSeconds(timeout.time, -limit);
  const unsure = /uvicorn|gevent|eventlet|tornado|aiohttp/i.test(config?.workerClass ?? '')
    ? limit / LOOP_NOTIFIES_PER_TIMEOUT
    : HEARTBEAT_SLACK_SECONDS;
  const wait = serverWaitsWithin(evidence.events, addSeconds(lastHeartbeat, -HEARTBEAT_SLACK_SECONDS), workEnd).find(
    ({ begun }) =>
      secondsBetween(lastHeartbeat, begun) >= -HEARTBEAT_SLACK_SECONDS &&
      secondsBetween(lastHeartbeat, begun) <= unsure,
  );
  if (wait === undefined) return null;
  return serverLockOverSilence.fact({
    text: `PostgreSQL logs that a session waits for ${wait.lock} from ${formatTimeOfDay(wait.begun)} UTC on, and logs no end of that wait before the timeout${heldBy(wait)}. The worker's last heartbeat came at about ${formatTimeOfDay(lastHeartbeat)} UTC.`,
    ...sourcesOf(wait.event, timeout, wait.holder?.event === wait.event ? null : wait.holder?.event),
  });
}

function heldBy({ holder }: ServerWait): string {
  return holder === null ? '' : `; its process ${holder.pid} holds the lock`;
}

const serverSessionWaits = rule({
  id: 'server-session-waits',
  needs: ['server-log', 'service-log'],
  basis: BASIS.serverViews,
  cases: {
    own: {
      when: 'it runs the statement that the worker logged last, or began to wait when the worker fell silent',
      weights: { 'database-lock': 5, 'infinite-loop': -1 },
      decides: { 'database-lock': 'for' },
    },
    undated: {
      when: 'it runs the statement that the worker logged last, and nothing dates the look',
      weights: { 'database-lock': 2.5 },
    },
  },
});

const serverSessionWaitsElsewhere = rule({
  id: 'server-session-waits-elsewhere',
  needs: ['server-log', 'service-log'],
  basis: BASIS.serverViews,
  cases: {
    writing: { when: 'the operation was writing', weights: { 'database-lock': 1 } },
    otherwise: { when: 'the operation was not writing', weights: { 'database-lock': 0.5 } },
  },
});

/** A session of the server was seen waiting for a lock: the worker's own, by its statement or its moment, or somebody else's. */
function sessionWaiting(context: FactContext): readonly ServerLockFact[] {
  const [first] = sessionWaits(context);
  if (first === undefined || context.record === null || (first.tie === null && !first.isThen)) return [];
  const { session, isThen, lastWords } = first;
  // Whoever went on at once did not wait to the end.
  const isStuck =
    lastWords !== null &&
    context.workEnd !== null &&
    secondsBetween(lastWords.time, context.workEnd) >= LONG_WAIT_SECONDS;
  const isWriting = context.lastStep?.name === 'insert';
  const named = session.server === 'MySQL' ? `thread ${session.id}` : `process ${session.id}`;
  const looked = session.time === null ? '' : ` of ${formatTimeOfDay(session.time)} UTC`;
  const since = session.wait.since === null ? '' : ` since ${formatTimeOfDay(session.wait.since)} UTC`;
  const holder = first.holder?.session?.source;
  const text = `${session.server}'s ${session.view}${looked} shows that ${named} waits for ${session.wait.lock}${since}${tiedBy(first)}${heldUpBy(first)}.`;
  const sources = sourceOnly(session.source, ...(holder === undefined ? [] : [holder]));
  return [
    isStuck
      ? serverSessionWaits.fact({ case: isThen ? 'own' : 'undated', text, ...sources })
      : serverSessionWaitsElsewhere.fact({ case: isWriting ? 'writing' : 'otherwise', text, ...sources }),
  ];
}

function tiedBy({ tie, lastWords, isThen }: SessionWait): string {
  if (lastWords === null) return '';
  const quoted = `"${lastWords.text.trim().slice(0, 80)}"`;
  if (tie === 'moment') return `, when the worker logged its last line (${quoted})`;
  return `, in the statement that the worker logged last (${quoted})${isThen ? '' : '; nothing dates the look'}`;
}

function heldUpBy({ holder, session }: SessionWait): string {
  if (holder === null) return '';
  const { id, isNamed } = holder;
  const named = `${session.server === 'MySQL' ? 'thread' : 'process'} ${id}`;
  const user = holder.session?.user ?? null;
  const open = holder.session?.transactionSeconds ?? null;
  const told = [
    user === null ? null : `user ${user}`,
    open === null ? null : `transaction open for ${Math.round(open)} s`,
    holder.session?.isIdle === true ? 'idle' : null,
  ].filter((part) => part !== null);
  const about = told.length === 0 ? '' : ` (${told.join(', ')})`;
  return isNamed ? `; ${named}${about} blocks it` : `; ${named}${about} is the only other session that holds locks`;
}

const serverLockMeanwhile = rule({
  id: 'server-lock-meanwhile',
  needs: ['server-log', 'service-log'],
  basis: BASIS.serverLock,
  cases: {
    serversOwn: {
      when: 'the operation was writing, and the server itself tells it',
      weights: { 'database-lock': 2.5 },
    },
    writing: { when: 'the operation was writing, and another process tells it', weights: { 'database-lock': 1 } },
    otherwise: { when: 'the operation was not writing', weights: { 'database-lock': 0.5 } },
  },
});

/** Somebody waited for a lock of the same server meanwhile: the operation itself, by the server's log, or another process. */
function waitedElsewhere(context: FactContext, others: readonly ServerLock[]): readonly ServerLockFact[] {
  const first = others[0];
  if (first === undefined || context.record === null) return [];
  const isWriting = context.lastStep?.name === 'insert';
  const isServersOwn =
    first.event.identifier?.startsWith('postgres') === true || /still waiting for/i.test(first.words);
  return [
    serverLockMeanwhile.fact({
      case: !isWriting ? 'otherwise' : isServersOwn ? 'serversOwn' : 'writing',
      text: `${first.server} logged a wait for a lock while the operation ran ("${first.words}"${first.event.pid === null ? '' : `, pid ${first.event.pid}`})${isWriting ? ', and the operation was writing to its database' : ''}.`,
      ...sourcesOf(...others.slice(0, 5).map(({ event }) => event)),
    }),
  ];
}

const SERVER_LOCK_RULES = [
  serverInUse,
  serverLockFailedOperation,
  serverLockSurvived,
  serverLockBeforeEnd,
  serverLockToTheEnd,
  serverLockOverSilence,
  serverSessionWaits,
  serverSessionWaitsElsewhere,
  serverLockMeanwhile,
] as const;
type ServerLockFact = FactOf<typeof SERVER_LOCK_RULES>;

export const serverLockFamily = family({
  name: 'server-lock',
  about: 'Locks of a database server (PostgreSQL, MySQL), as its errors, its own log and its views tell of them.',
  rules: SERVER_LOCK_RULES,
  find: serverLockFacts,
});
