import { isFactOf } from '../../facts/fact-id.ts';
import { fatalException } from '../../facts/failure-facts.ts';
import type { Recommendation } from '../../model/analysis.ts';
import { addSeconds, secondsBetween } from '../../model/time.ts';
import { killerWord } from '../../timeline/killers.ts';
import { formatSeconds } from '../../wording/figures.ts';
import { type Advice, type AdviceFamily, factFor, immediately, recommendation } from './advice.ts';

/** Room on the disk that the database lies on, where an import ran out of it. */
export const diskAdvice: AdviceFamily = (advice) => {
  const full = factFor(advice, 'disk-full-error');
  if (full === undefined) return [];
  return [
    immediately(
      'free-disk-space',
      'Free space on the filesystem of the database, warn well before it is full, and let an import that runs out of room roll back and say so.',
      'df -h; df -i; du -xh --max-depth=2 / | sort -h | tail -20',
      full.text,
      factFor(advice, 'filesystem-full')?.text,
    ),
  ];
};

/** Storage that did not answer: nothing that the service does makes it answer sooner. */
export const storageAdvice: AdviceFamily = (advice) => {
  const trouble = factFor(advice, 'network-storage') ?? factFor(advice, 'kernel-disk-error');
  if (trouble === undefined) return [];
  return [
    recommendation(
      'check-storage',
      isFactOf(trouble, 'network-storage')
        ? 'Find out why the file server did not answer, and copy what an import reads to a local disk first: a process that waits for NFS cannot be ended before the server is back.'
        : 'Check the disk that the kernel complains of, and the cable, controller or volume under it, before anything is changed about the service.',
      isFactOf(trouble, 'network-storage')
        ? 'nfsstat -c; mount -t nfs,nfs4; journalctl -k --grep=nfs'
        : 'smartctl -a /dev/DISK; journalctl -k -p warning',
      trouble.text,
      factFor(advice, 'worker-in-disk-wait')?.text,
    ),
  ];
};

/** What to do about an end that neither gunicorn nor memory explains. */
export const mechanismAdvice: AdviceFamily = (advice) => {
  switch (advice.context.record?.incident.mechanism) {
    case 'external-sigkill':
      return unknownSender(advice);
    case 'crash':
      return [crashAdvice(advice)];
    case 'systemd-stop':
      return [stopAdvice(advice)];
    default:
      return [];
  }
};

function unknownSender(advice: Advice): readonly Recommendation[] {
  // Who did it is known: there is nothing to find out.
  if (factFor(advice, 'killed-by-hand') !== undefined) return [];
  return [
    recommendation(
      'audit-kills',
      'Have the kernel record who sends SIGKILL, so that the next one has an author.',
      'auditctl -a always,exit -F arch=b64 -S kill -S tgkill -F a1=9 -k sigkill',
      factFor(advice, 'sigkill-without-author')?.text,
    ),
  ];
}

function crashAdvice(advice: Advice): Recommendation {
  const crash = factFor(advice, 'crash')?.text;
  const exception = fatalException(advice.context);
  // A signal ends a process inside native code; an exception has its traceback in the log.
  if (exception !== null && advice.context.record?.death?.signal == null) {
    return recommendation(
      'fix-the-exception',
      `Mend what raised "${exception.text}": its traceback stands in the log. As long as it is there, every worker that comes to it ends in the same way.`,
      null,
      crash,
    );
  }
  // A code is what the process handed to exit(): the kernel writes a core for a signal only. Source: core(5)
  if (advice.context.record?.death?.signal == null) {
    return recommendation(
      'find-the-exit',
      'Find what calls exit in the worker: the code is what the process itself gave. Trace the exit with its stack the next time (sys.exit and os._exit of Python, exit of a library).',
      'strace -f -k -e trace=exit_group -p PID   # the stack of the call names its library',
      crash,
    );
  }
  return immediately(
    'core-dumps',
    'Keep core dumps and read the stack of this one: coredumpctl names the library in which it crashed.',
    'coredumpctl info',
    crash,
  );
}

const SYSTEMD_WAITS = 'TimeoutStopSec=';
const CONTAINER_WAITS =
  'the time that a stop leaves the container (docker stop -t, stop_grace_period, terminationGracePeriodSeconds)';
/** What says how long each program waits between TERM and KILL, by the name under which it is told. */
const WAITS_OF: Readonly<Record<string, string>> = {
  supervisord: 'stopwaitsecs',
  Docker: "docker's stop timeout (docker stop -t, stop_grace_period)",
  kubelet: 'terminationGracePeriodSeconds',
};

/** systemd's DefaultTimeoutStopSec. Source: systemd-system.conf(5) */
const DEFAULT_STOP_SECONDS = 90;
/** From the signal to the arbiter's own end of workers, with some to spare. */
const STOP_MARGIN_SECONDS = 15;

function stopAdvice(advice: Advice): Recommendation {
  const { config, unit } = advice.context;
  const isWatchdog = advice.context.record?.death?.killer?.detail.state === 'watchdog';
  const because = [factFor(advice, 'systemd-stop')?.text, factFor(advice, 'unit-settings')?.text] as const;
  if (isWatchdog) {
    return recommendation(
      'watchdog',
      'Let WatchdogSec= exceed the longest time in which the service may be busy, or have it tell systemd of its life from a thread of its own.',
      null,
      ...because,
    );
  }
  const killer = advice.context.record?.death?.killer ?? null;
  const program = killer === null ? undefined : killerWord(killer)?.program.name;
  const waits =
    killer?.kind === 'arbiter-signal'
      ? null
      : killer?.kind === 'container-exited'
        ? CONTAINER_WAITS
        : program === undefined
          ? SYSTEMD_WAITS
          : (WAITS_OF[program] ?? 'its own wait for a stop');
  if (waits !== SYSTEMD_WAITS) {
    return recommendation(
      'stop-timeout',
      `Let ${waits === null ? '' : `${waits} exceed gunicorn's graceful_timeout, and `}graceful_timeout${waits === null ? ' exceed' : ''} the longest import, or do not restart the service while one runs.`,
      null,
      ...because,
    );
  }
  const graceful = config?.gracefulTimeoutSeconds ?? null;
  const stop = unit?.timeoutStopSeconds?.value ?? stopSeconds(advice);
  const needed = graceful === null ? null : graceful + STOP_MARGIN_SECONDS;
  const isShort = needed !== null && needed > (stop ?? DEFAULT_STOP_SECONDS);
  return recommendation(
    'stop-timeout',
    "Let TimeoutStopSec= exceed gunicorn's graceful_timeout, and graceful_timeout the longest import, or do not restart the service while one runs.",
    isShort ? `[Service]\nTimeoutStopSec=${needed}` : null,
    ...because,
    graceful === null
      ? undefined
      : `graceful_timeout is ${graceful} s${stop === null ? '' : `, and systemd waited ${formatSeconds(stop)}`}.`,
  );
}

/** How long systemd waited, by its own lines: from the stop that it announced to the kill. */
function stopSeconds({ context: { evidence, record } }: Advice): number | null {
  const killer = record?.death?.killer ?? null;
  if (killer?.kind !== 'systemd-stop-timeout') return null;
  const asked = evidence.events
    .between(addSeconds(killer.time, -LONGEST_STOP_SECONDS), killer.time, MOST_LINES, ['systemd-unit'])
    .findLast(({ message }) => /^Stopping\b/.test(message));
  return asked === undefined ? null : Math.round(secondsBetween(asked.time, killer.time));
}

const LONGEST_STOP_SECONDS = 3_600;
const MOST_LINES = 1_000;
