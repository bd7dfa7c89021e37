/** Programs that run workers, gunicorn first. What each says is a row of `shared/evidence/wording/supervisors`. */
const SUPERVISOR_NAMES = [
  'gunicorn',
  'uwsgi',
  'celery',
  'php-fpm',
  'puma',
  'unicorn',
  'rq',
  'pm2',
  'node-cluster',
  'supervisord',
] as const;
export type SupervisorName = (typeof SUPERVISOR_NAMES)[number];

/** What is true of a supervisor, whoever asks. */
export interface SupervisorTraits {
  /** As its users call it. */
  readonly title: string;
  /** Its time limit, as its settings call it, and what it logs when it is exceeded; null where it has none. */
  readonly limit: {
    readonly setting: string;
    readonly title: string;
    readonly logged: string;
    /** In force where nothing sets it: seconds, or null for no limit. */
    readonly defaultSeconds: number | null;
    /** What must end within the limit: one piece of work, or the time between two signs of life of the process. */
    readonly of: 'work' | 'sign-of-life';
    /** Set where the work is interrupted and tells it, instead of whoever runs it. */
    readonly isToldByWork?: true;
  } | null;
  /** What its command line looks like; null where it has no flags for these settings. */
  readonly command: RegExp | null;
  /** Flags that win over its file. */
  readonly flags?: Readonly<Record<'timeoutSeconds' | 'workers' | 'maxRequests', readonly string[]>>;
  /** Its file, as advice names it, and the command after which a change of that is in force. */
  readonly file: string;
  readonly reload: string;
  /** What its processes match in `ps`, for grep, which must not find itself. */
  readonly watch: string;
  /** Whether what it runs are workers, or whole services, which may be another supervisor. */
  readonly runs: 'workers' | 'services';
  /** Names of its processes, as the kernel tells them. */
  readonly processes: RegExp;
}

/**
 * The table of supervisors. Sources: docs.gunicorn.org, uwsgi-docs.readthedocs.io (Options), docs.celeryq.dev (Configuration),
 * php.net (FPM configuration), puma.io (DSL), yhbt.net/unicorn (Configurator), python-rq.org, pm2.keymetrics.io, supervisord.org.
 */
export const SUPERVISORS: Readonly<Record<SupervisorName, SupervisorTraits>> = {
  gunicorn: {
    title: 'gunicorn',
    limit: {
      setting: 'timeout',
      title: 'worker timeout',
      logged: 'WORKER TIMEOUT',
      defaultSeconds: 30,
      of: 'sign-of-life',
    },
    file: '/path/to/gunicorn.conf.py',
    reload: 'kill -HUP "$(pgrep -o gunicorn)"   # the oldest is the arbiter; or restart the container',
    watch: '[g]unicorn',
    runs: 'workers',
    command: null,
    processes: /python|gunicorn/i,
  },
  uwsgi: {
    title: 'uWSGI',
    limit: { setting: 'harakiri', title: 'harakiri', logged: 'HARAKIRI', defaultSeconds: null, of: 'work' },
    file: '/path/to/uwsgi.ini',
    reload: 'kill -HUP "$(pgrep -o uwsgi)"   # the oldest is the master; or restart the container',
    watch: '[u]wsgi',
    runs: 'workers',
    command: /(?:^|[/\s])uwsgi(?:-core)?(?=\s|$)/,
    flags: {
      timeoutSeconds: ['--harakiri', '-t'],
      workers: ['--processes', '--workers', '-p'],
      maxRequests: ['--max-requests', '-R'],
    },
    processes: /uwsgi/i,
  },
  celery: {
    title: 'Celery',
    limit: {
      setting: 'task_time_limit',
      title: 'hard time limit',
      logged: 'Hard time limit',
      defaultSeconds: null,
      of: 'work',
    },
    file: '/path/to/celeryconfig.py',
    reload: 'systemctl restart SERVICE   # Celery reads its settings at its start',
    watch: '[c]elery',
    runs: 'workers',
    command: /(?:^|[/\s])celery(?=\s)/,
    flags: {
      timeoutSeconds: ['--time-limit'],
      workers: ['--concurrency', '-c'],
      maxRequests: ['--max-tasks-per-child'],
    },
    processes: /celery/i,
  },
  'php-fpm': {
    title: 'PHP-FPM',
    limit: {
      setting: 'request_terminate_timeout',
      title: 'request_terminate_timeout',
      logged: 'execution timed out',
      defaultSeconds: null,
      of: 'work',
    },
    file: '/etc/php/*/fpm/pool.d/www.conf',
    reload: 'kill -USR2 "$(pgrep -o php-fpm)"   # the oldest is the master',
    watch: '[p]hp-fpm',
    runs: 'workers',
    command: null,
    processes: /php-fpm/i,
  },
  puma: {
    title: 'Puma',
    limit: {
      setting: 'worker_timeout',
      title: 'worker_timeout',
      logged: 'Terminating timed out worker',
      defaultSeconds: 60,
      of: 'sign-of-life',
    },
    file: '/path/to/config/puma.rb',
    reload: 'kill -USR2 "$(pgrep -o -f puma)"   # the oldest is the master',
    watch: '[p]uma',
    runs: 'workers',
    command: /(?:^|[/\s])puma(?=\s)/,
    flags: { timeoutSeconds: [], workers: ['--workers', '-w'], maxRequests: [] },
    processes: /puma|ruby/i,
  },
  unicorn: {
    title: 'Unicorn',
    limit: { setting: 'timeout', title: 'timeout', logged: 'timeout', defaultSeconds: 60, of: 'work' },
    file: '/path/to/config/unicorn.rb',
    reload: 'kill -HUP "$(pgrep -o -f unicorn)"   # the oldest is the master',
    watch: '[u]nicorn',
    runs: 'workers',
    command: null,
    processes: /unicorn|ruby/i,
  },
  rq: {
    title: 'RQ',
    limit: {
      setting: 'job_timeout',
      title: 'job timeout',
      logged: 'Task exceeded maximum timeout value',
      defaultSeconds: 180,
      of: 'work',
      isToldByWork: true,
    },
    file: '/path/to/the/settings/of/the/queue.py',
    reload: 'systemctl restart SERVICE',
    watch: '[r]q',
    runs: 'workers',
    command: null,
    processes: /\brq\b/i,
  },
  pm2: {
    title: 'PM2',
    limit: null,
    file: '/path/to/ecosystem.config.js',
    reload: 'pm2 reload ecosystem.config.js',
    watch: '[n]ode',
    runs: 'services',
    command: null,
    processes: /\bnode\b|\bpm2\b/i,
  },
  'node-cluster': {
    title: 'Node.js cluster',
    limit: null,
    file: '/path/to/the/primary.js',
    reload: 'systemctl restart SERVICE',
    watch: '[n]ode',
    runs: 'workers',
    command: null,
    processes: /\bnode\b/i,
  },
  supervisord: {
    title: 'supervisord',
    limit: null,
    file: '/etc/supervisor/conf.d/*.conf',
    reload: 'supervisorctl update',
    watch: '[s]upervisord',
    runs: 'services',
    command: null,
    processes: /supervisord/i,
  },
};

/** Whether a name that the kernel gives is that of a process that a supervisor may run. */
export function isServerProcess(name: string): boolean {
  return OTHER_SERVERS.test(name) || SUPERVISOR_NAMES.some((each) => SUPERVISORS[each].processes.test(name));
}

/** Servers that run without a supervisor of this table. */
const OTHER_SERVERS = /uvicorn/i;
