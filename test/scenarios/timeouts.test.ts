import { describe, expect, it } from 'vitest';
import { Scenario, verdictsOf } from './scenario.ts';

/** Workers that gunicorn gave up: the timeout is the executioner, the cause differs. */
describe('a worker that timed out', () => {
  it('computed without end on a small artifact: infinite loop, executed by the timeout', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Processing routing build 231')
      .app(0.01, 'INFO', 'Parsing report results/231.xml (48211 bytes)')
      .app(0.05, 'INFO', 'Parsed 210 test results in 0.0s')
      .app(0.06, 'INFO', 'Resolving dependencies of 210 results')
      .timeout(31)
      .sigkill(32.1)
      .replacement(32.2)
      .psSeries(34, (second) => ({ state: 'R', cpuPercent: 99, cpuSeconds: Math.max(0, second), rssKib: 30_000 }))
      .quietKernel()
      .config('timeout = 30')
      .host()
      .artifact('results/231.xml', 210, 100)
      .analyse();
    expect(analysis.incident?.mechanism).toBe('gunicorn-timeout');
    expect(analysis.incident?.operation).toBe('routing build 231');
    expect(verdictsOf(analysis)).toEqual({
      'infinite-loop': 'fits',
      'worker-timeout': 'contributes',
      'database-lock': 'ruled-out',
      'large-artifact': 'ruled-out',
      'memory-exhaustion': 'ruled-out',
    });
  });

  it('waited for a download that never came: only the timeout fits', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing firewall job 77')
      .app(0.2, 'INFO', 'Downloading artifact from http://rig-3/77/test-results.xml')
      .timeout(30.9)
      .stderr(31, 'Traceback (most recent call last):')
      .stderr(31, '  File "/srv/venv/lib/python3.11/site-packages/gunicorn/workers/sync.py", line 134, in handle')
      .stderr(31, '    self.handle_request(listener, req, client, addr)')
      .stderr(31, '  File "/srv/app/tasks.py", line 40, in fetch')
      .stderr(31, '    data = response.read(65536)')
      .stderr(31, '  File "/usr/lib/python3.11/socket.py", line 706, in readinto')
      .stderr(31, '    return self._sock.recv_into(b)')
      .stderr(31, '  File "/srv/venv/lib/python3.11/site-packages/gunicorn/workers/base.py", line 203, in handle_abort')
      .stderr(31, '    sys.exit(1)')
      .stderr(31, 'SystemExit: 1')
      .gunicorn(31.1, 4242, 'INFO', 'Worker exiting (pid: 4242)')
      .arbiter(31.2, 'ERROR', 'Worker (pid:4242) exited with code 1')
      .replacement(31.3)
      .psSeries(30, () => ({ state: 'S', cpuPercent: 0.4, cpuSeconds: 0, rssKib: 25_000 }))
      .quietKernel()
      .config('timeout = 30')
      .host()
      .analyse();
    expect(analysis.incident?.mechanism).toBe('gunicorn-timeout');
    const verdicts = verdictsOf(analysis);
    expect(verdicts['worker-timeout']).toBe('fits');
    expect(verdicts['database-lock']).toBe('ruled-out');
    expect(verdicts['infinite-loop']).toBe('ruled-out');
    expect(verdicts['memory-exhaustion']).toBe('ruled-out');
    expect(['inconclusive', 'ruled-out']).toContain(verdicts['large-artifact']);
    expect(analysis.facts.find((fact) => fact.id === 'waited-for-peer')?.text).toContain('recv_into');
    expect(analysis.recommendations.map(({ id }) => id)).toContain('network-timeouts');
  });

  it('swapped to a standstill: memory exhaustion, executed by the timeout', async () => {
    const scenario = new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 9')
      .app(0.1, 'INFO', 'Parsing XML: vpn/9.xml (70000000 bytes)')
      .timeout(40)
      .sigkill(44)
      .replacement(45)
      .psSeries(38, (second) => ({
        state: 'D',
        cpuPercent: 9,
        cpuSeconds: 3,
        rssKib: Math.min(900_000, 24_000 + second * 40_000),
      }))
      .quietKernel()
      .config('timeout = 30')
      .host(1_000_000, 600_000);
    for (let second = 0; second <= 44; second += 1) {
      scenario.vmstat(second, {
        free: 20_000,
        si: second > 8 ? 12_000 : 0,
        so: second > 8 ? 20_000 : 0,
        wa: 70,
        us: 3,
        swpd: second * 20_000,
      });
    }
    const analysis = await scenario.analyse();
    const verdicts = verdictsOf(analysis);
    expect(verdicts['memory-exhaustion']).toBe('fits');
    expect(verdicts['worker-timeout']).toBe('contributes');
    expect(verdicts['infinite-loop']).toBe('ruled-out');
    expect(verdicts['large-artifact']).toBe('contributes');
  });

  it('imported honestly but too much: the timeout fits and the size contributes', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Starting ingest of vpn build 52')
      .app(0.1, 'INFO', 'Reading report builds/52.xml (26000000 bytes)')
      .app(12, 'INFO', 'Read 60000 results in 11.9s')
      .app(12.1, 'INFO', 'Saving 60000 rows to the database')
      .timeout(61)
      .sigkill(62)
      .replacement(62.1)
      .psSeries(60, (second) => ({
        state: second % 4 === 0 ? 'R' : 'S',
        cpuPercent: 40,
        cpuSeconds: second * 0.4,
        rssKib: 24_000 + Math.min(second, 12) * 30_000,
      }))
      .quietKernel()
      .config('timeout = 60')
      .host()
      .analyse();
    const verdicts = verdictsOf(analysis);
    expect(verdicts['worker-timeout']).toBe('fits');
    expect(verdicts['large-artifact']).toBe('contributes');
    expect(verdicts['infinite-loop']).not.toBe('fits');
    expect(verdicts['database-lock']).not.toBe('fits');
  });

  it('a thread worker with the timeout given on the command line', async () => {
    const command = '/srv/venv/bin/python3 /srv/venv/bin/gunicorn -k gthread --threads 4 --timeout 90 app:application';
    const analysis = await new Scenario()
      .boot(-30, { workerClass: 'gthread' })
      .app(0, 'INFO', 'Importing vpn job 3')
      .app(0.1, 'INFO', 'Evaluating rules of 80 results')
      .timeout(91)
      .sigkill(92)
      .replacement(92.1)
      .psSeries(90, (second) => ({ state: 'R', cpuPercent: 99, cpuSeconds: Math.max(0, second), command }))
      .quietKernel()
      .config('timeout = 30')
      .host()
      .artifact('3.xml', 80, 50)
      .analyse();
    expect(analysis.config?.timeoutSeconds).toBe(90);
    expect(analysis.config?.workerClass).toBe('gthread');
    expect(analysis.config?.timeoutFrom).toContain('--timeout 90');
    expect(analysis.incident?.mechanism).toBe('gunicorn-timeout');
    expect(verdictsOf(analysis)['infinite-loop']).toBe('fits');
  });

  it('exit code 1 right after the TIMEOUT, wording of gunicorn 20.1', async () => {
    const analysis = await new Scenario()
      .boot(-30, { version: '20.1.0' })
      .app(0, 'INFO', 'Importing vpn job 3')
      .timeout(30.5)
      .gunicorn(30.6, 4242, 'INFO', 'Worker exiting (pid: 4242)')
      .arbiter(31.6, 'WARNING', 'Worker with pid 4242 was terminated due to signal 9')
      .replacement(31.7)
      .analyse();
    expect(analysis.incident?.mechanism).toBe('gunicorn-timeout');
    expect(analysis.incident?.pid).toBe(4242);
    const verdicts = verdictsOf(analysis);
    expect(verdicts['worker-timeout']).toBe('fits');
    // Nothing but the log was saved: the rest cannot be decided, and each says what would decide it.
    for (const id of ['memory-exhaustion', 'database-lock', 'infinite-loop', 'large-artifact'] as const) {
      expect(verdicts[id], id).toBe('inconclusive');
      expect(analysis.hypotheses.find((hypothesis) => hypothesis.id === id)?.missing.length, id).toBeGreaterThan(0);
    }
  });
});
