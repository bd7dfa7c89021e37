import { EVENT_KINDS, type EventSource } from '../model/event.ts';
import { type EpochMicros, epochMicros, MICROS_PER_SECOND } from '../model/time.ts';
import type { Operation } from './operations.ts';
import type { WorkerLife } from './workers.ts';

/** Silence of a worker within an operation from which on it is more than slow, where the journal goes on. */
const HANGING_SECONDS = 300;

/** An operation that nobody ended and that does not end. */
export interface Hang {
  readonly operation: Operation;
  /** Up to which moment the journal shows others at work and nothing of it. */
  readonly seenUntil: EpochMicros;
}

/**
 * Operations without an end of workers that fell silent, where others of the same wording log theirs and the journal goes on:
 * with the worker timeout off, or of a thread beside a main loop that lives, nobody ends such a worker.
 */
export function hangsOf(
  operations: readonly Operation[],
  lives: readonly WorkerLife[],
  events: EventSource,
): readonly Hang[] {
  const seenUntil = lastWord(operations, lives);
  const ended = new Set(operations.filter(({ outcome }) => outcome === 'done').map(({ template }) => template));
  const byPid = new Map<number | null, WorkerLife[]>();
  for (const life of lives) {
    const known = byPid.get(life.pid);
    if (known === undefined) byPid.set(life.pid, [life]);
    else known.push(life);
  }
  return operations
    .filter(
      ({ outcome, template, end }) =>
        outcome === 'open' && ended.has(template) && seenUntil - end >= HANGING_SECONDS * MICROS_PER_SECOND,
    )
    .filter(({ endIsKnown }) => endIsKnown)
    .filter((operation) => isSilent(operation, seenUntil, byPid.get(operation.pid) ?? [], events))
    .map((operation) => ({ operation, seenUntil }));
}

function lastWord(operations: readonly Operation[], lives: readonly WorkerLife[]): EpochMicros {
  const spoken = operations.reduce((latest, { end }) => Math.max(latest, end), 0);
  return epochMicros(lives.reduce((latest, { about }) => Math.max(latest, about.at(-1)?.time ?? 0), spoken));
}

// "Skipping upload 5", "run 14 is unchanged": work that ends before it begins, in the service's own words
const LET_BE = /\b(?:skip\w*|unchanged|nothing (?:new|to do)|up to date|already|ignor\w+|duplicate|no changes?)\b/i;

/** Whether the last that was said of a whole operation leaves something to do; a closing remark of unknown kind may be its end. */
export function isAmidWork({ lines }: Operation): boolean {
  const last = lines.at(-1);
  return last !== undefined && last.reading.role !== 'other' && !LET_BE.test(last.text.slice(0, 1_024));
}

/** Whether its worker is alive as far as the journal tells, and says nothing more; a row of `ps` is no word. */
function isSilent(
  { pid, end }: Operation,
  until: EpochMicros,
  lives: readonly WorkerLife[],
  events: EventSource,
): boolean {
  if (pid === null) return false;
  const life = lives.findLast((each) => each.from <= end);
  if (life === undefined || life.about.some((event) => event.time > end)) return false;
  return events.lastOfPid(pid, epochMicros(end + 1), until, SPOKEN_KINDS) === null;
}

/** What a process says, and is not seen to be. */
const SPOKEN_KINDS = EVENT_KINDS.filter((kind) => kind !== 'process-sample');
