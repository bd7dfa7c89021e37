import { type FactContext, sourcesOf } from '../context/context.ts';
import {
  databaseServer,
  type ServerLock,
  type ServerWait,
  serverLocks,
  serverWaits,
} from '../context/database-server.ts';
import { formatTimeOfDay, secondsBetween } from '../model/time.ts';
import { BASIS } from './basis.ts';
import { type FactOf, family, rule } from './rule.ts';

/** Locks of a database server (PostgreSQL, MySQL), as its errors and its own log tell of them. */
function serverLockFacts(context: FactContext): readonly ServerLockFact[] {
  const { own, others } = serverLocks(context);
  const stuck = stuckInWait(context);
  return [
    ...serverNamed(context),
    ...refused(context, own),
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
  return [
    serverInUse.fact({
      text: `The service writes to ${named.server}, by its own log: who held a lock there, only that server's views and log can tell.`,
      ...sourcesOf(named.event),
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

function heldBy({ holder }: ServerWait): string {
  return holder === null ? '' : `; its process ${holder.pid} holds the lock`;
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
  serverLockMeanwhile,
] as const;
type ServerLockFact = FactOf<typeof SERVER_LOCK_RULES>;

export const serverLockFamily = family({
  name: 'server-lock',
  about: 'Locks of a database server (PostgreSQL, MySQL), as its errors and its own log tell of them.',
  rules: SERVER_LOCK_RULES,
  find: serverLockFacts,
});
