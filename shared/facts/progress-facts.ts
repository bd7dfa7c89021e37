import type { ArtifactFigures } from '../context/choose-artifact.ts';
import { type FactContext, sourcesOf } from '../context/context.ts';
import { clockSteps, elapsedSeconds } from '../context/elapsed.ts';
import { lastNews } from '../context/insert-rate.ts';
import { cpuUse } from '../context/process-readings.ts';
import { isCountingOn, isEndless } from '../context/work-counters.ts';
import { isTimeLimit } from '../model/analysis.ts';
import { secondsBetween } from '../model/time.ts';
import type { OperationStep } from '../timeline/operations.ts';
import { formatBytes, formatCount, formatSeconds, plural } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { type FactOf, family, rule } from './rule.ts';

/**
 * Rates so slow that a step which needs several times longer than they allow is not merely slow: a tenth or less of what
 * a laptop does (ElementTree parses 47 MB/s, SQLite inserts some 100,000 rows/s within one transaction).
 */
const SLOW_PARSE_BYTES_PER_SECOND = 1_000_000;
const SLOW_INSERT_ROWS_PER_SECOND = 1_000;
/** What is done with a record between reading and storing it is the service's own; this leaves 20 ms for each. */
const SLOW_WORK_RECORDS_PER_SECOND = 50;
/** A worker that computes waits for nobody meanwhile: 10 ms of CPU time for each. */
const SLOW_COMPUTED_RECORDS_PER_SECOND = 100;
const DISPROPORTION = 3;
/** Seconds of which honest work on a large document is not worth a question. */
const HONEST_SECONDS = 1;
const MIN_STALL_SECONDS = 5;

/** How far the operation came, as its own log lines show. */
function progressFacts(context: FactContext): readonly ProgressFact[] {
  if (context.record === null || context.workEnd === null) return [];
  return [...completedSteps(context), ...stepAtTheEnd(context)];
}

const stepsCompleted = rule({
  id: 'steps-completed',
  needs: ['service-log'],
  basis: BASIS.log,
  weights: { 'infinite-loop': -0.3 },
});

function completedSteps(context: FactContext): readonly ProgressFact[] {
  const steps = (context.record?.operation?.steps ?? []).filter(
    (step) => step.to !== null && step.to <= (context.workEnd ?? 0),
  );
  const last = steps.at(-1);
  if (last === undefined || context.lastStep === null) return [];
  if (steps.length < 1 || context.lastStep === last) return [];
  return [
    stepsCompleted.fact({
      text: `Steps completed: ${steps.map(stepWords).join(', ')}.`,
      ...sourcesOf(...steps.flatMap((step) => [step.startLine.event, step.endLine?.event])),
    }),
  ];
}

function stepWords({ name, from, to, isTimed, startLine }: OperationStep): string {
  const called = name === 'other-step' ? `"${startLine.text.slice(0, 60)}"` : name;
  return isTimed && to !== null ? `${called} (${formatSeconds(secondsBetween(from, to))})` : called;
}

const endedWhileDownloading = rule({
  id: 'ended-while-downloading',
  needs: ['service-log'],
  basis: BASIS.log,
  weights: { 'database-lock': -3.5, 'large-artifact': -1.5, 'infinite-loop': -0.5 },
});

const stalledStep = rule({
  id: 'stalled-step',
  needs: ['service-log'],
  basis: BASIS.log,
  cases: {
    insert: {
      when: 'the step is a write to the database',
      weights: { 'database-lock': 1.5, 'infinite-loop': 1.5, 'large-artifact': -2 },
    },
    other: {
      when: 'it is another',
      weights: { 'infinite-loop': 1.5, 'database-lock': -1.5, 'large-artifact': -1.5 },
    },
  },
});

/** The amount of data accounts for the time: it may be what the timeout did not allow for. */
const HONEST = {
  when: 'a timeout ended the worker, and its amount of data can explain the time',
  weights: { 'large-artifact': 0.7 },
} as const;

const endedWhileInserting = rule({
  id: 'ended-while-inserting',
  needs: ['service-log'],
  basis: BASIS.log,
  cases: { honest: HONEST },
});

const endedWhileParsing = rule({
  id: 'ended-while-parsing',
  needs: ['service-log'],
  basis: BASIS.log,
  weights: { 'database-lock': -2.5 },
  cases: { honest: HONEST },
});

const endedInStep = rule({
  id: 'ended-in-step',
  needs: ['service-log'],
  basis: BASIS.log,
  cases: { honest: HONEST },
});

/** The step that was going on at the end, against the time that its amount of data can explain. */
function stepAtTheEnd(context: FactContext): readonly ProgressFact[] {
  const { record, lastStep, workEnd } = context;
  if (record === null || workEnd === null) return [];
  const operation = record.operation;
  if (operation === null) return [];
  const figures = context.figures;
  // No duration rests on a beginning that has no time of its own, or on a clock that was stepped.
  if (elapsedSeconds(context) === null) return [];
  if (lastStep === null || (lastStep.to !== null && lastStep.to <= workEnd)) return withoutStep(context, figures);
  if (record.failure !== null || lastStep.startLine.event.isUndated === true) return [];
  if (clockSteps(context, lastStep.from, workEnd).length > 0) return [];

  const elapsed = secondsBetween(lastStep.from, workEnd);
  const sources = sourcesOf(lastStep.startLine.event, record.death?.timeout ?? record.death?.end);
  const spokeAt = operation.lines.findLast(({ event }) => event.time <= workEnd)?.event.time ?? lastStep.from;
  const silence = lastStep.isTimed
    ? `nothing was logged for the last ${formatSeconds(secondsBetween(spokeAt, workEnd))}`
    : 'nothing was logged after it';
  if (lastStep.name === 'download') {
    return [
      endedWhileDownloading.fact({
        text: `The last step was a download that did not end (${silence}). Neither a parse nor a database write had begun.`,
        ...sources,
      }),
    ];
  }
  const spoke = operation.lines.some(
    ({ event }) => event.time > lastStep.from && event.time <= workEnd && event !== lastStep.startLine.event,
  );
  const slowest = slowestExplainable(context, figures);
  const isStalled =
    slowest !== null &&
    lastStep.isTimed &&
    !isCountingOn(context) &&
    elapsed >= MIN_STALL_SECONDS &&
    elapsed >= slowest.seconds * DISPROPORTION;
  if (isStalled) {
    return [
      stalledStep.fact({
        case: lastStep.name === 'insert' ? 'insert' : 'other',
        text: `${lastStep.name === 'other-step' ? `"${lastStep.startLine.text.slice(0, 80)}", a step over` : `The ${lastStep.name} of`} ${slowest.what}${lastStep.name === 'other-step' ? ',' : ''} had taken ${formatSeconds(elapsed)} ${spoke ? 'with the same line again and again' : 'with no further log line'}. At a slow ${slowest.rate} it takes ${atThatRate(slowest)}.`,
        ...sources,
      }),
    ];
  }
  const timedOut = isTimeLimit(record.incident.mechanism);
  const ending =
    lastStep.name === 'insert' ? endedWhileInserting : lastStep.name === 'parse' ? endedWhileParsing : endedInStep;
  return [
    ending.fact({
      case: timedOut && slowest !== null && lastStep.isTimed ? 'honest' : [],
      text: `The last step was ${lastStep.name === 'insert' ? 'a database write' : lastStep.name === 'parse' ? 'parsing the artifact' : `"${lastStep.startLine.text.slice(0, 80)}"`}, unfinished${lastStep.isTimed ? ` after ${formatSeconds(elapsed)}${slowest === null ? '' : `, which ${slowest.what} can explain`}` : ''}.`,
      ...sources,
    }),
  ];
}

/** Without the second that is allowed for all else; `<1 s` for less than that. */
const atThatRate = ({ seconds }: SlowestExplainable): string =>
  seconds - HONEST_SECONDS < 1 ? '<1 s' : formatSeconds(seconds - HONEST_SECONDS);

interface SlowestExplainable {
  readonly seconds: number;
  readonly what: string;
  readonly rate: string;
}

function slowestExplainable(context: FactContext, figures: ArtifactFigures | null): SlowestExplainable | null {
  const step = context.lastStep;
  if (step?.name === 'insert') {
    const rows = step.startLine.reading.records ?? figures?.testcases ?? null;
    if (rows === null) return null;
    return {
      seconds: HONEST_SECONDS + rows / SLOW_INSERT_ROWS_PER_SECOND,
      what: plural(rows, 'row'),
      rate: `${formatCount(SLOW_INSERT_ROWS_PER_SECOND)} rows a second`,
    };
  }
  const stated = step?.startLine.reading.bytes ?? null;
  const bytes = stated === null ? (figures?.bytes ?? null) : Math.max(stated, figures?.bytes ?? 0);
  const records = step?.startLine.reading.records ?? figures?.testcases ?? null;
  if (records !== null && (bytes === null || step?.name === 'other-step')) {
    const computes =
      step !== null && context.workEnd !== null && cpuUse(context, step.from, context.workEnd)?.level === 'busy';
    const rate = computes ? SLOW_COMPUTED_RECORDS_PER_SECOND : SLOW_WORK_RECORDS_PER_SECOND;
    return {
      seconds: HONEST_SECONDS + records / rate,
      what: plural(records, 'record'),
      rate: `${formatCount(rate)} records a second`,
    };
  }
  if (bytes === null) return null;
  return {
    seconds: HONEST_SECONDS + bytes / SLOW_PARSE_BYTES_PER_SECOND,
    what: formatBytes(bytes),
    rate: `${formatBytes(SLOW_PARSE_BYTES_PER_SECOND)} a second`,
  };
}

/**
 * Whether the step that was going on, or progress that the log counts, accounts for a worker that computes: its amount of
 * data takes as long even at a good rate, or the log counted on until shortly before the end.
 */
export function workExplains(context: FactContext): boolean {
  if (isEndless(context)) return false;
  if (isCountingOn(context)) return true;
  const { lastStep, workEnd, figures } = context;
  if (lastStep === null || workEnd === null || (lastStep.to !== null && lastStep.to <= workEnd)) return false;
  if (!lastStep.isTimed) return false;
  const elapsed = secondsBetween(lastStep.from, workEnd);
  const told = (context.record?.operation?.lines ?? []).filter(
    ({ reading, event }) => reading.role === 'progress' && reading.step !== null && event.time <= workEnd,
  );
  const counted = lastNews(context, told);
  if (counted !== null && secondsBetween(counted.event.time, workEnd) <= elapsed / 4) return true;
  const slowest = slowestExplainable(context, figures);
  return slowest !== null && slowest.seconds > HONEST_SECONDS * 2 && elapsed <= slowest.seconds;
}

const operationOutOfProportion = rule({
  id: 'operation-out-of-proportion',
  needs: ['service-log', 'artifact'],
  basis: BASIS.log,
  weights: { 'infinite-loop': 1.5, 'database-lock': 0.7, 'large-artifact': -2 },
});

/** The log names no step that was going on: only the whole operation can be held against the amount of data. */
function withoutStep(context: FactContext, figures: ArtifactFigures | null): readonly ProgressFact[] {
  const { record, workEnd } = context;
  const operation = record?.operation ?? null;
  if (record === null || record.failure !== null || operation === null || workEnd === null || figures === null)
    return [];
  if (isCountingOn(context) || !operation.startIsKnown) return [];
  const elapsed = elapsedSeconds(context) ?? 0;
  const slowest =
    2 +
    (figures.bytes ?? 0) / SLOW_PARSE_BYTES_PER_SECOND +
    (figures.testcases ?? 0) / (figures.bytes === null ? SLOW_WORK_RECORDS_PER_SECOND : SLOW_INSERT_ROWS_PER_SECOND);
  if (elapsed < MIN_STALL_SECONDS || elapsed < slowest * DISPROPORTION) return [];
  return [
    operationOutOfProportion.fact({
      text: `The operation had run ${formatSeconds(elapsed)}. At slow rates (${figures.bytes === null ? `${SLOW_WORK_RECORDS_PER_SECOND} records/s` : `${formatBytes(SLOW_PARSE_BYTES_PER_SECOND)}/s and ${formatCount(SLOW_INSERT_ROWS_PER_SECOND)} rows/s`}) reading and storing ${figures.bytes === null ? plural(figures.testcases ?? 0, 'record') : formatBytes(figures.bytes)} takes ${formatSeconds(slowest - 2 * HONEST_SECONDS)}.`,
      ...sourcesOf(operation.lines[0]?.event, record.death?.timeout ?? record.death?.end),
    }),
  ];
}

const PROGRESS_RULES = [
  stepsCompleted,
  endedWhileDownloading,
  stalledStep,
  endedWhileInserting,
  endedWhileParsing,
  endedInStep,
  operationOutOfProportion,
] as const;
type ProgressFact = FactOf<typeof PROGRESS_RULES>;

export const progressFamily = family({
  name: 'progress',
  about: 'How far the operation came, as its own log lines show.',
  rules: PROGRESS_RULES,
  find: progressFacts,
});
