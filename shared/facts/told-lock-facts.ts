import { abortReaction } from '../context/abort-reaction.ts';
import { type FactContext, sourcesOf } from '../context/context.ts';
import { lockSuspect } from '../context/lock-suspects.ts';
import { lockAskedFor, type ToldLockWait, toldLockWait } from '../context/told-lock-waits.ts';
import type { Fact } from '../model/analysis.ts';
import { formatTimeOfDay, secondsBetween } from '../model/time.ts';
import { formatSeconds } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { type FactOf, family, rule } from './rule.ts';

const lockWaitTold = rule({
  id: 'lock-wait-told',
  needs: ['service-log'],
  basis: BASIS.log,
  weights: { 'infinite-loop': -1 },
  decides: { 'database-lock': 'for' },
  cases: {
    once: { when: 'it says so once', weights: { 'database-lock': 4 } },
    again: { when: 'it says so several times', weights: { 'database-lock': 5 } },
  },
});

const lockWaitFailedOperation = rule({
  id: 'lock-wait-failed-operation',
  needs: ['service-log'],
  basis: BASIS.log,
  weights: { 'database-lock': 5 },
  decides: { 'database-lock': 'for' },
});

const lockWaitSurvived = rule({
  id: 'lock-wait-survived',
  needs: ['service-log'],
  basis: BASIS.log,
  weights: { 'database-lock': 0.5 },
});

const lockSuspected = rule({
  id: 'lock-suspect',
  needs: ['host-log'],
  basis: BASIS.log,
  weights: { 'database-lock': 0.5 },
});

/** Who may have held the lock that the operation waited for. */
function suspected(context: FactContext): readonly ToldLockFact[] {
  const { record, ownEvents, window } = context;
  if (record === null || window === null) return [];
  const isRefused = ownEvents.ofKinds(['database-locked']).some(({ time }) => time >= window.from && time <= window.to);
  const suspect = isRefused || toldLockWait(context) !== null ? lockSuspect(context) : null;
  if (suspect === null) return [];
  const who = suspect.identifier ?? 'another process';
  return [
    lockSuspected.fact({
      text: `${who}${suspect.pid === null ? '' : ` (pid ${suspect.pid})`} worked on a database at ${formatTimeOfDay(suspect.time)} UTC and may have held the lock: "${suspect.message.trim().split('\n')[0]?.slice(0, 120) ?? ''}".`,
      ...sourcesOf(suspect),
    }),
  ];
}

const askedForLock = rule({
  id: 'lock-asked-for',
  needs: ['service-log'],
  basis: `${BASIS.serverLock}; ${BASIS.busy}`,
  cases: {
    deaf: {
      when: 'it said nothing more and did not react to SIGABRT, as in a wait within its driver',
      weights: { 'database-lock': 4, 'infinite-loop': -1.5 },
    },
    silent: {
      when: 'it said nothing more up to the end of its work',
      weights: { 'database-lock': 2, 'infinite-loop': -1 },
    },
  },
});

/** Seconds of silence behind such a statement that are no time to get a free lock in. */
const LONG_SECONDS = 5;

function asked(context: FactContext): readonly ToldLockFact[] {
  const { record, workEnd } = context;
  const line = record?.death == null ? null : lockAskedFor(context);
  if (line === null || workEnd === null || toldLockWait(context) !== null) return [];
  const seconds = secondsBetween(line.event.time, workEnd);
  if (seconds < LONG_SECONDS || line.event.isUndated === true) return [];
  return [
    askedForLock.fact({
      case: abortReaction(context)?.kind === 'deaf' ? 'deaf' : 'silent',
      text: `The last that the worker said is a statement that waits until it has its lock, ${formatSeconds(seconds)} before the end: "${line.text.trim().slice(0, 120)}".`,
      ...sourcesOf(line.event),
    }),
  ];
}

const TOLD_LOCK_RULES = [askedForLock, lockWaitTold, lockWaitFailedOperation, lockWaitSurvived, lockSuspected] as const;
type ToldLockFact = FactOf<typeof TOLD_LOCK_RULES>;

export const toldLockFamily = family({
  name: 'told-lock',
  about: 'Waits for a lock that the operation tells of in its own words, whatever its database and its language.',
  rules: TOLD_LOCK_RULES,
  find: (context) => [...toldLockFacts(context), ...asked(context), ...suspected(context)],
});

function toldLockFacts(context: FactContext): readonly ToldLockFact[] {
  const told = toldLockWait(context);
  if (told === null || context.record === null) return [];
  const quoted = `"${told.lines.at(-1)?.text.trim().slice(0, 120) ?? ''}"`;
  const sources = sourcesOfWait(told);
  if (!told.isToTheEnd) {
    return [
      lockWaitSurvived.fact({
        text: `The operation logged that it waited for a lock of its database (${quoted}), and it went on afterwards.`,
        ...sources,
      }),
    ];
  }
  if (context.record.failure !== null) {
    return [
      lockWaitFailedOperation.fact({
        text: `The operation failed after it had logged that it waited for a lock of its database: ${quoted}.`,
        ...sources,
      }),
    ];
  }
  const first = told.lines[0]?.event;
  const times = told.lines.length;
  return [
    lockWaitTold.fact({
      case: times > 1 ? 'again' : 'once',
      text: `The operation logged that it waited for a lock of its database, ${times === 1 || first === undefined ? 'once' : `${times} times from ${formatTimeOfDay(first.time)} UTC on`}, and nothing else up to the end: ${quoted}.`,
      ...sources,
    }),
  ];
}

const sourcesOfWait = ({ lines }: ToldLockWait): Pick<Fact, 'sources' | 'rows'> =>
  sourcesOf(...lines.slice(-5).map(({ event }) => event));
