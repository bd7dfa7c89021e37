import { describe, expect, it } from 'vitest';
import { Scenario, verdictsOf } from './scenario.ts';

/** Journals in which nobody was killed, however alarming their words. */
describe('a journal without a death', () => {
  it('a lock error that killed nobody: an incident of mechanism none, and the lock explains the failure', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .app(0.1, 'INFO', 'Parsed 20 test results in 0.0s')
      .app(0.2, 'INFO', 'Starting database insert (batch size: 20)')
      .app(5.3, 'ERROR', 'Import of vpn job 14 failed: database is locked')
      .stderr(5.3, 'Traceback (most recent call last):')
      .stderr(5.3, '  File "/srv/app/tasks.py", line 88, in insert')
      .stderr(5.3, '    conn.executemany(SQL, rows)')
      .stderr(5.3, 'sqlite3.OperationalError: database is locked')
      .app(60, 'INFO', 'Importing vpn job 15')
      .app(61, 'INFO', 'Import of vpn job 15 finished in 1.0s')
      .quietKernel()
      .config('timeout = 30')
      .analyse();
    expect(analysis.incident?.mechanism).toBe('none');
    const verdicts = verdictsOf(analysis);
    expect(verdicts['database-lock']).toBe('fits');
    expect(Object.values(verdicts).filter((verdict) => verdict === 'fits')).toHaveLength(1);
    expect(verdicts['worker-timeout']).toBe('ruled-out');
    expect(verdicts['memory-exhaustion']).toBe('inconclusive');
  });

  it('a lock error that was retried, before the worker was killed by hand: not the lock', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .app(0.2, 'INFO', 'Starting database insert (batch size: 20)')
      .app(5.3, 'WARNING', 'database is locked, retrying (attempt 1)')
      .app(5.4, 'INFO', 'Inserted 20 rows')
      .app(5.5, 'INFO', 'Import of vpn job 14 finished in 5.5s')
      .sigkill(300)
      .replacement(300.1)
      .quietKernel()
      .config('timeout = 30')
      .analyse();
    expect(analysis.incident?.mechanism).toBe('external-sigkill');
    expect(verdictsOf(analysis)['database-lock']).not.toBe('fits');
  });

  it('a large import that went well', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .app(0.1, 'INFO', 'Parsing XML: vpn/14.xml (30000000 bytes)')
      .app(5, 'INFO', 'Parsed 60000 test results in 4.9s')
      .app(5.1, 'INFO', 'Starting database insert (batch size: 60000)')
      .app(9, 'INFO', 'Inserted 60000 rows')
      .app(9.1, 'INFO', 'Finished importing VPN job 14 in 9.1s')
      .psSeries(12, (second) => ({
        state: 'R',
        rssKib: 24_000 + Math.min(9, Math.max(0, second)) * 30_000,
        cpuSeconds: second,
      }))
      .quietKernel()
      .config('timeout = 30')
      .host()
      .artifact('vpn/14.xml', 20_000, 300)
      .analyse();
    expect(analysis.incidents).toEqual([]);
    expect(analysis.incident).toBeNull();
    expect(new Set(Object.values(verdictsOf(analysis)))).toEqual(new Set(['ruled-out']));
  });

  it('a graceful reload', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .app(1, 'INFO', 'Import of vpn job 14 finished in 1.0s')
      .arbiter(10, 'INFO', 'Handling signal: hup')
      .arbiter(10.1, 'INFO', 'Hang up: Master')
      .gunicorn(10.2, 4400, 'INFO', 'Booting worker with pid: 4400')
      .gunicorn(10.3, 4401, 'INFO', 'Booting worker with pid: 4401')
      .gunicorn(10.4, 4242, 'INFO', 'Worker exiting (pid: 4242)')
      .gunicorn(10.5, 4243, 'INFO', 'Worker exiting (pid: 4243)')
      .quietKernel()
      .config('timeout = 30')
      .analyse();
    expect(analysis.incidents).toEqual([]);
    expect(Object.values(verdictsOf(analysis))).not.toContain('fits');
  });

  it('a worker recycled by max_requests', async () => {
    const analysis = await new Scenario()
      .boot()
      .gunicorn(30, 4242, 'INFO', 'Autorestarting worker after current request.')
      .gunicorn(30.1, 4242, 'INFO', 'Worker exiting (pid: 4242)')
      .replacement(30.5)
      .quietKernel()
      .config('timeout = 30\nmax_requests = 500')
      .analyse();
    expect(analysis.incidents).toEqual([]);
    expect(analysis.config?.maxRequests).toBe(500);
  });
});

describe('several lives and deaths', () => {
  it('a pid that is used again within the journal is two workers', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .timeout(31)
      .sigkill(32)
      .replacement(32.1, 4310)
      .gunicorn(4000, 4242, 'INFO', 'Booting worker with pid: 4242')
      .app(4001, 'INFO', 'Importing vpn job 20')
      .app(4002, 'INFO', 'Import of vpn job 20 finished in 1.0s')
      .analyse();
    expect(analysis.incidents).toHaveLength(1);
    expect(analysis.incident?.operation).toBe('vpn job 14');
    expect(analysis.incident?.phases.find(({ name }) => name === 'import-to-timeout')?.seconds).toBeCloseTo(31, 3);
  });

  it('two deaths in one journal are two incidents, oldest first', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .timeout(31)
      .sigkill(32)
      .replacement(32.1, 4310)
      .app(100, 'INFO', 'Importing vpn job 14', 4310)
      .timeout(131, 4310)
      .sigkill(132, 4310)
      .replacement(132.1, 4311)
      .analyse();
    expect(analysis.incidents.map(({ pid }) => pid)).toEqual([4242, 4310]);
    expect(analysis.incident?.pid).toBe(4310);
  });
});
