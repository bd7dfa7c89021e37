import { failedToBoot } from '../../context/failed-boot.ts';
import { isFactOf } from '../../facts/fact-id.ts';
import { fatalException } from '../../facts/failure-facts.ts';
import type { Recommendation } from '../../model/analysis.ts';
import { addSeconds, secondsBetween } from '../../model/time.ts';
import { killerWord } from '../../timeline/killers.ts';
import { formatSeconds } from '../../wording/figures.ts';
import { type Advice, type AdviceFamily, detect, factFor, mitigate, prevent, settings, shell } from './advice.ts';
import { restartCommand } from './restart.ts';

/** Room on the disk that the database lies on, where an import ran out of it. */
export const diskAdvice: AdviceFamily = (advice) => {
  const full = factFor(advice, 'disk-full-error');
  if (full === undefined) return [];
  return [
    mitigate('free-disk-space', {
      text: 'Free space on the filesystem of the database and alert well before it is full. Let an import that runs out of space roll back and log it.',
      patch: shell('df -h; df -i; du -xh --max-depth=2 / | sort -h | tail -20'),
      because: [full.text, factFor(advice, 'filesystem-full')?.text],
    }),
  ];
};

/** Storage that did not answer: nothing that the service does makes it answer sooner. */
export const storageAdvice: AdviceFamily = (advice) => {
  const trouble = factFor(advice, 'network-storage') ?? factFor(advice, 'kernel-disk-error');
  if (trouble === undefined) return [];
  return [
    prevent('check-storage', {
      text: isFactOf(trouble, 'network-storage')
        ? 'Find out why the file server did not answer, and keep what the work reads and writes on a local disk. A process that waits for NFS cannot be killed before the server is back.'
        : 'Check the disk that the kernel reports, and the cable, controller or volume under it, before changing the service.',
      patch: shell(
        isFactOf(trouble, 'network-storage')
          ? 'nfsstat -c; mount -t nfs,nfs4; journalctl -k --grep=nfs'
          : 'smartctl -a /dev/DISK; journalctl -k -p warning',
      ),
      because: [trouble.text, factFor(advice, 'worker-in-disk-wait')?.text],
    }),
  ];
};

/** What to do about an end that neither gunicorn nor memory explains. */
export const mechanismAdvice: AdviceFamily = (advice) => {
  // Where the facts that say how it ended are dismissed, there is nothing to act on.
  switch (advice.context.record?.incident.mechanism) {
    case 'external-sigkill':
      return unknownSender(advice);
    case 'crash':
      return factFor(advice, 'crash') === undefined ? [] : [crashAdvice(advice)];
    case 'systemd-stop':
      return factFor(advice, 'systemd-stop') === undefined && factFor(advice, 'killed-by-program') === undefined
        ? []
        : [stopAdvice(advice)];
    default:
      return [];
  }
};

function unknownSender(advice: Advice): readonly Recommendation[] {
  // Who did it is known: there is nothing to find out.
  const unknown = factFor(advice, 'sigkill-without-author');
  if (unknown === undefined || factFor(advice, 'killed-by-hand') !== undefined) return [];
  return [
    detect('audit-kills', {
      text: 'Audit SIGKILL, so that the next sender is logged. A kill by the kernel itself is not in the audit log: for that one collect the kernel log.',
      patch: shell(
        'auditctl -a always,exit -F arch=b64 -S kill -S tgkill -F a1=9 -k sigkill   # read: ausearch -k sigkill',
      ),
      because: [unknown.text],
    }),
  ];
}

function crashAdvice(advice: Advice): Recommendation {
  const crash = factFor(advice, 'crash')?.text;
  const exception = fatalException(advice.context);
  // A signal ends a process inside native code; an exception has its traceback in the log.
  if (exception !== null && advice.context.record?.death?.signal == null) {
    return prevent('fix-the-exception', {
      text: `Fix the exception "${exception.text}" (traceback in the log): every worker that reaches it exits.`,
      because: [crash],
      prevented: true,
    });
  }
  // It never came to serve, and its log does not say why. Source: gunicorn, Settings, preload_app and --check-config
  if (failedToBoot(advice.context)) {
    return detect('see-the-boot-fail', {
      text: 'Load the application without workers: the exception that keeps a worker from booting is then printed.',
      patch: shell('gunicorn --check-config APP_MODULE   # as the user and in the folder of the service'),
      because: [crash],
    });
  }
  // A code is what the process handed to exit(): the kernel writes a core for a signal only. Source: core(5)
  if (advice.context.record?.death?.signal == null) {
    return detect('find-the-exit', {
      text: 'Find what calls exit in the worker: sys.exit or os._exit in Python, or exit in a library. Trace the next call with its stack.',
      patch: shell('strace -f -k -e trace=exit_group -p PID   # the stack of the call names its library'),
      because: [crash],
    });
  }
  return detect('core-dumps', {
    text:
      factFor(advice, 'crash-site') === undefined
        ? 'Keep core dumps and read the stack of this crash: it names the library.'
        : `Keep core dumps and read the stack of this crash. ${factFor(advice, 'crash-site')?.text} Check the version of that library and its known issues.`,
    patch: shell('coredumpctl info'),
    because: [crash],
  });
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
    return prevent('watchdog', {
      text: 'Set WatchdogSec= above the longest time that the service may be busy, or send WATCHDOG=1 from a separate thread.',
      because,
    });
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
  if (killer !== null && killerWord(killer)?.program.tellsWhy === true) {
    return prevent('answer-the-probe', {
      text: 'Answer the liveness probe from a thread that work does not block (gthread with several threads), or raise its timeoutSeconds and failureThreshold. The service was busy, not dead.',
      because,
    });
  }
  if (waits !== SYSTEMD_WAITS) {
    return prevent('stop-timeout', {
      text: `Set ${waits === null ? '' : `${waits} above gunicorn's graceful_timeout, and `}graceful_timeout above the longest ${workWord(advice)}.${orNotDuring(advice)}`,
      because,
    });
  }
  const graceful = config?.gracefulTimeoutSeconds ?? null;
  const stop = unit?.timeoutStopSeconds?.value ?? stopSeconds(advice);
  const needed = graceful === null ? null : graceful + STOP_MARGIN_SECONDS;
  const isShort = needed !== null && needed > (stop ?? DEFAULT_STOP_SECONDS);
  return prevent('stop-timeout', {
    text: `Set TimeoutStopSec= above gunicorn's graceful_timeout, and graceful_timeout above the longest ${workWord(advice)}.${orNotDuring(advice)}`,
    patch: isShort ? settings(`[Service]\nTimeoutStopSec=${needed}`, restartCommand(advice.context)) : null,
    because: [
      ...because,
      graceful === null
        ? undefined
        : `graceful_timeout is ${graceful} s${stop === null ? '' : `, and systemd waited ${formatSeconds(stop)}`}.`,
    ],
  });
}

/** What the service was at: without a line of work it is a request. */
const workWord = ({ context }: Advice): string => (context.record?.operation == null ? 'request' : 'import');

/** There is always a request; imports can be waited for. */
const orNotDuring = (advice: Advice): string =>
  workWord(advice) === 'import' ? ' Or do not restart the service during imports.' : '';

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
