import { assignedLines, literalNumber, numberWithUnit, type SettingsReader } from './reader.ts';

// harakiri = 60      harakiri: 60 (yaml)
const UWSGI_LINE = /^[ \t]*(?<name>[a-z][\w-]*)[ \t]*[=:][ \t]*(?<value>[^;#]*)/;

/** `uwsgi.ini`. Source: https://uwsgi-docs.readthedocs.io/en/latest/Options.html */
const UWSGI: SettingsReader = {
  supervisor: 'uwsgi',
  recognises: (text) =>
    /^[ \t]*\[uwsgi\][ \t]*$/m.test(text) || /^uwsgi:[ \t]*$/m.test(text) ? 'has a section [uwsgi]' : null,
  assignments: (text) => assignedLines(text, UWSGI_LINE),
  names: {
    timeoutSeconds: ['harakiri'],
    workers: ['processes', 'workers'],
    maxRequests: ['max-requests'],
  },
  number: literalNumber,
};

// task_time_limit = 300      app.conf.task_time_limit = 300          task_time_limit=300, (within update(...))
const PYTHON_LINE = /^[ \t]*(?:[\w.]*\bconf\.)?(?<name>\w+)[ \t]*=(?!=)[ \t]*(?<value>[^#\n]*?),?[ \t]*(?:#.*)?$/;
/** A line of its own in INI, where such a name is somebody else's. */
const SECTION = /^\[[\w:. -]+\]\s*$/m;
const CELERY_NAMES =
  /^[ \t]*(?:[\w.]*\bconf\.)?(?:task_time_limit|task_soft_time_limit|worker_concurrency|worker_max_tasks_per_child|worker_prefetch_multiplier|task_acks_late|broker_url|result_backend|CELERYD?_[A-Z_]+|BROKER_URL)[ \t]*=(?!=)/m;

/** `celeryconfig.py`, and an application that sets its `conf`. Source: https://docs.celeryq.dev/en/stable/userguide/configuration.html */
const CELERY: SettingsReader = {
  supervisor: 'celery',
  recognises: (text) => (CELERY_NAMES.test(text) && !SECTION.test(text) ? "assigns Celery's settings" : null),
  assignments: (text) => assignedLines(text, PYTHON_LINE),
  names: {
    timeoutSeconds: ['task_time_limit', 'CELERY_TASK_TIME_LIMIT', 'CELERYD_TASK_TIME_LIMIT'],
    workers: ['worker_concurrency', 'CELERY_WORKER_CONCURRENCY', 'CELERYD_CONCURRENCY'],
    maxRequests: ['worker_max_tasks_per_child', 'CELERYD_MAX_TASKS_PER_CHILD'],
  },
  number: literalNumber,
};

// request_terminate_timeout = 30s
const POOL_LINE = /^[ \t]*(?<name>[a-z][\w.]*)[ \t]*=[ \t]*(?<value>[^;]*)/;

/** A pool of PHP-FPM, `www.conf`. Source: https://www.php.net/manual/en/install.fpm.configuration.php */
const PHP_FPM: SettingsReader = {
  supervisor: 'php-fpm',
  recognises: (text) =>
    /^[ \t]*pm[ \t]*=[ \t]*(?:static|dynamic|ondemand)\b/m.test(text) ? 'sets pm as a pool of PHP-FPM does' : null,
  assignments: (text) => assignedLines(text, POOL_LINE),
  names: {
    timeoutSeconds: ['request_terminate_timeout'],
    workers: ['pm.max_children'],
    maxRequests: ['pm.max_requests'],
  },
  number: numberWithUnit,
};

// workers 2      worker_timeout(60)      timeout 30
const RUBY_LINE = /^[ \t]*(?<name>[a-z_]+!?)(?:[ \t]+|\()(?<value>[^#\n]*?)\)?[ \t]*(?:#.*)?$/;
const PUMA_WORDS =
  /^[ \t]*(?:worker_timeout|worker_boot_timeout|preload_app!|threads[ (]+\d|activate_control_app|on_worker_boot|before_fork|workers[ (]+\S|plugin[ (]+:tmp_restart)/gm;

/** `puma.rb`. Source: https://puma.io/puma/Puma/DSL.html */
const PUMA: SettingsReader = {
  supervisor: 'puma',
  recognises: (text, fileName) =>
    !/^[ \t]*worker_processes\b/m.test(text) &&
    ((text.match(PUMA_WORDS)?.length ?? 0) >= 2 || /puma.*\.rb/i.test(fileName))
      ? "has Puma's settings"
      : null,
  assignments: (text) => assignedLines(text, RUBY_LINE),
  names: { timeoutSeconds: ['worker_timeout'], workers: ['workers'], maxRequests: [] },
  number: literalNumber,
};

/** `unicorn.rb`. Source: https://yhbt.net/unicorn/Unicorn/Configurator.html */
const UNICORN: SettingsReader = {
  supervisor: 'unicorn',
  recognises: (text) =>
    /^[ \t]*worker_processes[ (]/m.test(text) ? "sets worker_processes as Unicorn's settings do" : null,
  assignments: (text) => assignedLines(text, RUBY_LINE),
  names: { timeoutSeconds: ['timeout'], workers: ['worker_processes'], maxRequests: [] },
  number: literalNumber,
};

//     max_memory_restart: "300M",      "instances": 2
const OBJECT_LINE = /^[ \t]*["']?(?<name>[a-z_]+)["']?[ \t]*:[ \t]*(?<value>[^,/]*?),?[ \t]*(?:\/\/.*)?$/;

/** `ecosystem.config.js`. Source: https://pm2.keymetrics.io/docs/usage/application-declaration/ */
const PM2: SettingsReader = {
  supervisor: 'pm2',
  recognises: (text) =>
    /\bapps\b["']?[ \t]*:[ \t]*\[/.test(text) && /\bscript\b["']?[ \t]*:/.test(text)
      ? 'declares apps as PM2 does'
      : null,
  assignments: (text) => assignedLines(text, OBJECT_LINE),
  names: { timeoutSeconds: [], workers: ['instances'], maxRequests: [] },
  number: literalNumber,
};

/** One reader a supervisor; the first that recognises a file reads it. */
export const SETTINGS_READERS: readonly SettingsReader[] = [UWSGI, PHP_FPM, UNICORN, PUMA, PM2, CELERY];
