import { stuckFrame } from '../../context/traceback.ts';
import type { FactId } from '../../facts/fact-id.ts';
import { waitedForPeer } from '../../facts/held-up.ts';
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
  const { context } = advice;
  const timeout = context.config?.timeoutSeconds || GUNICORN_DEFAULTS.timeoutSeconds;
  const recommendations: Recommendation[] = [
    ...endlessWork(advice, timeout),
    ...networkWaits(advice, timeout),
    ...steppedClock(advice),
  ];
  const client = factFor(advice, 'waited-for-client')?.text;
  if (client !== undefined) recommendations.push(behindProxy(client, reloadCommand(context)));
  const atExit = factFor(advice, 'hang-at-exit');
  if (atExit !== undefined) recommendations.push(endAtExit(atExit.text, factFor(advice, 'stuck-in-frame')?.text));
  // Work that counts on towards its end is stuck nowhere.
  const goesOn = factFor(advice, 'counter-towards-total') !== undefined;
  const frame = factFor(advice, 'stuck-in-frame')?.text;
  if (recommendations.length === 0 && !goesOn && frame !== undefined && !isInvolved(advice, 'database-lock')) {
    recommendations.push(
      prevent('bound-the-work', {
        text: `Start at the code that the stack names${filesConcerned(advice)}: limit the time of what it does there. Take the stack again with the values it works on.`,
        patch: shell(`py-spy dump --locals --pid PID > stack.txt   # ${stackSeconds(timeout)} s into a request`),
        because: [frame],
      }),
    );
  }
  if (recommendations.length === 0 && !goesOn) recommendations.push(...stackAtTimeout(advice));
  recommendations.push(...slowWork(advice));
  const hangs = factFor(advice, 'operation-unfinished')?.text;
  if (hangs !== undefined && context.config?.timeoutSeconds === 0) recommendations.push(withTimeout(advice, hangs));
  return recommendations;
};

/** A loop: where it is known what turns in it, that is what is to be bounded; else where it is, is to be found. */
function endlessWork(advice: Advice, timeout: number): readonly Recommendation[] {
  const reason = reasonFor(advice, 'infinite-loop');
  const tries = factFor(advice, 'tries-without-end');
  if (tries !== undefined) {
    return [
      prevent('bound-the-tries', {
        text: `Limit the number of tries${filesConcerned(advice)}, log the last failure, and set aside what is refused again and again. A longer timeout only allows more tries.`,
        because: [tries.text],
      }),
    ];
  }
  if (!isInvolved(advice, 'infinite-loop')) return suspectedLoop(advice);
  const recursion = factFor(advice, 'recursion-exceeded');
  if (recursion !== undefined) {
    return [
      prevent('bound-the-recursion', {
        text: `Check for items that were visited before going down${filesConcerned(advice)}: the data has a circle, or the recursion has no end. The traceback in the log names the call.`,
        because: [recursion.text],
      }),
    ];
  }
  const stuck = stuckFrame(advice.context);
  if (stuck?.activity === 'regex') {
    return [
      prevent('bound-the-pattern', {
        text: `Rewrite the regular expression${filesConcerned(advice)} so that it cannot backtrack without bound, or limit the length of the text it reads.`,
        because: [reason],
      }),
    ];
  }
  const place = stuck === null ? '' : filesConcerned(advice);
  if (place !== '') {
    return [
      prevent('bound-the-loop', {
        text: `Limit the loop at the code that the stack names${place}. A longer timeout only lets it spin longer.`,
        patch: shell(`py-spy dump --locals --pid PID > stack.txt   # the values that keep it going`),
        because: [reason, factFor(advice, 'stuck-in-frame')?.text],
      }),
    ];
  }
  const hasTimeout = advice.context.record?.death?.timeout != null;
  return [
    detect('find-the-loop', {
      text: hasTimeout
        ? `Find where it spins${filesConcerned(advice)}: log the stack shortly before the timeout with faulthandler, or run py-spy dump at the next one. Then limit the loop. A longer timeout only lets it spin longer.`
        : `Find where it spins${filesConcerned(advice)}: run py-spy dump twice while it does, and compare the stacks. Then limit the loop.`,
      patch: hasTimeout
        ? python(
            `import faulthandler\nfaulthandler.dump_traceback_later(${stackSeconds(timeout)}, repeat=True)`,
            reloadCommand(advice.context),
          )
        : shell('py-spy dump --pid PID > stack-1.txt; sleep 5; py-spy dump --pid PID > stack-2.txt'),
      because: [reason],
    }),
  ];
}

/** On CPU until something other than its timeout ended it: only a stack tells work from a loop. */
function suspectedLoop(advice: Advice): readonly Recommendation[] {
  const busy = factFor(advice, 'worker-busy');
  const { record } = advice.context;
  if (busy === undefined || record === null || record.death?.timeout != null) return [];
  if (verdictFor(advice, 'infinite-loop') !== 'inconclusive') return [];
  return [
    detect('stack-of-busy-worker', {
      text: 'Take two stacks of a worker that is on CPU, some seconds apart: the same loop in both tells it from work that gets on.',
      patch: shell('py-spy dump --pid PID > stack-1.txt; sleep 5; py-spy dump --pid PID > stack-2.txt'),
      because: [busy.text],
    }),
  ];
}

const LOOKUPS = /^(?:getaddrinfo|gethostbyname(?:_ex)?|gethostbyaddr|create_connection_lookup)$/;

/** A peer that did not answer; a name server is one that no timeout of a request bounds. */
function networkWaits(advice: Advice, timeout: number): readonly Recommendation[] {
  const stuck = factFor(advice, 'waited-for-peer')?.text;
  const downloading = factFor(advice, 'ended-while-downloading')?.text;
  const has = (...ids: readonly FactId[]): boolean => ids.some((id) => factFor(advice, id) !== undefined);
  if (!waitedForPeer(has)) return [];
  const frame = stuck === undefined ? null : stuckFrame(advice.context);
  if (frame !== null && LOOKUPS.test(frame.frame.functionName)) {
    return [
      prevent('bound-name-lookups', {
        text: 'Find out why the name server did not answer, and bound each lookup on the host: the timeouts of a request do not apply to it. A caching resolver keeps names that are known.',
        patch: shell(
          'echo "options timeout:1 attempts:2" >> /etc/resolv.conf   # with systemd-resolved or a container: where that file is made',
        ),
        because: [stuck],
      }),
    ];
  }
  return [
    prevent('network-timeouts', {
      text: 'Set a connect and a read timeout below the worker timeout on every network call, and retry in the background.',
      patch: python(`requests.get(url, timeout=(${connectSeconds(timeout)}, ${readSeconds(timeout)}))`),
      because: [stuck ?? downloading],
    }),
  ];
}

function steppedClock(advice: Advice): readonly Recommendation[] {
  const clock = factFor(advice, 'clock-stepped-deadline')?.text;
  if (clock === undefined) return [];
  return [
    prevent('monotonic-heartbeats', {
      text: 'Use gunicorn 22.0 or newer, which measures heartbeats by a monotonic clock. Or set the clock before the service starts and slew it afterwards.',
      patch: shell(
        'systemctl edit SERVICE   # [Unit] After=time-sync.target, Wants=time-sync.target; chrony: makestep 1 3',
      ),
      because: [clock],
      // The step alone made the heartbeats too old.
      prevented: true,
    }),
  ];
}

/** Python waits at its exit for every thread that is no daemon, without a limit. Source: Python, threading, Thread.daemon */
function endAtExit(hang: string, frame: string | undefined): Recommendation {
  return prevent('end-threads-at-exit', {
    text: 'Find the thread or exit handler that does not end. Make such threads daemon threads, or stop them in the worker_exit hook: Python waits for the others without a limit.',
    patch: shell('py-spy dump --pid PID > threads.txt   # while the worker exits: its other threads'),
    because: [hang, frame],
  });
}

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
        'for i in 1 2 3 4 5; do py-spy dump --native --pid PID; sleep 2; done > stacks.txt; iostat -xt 2 5 > iostat.txt',
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
  const because = ['Why no heartbeat came is not in the evidence.', isDeaf?.text];
  const timeout = advice.context.config?.timeoutSeconds || null;
  if (isDeaf !== undefined) {
    return [
      detect('stack-at-timeout', {
        text: 'Take the stack of a worker from outside before its timeout: no Python hook ran at this one.',
        patch: shell(
          `py-spy dump --native --pid PID > stack.txt   # ${timeout === null ? 'while a request hangs' : `${stackSeconds(timeout)} s into a request`}`,
        ),
        because,
      }),
    ];
  }
  const isUvicorn = usesUvicorn(advice);
  return [
    detect('stack-at-timeout', {
      text: isUvicorn
        ? 'Log the stack of a worker at its timeout with faulthandler, which prints it on SIGABRT. gunicorn calls worker_abort in no uvicorn worker: those leave SIGABRT at its default.'
        : 'Log the stack of a worker at its timeout: gunicorn calls worker_abort before the worker exits, and the stack names the call that it was in.',
      patch: python(
        isUvicorn
          ? 'import faulthandler\n\ndef post_worker_init(worker):\n    faulthandler.enable()'
          : 'import faulthandler\n\ndef worker_abort(worker):\n    faulthandler.dump_traceback()',
        reloadCommand(advice.context),
      ),
      because,
    }),
  ];
}

/** UvicornWorker.init_signals sets SIGABRT to SIG_DFL before the application is loaded. Source: uvicorn, workers.py */
function usesUvicorn({ context }: Advice): boolean {
  const logged = context.ownEvents.ofKinds(['arbiter-start']).flatMap(({ detail }) => detail.workerClass ?? []);
  return [context.config?.workerClass ?? '', ...logged].some((name) => /uvicorn/i.test(name));
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
