import type { FactContext } from '../../context/context.ts';
import { supervisorInCharge } from '../../context/supervised-config.ts';
import type { Recommendation } from '../../model/analysis.ts';
import { SUPERVISORS, type SupervisorName } from '../../model/supervisor.ts';
import { detect, type Patch, python, settings, shell } from './advice.ts';
import { reloadCommand } from './restart.ts';
import type { GunicornSettings } from './wanted-settings.ts';

/** How a supervisor is told a limit, and how it tells where a worker was as that was exceeded. */
interface SupervisorAdvice {
  /** The lines of its file that set these; null where it has no such setting. */
  readonly lines: (name: keyof GunicornSettings, value: number) => readonly string[] | null;
  /** What shows the stack of a worker that ran into its limit. */
  readonly stack: { readonly text: string; readonly lines: string; readonly isPython?: true } | null;
}

const nothing = (): null => null;

/** Sources: as in the table of supervisors (`shared/model/supervisor.ts`). */
const ADVICE: Readonly<Record<Exclude<SupervisorName, 'gunicorn'>, SupervisorAdvice>> = {
  uwsgi: {
    lines: (name, value) =>
      name === 'timeout' ? [`harakiri = ${value}`] : name === 'max_requests' ? [`max-requests = ${value}`] : null,
    stack: {
      text: 'Have uWSGI tell where a worker was: harakiri-verbose logs its system call, and the tracebacker shows its Python stack while a request hangs.',
      lines: 'harakiri-verbose = true\nenable-threads = true\npy-tracebacker = /run/uwsgi/tb.socket.',
    },
  },
  celery: {
    lines: (name, value) =>
      name === 'timeout'
        ? [`task_time_limit = ${value}`, `task_soft_time_limit = ${Math.floor(value * 0.9)}`]
        : name === 'max_requests'
          ? [`worker_max_tasks_per_child = ${value}`]
          : null,
    stack: {
      text: 'Set a soft time limit below the hard one: Celery raises SoftTimeLimitExceeded within the task, and its traceback names the call that it was in.',
      lines: 'task_soft_time_limit = 270   # below task_time_limit',
      isPython: true,
    },
  },
  'php-fpm': {
    lines: (name, value) =>
      name === 'timeout'
        ? [`request_terminate_timeout = ${value}s`]
        : name === 'max_requests'
          ? [`pm.max_requests = ${value}`]
          : null,
    stack: {
      text: 'Have PHP-FPM log the stack of slow requests, below request_terminate_timeout.',
      lines: 'request_slowlog_timeout = 10s\nslowlog = /var/log/php-fpm-slow.log',
    },
  },
  puma: {
    lines: (name, value) => (name === 'timeout' ? [`worker_timeout ${value}`] : null),
    stack: {
      text: 'Take the stack of a worker from outside before its worker_timeout: a worker that does not check in holds the interpreter.',
      lines: 'rbspy dump --pid PID > stack.txt   # while a worker does not check in',
    },
  },
  unicorn: {
    lines: (name, value) => (name === 'timeout' ? [`timeout ${value}`] : null),
    stack: {
      text: 'Take the stack of a worker from outside before its timeout: Unicorn kills it by SIGKILL, which leaves none.',
      lines: 'rbspy dump --pid PID > stack.txt   # while a request hangs',
    },
  },
  rq: { lines: nothing, stack: null },
  pm2: { lines: nothing, stack: null },
  'node-cluster': { lines: nothing, stack: null },
  supervisord: { lines: nothing, stack: null },
};

/** The change of another supervisor's settings than gunicorn's; null where gunicorn runs the workers, or it has no such setting. */
export function supervisedChange(context: FactContext, wanted: GunicornSettings): Patch | null {
  const name = supervisorInCharge(context);
  if (name === null || name === 'gunicorn') return null;
  const lines: string[] = [];
  for (const setting of ['timeout', 'max_requests'] as const) {
    const value = wanted[setting];
    if (value !== undefined) lines.push(...(ADVICE[name].lines(setting, value) ?? []));
  }
  const { title, file } = SUPERVISORS[name];
  if (lines.length === 0) return shell(`# ${title} has no such setting`);
  const patch = [`# ${file}`, ...lines].join('\n');
  return name === 'celery' ? python(patch, reloadCommand(context)) : settings(patch, reloadCommand(context));
}

/** What shows where a worker was, by the means of its supervisor; undefined where gunicorn runs it. */
export function supervisedStack(context: FactContext): readonly Recommendation[] | undefined {
  const name = supervisorInCharge(context);
  if (name === null || name === 'gunicorn') return undefined;
  const { stack } = ADVICE[name];
  if (stack === null) return [];
  const { text, lines, isPython } = stack;
  const isCommand = lines.startsWith('rbspy');
  const patch = isCommand
    ? shell(lines)
    : isPython === true
      ? python(lines, reloadCommand(context))
      : settings(lines, reloadCommand(context));
  return [detect('stack-at-timeout', { text, patch, because: ['Where the worker was is not in the evidence.'] })];
}
