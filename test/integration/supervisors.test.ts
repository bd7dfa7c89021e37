import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { analyseFolder } from '../support/analyse-folder.ts';
import { tempFolder } from '../support/bundles.ts';

const RECORDED = fileURLToPath(new URL('../fixtures/evidence/supervisors/', import.meta.url));

/** The recorded files, each saved by itself. */
async function incidentsOf(...files: readonly string[]) {
  const folder = join(tempFolder(), 'evidence');
  mkdirSync(folder, { recursive: true });
  for (const file of files) cpSync(join(RECORDED, file), join(folder, file.replace('/', '-')));
  const { incidents } = await analyseFolder(folder);
  return incidents.map(({ mechanism, pid, operation, killer }) => ({
    mechanism,
    pid: pid !== null,
    operation,
    killer: killer?.name ?? null,
  }));
}

describe('a worker that its supervisor ended at the time limit', () => {
  it.each([
    ['uwsgi/harakiri.txt', 'delivery 77 (GET /slow)', 'uWSGI, for its harakiri'],
    ['uwsgi/harakiri-dated.txt', 'delivery 77 (GET /slow)', 'uWSGI, for its harakiri'],
    ['celery/hard-limit.txt', 'billing.export_invoices', 'Celery, for its hard time limit'],
    ['puma/worker-timeout.txt', 'order 513', 'Puma, for its worker_timeout'],
    ['unicorn/timeout.txt', 'order 512', 'Unicorn, for its timeout'],
    [
      'php-fpm/terminate-timeout.txt',
      'catalogue 31 (GET /index.php?slow)',
      'PHP-FPM, for its request_terminate_timeout',
    ],
    ['php-fpm/slow-log.txt', 'catalogue 31 (GET /index.php?slow)', 'PHP-FPM, for its request_terminate_timeout'],
  ])('%s', async (file, operation, killer) => {
    expect(await incidentsOf(file)).toEqual([{ mechanism: 'supervisor-timeout', pid: true, operation, killer }]);
  });
});

describe('a worker that was killed, crashed or failed to boot', () => {
  it.each([
    ['celery/killed.txt', 'external-sigkill', true, 'billing.export_invoices'],
    ['rq/killed.txt', 'external-sigkill', false, 'billing_jobs.export_invoices'],
    // Puma says nothing of the kill: the next worker boots in its slot.
    ['puma/killed.txt', 'external-sigkill', true, 'order 512'],
    ['unicorn/killed.txt', 'external-sigkill', true, 'order 512'],
    ['php-fpm/killed.txt', 'external-sigkill', true, 'catalogue 31'],
    ['pm2/killed.txt', 'external-sigkill', false, null],
    ['node/cluster-killed.txt', 'external-sigkill', true, null],
    ['supervisord/killed.txt', 'external-sigkill', true, null],
    ['uwsgi/segfault.txt', 'crash', true, null],
    ['celery/segfault.txt', 'crash', true, 'billing.crash'],
    ['rq/segfault.txt', 'crash', false, 'billing_jobs.crash'],
    ['puma/segfault.txt', 'crash', true, null],
    ['unicorn/segfault.txt', 'crash', true, null],
    ['php-fpm/segfault.txt', 'crash', true, null],
    ['pm2/abort.txt', 'crash', false, null],
    ['pm2/throws.txt', 'crash', false, null],
    ['node/cluster-abort.txt', 'crash', true, null],
    ['uwsgi/no-app.txt', 'crash', false, null],
    ['puma/no-app-preloaded.txt', 'crash', false, null],
    ['uwsgi/no-mercy.txt', 'systemd-stop', true, undefined],
    ['supervisord/stop-timeout.txt', 'systemd-stop', true, null],
    ['pm2/memory-restart.txt', 'external-sigkill', false, undefined],
  ] as const)('%s', async (file, mechanism, pid, operation) => {
    const [incident, ...more] = await incidentsOf(file);
    expect(more).toEqual([]);
    expect(incident).toMatchObject({ mechanism, pid });
    if (operation !== undefined) expect(incident?.operation ?? '').toContain(operation ?? '');
  });

  it('for its memory, by uWSGI, is told with who did it', async () => {
    const incidents = await incidentsOf('uwsgi/evil-reload.txt');
    expect(incidents.length).toBeGreaterThan(0);
    for (const incident of incidents) {
      expect(incident).toMatchObject({ mechanism: 'external-sigkill', killer: 'uWSGI, by evil-reload-on-rss' });
    }
  });

  it('by the heap limit of V8, beside PM2', async () => {
    const incidents = await incidentsOf('node/cluster-heap.txt');
    expect(incidents).toMatchObject([
      { mechanism: 'crash', pid: true, killer: 'the worker itself (JavaScript heap out of memory)' },
    ]);
  });
});

describe('where nobody died', () => {
  it.each([
    'uwsgi/max-requests.txt',
    'uwsgi/reload-on-rss.txt',
    'uwsgi/reload.txt',
    'celery/max-tasks.txt',
    'celery/max-memory.txt',
    'celery/warm-stop.txt',
    'rq/max-jobs.txt',
    'puma/phased-restart.txt',
    'puma/stop.txt',
    'unicorn/reload.txt',
    'unicorn/stop.txt',
    'php-fpm/max-requests.txt',
    'php-fpm/reload.txt',
    'php-fpm/stop.txt',
    'pm2/reload.txt',
    'supervisord/restart.txt',
  ])('no incident is told: %s', async (file) => {
    expect(await incidentsOf(file)).toEqual([]);
  });

  it.each([
    ['celery/soft-limit.txt', 'billing.export_invoices'],
    ['rq/timeout.txt', 'billing_jobs.export_invoices'],
    ['rq/fails.txt', 'billing_jobs.fail'],
    ['celery/fails.txt', 'billing.fail'],
  ])('the work that failed is: %s', async (file, operation) => {
    const [incident, ...more] = await incidentsOf(file);
    expect(more).toEqual([]);
    expect(incident?.mechanism).toBe('none');
    expect(incident?.operation).toContain(operation);
  });

  it.each(['celery/soft-limit.txt', 'rq/timeout.txt', 'php-fpm/execution-time.txt'])(
    'a limit that was raised within the work explains it: %s',
    async (file) => {
      const folder = join(tempFolder(), 'evidence');
      mkdirSync(folder, { recursive: true });
      cpSync(join(RECORDED, file), join(folder, 'service.log'));
      const { hypotheses } = await analyseFolder(folder);
      expect(hypotheses.find(({ id }) => id === 'worker-timeout')?.verdict).toBe('fits');
    },
  );
});
