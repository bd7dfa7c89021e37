import { GUNICORN_DEFAULTS } from '../model/config.ts';
import { addSeconds, type EpochMicros, epochMicros, secondsBetween } from '../model/time.ts';
import {
  type Circle,
  type CounterSeries,
  circleAtEnd,
  counterSeries,
  type PartsPastWhole,
  partsPastWhole,
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
  readonly circle: Circle | null;
  readonly parts: PartsPastWhole | null;
}

/** Reading tens of thousands of lines is the dearest part of an answer. */
const workRead = oncePerContext((context): WorkRead => {
  const lines = linesOfWork(context);
  return {
    counter: counterOf(context, lines),
    repetition: repetitionOf(context, lines),
    tries: triesOf(context, lines),
    circle: circleOf(context, lines),
    parts: partsOf(context, lines),
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

/** The circle in which the work was going when it ended; what counts towards a total may go round on its way there. */
export function circle(context: FactContext): Circle | null {
  return workRead(context).circle;
}

function circleOf(context: FactContext, lines: readonly OperationLine[]): Circle | null {
  const { workEnd } = context;
  const found = workEnd === null ? null : circleAtEnd(lines);
  if (workEnd === null || found === null) return null;
  const step = secondsBetween(found.from, found.to) / (found.stations * found.rounds);
  const isGoing = secondsBetween(found.to, workEnd) <= Math.max(LATE_SECONDS, LATE_ROUNDS * step);
  return isGoing && counterOf(context, lines)?.course !== 'towards' ? found : null;
}

/** The parts that were being told when the work ended, and are more than the whole that it had announced. */
export function partsBeyond(context: FactContext): PartsPastWhole | null {
  return workRead(context).parts;
}

function partsOf({ workEnd }: FactContext, lines: readonly OperationLine[]): PartsPastWhole | null {
  const found = workEnd === null ? null : partsPastWhole(lines);
  if (workEnd === null || found === null) return null;
  const step = secondsBetween(found.firstLine.event.time, found.lastLine.event.time) / (found.parts - 1);
  const lag = secondsBetween(found.lastLine.event.time, workEnd);
  return lag <= Math.max(LATE_SECONDS, LATE_ROUNDS * step) ? found : null;
}

/** Whether the log shows that nothing bounds the work: a counter or parts past its own total, tries without end, a circle. */
export function isUnbounded(context: FactContext): boolean {
  return (
    counterAtEnd(context)?.course === 'past' ||
    partsBeyond(context) !== null ||
    triesAtEnd(context) !== null ||
    circle(context) !== null
  );
}

/** Whether the log shows work that nothing bounds, or the same lines again and again. */
export function isEndless(context: FactContext): boolean {
  return isUnbounded(context) || repetition(context) !== null;
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
