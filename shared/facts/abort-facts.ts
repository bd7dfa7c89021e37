import { type FactContext, sourcesOf } from '../context/context.ts';
import { databaseServer } from '../context/database-server.ts';
import { tellsOfLockWait } from '../context/told-lock-waits.ts';
import type { EvidenceEvent } from '../model/event.ts';
import { addSeconds, secondsBetween } from '../model/time.ts';
import type { Death } from '../timeline/deaths.ts';
import { formatMoment, formatSeconds } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { type FactOf, rule } from './rule.ts';

/** Seconds within which a worker that can run Python code leaves after SIGABRT. */
const PROMPT_EXIT_SECONDS = 2;

/** Characters at the end of an entry that are looked at: a traceback's innermost frames. */
const TEXT_CHARACTERS = 16_384;

/** Lines between a TIMEOUT and the kill that are looked through; with more of them nothing is concluded from what is not there. */
const MOST_LINES = 2_000;

// File ".../gunicorn/workers/base.py", line 204, in handle_abort      Source: gunicorn, workers/base.py
// The handler of faulthandler is C and runs whatever the worker is in: its dump is no such sign. Modules/faulthandler.c
const REACTION = /\bin handle_abort\b/;
const DUMP = /^Fatal Python error: Aborted|^(?:Current thread|Thread) 0x[0-9a-f]+ /m;

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

/**
 * How the worker took SIGABRT. Python runs a signal handler between two bytecodes only: a worker that leaves at once was
 * running Python or in a wait that a signal ends; one that says nothing until SIGKILL was inside C or the kernel. SQLite's
 * wait for a lock is such a C call, of which Python learns nothing until it returns. SIGKILL itself tells nothing: since
 * 21.0 the arbiter logs one in its next look even at a worker that is leaving.
 */
export function abortFacts(context: FactContext, death: Death, timeout: EvidenceEvent): readonly AbortFact[] {
  const exitedBefore = death.life.about.find((event) => event.kind === 'worker-exiting' && event.row < timeout.row);
  if (exitedBefore !== undefined && exitedBefore.time <= timeout.time) return [hungAtExit(exitedBefore, timeout)];
  const usesServer = databaseServer(context) !== null;
  const { lines, isWhole } = linesAfter(context, death, timeout);
  const reaction = lines.find((event) => death.pid !== null && isReaction(event, death.pid)) ?? null;
  if (reaction !== null) return [handlerRan(context, reaction, timeout)];
  const { signal, end } = death;
  // By faulthandler the worker ends itself, without a word of Python.
  if (end === timeout || [timeout, ...lines].some(({ message }) => DUMP.test(message.slice(-TEXT_CHARACTERS))))
    return [];
  if (signal !== 9) {
    // Ended by SIGABRT itself: no handler caught it.
    if (signal !== null || secondsBetween(timeout.time, end.time) > PROMPT_EXIT_SECONDS) return [];
    return [handlerRan(context, end, timeout)];
  }
  if (!isWhole || !showsExits(context, timeout)) return [];
  const starved = isStarved(context, death, timeout);
  return [
    deafToAbort.fact({
      case: starved ? [] : 'awake',
      text: `The worker did not react to SIGABRT and had to be killed: it was inside C code or the kernel (a parser, a wait within ${usesServer ? 'the database driver' : 'SQLite'}, the disk)${starved ? ', or the host was too busy to let it run: the kill itself came late, or others were ended in the same moment' : ''}.`,
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
    text: `The worker had logged "Worker exiting" at ${formatMoment(exiting)}, ${formatSeconds(secondsBetween(exiting.time, timeout.time))} before the TIMEOUT: it hung while it exited (a thread that does not end, an exit handler), not in a request.`,
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
    text: `The worker ${delay > PROMPT_EXIT_SECONDS ? `reacted to SIGABRT after ${formatSeconds(delay)}` : 'reacted at once to SIGABRT'}: its handler could run, so it was executing Python or in a wait that a signal ends${usesServer ? '' : ', not in a wait within SQLite'}.`,
    ...sourcesOf(timeout, reaction),
  });
}

/** What was logged from the TIMEOUT to the end, and whether that is all of it. */
function linesAfter(
  { ownEvents }: FactContext,
  { end }: Death,
  timeout: EvidenceEvent,
): { readonly lines: readonly EvidenceEvent[]; readonly isWhole: boolean } {
  // Of whole seconds the second of the end is all of it; a worker whose end nobody logs leaves within the next look.
  const to = end === timeout ? addSeconds(timeout.time, PROMPT_EXIT_SECONDS) : addSeconds(end.time, 0.999);
  const lines = ownEvents.between(timeout.time, to, MOST_LINES);
  return { lines: lines.filter(({ row }) => row > timeout.row), isWhole: lines.length < MOST_LINES };
}

function isReaction(event: EvidenceEvent, pid: number): boolean {
  if (event.kind === 'worker-exiting') return (event.detail.targetPid ?? event.pid) === pid;
  // What is printed without a header has no pid where the format gives none.
  if (event.pid !== null && event.pid !== pid) return false;
  if (event.kind === 'worker-error') return event.pid === pid;
  return REACTION.test(event.message.slice(-TEXT_CHARACTERS)) || REACTION.test(event.message.slice(0, 4_096));
}

/** Whether the log that holds the TIMEOUT shows what workers say at level INFO: else their "Worker exiting" would not be in it. */
function showsExits({ ownEvents }: FactContext, timeout: EvidenceEvent): boolean {
  const says = ownEvents.ofKinds(['worker-boot', 'worker-exiting']);
  return says.some(({ source }) => source.evidenceId === timeout.source.evidenceId);
}

/** The rules of how a worker took SIGABRT. */
export const ABORT_RULES = [deafToAbort, hangAtExit, abortHandlerRan] as const;
type AbortFact = FactOf<typeof ABORT_RULES>;
