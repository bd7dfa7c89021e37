import type { FactContext } from '../../context/context.ts';
import { insertReckoning } from '../../context/course-words.ts';
import { importCourse } from '../../context/import-course.ts';
import type { Fact, Recommendation } from '../../model/analysis.ts';
import { GUNICORN_DEFAULTS } from '../../model/config.ts';
import { durationOf } from '../../timeline/operations.ts';
import { formatSeconds } from '../../wording/figures.ts';
import { advisedTimeout } from '../advised-timeout.ts';
import { type AdviceFamily, factFor, immediately, isInvolved, verdictFor } from './advice.ts';
import { settingsChange } from './gunicorn-settings.ts';

/** A longer timeout, where an import that was getting on was ended by it; it would not help one that waits for a lock. */
export const workerTimeoutAdvice: AdviceFamily = (advice) => {
  if (isInvolved(advice, 'database-lock') || verdictFor(advice, 'worker-timeout') !== 'fits') return [];
  const large = factFor(advice, 'artifact-large');
  const need = neededSeconds(advice.context);
  if (need !== null && large !== undefined) return [raiseTimeout(advice.context, need, large)];
  return shortTimeout(advice.context);
};

/** A timeout below which an ordinary request of a busy host is at risk, whatever the work is. */
const SHORT_TIMEOUT_SECONDS = 10;

/** A timeout that honest work does not fit into: shorter than an operation that ended well, or than any should be. */
function shortTimeout(context: FactContext): readonly Recommendation[] {
  const { config, record, history } = context;
  const timeout = config?.timeoutSeconds ?? null;
  if (config === null || timeout === null || timeout === 0 || record?.operation == null) return [];
  const { template } = record.operation;
  const longest = history.operations
    .filter((each) => each.outcome === 'done' && each.template === template)
    .reduce((most, operation) => Math.max(most, durationOf(operation) ?? 0), 0);
  if (longest < timeout && timeout >= SHORT_TIMEOUT_SECONDS) return [];
  const { seconds } = advisedTimeout(Math.max(longest, timeout, GUNICORN_DEFAULTS.timeoutSeconds / 1.5));
  return [
    immediately(
      'raise-timeout',
      `Raise the worker timeout to ${seconds} s: ${longest >= timeout ? `the same work took up to ${formatSeconds(longest)} where it ended well` : `${timeout} s are too short for work that takes more than a moment`}.`,
      settingsChange(context, { timeout: seconds }),
      `The worker timeout is ${timeout} s, from ${config.timeoutFrom}.`,
    ),
  ];
}

interface Need {
  readonly seconds: number;
  /** False: so long it had run, and what was left to do the log does not tell. */
  readonly isKnown: boolean;
  readonly how: string;
}

/** Seconds that the operation needs, with the reckoning. Null when the log gives no start. */
function neededSeconds(context: FactContext): Need | null {
  const course = importCourse(context);
  if (course === null) return null;
  const { elapsedSeconds, insert, neededSeconds: needed } = course;
  if (insert === null || needed === null) {
    return {
      seconds: elapsedSeconds,
      isKnown: false,
      how: `the operation had run ${formatSeconds(elapsedSeconds)} and was not done`,
    };
  }
  return { seconds: needed, isKnown: true, how: insertReckoning(insert) };
}

function raiseTimeout(context: FactContext, need: Need, large: Fact): Recommendation {
  const { seconds: timeout, covers } = advisedTimeout(need.seconds);
  const graceful = context.config?.gracefulTimeoutSeconds ?? null;
  // Where the unit sets flags, its change is one of a flag.
  const isGracefulShort =
    graceful !== null &&
    graceful < Math.min(timeout, need.seconds) &&
    context.unit?.flags == null &&
    context.unit?.environmentFlags == null;
  return {
    id: 'raise-timeout',
    when: 'immediate',
    text: covers
      ? `Until imports run elsewhere, raise the worker timeout to ${timeout} s: ${need.isKnown ? 'half as much again as this import needed' : 'half as much again as this import had run; how much it had left to do the log does not tell, so it may need more'}.`
      : `Take imports of this size out of the web request: ${need.isKnown ? `at the rate seen, this one would have needed up to ${formatSeconds(need.seconds)}` : `this one had run ${formatSeconds(need.seconds)} and was not done`}, which no sensible worker timeout covers; ${timeout} s serve smaller ones until then.`,
    patch: settingsChange(context, { timeout, ...(isGracefulShort ? { graceful_timeout: timeout } : {}) }),
    because: [
      need.how,
      large.text,
      ...(isGracefulShort
        ? [
            `graceful_timeout is ${graceful} s: a reload or restart gives a running import no longer than that, whatever timeout is.`,
          ]
        : []),
    ],
  };
}
