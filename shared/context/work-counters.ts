import { GUNICORN_DEFAULTS } from '../model/config.ts';
import { addSeconds, type EpochMicros, epochMicros, secondsBetween } from '../model/time.ts';
import {
  type CounterSeries,
  counterSeries,
  type Repetition,
  repetitionAtEnd,
  type UnboundedTries,
  unboundedTries,
} from '../timeline/counters.ts';
import { type OperationLine, readLine } from '../timeline/operation-lines.ts';
import { type FactContext, oncePerContext } from './context.ts';
import { tellsOfLockWait } from './told-lock-waits.ts';

/** What a worker counted in its log, as it stood when its work ended. */
export interface CounterAtEnd extends CounterSeries {
  /** Seconds from its last line to the end of work. */
  readonly lagSeconds: number;
  /** Whether its next line was not overdue yet: it was still counting. */
  readonly isGoing: boolean;
}

/** Rounds that may be late before a counter is said to stand, and the least that is late. */
const LATE_ROUNDS = 3;
const LATE_SECONDS = 2;
/** Lines of an operation in which a counter or a repetition shows. */
const ENOUGH_LINES = 8;

/** The lines of what a worker was at when it was ended, up to that moment: its operation's, else its last ones. */
function linesOfWork(context: FactContext): readonly OperationLine[] {
  const { record, workEnd, config } = context;
  const { events } = context.evidence;
  if (record === null || workEnd === null || record.failure !== null) return [];
  // A TIMEOUT stamped in whole seconds may be of any part of its second.
  const until = endOfStamp(context, workEnd);
  const own = record.operation?.lines.filter(({ event }) => event.time <= until) ?? [];
  if (own.length >= ENOUGH_LINES || record.incident.pid === null) return own;
  // What a sync worker says after its last heartbeat is of one request, whatever the log makes of its lines.
  const isSync = config?.workerClass == null || config.workerClass === 'sync';
  if (record.death?.timeout == null || !isSync) return own;
  const silent = addSeconds(workEnd, -(config?.timeoutSeconds || GUNICORN_DEFAULTS.timeoutSeconds));
  const born = record.death.life.boot?.time ?? silent;
  const from = epochMicros(Math.max(born, silent));
  const said = events.ofPid(record.incident.pid, from, until, ['log']).map(readLine);
  return said.length > own.length ? said : own;
}

function endOfStamp({ record }: FactContext, time: EpochMicros): EpochMicros {
  const stamped = record?.death?.timeout ?? record?.death?.end ?? null;
  return stamped?.time === time ? epochMicros(time + Math.max(0, stamped.resolutionMicros - 1)) : time;
}

/** The counter that tells most of the end: one past its total, else one that has a total, the latest first; null without any. */
export function counterAtEnd(context: FactContext): CounterAtEnd | null {
  return workRead(context).counter;
}

interface WorkRead {
  readonly counter: CounterAtEnd | null;
  readonly repetition: Repetition | null;
  readonly tries: UnboundedTries | null;
}

/** Reading tens of thousands of lines is the dearest part of an answer. */
const workRead = oncePerContext((context): WorkRead => {
  const lines = linesOfWork(context);
  return {
    counter: counterOf(context, lines),
    repetition: repetitionOf(context, lines),
    tries: triesOf(context, lines),
  };
});

function counterOf({ workEnd }: FactContext, lines: readonly OperationLine[]): CounterAtEnd | null {
  if (workEnd === null) return null;
  const all = counterSeries(lines).map((series): CounterAtEnd => {
    const lagSeconds = Math.max(0, secondsBetween(series.lastLine.event.time, workEnd));
    // Stamps of whole seconds are late by up to one.
    const slack = Math.max(LATE_SECONDS, LATE_ROUNDS * series.stepSeconds);
    return { ...series, lagSeconds, isGoing: lagSeconds <= slack };
  });
  return (
    all.find(({ course, isGoing }) => course === 'past' && isGoing) ??
    all.find(({ total, course }) => total !== null && course === 'towards') ??
    null
  );
}

/** The repetition in which the work ended; null where something new was said, or the last of it lies back. */
export function repetition(context: FactContext): Repetition | null {
  return workRead(context).repetition;
}

function repetitionOf({ workEnd }: FactContext, lines: readonly OperationLine[]): Repetition | null {
  if (workEnd === null) return null;
  const found = repetitionAtEnd(lines);
  if (found === null) return null;
  const round = secondsBetween(found.from, found.to) / (found.lines - 1);
  const isGoing = secondsBetween(found.to, workEnd) <= Math.max(LATE_SECONDS, LATE_ROUNDS * round);
  return isGoing ? found : null;
}

/** The tries that the worker was counting when its work ended, where nothing bounds them; those for a lock end with it. */
export function triesAtEnd(context: FactContext): UnboundedTries | null {
  return workRead(context).tries;
}

function triesOf({ workEnd }: FactContext, lines: readonly OperationLine[]): UnboundedTries | null {
  if (workEnd === null) return null;
  const tries = unboundedTries(lines, ({ event, text }) => event.kind === 'database-locked' || tellsOfLockWait(text));
  if (tries === null) return null;
  const lag = secondsBetween(tries.lastLine.event.time, workEnd);
  return lag <= Math.max(LATE_SECONDS, LATE_ROUNDS * tries.stepSeconds) ? tries : null;
}

/** Whether the log shows work that nothing bounds: a counter past its own total, or the same lines again and again. */
export function isEndless(context: FactContext): boolean {
  return counterAtEnd(context)?.course === 'past' || repetition(context) !== null || triesAtEnd(context) !== null;
}

/** Whether the log counted on towards a total up to the end: work that was getting on. */
export function isCountingOn(context: FactContext): boolean {
  const counter = counterAtEnd(context);
  return counter?.course === 'towards' && counter.isGoing && !isEndless(context);
}

/** Seconds from its beginning to its end that counted work takes at the rate that was measured; null where none is counted on. */
export function countedSeconds(context: FactContext, elapsedSeconds: number | null): number | null {
  const counter = isCountingOn(context) ? counterAtEnd(context) : null;
  const left = counter === null ? null : secondsLeft(counter);
  if (counter?.perSecond == null || left === null || counter.total === null) return null;
  return elapsedSeconds === null ? counter.total / counter.perSecond : elapsedSeconds + left;
}

/** Seconds that the rest of a counter's total takes at the rate that was measured; null where it has none. */
export function secondsLeft({ total, last, perSecond }: CounterSeries): number | null {
  if (total === null || perSecond === null || perSecond <= 0) return null;
  return Math.max(0, total - last) / perSecond;
}
