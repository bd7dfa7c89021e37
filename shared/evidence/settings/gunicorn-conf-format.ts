import type { RecordFormat } from '../reading/format.ts';
import { createGunicornConfParser, readAssignment } from './gunicorn-conf.ts';
import { readPythonStatements } from './python-tokens.ts';

/** Names that only gunicorn's configuration has. Source: https://docs.gunicorn.org/en/stable/settings.html */
const GUNICORN_ONLY = new Set([
  'worker_class',
  'worker_connections',
  'worker_tmp_dir',
  'graceful_timeout',
  'max_requests',
  'max_requests_jitter',
  'preload_app',
  'wsgi_app',
  'forwarded_allow_ips',
  'accesslog',
  'errorlog',
  'access_log_format',
  'limit_request_line',
]);
const GUNICORN_ALSO = new Set([
  'bind',
  'workers',
  'threads',
  'timeout',
  'keepalive',
  'loglevel',
  'backlog',
  'proc_name',
  'chdir',
  'daemon',
  'reload',
  'pidfile',
  'user',
  'group',
  'umask',
  'capture_output',
  'certfile',
  'keyfile',
]);

/** A Python file that assigns gunicorn's settings at its top level; strings and comments do not count. */
function whyConfiguration(text: string, fileName: string): string | null {
  const names = new Set<string>();
  const statements = readPythonStatements(text);
  // [section] on a line of its own is INI, where `workers = 2` belongs to something else.
  if (/^\[[\w:. -]+\]\s*$/m.test(text)) return null;
  for (const statement of statements) {
    if (statement.indent > 0) continue;
    for (const name of readAssignment(statement)?.names ?? []) names.add(name);
  }
  const only = [...names].filter((name) => GUNICORN_ONLY.has(name));
  const also = [...names].filter((name) => GUNICORN_ALSO.has(name));
  const isNamed = /gunicorn.*\.(?:py|conf|cfg)$/i.test(fileName);
  // `timeout = 5` and `user = "x"` stand in any program; names of gunicorn's own, or several common ones, tell.
  if (
    only.length > 0 ||
    also.length >= 3 ||
    (also.length >= 2 && names.has('workers')) ||
    (isNamed && also.length > 0)
  ) {
    return `assigns ${[...only, ...also].slice(0, 3).join(', ')} as gunicorn's configuration does`;
  }
  return isNamed && /\.py$/i.test(fileName) ? 'is named as gunicorn names its configuration' : null;
}

export const GUNICORN_CONF: RecordFormat = {
  holds: 'settings',
  savedAs: '`gunicorn.conf.py`',
  detect: { by: 'whole', reads: (text, _lines, fileName) => whyConfiguration(text, fileName) },
  dated: 'undated',
  printsHostZone: false,
  create: createGunicornConfParser,
  // It holds no events.
  readAgain: null,
};
