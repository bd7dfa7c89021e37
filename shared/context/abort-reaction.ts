import type { EvidenceEvent } from '../model/event.ts';
import { addSeconds, secondsBetween } from '../model/time.ts';
import type { Death } from '../timeline/deaths.ts';
import { type FactContext, oncePerContext } from './context.ts';

/** Seconds within which a worker that can run Python code leaves after SIGABRT. */
export const PROMPT_EXIT_SECONDS = 2;

/** How long before its TIMEOUT a worker must have begun to leave to have hung at it. */
const LEAST_HANG_SECONDS = 1;

/** Characters at the end of an entry that are looked at: a traceback's innermost frames. */
const TEXT_CHARACTERS = 16_384;

/** Lines between a TIMEOUT and the kill that are looked through; with more of them nothing is concluded from what is not there. */
const MOST_LINES = 2_000;

// File ".../gunicorn/workers/base.py", line 204, in handle_abort      Source: gunicorn, workers/base.py
// The handler of faulthandler is C and runs whatever the worker is in: its dump is no such sign. Modules/faulthandler.c
const REACTION = /\bin handle_abort\b/;
const DUMP = /^Fatal Python error: Aborted|^(?:Current thread|Thread) 0x[0-9a-f]+ /m;

/** How a worker took the SIGABRT of its timeout. */
export type AbortReaction =
  /** It was on its way out before, by what it had logged. */
  | { readonly kind: 'exiting'; readonly event: EvidenceEvent }
  /** Its handler ran, which the event shows. */
  | { readonly kind: 'handled'; readonly event: EvidenceEvent }
  /** It said nothing until SIGKILL, in a log that shows what workers say when they leave. */
  | { readonly kind: 'deaf' };

/**
 * How the worker took SIGABRT; null where there was none, or where the log does not tell. Python runs a signal handler between two
 * bytecodes only: a worker that leaves at once was running Python or in a wait that a signal ends; one that says nothing until
 * SIGKILL was inside C or the kernel. SIGKILL itself tells nothing: since 21.0 the arbiter logs one in its next look even at a worker
 * that is leaving.
 */
export const abortReaction = oncePerContext((context): AbortReaction | null => {
  const death = context.record?.death ?? null;
  const timeout = death?.timeout ?? null;
  if (death === null || timeout === null) return null;
  // Other supervisors than gunicorn send no SIGABRT.
  if (timeout.detail.supervisor !== undefined) return null;
  const exitedBefore = death.life.about.find((event) => event.kind === 'worker-exiting' && event.row < timeout.row);
  if (exitedBefore !== undefined && exitedBefore.time <= timeout.time) {
    // Who leaves within a moment of the TIMEOUT leaves for it: stamps of one second, or of two writers, stand in any order.
    const isForIt = secondsBetween(exitedBefore.time, timeout.time) < LEAST_HANG_SECONDS;
    return { kind: isForIt ? 'handled' : 'exiting', event: exitedBefore };
  }
  const { lines, isWhole } = linesAfter(context, death, timeout);
  const reaction = lines.find((event) => death.pid !== null && isReaction(event, death.pid)) ?? null;
  if (reaction !== null) return { kind: 'handled', event: reaction };
  const { signal, end } = death;
  // By faulthandler the worker ends itself, without a word of Python.
  if (end === timeout || [timeout, ...lines].some(({ message }) => DUMP.test(message.slice(-TEXT_CHARACTERS))))
    return null;
  if (signal !== 9) {
    // Ended by SIGABRT itself: no handler caught it.
    if (signal !== null || secondsBetween(timeout.time, end.time) > PROMPT_EXIT_SECONDS) return null;
    return { kind: 'handled', event: end };
  }
  return isWhole && showsExits(context, timeout) ? { kind: 'deaf' } : null;
});

/** How long the worker had been on its way out when its timeout fired; null where it was not. */
export function exitingFor(context: FactContext): number | null {
  const reaction = abortReaction(context);
  const timeout = context.record?.death?.timeout ?? null;
  return reaction?.kind !== 'exiting' || timeout === null ? null : secondsBetween(reaction.event.time, timeout.time);
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
