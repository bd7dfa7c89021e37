import { signalNumber } from '../signals.ts';
import { asked, endByCode, endBySignal, pidOf, type SupervisorRow } from './row.ts';

/**
 * Celery 4 and 5. Sources: celery/worker/request.py (Request.on_timeout), celery/concurrency/asynpool.py, celery/apps/worker.py of
 * https://github.com/celery/celery, and billiard/pool.py of https://github.com/celery/billiard.
 */
export const CELERY: SupervisorRow = {
  name: 'celery',
  loggers: /^(?:celery|billiard|kombu|multiprocessing)\b/,
  hasLevels: true,
  // Soft time limit (2.0s) exceeded for billing.export_invoices[c99cb9d0-...]     billiard.exceptions.SoftTimeLimitExceeded: SoftTimeLimitExceeded()
  raisesLimit: {
    pattern: /\bSoft time limit \((?<seconds>[\d.]+)s?\) exceeded\b|\bSoftTimeLimitExceeded\b/,
    setting: 'soft time limit',
  },
  chatter:
    /^(?: {0,2}-{2,}(?: |$)|- \*\* |\[(?:config|queues|tasks)\]$|Connected to \w+:\/\/|mingle: |pidbox: |sync with |Task handler raised error: |Soft time limit \(|worker: Hitting Ctrl)/,
  work: {
    // Task billing.export_invoices[e376154f-f0a9-4bbf-9a48-56fb1431700d] received
    begins:
      /^(?:Received task: |Task )(?<work>[\w.-]{1,200})\[(?<id>[\w-]{1,80})\](?: received)?(?:$| +(?:ETA|expires))/,
    // Task billing.export_invoices[e376154f-f0a9-4bbf-9a48-56fb1431700d] succeeded in 0.005s: 12
    ends: /^Task (?<work>[\w.-]{1,200})\[(?<id>[\w-]{1,80})\](?: succeeded in | raised | retry: |: | failed)/,
  },
  wordings: [
    {
      // A worker of the pool has no line of its own boot, and its pid is told with its end.
      sample: "Process 'ForkPoolWorker-2' pid:8819 exited with 'signal 9 (SIGKILL)'",
      starts: ["Process '"],
      pattern:
        /^Process '([\w:-]{1,60})' pid:(\d+) exited with '(?:signal (\d+)(?: \(SIG\w+\))?|(?:exitcode|exit code) (\d+))'/,
      read: ([, slot = '', pid, signal, code]) => {
        const whom = { ...pidOf(pid), slot };
        return signal === undefined ? endByCode(Number(code), whom) : endBySignal(Number(signal), whom);
      },
    },
    {
      sample: 'Hard time limit (3.0s) exceeded for billing.export_invoices[e376154f-f0a9-4bbf-9a48-56fb1431700d]',
      starts: ['Hard time limit ('],
      pattern: /^Hard time limit \(([\d.]+)s?\) exceeded for ([^\s[]{1,200})\[/,
      read: ([, seconds, work = '']) => ({
        kind: 'worker-timeout',
        detail: { limitSeconds: Number(seconds), elapsedSeconds: Number(seconds), work },
      }),
    },
    {
      sample: 'celery@vm ready.',
      starts: ['celery@'],
      pattern: /^celery@\S{1,200} ready\.$/,
      read: () => ({ kind: 'arbiter-start', detail: {} }),
    },
    {
      sample: 'worker: Warm shutdown (MainProcess)',
      starts: ['worker: Warm shutdown'],
      pattern: /^worker: Warm shutdown \(/,
      read: asked('TERM'),
    },
    {
      sample: 'worker: Cold shutdown (MainProcess)',
      starts: ['worker: Cold shutdown'],
      pattern: /^worker: Cold shutdown \(/,
      read: asked('QUIT'),
    },
    {
      sample: 'Worker exited prematurely: signal 9 (SIGKILL) Job: 0.',
      starts: [
        'Worker exited prematurely: ',
        "Task handler raised error: WorkerLostError('Worker exited prematurely: ",
      ],
      pattern:
        /^(?:Task handler raised error: WorkerLostError\('?)?Worker exited prematurely: (?:signal (\d+)|(?:exitcode|exit code) (\d+)|SIG(\w+))/,
      read: ([, signal, code, name]) => {
        if (code !== undefined) return endByCode(Number(code), {});
        return endBySignal(signal === undefined ? signalNumber(name ?? '') : Number(signal), {});
      },
    },
  ],
};
