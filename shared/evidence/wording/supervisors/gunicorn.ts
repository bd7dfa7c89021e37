import type { EventDetail } from '../../../model/event.ts';
import type { Classified } from '../classified.ts';
import { signalNumber } from '../signals.ts';
import type { SupervisorRow, Wording } from './row.ts';

/**
 * gunicorn's fixed wording of versions 19.9 to 26. Sources: arbiter.py (Arbiter.start, run, stop, murder_workers,
 * reap_workers), workers/base.py and workers/*.py of https://github.com/benoitc/gunicorn. Patterns are whole first lines.
 */
const pidDetail = (digits: string | undefined): EventDetail => ({ targetPid: Number(digits) });

const WORDINGS: readonly Wording[] = [
  {
    sample: 'Booting worker with pid: 23333',
    starts: ['Booting worker with pid: '],
    pattern: /^Booting worker with pid: (\d+)$/,
    levels: ['INFO'],
    read: (m) => ({ kind: 'worker-boot', detail: pidDetail(m[1]) }),
  },
  {
    sample: 'WORKER TIMEOUT (pid:23333)',
    starts: ['WORKER TIMEOUT (pid:'],
    pattern: /^WORKER TIMEOUT \(pid: ?(\d+)\)$/,
    levels: ['CRITICAL'],
    read: (m) => ({ kind: 'worker-timeout', detail: pidDetail(m[1]) }),
  },
  {
    // 21.0 and later, for every signal; a core dump adds 128 to the status and prints `code 139`
    sample: 'Worker (pid:23333) was sent SIGKILL! Perhaps out of memory?',
    starts: ['Worker (pid:'],
    pattern: /^Worker \(pid: ?(\d+)\) was sent (?:(SIG\w+)|code (\d+))!(?: Perhaps out of memory\?)?$/,
    levels: ['ERROR', 'WARNING', 'INFO'],
    read: (m) => {
      const signal = m[2] === undefined ? Number(m[3]) & 0x7f : signalNumber(m[2]);
      return signalled(m[1], signal);
    },
  },
  {
    sample: 'Worker with pid 23333 was terminated due to signal 9',
    starts: ['Worker with pid '],
    pattern: /^Worker with pid (\d+) was terminated due to signal (\d+)$/,
    levels: ['WARNING', 'ERROR'],
    read: (m) => signalled(m[1], Number(m[2])),
  },
  {
    sample: 'Worker (pid:23333) exited with code 1',
    starts: ['Worker (pid:'],
    pattern: /^Worker \(pid: ?(\d+)\) exited with code (\d+)\.?$/,
    levels: ['ERROR', 'WARNING', 'INFO'],
    read: (m) => ({ kind: 'worker-exit-code', detail: { ...pidDetail(m[1]), exitCode: Number(m[2]) } }),
  },
  {
    sample: 'Worker exiting (pid: 23333)',
    starts: ['Worker exiting (pid:'],
    pattern: /^Worker exiting \(pid: ?(\d+)\)$/,
    levels: ['INFO'],
    read: (m) => ({ kind: 'worker-exiting', detail: pidDetail(m[1]) }),
  },
  {
    // max_requests was reached; the worker that writes it is the one that goes
    sample: 'Autorestarting worker after current request.',
    starts: ['Autorestarting worker after current request'],
    pattern: /^Autorestarting worker after current request\.?$/,
    levels: ['INFO'],
    read: () => ({ kind: 'worker-recycled', detail: {} }),
  },
  {
    sample: 'Starting gunicorn 26.1.0',
    starts: ['Starting gunicorn '],
    pattern: /^Starting gunicorn (\S+)$/,
    levels: ['INFO'],
    read: (m) => ({ kind: 'arbiter-start', detail: { version: m[1] ?? '' } }),
  },
  {
    sample: 'Using worker: gthread',
    starts: ['Using worker: '],
    pattern: /^Using worker: (\S+)$/,
    levels: ['INFO'],
    read: (m) => ({ kind: 'arbiter-start', detail: { workerClass: m[1] ?? '' } }),
  },
  {
    sample: 'Handling signal: term',
    starts: ['Handling signal: '],
    pattern: /^Handling signal: (\w+)$/,
    levels: ['INFO'],
    read: (m) => {
      const signal = signalNumber(m[1] ?? '');
      return { kind: 'arbiter-signal', detail: signal === null ? {} : { signal } };
    },
  },
  {
    // the process title in brackets may replace Master: `Hang up: Master [app]`
    sample: 'Hang up: Master',
    starts: ['Hang up: '],
    pattern: /^Hang up: \S.*$/,
    levels: ['INFO'],
    read: () => ({ kind: 'arbiter-signal', detail: { signal: 1 } }),
  },
  {
    sample: 'Shutting down: Master',
    starts: ['Shutting down: '],
    pattern: /^Shutting down: (?:Master|Arbiter|Old Master).*$/,
    levels: ['INFO'],
    read: () => ({ kind: 'arbiter-stop', detail: {} }),
  },
  {
    sample: 'Reason: Worker failed to boot.',
    starts: ['Reason: Worker failed to boot', 'Reason: App failed to load'],
    pattern: /^Reason: (?:Worker failed to boot|App failed to load)\.?$/,
    levels: ['ERROR', 'INFO'],
    read: () => ({ kind: 'arbiter-stop', detail: {} }),
  },
  {
    sample: 'Exception in worker process',
    starts: ['Exception in ', 'Error handling request', 'Socket error processing request.'],
    pattern:
      /^(?:Exception in worker process\b|Error handling request\b|Socket error processing request\.|Exception in gevent worker\b)/,
    levels: ['ERROR'],
    read: () => ({ kind: 'worker-error', detail: {} }),
  },
];

const SIGKILL = 9;

function signalled(pid: string | undefined, signal: number | null): Classified {
  const detail = { ...pidDetail(pid), ...(signal === null ? {} : { signal }) };
  return { kind: signal === SIGKILL ? 'worker-sigkill' : 'worker-signalled', detail };
}

/** gunicorn's row; its bracket header, or its logger (`gunicorn.error`), says that it wrote a line. */
export const GUNICORN: SupervisorRow = {
  name: 'gunicorn',
  loggers: /^gunicorn\b/,
  hasLevels: true,
  wordings: WORDINGS,
};
