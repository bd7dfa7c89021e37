import type { Recommendation } from '../../model/analysis.ts';
import { GUNICORN_DEFAULTS } from '../../model/config.ts';
import { durationOf } from '../../timeline/operations.ts';
import { formatSeconds } from '../../wording/figures.ts';
import { advisedTimeout } from '../advised-timeout.ts';
import {
  type Advice,
  type AdviceFamily,
  factFor,
  isInvolved,
  reasonFor,
  recommendation,
  verdictFor,
} from './advice.ts';
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
  const stuck = factFor(advice, 'waited-for-peer')?.text;
  const downloading = factFor(advice, 'ended-while-downloading')?.text;
  if (downloading !== undefined || stuck !== undefined) {
    recommendations.push(
      recommendation(
        'network-timeouts',
        'Give every network call a connect and a read timeout below the worker timeout, and retry in the background.',
        `requests.get(url, timeout=(${connectSeconds(timeout)}, ${readSeconds(timeout)}))`,
        stuck ?? downloading,
      ),
    );
  }
  const clock = factFor(advice, 'clock-stepped-deadline')?.text;
  if (clock !== undefined) {
    recommendations.push(
      recommendation(
        'monotonic-heartbeats',
        'Use gunicorn 22.0 or newer, which measures heartbeats by a clock that nobody steps, or have the clock set before the service starts and slewed afterwards.',
        'systemctl edit SERVICE   # [Unit] After=time-sync.target, Wants=time-sync.target; chrony: makestep 1 3',
        clock,
      ),
    );
  }
  const client = factFor(advice, 'waited-for-client')?.text;
  if (client !== undefined) recommendations.push(behindProxy(client));
  const frame = factFor(advice, 'stuck-in-frame')?.text;
  if (recommendations.length === 0 && frame !== undefined && !isInvolved(advice, 'database-lock')) {
    recommendations.push(
      recommendation(
        'bound-the-work',
        'Begin at the code that the stack names: give what it does there a bound in time, and take the stack again with the values it works on.',
        `py-spy dump --locals --pid PID > stack.txt   # ${stackSeconds(timeout)} s into a request`,
        frame,
      ),
    );
  }
  if (recommendations.length === 0) recommendations.push(...stackAtTimeout(advice));
  const hangs = factFor(advice, 'operation-unfinished')?.text;
  if (hangs !== undefined && advice.context.config?.timeoutSeconds === 0)
    recommendations.push(withTimeout(advice, hangs));
  return recommendations;
};

/** Facts that already say what held the worker up, or where it was. */
const KNOWN_CAUSES = [
  'stuck-in-frame',
  'waited-for-database-lock',
  'waited-for-peer',
  'waited-for-client',
  'idle-at-timeout',
  'network-storage',
  'kernel-disk-error',
  'ended-while-downloading',
] as const;

/**
 * The stack at the timeout, where nothing else says why the worker missed it: gunicorn calls `worker_abort` on SIGABRT, which
 * a worker inside C code never answers; py-spy reads that one from outside. Source: gunicorn, Settings, worker_abort
 */
function stackAtTimeout(advice: Advice): readonly Recommendation[] {
  if (advice.context.record?.death?.timeout == null || verdictFor(advice, 'worker-timeout') !== 'fits') return [];
  if (isInvolved(advice, 'large-artifact') || isInvolved(advice, 'database-lock')) return [];
  if (KNOWN_CAUSES.some((id) => factFor(advice, id) !== undefined)) return [];
  const isDeaf = factFor(advice, 'deaf-to-abort');
  const timeout = advice.context.config?.timeoutSeconds || null;
  return [
    recommendation(
      'stack-at-timeout',
      isDeaf === undefined
        ? 'Log the stack of a worker at its timeout: gunicorn calls worker_abort before the worker leaves, and the stack names what it was in.'
        : 'Take the stack of a worker from outside before its timeout: it was in C code or the kernel, where no hook of Python runs.',
      isDeaf === undefined
        ? 'import faulthandler\n\ndef worker_abort(worker):\n    faulthandler.dump_traceback()'
        : `py-spy dump --native --pid PID > stack.txt   # ${timeout === null ? 'while a request hangs' : `${stackSeconds(timeout)} s into a request`}`,
      'Why no heartbeat came is not in the evidence.',
      isDeaf?.text,
    ),
  ];
}

/**
 * A sync worker serves one connection at a time, and one that sends nothing holds it. Source: gunicorn, Design, "sync workers";
 * Deploying Gunicorn: "we strongly recommend to use ... a proxy server ... that buffers slow clients"
 */
function behindProxy(reason: string): Recommendation {
  return recommendation(
    'buffer-clients',
    'Keep slow and silent clients away from the workers: put a proxy that buffers requests in front, or use threads, which wait for clients outside the main loop. A longer timeout only makes the next one wait longer.',
    'worker_class = "gthread"\nthreads = 4',
    reason,
  );
}

/** A bound on what hangs: above the longest operation that ended well. */
function withTimeout({ context }: Advice, hangs: string): Recommendation {
  const longest = context.history.operations
    .filter(({ outcome }) => outcome === 'done')
    .reduce((most, operation) => Math.max(most, durationOf(operation) ?? 0), 0);
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
