import type { SupervisorName } from '../../../model/supervisor.ts';
import { CELERY } from './celery.ts';
import { GUNICORN } from './gunicorn.ts';
import { NODE_CLUSTER, PM2 } from './node.ts';
import { PHP_FPM } from './php-fpm.ts';
import { PUMA } from './puma.ts';
import type { SupervisorRow } from './row.ts';
import { RQ } from './rq.ts';
import { SUPERVISORD } from './supervisord.ts';
import { UNICORN } from './unicorn.ts';
import { UWSGI } from './uwsgi.ts';

/** What every supervisor says; the first that a line fits is the one that wrote it. */
const ROWS: Readonly<Record<SupervisorName, SupervisorRow>> = {
  gunicorn: GUNICORN,
  uwsgi: UWSGI,
  celery: CELERY,
  'php-fpm': PHP_FPM,
  puma: PUMA,
  unicorn: UNICORN,
  rq: RQ,
  pm2: PM2,
  'node-cluster': NODE_CLUSTER,
  supervisord: SUPERVISORD,
};

export const SUPERVISOR_ROWS: readonly SupervisorRow[] = Object.values(ROWS);
