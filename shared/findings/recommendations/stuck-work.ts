import type { Recommendation } from '../../model/analysis.ts';
import { GUNICORN_DEFAULTS } from '../../model/config.ts';
import { secondsBetween } from '../../model/time.ts';
import { formatSeconds } from '../../wording/figures.ts';
import { advisedTimeout } from '../advised-timeout.ts';
import { type Advice, type AdviceFamily, factFor, reasonFor, recommendation, verdictFor } from './advice.ts';
import { settingsChange } from './gunicorn-settings.ts';

/** Work that did not get on by itself: a loop that spins, a network that does not answer. */
export const stuckWorkAdvice: AdviceFamily = (advice) => {
  const recommendations: Recommendation[] = [];
  const timeout = advice.context.config?.timeoutSeconds || GUNICORN_DEFAULTS.timeoutSeconds;
  if (verdictFor(advice, 'infinite-loop') === 'fits') {
    recommendations.push(
      recommendation(
        'find-the-loop',
        'Find where it spins: let faulthandler write the stack shortly before the timeout, or take a stack with py-spy the next time; then give the loop a bound. A longer timeout only makes it spin longer.',
        `import faulthandler\nfaulthandler.dump_traceback_later(${stackSeconds(timeout)}, repeat=True)`,
        reasonFor(advice, 'infinite-loop'),
      ),
    );
  }
  const stuck = factFor(advice, 'stuck-in-frame')?.text;
  const downloading = factFor(advice, 'ended-while-downloading')?.text;
  if (downloading !== undefined || stuck?.includes('network') === true) {
    recommendations.push(
      recommendation(
        'network-timeouts',
        'Give every network call a connect and a read timeout below the worker timeout, and retry in the background.',
        `requests.get(url, timeout=(${connectSeconds(timeout)}, ${readSeconds(timeout)}))`,
        stuck ?? downloading,
      ),
    );
  }
  const hangs = factFor(advice, 'operation-unfinished')?.text;
  if (hangs !== undefined && advice.context.config?.timeoutSeconds === 0)
    recommendations.push(withTimeout(advice, hangs));
  return recommendations;
};

/** A bound on what hangs: above the longest operation that ended well. */
function withTimeout({ context }: Advice, hangs: string): Recommendation {
  const longest = context.history.operations
    .filter(({ outcome }) => outcome === 'done')
    .reduce((most, { start, end }) => Math.max(most, secondsBetween(start, end)), 0);
  const { seconds } = advisedTimeout(Math.max(longest, GUNICORN_DEFAULTS.timeoutSeconds / 1.5));
  return recommendation(
    'set-timeout',
    `Set a worker timeout, ${seconds} s for a start: without one nobody ends a worker that hangs.`,
    settingsChange(context, { timeout: seconds }),
    hangs,
    'The worker timeout is switched off (0).',
    `The longest operation that ended well took ${formatSeconds(longest)}.`,
  );
}

/** Late enough to be about what hangs, and before the timeout ends it. */
function stackSeconds(timeoutSeconds: number): number {
  return Math.max(1, Math.floor(timeoutSeconds * 0.8));
}

/** Both together stay below the worker timeout. */
function readSeconds(timeoutSeconds: number): number {
  return Math.max(1, Math.floor(timeoutSeconds / 2));
}

function connectSeconds(timeoutSeconds: number): number {
  return Math.max(1, Math.min(5, Math.floor(timeoutSeconds / 6)));
}
