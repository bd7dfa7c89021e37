import type { FactContext } from '../../facts/context.ts';
import { formatCount, formatSeconds } from '../../facts/wording.ts';
import type { Fact, Recommendation } from '../../model/analysis.ts';
import { secondsBetween } from '../../model/time.ts';
import { type AdviceFamily, factFor, isInvolved, verdictFor } from './advice.ts';
import { settingsChange } from './gunicorn-settings.ts';

/** A longer timeout, where an import that was getting on was ended by it; it would not help one that waits for a lock. */
export const workerTimeoutAdvice: AdviceFamily = (advice) => {
  if (isInvolved(advice, 'database-lock') || verdictFor(advice, 'worker-timeout') !== 'fits') return [];
  const large = factFor(advice, 'artifact-large');
  const need = neededSeconds(advice.context);
  return need === null || large === undefined ? [] : [timeoutPatch(advice.context, need, large)];
};

/**
 * Seconds that the operation needs, from what it did before it was ended: its own elapsed time, plus the rest of the insert
 * at the rate at which the open transaction had grown. Null when the log gives no start.
 */
function neededSeconds(context: FactContext): { readonly seconds: number; readonly how: string } | null {
  const { record, lastStep, workEnd } = context;
  if (record?.operation == null || workEnd === null) return null;
  const elapsed = secondsBetween(record.operation.start, workEnd);
  const batch = lastStep?.startLine.reading.records ?? context.artifact?.report.testcases ?? null;
  const transaction = context.database?.report.wal?.openTransaction ?? null;
  const written = transaction === null ? 0 : transaction.newRows.reduce((most, entry) => Math.max(most, entry.rows), 0);
  if (lastStep?.name === 'insert' && batch !== null && written > 0 && written < batch) {
    const inserting = secondsBetween(lastStep.from, workEnd);
    const rest = inserting * ((batch - written) / written);
    return {
      seconds: elapsed + rest,
      how: `${formatCount(written)} of ${formatCount(batch)} rows had reached the -wal after ${formatSeconds(inserting)} of inserting (a few more may have been in the page cache); at that rate the rest takes up to ${formatSeconds(rest)} more`,
    };
  }
  return { seconds: elapsed, how: `the operation had run ${formatSeconds(elapsed)} and was not done` };
}

/** A worker timeout beyond ten minutes no longer protects anything. */
const LONGEST_SENSIBLE_TIMEOUT_SECONDS = 600;

function timeoutPatch(
  context: FactContext,
  need: { readonly seconds: number; readonly how: string },
  large: Fact,
): Recommendation {
  const wanted = Math.ceil((need.seconds * 1.5) / 30) * 30;
  const sensible = wanted <= LONGEST_SENSIBLE_TIMEOUT_SECONDS;
  const timeout = sensible ? wanted : LONGEST_SENSIBLE_TIMEOUT_SECONDS;
  const graceful = context.config?.gracefulTimeoutSeconds ?? null;
  // Where the unit sets flags, its change is one of a flag.
  const isGracefulShort =
    graceful !== null &&
    graceful < Math.min(timeout, need.seconds) &&
    context.unit?.flags == null &&
    context.unit?.environmentFlags == null;
  return {
    id: 'raise-timeout',
    text: sensible
      ? `Until imports run elsewhere, raise the worker timeout to ${timeout} s: half as much again as this import needed.`
      : `Take imports of this size out of the web request: at the rate seen, this one would have needed up to ${formatSeconds(need.seconds)}, which no sensible worker timeout covers; ${timeout} s serve smaller ones until then.`,
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
