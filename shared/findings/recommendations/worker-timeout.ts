import { insertReckoning } from '../../context/course-words.ts';
import { countedSeconds } from '../../context/work-counters.ts';
import type { Fact, Recommendation } from '../../model/analysis.ts';
import { GUNICORN_DEFAULTS } from '../../model/config.ts';
import type { ImportCourse } from '../../model/import-course.ts';
import { durationOf } from '../../timeline/operations.ts';
import { formatCount, formatEstimate, formatSeconds } from '../../wording/figures.ts';
import { advisedTimeout, LONGEST_ADVISED_SECONDS } from '../advised-timeout.ts';
import { wouldHavePrevented } from '../trial.ts';
import { type Advice, type AdviceFamily, factFor, isInvolved, mitigate, prevent, verdictFor } from './advice.ts';
import { settingsChange } from './gunicorn-settings.ts';

/** A longer timeout, where an import that was getting on was ended by it; it would not help one that waits for a lock. */
export const workerTimeoutAdvice: AdviceFamily = (advice) => {
  if (isInvolved(advice, 'database-lock') || verdictFor(advice, 'worker-timeout') !== 'fits') return [];
  const large = factFor(advice, 'artifact-large');
  const { course } = advice;
  // Honest work that needs longer gets a timeout from its rate; work of unknown rate only where its size explains it.
  if (course !== null && (course.neededSeconds !== null || large !== undefined)) {
    return [...raiseTimeout(advice, course, large), ...outsideTheRequest(advice, course.neededSeconds, large)];
  }
  const counted = countedSeconds(advice.context, null);
  if (counted !== null) return [...raiseForCounted(advice, counted), ...outsideTheRequest(advice, counted, large)];
  return isFutile(advice) ? [] : shortTimeout(advice);
};

/** Work whose log counts on towards its end: it needs what the rest of its count takes, and no more. */
function raiseForCounted({ context }: Advice, needed: number): readonly Recommendation[] {
  const { seconds, covers } = advisedTimeout(needed, LONGEST_ADVISED_SECONDS);
  if (!covers) return [];
  return [
    mitigate('raise-timeout', {
      text: `Raise the worker timeout to ${formatCount(seconds)} s: ${counts(needed)}.`,
      patch: settingsChange(context, { timeout: seconds }),
      because: ['The log counted on towards its end.'],
    }),
  ];
}

/** Where the size of an artifact is no part of it, counted work that outlasts its timeout is still work for another place. */
function outsideTheRequest(advice: Advice, needed: number | null, large: Fact | undefined): readonly Recommendation[] {
  const counter = factFor(advice, 'counter-towards-total');
  if (counter === undefined || needed === null || (large !== undefined && isInvolved(advice, 'large-artifact')))
    return [];
  return [
    prevent('import-outside-the-request', {
      text: `Run work of this size outside the web request, in a background process or queue: at the rate its log counts it needs ${formatEstimate(needed)}.`,
      because: [counter.text],
      prevented: wouldHavePrevented(advice.course, { timeoutSeconds: 0 }),
    }),
  ];
}

const counts = (needed: number): string =>
  `at least 1.5 times the ${formatEstimate(needed)} that it needs at the rate its log counts`;

/** A timeout of hardly more than the arbiter's own pace ends whatever does more than answer: raising it comes first. */
export const futileTimeoutAdvice: AdviceFamily = (advice) =>
  isFutile(advice) && verdictFor(advice, 'worker-timeout') === 'fits' ? shortTimeout(advice) : [];

/** The arbiter looks at heartbeats about once a second. Source: gunicorn, arbiter.py, run */
const FUTILE_TIMEOUT_SECONDS = 2;

function isFutile({ context }: Advice): boolean {
  const timeout = context.config?.timeoutSeconds ?? 0;
  return timeout > 0 && timeout <= FUTILE_TIMEOUT_SECONDS;
}

/** A timeout below which an ordinary request of a busy host is at risk, whatever the work is. */
const SHORT_TIMEOUT_SECONDS = 10;

/** A timeout that honest work does not fit into: shorter than an operation that ended well, or than any should be. */
function shortTimeout({ context, course }: Advice): readonly Recommendation[] {
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
    mitigate('raise-timeout', {
      text: `Raise the worker timeout to ${seconds} s: ${longest >= timeout ? `the same work took up to ${formatSeconds(longest)} where it completed` : `${timeout} s is below gunicorn's default of ${GUNICORN_DEFAULTS.timeoutSeconds} s`}.`,
      patch: settingsChange(context, { timeout: seconds }),
      because: [`The worker timeout is ${timeout} s, from ${config.timeoutFrom}.`],
      prevented: wouldHavePrevented(course, { timeoutSeconds: seconds }),
    }),
  ];
}

function raiseTimeout(advice: Advice, course: ImportCourse, large: Fact | undefined): readonly Recommendation[] {
  const { context } = advice;
  const { elapsedSeconds, insert, neededSeconds } = course;
  const need = neededSeconds ?? elapsedSeconds;
  const { seconds: timeout, covers } = advisedTimeout(need, LONGEST_ADVISED_SECONDS);
  // A timeout that this import does not fit into would have changed when it was killed.
  if (!covers) return [];
  const graceful = context.config?.gracefulTimeoutSeconds ?? null;
  // Where the unit sets flags, its change is one of a flag.
  const isGracefulShort =
    graceful !== null &&
    graceful < Math.min(timeout, need) &&
    context.unit?.flags == null &&
    context.unit?.environmentFlags == null;
  const rate =
    insert === null
      ? null
      : `${insert.rowsPerSecond < 10 ? insert.rowsPerSecond.toFixed(1) : formatCount(insert.rowsPerSecond)} rows/s`;
  const why =
    neededSeconds === null || rate === null
      ? neededSeconds === null
        ? `at least 1.5 times the ${formatSeconds(elapsedSeconds)} it had run. The remaining work is not logged, so it may need more`
        : counts(neededSeconds)
      : `at least 1.5 times the ${formatEstimate(neededSeconds)} that this import needs at ${rate}`;
  const isLong = !advisedTimeout(need).covers;
  return [
    mitigate('raise-timeout', {
      text: `Raise the worker timeout to ${formatCount(timeout)} s: ${why}.${isLong ? ` A hang then goes unnoticed for ${formatEstimate(timeout)}, so undo it once imports run elsewhere.` : ''}`,
      patch: settingsChange(context, { timeout, ...(isGracefulShort ? { graceful_timeout: timeout } : {}) }),
      because: [
        insert === null
          ? `The operation had run ${formatSeconds(elapsedSeconds)} and was not done.`
          : `${insertReckoning(insert)}.`,
        large?.text,
        isGracefulShort
          ? `graceful_timeout is ${graceful} s: a reload or restart gives a running import no longer than that, whatever timeout is.`
          : undefined,
      ],
      prevented: wouldHavePrevented(course, { timeoutSeconds: timeout }),
    }),
  ];
}
