import { type FactContext, sourcesOf } from '../context/context.ts';
import {
  databaseServer,
  type ServerLock,
  type ServerWait,
  serverLocks,
  serverWaits,
} from '../context/database-server.ts';
import type { Fact } from '../model/analysis.ts';
import { formatTimeOfDay, secondsBetween } from '../model/time.ts';
import { BASIS } from './basis.ts';

/** Locks of a database server (PostgreSQL, MySQL), as its errors and its own log tell of them. */
export function serverLockFacts(context: FactContext): readonly Fact[] {
  const { own, others } = serverLocks(context);
  const stuck = stuckInWait(context);
  return [
    ...serverInUse(context),
    ...refused(context, own),
    ...(stuck === null ? waitedElsewhere(context, others) : [stuck]),
  ];
}

function serverInUse(context: FactContext): readonly Fact[] {
  const named = databaseServer(context);
  if (named === null) return [];
  return [
    {
      id: 'database-server',
      text: `The service writes to ${named.server}, by its own log: who held a lock there, only that server's views and log can tell.`,
      weights: {},
      ...sourcesOf(named.event),
      basis: BASIS.serverLock,
    },
  ];
}

/** The operation itself was refused a lock: did it end on it, go on, or try again until it was ended? */
function refused(context: FactContext, own: readonly ServerLock[]): readonly Fact[] {
  const last = own.at(-1);
  const { record } = context;
  if (last === undefined || record === null) return [];
  const { server, words, isDeadlock, event } = last;
  const said = `${server} refused it a lock ("${words}")`;
  const sources = sourcesOf(...own.slice(0, 5).map((each) => each.event));
  if (record.failure !== null) {
    return [
      {
        id: 'server-lock-failed-operation',
        text: `The operation failed on a lock: ${said}${isDeadlock ? ', to resolve a deadlock with another transaction' : ', which somebody else held for longer than it was to wait'}.`,
        weights: { 'database-lock': 5 },
        ...sources,
        basis: BASIS.serverLock,
      },
    ];
  }
  const wentOn = record.operation?.lines.some(
    ({ event: later, reading }) =>
      later.time > event.time &&
      (reading.role === 'step-start' || reading.role === 'step-done' || reading.role === 'progress'),
  );
  return [
    {
      id: wentOn === true ? 'server-lock-survived' : 'server-lock-before-end',
      text:
        wentOn === true
          ? `On its way ${said}; it went on afterwards.`
          : `${said} before the worker was ended, and nothing shows that it got on afterwards.`,
      weights: { 'database-lock': wentOn === true ? 0.5 : 4 },
      ...sources,
      basis: BASIS.serverLock,
    },
  ];
}

/** Between the last words of a worker and the statement that it waits in lies the way to the server. */
const FELL_SILENT_SECONDS = 3;
/** A shorter wait is usual. */
const LONG_WAIT_SECONDS = 5;

/** A wait that the server logs from the moment on at which the worker fell silent, up to its end, is its own. */
function stuckInWait(context: FactContext): Fact | null {
  const { record, workEnd } = context;
  if (record === null || workEnd === null) return null;
  const last = record.operation?.lines.findLast(({ event }) => event.time <= workEnd) ?? null;
  if (last === null || secondsBetween(last.event.time, workEnd) < LONG_WAIT_SECONDS) return null;
  const wait = serverWaits(context).find(
    ({ begun }) => Math.abs(secondsBetween(last.event.time, begun)) <= FELL_SILENT_SECONDS,
  );
  if (wait === undefined) return null;
  return {
    id: 'server-lock-to-the-end',
    text: `PostgreSQL logs that a session waits for ${wait.lock} from ${formatTimeOfDay(wait.begun)} UTC on, when the worker said its last words ("${last.text.trim().slice(0, 80)}"), and logs no end of that wait${heldBy(wait)}.`,
    weights: { 'database-lock': 5, 'infinite-loop': -1 },
    decides: { 'database-lock': 'for' },
    ...sourcesOf(last.event, wait.event, wait.holder?.event === wait.event ? null : wait.holder?.event),
    basis: BASIS.serverLock,
  };
}

function heldBy({ holder }: ServerWait): string {
  return holder === null ? '' : `; its process ${holder.pid} holds the lock`;
}

/** Somebody waited for a lock of the same server meanwhile: the operation itself, by the server's log, or another process. */
function waitedElsewhere(context: FactContext, others: readonly ServerLock[]): readonly Fact[] {
  const first = others[0];
  if (first === undefined || context.record === null) return [];
  const isWriting = context.lastStep?.name === 'insert';
  const isServersOwn =
    first.event.identifier?.startsWith('postgres') === true || /still waiting for/i.test(first.words);
  return [
    {
      id: 'server-lock-meanwhile',
      text: `${first.server} tells of a lock that was waited for while the operation ran ("${first.words}"${first.event.pid === null ? '' : `, pid ${first.event.pid}`})${isWriting ? ', and the operation was writing to its database' : ''}.`,
      weights: { 'database-lock': !isWriting ? 0.5 : isServersOwn ? 2.5 : 1 },
      ...sourcesOf(...others.slice(0, 5).map(({ event }) => event)),
      basis: BASIS.serverLock,
    },
  ];
}
