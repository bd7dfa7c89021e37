import type { Recommendation } from '../../model/analysis.ts';
import { GUNICORN_DEFAULTS } from '../../model/config.ts';
import { durationOf } from '../../timeline/operations.ts';
import { formatCount, formatSeconds } from '../../wording/figures.ts';
import { advisedTimeout } from '../advised-timeout.ts';
import { SLOW_ROWS_PER_SECOND } from '../unexplained.ts';
import {
  type Advice,
  type AdviceFamily,
  detect,
  factFor,
  isInvolved,
  mitigate,
  prevent,
  python,
  reasonFor,
  shell,
  verdictFor,
} from './advice.ts';
import { filesConcerned } from './files-concerned.ts';
import { settingsChange } from './gunicorn-settings.ts';
import { reloadCommand } from './restart.ts';
import { supervisedStack } from './supervisor-advice.ts';

/** Work that did not get on by itself: a loop that spins, a network that does not answer. */
export const stuckWorkAdvice: AdviceFamily = (advice) => {
  const recommendations: Recommendation[] = [];
  const timeout = advice.context.config?.timeoutSeconds || GUNICORN_DEFAULTS.timeoutSeconds;
  if (verdictFor(advice, 'infinite-loop') === 'fits') {
    recommendations.push(
      detect('find-the-loop', {
        text: `Find where it spins${filesConcerned(advice)}: log the stack shortly before the timeout with faulthandler, or run py-spy dump at the next one. Then limit the loop. A longer timeout only lets it spin longer.`,
        patch: python(
          `import faulthandler\nfaulthandler.dump_traceback_later(${stackSeconds(timeout)}, repeat=True)`,
          reloadCommand(advice.context),
        ),
        because: [reasonFor(advice, 'infinite-loop')],
      }),
    );
  }
  const stuck = factFor(advice, 'waited-for-peer')?.text;
  const downloading = factFor(advice, 'ended-while-downloading')?.text;
  if (downloading !== undefined || stuck !== undefined) {
    recommendations.push(
      prevent('network-timeouts', {
        text: 'Set a connect and a read timeout below the worker timeout on every network call, and retry in the background.',
        patch: python(`requests.get(url, timeout=(${connectSeconds(timeout)}, ${readSeconds(timeout)}))`),
        because: [stuck ?? downloading],
      }),
    );
  }
  const clock = factFor(advice, 'clock-stepped-deadline')?.text;
  if (clock !== undefined) {
    recommendations.push(
      prevent('monotonic-heartbeats', {
        text: 'Use gunicorn 22.0 or newer, which measures heartbeats by a monotonic clock. Or set the clock before the service starts and slew it afterwards.',
        patch: shell(
          'systemctl edit SERVICE   # [Unit] After=time-sync.target, Wants=time-sync.target; chrony: makestep 1 3',
        ),
        because: [clock],
        // The step alone made the heartbeats too old.
        prevented: true,
      }),
    );
  }
  const client = factFor(advice, 'waited-for-client')?.text;
  if (client !== undefined) recommendations.push(behindProxy(client, reloadCommand(advice.context)));
  const frame = factFor(advice, 'stuck-in-frame')?.text;
  if (recommendations.length === 0 && frame !== undefined && !isInvolved(advice, 'database-lock')) {
    recommendations.push(
      prevent('bound-the-work', {
        text: `Start at the code that the stack names${filesConcerned(advice)}: limit the time of what it does there. Take the stack again with the values it works on.`,
        patch: shell(`py-spy dump --locals --pid PID > stack.txt   # ${stackSeconds(timeout)} s into a request`),
        because: [frame],
      }),
    );
  }
  if (recommendations.length === 0) recommendations.push(...stackAtTimeout(advice));
  recommendations.push(...slowWork(advice));
  const hangs = factFor(advice, 'operation-unfinished')?.text;
  if (hangs !== undefined && advice.context.config?.timeoutSeconds === 0)
    recommendations.push(withTimeout(advice, hangs));
  return recommendations;
};

/** Why honest work is slow, where its rate is known and no cause of it is. Source: py-spy, README; iostat(1) */
function slowWork(advice: Advice): readonly Recommendation[] {
  const insert = advice.course?.insert ?? null;
  if (insert === null || insert.rowsPerSecond >= SLOW_ROWS_PER_SECOND) return [];
  if (verdictFor(advice, 'worker-timeout') !== 'fits' || factFor(advice, 'insert-rate') === undefined) return [];
  const rate = insert.rowsPerSecond < 10 ? insert.rowsPerSecond.toFixed(1) : formatCount(insert.rowsPerSecond);
  return [
    detect('find-the-slow-step', {
      text: `Find out why inserts run at ${rate} rows/s${filesConcerned(advice)}: take stacks of the worker and the activity of the disk while one runs.`,
      patch: shell(
        'for i in 1 2 3 4 5; do py-spy dump --native --pid PID; sleep 2; done > stacks.txt; iostat -x 2 5 > iostat.txt',
      ),
      because: [factFor(advice, 'insert-rate')?.text, factFor(advice, 'worker-idle')?.text],
    }),
  ];
}

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
  const supervised = supervisedStack(advice.context);
  if (supervised !== undefined) return supervised;
  const isDeaf = factFor(advice, 'deaf-to-abort');
  const timeout = advice.context.config?.timeoutSeconds || null;
  return [
    detect('stack-at-timeout', {
      text:
        isDeaf === undefined
          ? 'Log the stack of a worker at its timeout: gunicorn calls worker_abort before the worker exits, and the stack names the call that it was in.'
          : 'Take the stack of a worker from outside before its timeout: it was in C code or the kernel, where no Python hook runs.',
      patch:
        isDeaf === undefined
          ? python(
              'import faulthandler\n\ndef worker_abort(worker):\n    faulthandler.dump_traceback()',
              reloadCommand(advice.context),
            )
          : shell(
              `py-spy dump --native --pid PID > stack.txt   # ${timeout === null ? 'while a request hangs' : `${stackSeconds(timeout)} s into a request`}`,
            ),
      because: ['Why no heartbeat came is not in the evidence.', isDeaf?.text],
    }),
  ];
}

/**
 * A sync worker serves one connection at a time, and one that sends nothing holds it. Source: gunicorn, Design, "sync workers";
 * Deploying Gunicorn: "we strongly recommend to use ... a proxy server ... that buffers slow clients"
 */
function behindProxy(reason: string, restart: string): Recommendation {
  return prevent('buffer-clients', {
    text: 'Keep slow and silent clients away from the workers: put a proxy that buffers requests in front, or use threads, which wait for clients outside the main loop. A longer timeout only lets the next one wait longer.',
    patch: python('worker_class = "gthread"\nthreads = 4', restart),
    because: [reason],
    // The heartbeat of gthread comes from its main loop, whatever a thread waits for.
    prevented: true,
  });
}

/** A bound on what hangs: above the longest operation that ended well. */
function withTimeout({ context }: Advice, hangs: string): Recommendation {
  const longest = context.history.operations
    .filter(({ outcome }) => outcome === 'done')
    .reduce((most, operation) => Math.max(most, durationOf(operation) ?? 0), 0);
  const { seconds } = advisedTimeout(Math.max(longest, GUNICORN_DEFAULTS.timeoutSeconds / 1.5));
  return mitigate('set-timeout', {
    text: `Set a worker timeout, ${seconds} s to start with: without one no process kills a worker that hangs.`,
    patch: settingsChange(context, { timeout: seconds }),
    because: [
      hangs,
      'The worker timeout is switched off (0).',
      `The longest operation that completed took ${formatSeconds(longest)}.`,
    ],
    effect: 'It would have ended the hang, not kept it away.',
    prevented: false,
  });
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
