import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../shared/model/analysis.ts';
import { analyseFiles, Scenario, verdictsOf } from './scenario.ts';

/** A container's log of one worker, with what stood between its TIMEOUT and its end. */
const container = (...between: readonly string[]): ReadonlyMap<string, string> => {
  const lines = [
    '[2026-03-02 08:00:01 +0000] [7] [INFO] Starting gunicorn 23.0.0',
    '[2026-03-02 08:00:01 +0000] [7] [INFO] Listening at: http://0.0.0.0:8000 (7)',
    '[2026-03-02 08:00:01 +0000] [7] [INFO] Using worker: sync',
    '[2026-03-02 08:00:01 +0000] [9] [INFO] Booting worker with pid: 9',
    '[2026-03-02 08:01:40 +0000] [7] [CRITICAL] WORKER TIMEOUT (pid:9)',
    ...between,
    '[2026-03-02 08:01:41 +0000] [7] [ERROR] Worker (pid:9) was sent SIGKILL! Perhaps out of memory?',
    '[2026-03-02 08:01:41 +0000] [15] [INFO] Booting worker with pid: 15',
  ];
  return new Map([['web.log', `${lines.map((line) => `web-1  | ${line}`).join('\n')}\n`]]);
};

const SITE = '/opt/venv/lib/python3.12/site-packages';
const where = (analysis: Analysis): string =>
  analysis.facts.find(({ text }) => text.includes('where the worker was'))?.text ?? '';

describe('where a worker was when its timeout came', () => {
  it("gunicorn's own frames mean a client that had sent nothing: no lock, no loop, and no longer timeout", async () => {
    const analysis = await analyseFiles(
      container(
        '[2026-03-02 08:01:40 +0000] [9] [ERROR] Error handling request (no URI read)',
        'Traceback (most recent call last):',
        `  File "${SITE}/gunicorn/workers/sync.py", line 133, in handle`,
        '    req = next(parser)',
        '          ^^^^^^^^^^^^',
        `  File "${SITE}/gunicorn/http/unreader.py", line 63, in chunk`,
        '    return self.sock.recv(self.mxchunk)',
        '           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^',
        `  File "${SITE}/gunicorn/workers/base.py", line 204, in handle_abort`,
        '    sys.exit(1)',
        'SystemExit: 1',
        '[2026-03-02 08:01:40 +0000] [9] [INFO] Worker exiting (pid: 9)',
      ),
    );
    expect(verdictsOf(analysis)).toMatchObject({
      'worker-timeout': 'fits',
      'database-lock': 'ruled-out',
      'infinite-loop': 'ruled-out',
    });
    expect(where(analysis)).toContain('self.sock.recv(self.mxchunk)');
    expect(analysis.summary.cause).toContain('a client that had connected');
    expect(analysis.recommendations[0]?.id).toBe('buffer-clients');
  });

  it("the thread that faulthandler calls current, whoever's line the dump follows", async () => {
    const analysis = await analyseFiles(
      container(
        'Fatal Python error: Aborted',
        '',
        'Thread 0x00007f10a2ffd6c0 (most recent call first):',
        '  File "/usr/lib/python3.12/threading.py", line 355 in wait',
        '',
        'Current thread 0x00007f10b3bff740 (most recent call first):',
        `  File "${SITE}/networkx/algorithms/cycles.py", line 190 in simple_cycles`,
        '  File "/srv/api/routes.py", line 88 in all_routes',
        `  File "${SITE}/gunicorn/workers/sync.py", line 179 in handle_request`,
      ),
    );
    expect(where(analysis)).toContain('cycles.py, line 190, in simple_cycles');
    expect(where(analysis)).toContain('called from /srv/api/routes.py, line 88');
    expect(verdictsOf(analysis)).toMatchObject({ 'database-lock': 'ruled-out', 'infinite-loop': 'inconclusive' });
    expect(analysis.facts.map(({ id }) => id)).not.toContain('abort-handler-ran');
  });

  it("a dump whose innermost frame is the service's own does not show what C it had called: no lock is ruled out", async () => {
    const analysis = await analyseFiles(
      container(
        'Fatal Python error: Aborted',
        '',
        'Current thread 0x00007f10b3bff740 (most recent call first):',
        '  File "/srv/api/store.py", line 41 in write_rows',
        `  File "${SITE}/gunicorn/workers/sync.py", line 179 in handle_request`,
      ),
    );
    expect(where(analysis)).toContain('store.py, line 41');
    expect(verdictsOf(analysis)['database-lock']).toBe('inconclusive');
  });

  it('dumps of several workers in one moment are told as of none', async () => {
    const files = container(
      '[2026-03-02 08:01:40 +0000] [7] [CRITICAL] WORKER TIMEOUT (pid:10)',
      'Fatal Python error: Aborted',
      '',
      'Current thread 0x00007f10b3bff740 (most recent call first):',
      `  File "${SITE}/lxml/etree.py", line 190 in parse`,
    );
    expect(where(await analyseFiles(files))).toBe('');
  });

  it('a stack that was taken before the timeout counts as well, also one of py-spy', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing tariff 9')
      .stderr(24, 'Process 4242: /srv/venv/bin/python3 -m gunicorn app:application')
      .stderr(24, 'Thread 4242 (active): "MainThread"')
      .stderr(24, '    readinto (socket.py:706)')
      .stderr(24, '    request (urllib3/connectionpool.py:536)')
      .stderr(24, '    fetch (tariffs/peer.py:31)')
      .timeout(30)
      .sigkill(31)
      .replacement(31.1)
      .config('timeout = 30')
      .analyse();
    expect(where(analysis)).toContain('tariffs/peer.py, line 31, in fetch');
    expect(verdictsOf(analysis)).toMatchObject({ 'database-lock': 'ruled-out', 'infinite-loop': 'ruled-out' });
  });
});
