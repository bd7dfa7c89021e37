import { abortReaction, PROMPT_EXIT_SECONDS } from '../context/abort-reaction.ts';
import { type FactContext, sourcesOf } from '../context/context.ts';
import { databaseServer } from '../context/database-server.ts';
import { tellsOfLockWait } from '../context/told-lock-waits.ts';
import type { EvidenceEvent } from '../model/event.ts';
import { secondsBetween } from '../model/time.ts';
import type { Death } from '../timeline/deaths.ts';
import { formatMoment, formatSeconds } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { type FactOf, rule } from './rule.ts';

const deafToAbort = rule({
  id: 'deaf-to-abort',
  needs: ['service-log'],
  basis: BASIS.abort,
  cases: {
    awake: {
      when: 'the kill came within 5 s, and no other worker was ended in the same moment',
      weights: { 'database-lock': 0.5 },
    },
  },
});

/** How the worker took SIGABRT. SQLite's wait for a lock is a C call, of which Python learns nothing until it returns. */
export function abortFacts(context: FactContext, death: Death, timeout: EvidenceEvent): readonly AbortFact[] {
  const reaction = abortReaction(context);
  if (reaction === null) return [];
  if (reaction.kind === 'exiting') return [hungAtExit(reaction.event, timeout)];
  if (reaction.kind === 'handled') return [handlerRan(context, reaction.event, timeout)];
  const usesServer = databaseServer(context) !== null;
  const { end } = death;
  const starved = isStarved(context, death, timeout);
  return [
    deafToAbort.fact({
      case: starved ? [] : 'awake',
      text: `The worker did not handle SIGABRT, so it was blocked in C code or the kernel (a parser, a wait within ${usesServer ? 'the database driver' : 'SQLite'}, disk I/O)${starved ? ', or got no CPU: the kill came late, or others were killed in the same moment' : ''}.`,
      ...sourcesOf(timeout, end),
    }),
  ];
}

/** Seconds from a TIMEOUT to its kill from which on the arbiter itself was late: it looks once a second. */
const LATE_KILL_SECONDS = 5;

function isStarved({ record }: FactContext, { end }: Death, timeout: EvidenceEvent): boolean {
  return secondsBetween(timeout.time, end.time) > LATE_KILL_SECONDS || (record?.incident.together?.length ?? 0) > 0;
}

const hangAtExit = rule({
  id: 'hang-at-exit',
  needs: ['service-log'],
  basis: BASIS.syncWorker,
  weights: { 'worker-timeout': 0.5 },
});

function hungAtExit(exiting: EvidenceEvent, timeout: EvidenceEvent): AbortFact {
  return hangAtExit.fact({
    text: `The worker had logged "Worker exiting" at ${formatMoment(exiting)}, ${formatSeconds(secondsBetween(exiting.time, timeout.time))} before WORKER TIMEOUT. It hung while it exited (a thread or an exit handler that does not end), not in a request.`,
    ...sourcesOf(exiting, timeout),
  });
}

const abortHandlerRan = rule({
  id: 'abort-handler-ran',
  needs: ['service-log'],
  basis: BASIS.abort,
  weights: { 'infinite-loop': 0.5 },
  cases: {
    // A driver in Python waits for its server in a call that a signal ends; who is refused and tries again sleeps in Python.
    prompt: {
      when: 'it reacted within 2 s, its database is SQLite or not known, and no lock was refused to it',
      weights: { 'database-lock': -1.5 },
    },
  },
});

function handlerRan(context: FactContext, reaction: EvidenceEvent, timeout: EvidenceEvent): AbortFact {
  const usesServer = databaseServer(context) !== null;
  const isRefused =
    context.record?.operation?.lines.some(
      ({ event, text }) => event.kind === 'database-locked' || tellsOfLockWait(text),
    ) === true;
  const delay = secondsBetween(timeout.time, reaction.time);
  return abortHandlerRan.fact({
    case: usesServer || isRefused || delay > PROMPT_EXIT_SECONDS ? [] : 'prompt',
    text: `The worker ${delay > PROMPT_EXIT_SECONDS ? `handled SIGABRT after ${formatSeconds(delay)}` : 'handled SIGABRT immediately'}, so it was running Python or in an interruptible wait${usesServer ? '' : ', not in a wait within SQLite'}.`,
    ...sourcesOf(timeout, reaction),
  });
}

/** The rules of how a worker took SIGABRT. */
export const ABORT_RULES = [deafToAbort, hangAtExit, abortHandlerRan] as const;
type AbortFact = FactOf<typeof ABORT_RULES>;
