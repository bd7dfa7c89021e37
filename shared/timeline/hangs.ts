import { EVENT_KINDS, type EventSource, type EvidenceEvent } from '../model/event.ts';
import { type EpochMicros, epochMicros, MICROS_PER_SECOND, secondsBetween } from '../model/time.ts';
import { beginningOf } from './beginnings.ts';
import { counterSeries } from './counters.ts';
import { keysOf } from './course.ts';
import type { Habits } from './habits.ts';
import { messageTemplate } from './messages.ts';
import { type Operation, operationFrom } from './operations.ts';
import { linesBefore, type WorkLines } from './work-lines.ts';
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
  const latestStart = new Map<number | null, EpochMicros>();
  for (const { pid, start } of operations) {
    if (start > (latestStart.get(pid) ?? 0)) latestStart.set(pid, start);
  }
  return operations
    .filter(
      ({ outcome, template, end, pid }) =>
        outcome === 'open' &&
        ended.has(template) &&
        seenUntil - end >= HANGING_SECONDS * MICROS_PER_SECOND &&
        // A worker that began something else afterwards has spoken.
        (latestStart.get(pid) ?? 0) <= end,
    )
    .filter(({ endIsKnown }) => endIsKnown)
    .filter((operation) => isSilent(operation, seenUntil, byPid.get(operation.pid) ?? [], events))
    .map((operation) => ({ operation, seenUntil }));
}

/** A count that stands so many times longer than from one line to the next, and for as long as a silent worker, has stopped. */
const STOPPED_ROUNDS = 10;
/** Fewer lines are no steady count. */
const STEADY_LINES = 5;
const MOST_COUNTED_LINES = 20_000;

/**
 * Work that counts towards a total, stops before it and is not heard of again while others speak: of lines that no
 * process stands on, where a worker's silence cannot be told. Lines in time order; `seenUntil` is when the log of one ends.
 */
export function stoppedCounts(
  all: WorkLines,
  seenUntil: (event: EvidenceEvent) => EpochMicros,
  habits: Habits,
): readonly Hang[] {
  const lines = linesBefore(all, all.length, MOST_COUNTED_LINES, () => true);
  return counterSeries(lines).flatMap((series): Hang[] => {
    const { course, total, first, last, stepSeconds, firstLine, lastLine } = series;
    const until = seenUntil(lastLine.event);
    const silence = secondsBetween(lastLine.event.time, until);
    if (course !== 'towards' || total === null || last <= first || lastLine.event.isUndated === true) return [];
    if (silence < Math.max(HANGING_SECONDS, STOPPED_ROUNDS * stepSeconds)) return [];
    const template = messageTemplate(lastLine.text);
    const at = lines.indexOf(lastLine);
    const own = lines.slice(Math.min(beginningOf(lines, at, habits.chatter), lines.indexOf(firstLine)), at + 1);
    if (own.filter(({ text }) => messageTemplate(text) === template).length < STEADY_LINES) return [];
    const after = lines.slice(at + 1);
    const opening = own[0];
    const keys = opening === undefined ? [] : keysOf(opening.text);
    // Whatever names the work again, or closes something in its wording, may be its end.
    if (after.some((line) => keysOf(line.text).some((key) => keys.includes(key)))) return [];
    const operation = operationFrom(own, 'open');
    return operation === null ? [] : [{ operation, seenUntil: until }];
  });
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
