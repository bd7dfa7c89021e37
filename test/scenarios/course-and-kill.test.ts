import { describe, expect, it } from 'vitest';
import { Scenario, verdictsOf } from './scenario.ts';

describe('how far an import came', () => {
  it('by a count without the whole, commit after commit: no wait for a lock, and the timeout covers what was left', async () => {
    const scenario = new Scenario()
      .boot()
      .app(0, 'INFO', 'Processing upload 900')
      .app(0.2, 'INFO', 'Parsing upload-900.xml (24000000 bytes)')
      .app(2.1, 'INFO', 'Parsed 40000 testcases in 1.9 s')
      .app(2.2, 'INFO', 'Storing 40000 testcases');
    for (let batch = 1; batch < 10; batch += 1)
      scenario.app(2.2 + batch * 10, 'INFO', `Stored ${batch * 2000} testcases so far`);
    const analysis = await scenario
      .timeout(100)
      .sigkill(101)
      .replacement(101.2)
      .quietKernel()
      .config('timeout = 100')
      .analyse();
    const rate = analysis.course?.insert;
    expect(rate).toMatchObject({ rows: 40_000, written: 18_000, from: 'progress-line' });
    const advised = /timeout to (\d+) s/.exec(
      analysis.recommendations.find(({ id }) => id === 'raise-timeout')?.text ?? '',
    );
    expect(Number(advised?.[1])).toBeGreaterThan(analysis.course?.neededSeconds ?? Number.POSITIVE_INFINITY);
    expect(verdictsOf(analysis)).toMatchObject({ 'worker-timeout': 'fits', 'infinite-loop': 'ruled-out' });
  });

  it('by a line for each batch, which ends no step', async () => {
    const scenario = new Scenario()
      .boot()
      .app(0, 'INFO', 'Processing upload 900')
      .app(1, 'INFO', 'Storing 40000 testcases');
    for (let batch = 1; batch < 10; batch += 1) scenario.app(1 + batch * 10, 'INFO', 'Inserted 1000 rows');
    const analysis = await scenario.timeout(100).sigkill(101).replacement(101.2).config('timeout = 100').analyse();
    expect(analysis.course?.insert).toMatchObject({ rows: 40_000, written: 9_000 });
    expect(analysis.incident?.phases.find(({ name }) => name === 'insert')).toMatchObject({
      seconds: 99,
      finished: false,
    });
  });

  it('a count that comes back word for word is no progress', async () => {
    const scenario = new Scenario()
      .boot()
      .app(0, 'INFO', 'Processing upload 7')
      .app(0.2, 'INFO', 'Parsed 400 testcases')
      .app(0.3, 'INFO', 'Storing 400 testcases');
    for (let pass = 0; pass < 29; pass += 1) scenario.app(1 + pass * 2, 'INFO', 'Stored 12 of 400 testcases');
    const analysis = await scenario
      .timeout(60)
      .gunicorn(60.1, 4242, 'INFO', 'Worker exiting (pid: 4242)')
      .replacement(60.4)
      .psSeries(60, (second) => ({ state: 'R', cpuPercent: 99, cpuSeconds: Math.max(0, second) }))
      .quietKernel()
      .config('timeout = 60')
      .analyse();
    expect(verdictsOf(analysis)).toMatchObject({ 'infinite-loop': 'fits' });
    expect(analysis.recommendations.find(({ id }) => id === 'find-the-loop')?.patch).toContain(
      'dump_traceback_later(48',
    );
  });
});

describe('an end that is told elsewhere', () => {
  it('an operator who used sudo is named, and memory is not left open without a kernel log', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Processing upload 90')
      .journal(299.5, 'sudo', 8800, '   jana : TTY=pts/0 ; PWD=/home/jana ; USER=root ; COMMAND=/usr/bin/kill -9 4242')
      .sigkill(300)
      .replacement(300.2)
      .config('timeout = 0')
      .analyse();
    expect(analysis.incident?.mechanism).toBe('external-sigkill');
    expect(analysis.headline).toContain('kill command');
    expect(verdictsOf(analysis)).toMatchObject({ 'memory-exhaustion': 'ruled-out' });
    expect(analysis.recommendations.map(({ id }) => id)).not.toContain('audit-kills');
  });

  it('a kill of another process by hand names nobody', async () => {
    const analysis = await new Scenario()
      .boot()
      .journal(9.5, 'sudo', 8800, 'jana : USER=root ; COMMAND=/usr/bin/kill -9 424')
      .sigkill(10)
      .replacement(10.2)
      .analyse();
    expect(analysis.facts.map(({ id }) => id)).not.toContain('killed-by-hand');
  });

  it('workers that fail to boot crash, by the exception that the log names', async () => {
    const scenario = new Scenario();
    for (let round = 0; round < 3; round += 1) {
      const [at, pid] = [round * 5, 4242 + round * 10];
      scenario
        .arbiter(at, 'INFO', 'Starting gunicorn 20.1.0')
        .gunicorn(at + 0.2, pid, 'INFO', `Booting worker with pid: ${pid}`)
        .gunicorn(at + 0.5, pid, 'ERROR', 'Exception in worker process')
        .stderr(at + 0.5, 'Traceback (most recent call last):', pid)
        .stderr(at + 0.5, "ModuleNotFoundError: No module named 'lxml'", pid)
        .gunicorn(at + 0.6, pid, 'INFO', `Worker exiting (pid: ${pid})`)
        .arbiter(at + 0.8, 'INFO', 'Shutting down: Master')
        .arbiter(at + 0.8, 'INFO', 'Reason: Worker failed to boot.');
    }
    const analysis = await scenario.analyse();
    expect(analysis.incidents.map(({ mechanism }) => mechanism)).toEqual(['crash', 'crash', 'crash']);
    expect(analysis.recommendations.map(({ id }) => id)).toContain('fix-the-exception');
    expect(analysis.recommendations.map(({ id }) => id)).not.toContain('core-dumps');
  });

  it('a stop of the unit ends the worker that was at work, not the one that ps lists last; the wait advised is longer than it was', async () => {
    const scenario = new Scenario()
      .boot()
      .app(0, 'INFO', 'Processing upload 90')
      .app(0.2, 'INFO', 'Parsing report.xml (70000000 bytes)')
      .journal(10, 'systemd', 1, 'Stopping tracker.service - Tracker...')
      .arbiter(10.01, 'INFO', 'Handling signal: term')
      .systemd(25, "State 'stop-sigterm' timed out. Killing.")
      .systemd(25.1, 'Main process exited, code=killed, status=9/KILL')
      .psSeries(24, (second) => ({ state: 'R', cpuSeconds: Math.max(0, second) }))
      .config('timeout = 120\ngraceful_timeout = 40');
    const analysis = await scenario.analyse();
    expect(analysis.incident).toMatchObject({ mechanism: 'systemd-stop', pid: 4242, operation: 'upload 90' });
    expect(analysis.recommendations.find(({ id }) => id === 'stop-timeout')?.patch).toContain('TimeoutStopSec=55');
  });

  it('a file server that did not answer is what held it up, and neither a loop nor a lock', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Processing upload 9')
      .app(0.3, 'INFO', 'Reading report from /mnt/reports/9/report.xml')
      .timeout(30.5)
      .sigkill(95)
      .replacement(95.2)
      .quietKernel()
      .kernel(12, 'nfs: server fs1 not responding, still trying')
      .config('')
      .analyse();
    const timeout = analysis.hypotheses.find(({ id }) => id === 'worker-timeout');
    expect(timeout?.verdict).toBe('fits');
    expect(timeout?.reason).toContain('file server');
    expect(verdictsOf(analysis)).toMatchObject({ 'infinite-loop': 'inconclusive', 'database-lock': 'inconclusive' });
  });

  it('a kernel log of days before is no silence of the kernel, whenever its file was copied', async () => {
    const scenario = new Scenario()
      .boot()
      .app(0, 'INFO', 'Processing upload 9')
      .timeout(30.5)
      .sigkill(31.5)
      .replacement(31.7)
      .config('timeout = 30');
    const days = -4 * 86_400;
    scenario.kernel(days, 'eth0: Link is Up').kernel(days + 36_000, 'eth0: Link is Down');
    const analysis = await scenario.analyse();
    expect(verdictsOf(analysis)).toMatchObject({ 'memory-exhaustion': 'inconclusive' });
    expect(analysis.questions.find(({ id }) => id === 'oom-events')?.answer).toBeNull();
  });

  const oomKill = (scenario: Scenario, second: number, who: string): Scenario =>
    scenario.kernel(
      second,
      `Memory cgroup out of memory: Killed process 4242 (${who}) total-vm:1400000kB, anon-rss:980000kB, file-rss:9000kB, shmem-rss:0kB, UID:998 pgtables:2200kB oom_score_adj:0`,
    );
  const ended = (): Scenario =>
    new Scenario().boot().app(0, 'INFO', 'Processing upload 9').sigkill(12).replacement(12.2);

  it('by a kernel whose log prints another zone: the kill is the same one, and the clocks are told', async () => {
    const analysis = await oomKill(ended(), 12 + 2 * 3_600, 'gunicorn').analyse();
    expect(analysis.incident?.mechanism).toBe('kernel-oom');
    expect(analysis.facts.find(({ id }) => id === 'clocks-apart')?.text).toContain('2 h');
  });

  it('a pid that the kernel names days later is another process', async () => {
    const analysis = await oomKill(ended(), 2 * 86_400 + 400, 'python3').analyse();
    expect(analysis.incident?.mechanism).toBe('external-sigkill');
  });

  it('a child that the kernel killed, by the pid that the failure names: memory made it fail', async () => {
    const scenario = new Scenario()
      .boot()
      .app(0, 'INFO', 'Processing upload 7')
      .app(20, 'ERROR', 'Processing of upload 7 failed: parser subprocess 4242 died with signal 9', 4243);
    scenario.app(0, 'INFO', 'Processing upload 7', 4243);
    const analysis = await oomKill(scenario, 19.9, 'xmlparse').analyse({ pid: 4243 });
    expect(analysis.incident?.mechanism).toBe('none');
    expect(verdictsOf(analysis)).toMatchObject({ 'memory-exhaustion': 'fits' });
  });

  it('a listing that contradicts the log says how large the file was', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Processing upload 7')
      .app(0.2, 'INFO', 'Parsing /srv/in/report-7.xml (312000 bytes)')
      .timeout(60)
      .sigkill(61)
      .replacement(61.2)
      .config('timeout = 60')
      .file(
        'ls.txt',
        'total 304688\n-rw-r--r-- 1 app app 312000000 2026-03-14 02:29:58.000000000 +0000 /srv/in/report-7.xml\n-rw-r--r-- 1 app app 12000 2026-03-14 02:29:58.000000000 +0000 /srv/in/report-6.xml\n',
      )
      .analyse();
    expect(verdictsOf(analysis)).toMatchObject({ 'large-artifact': 'contributes' });
    expect(analysis.facts.map(({ id }) => id)).toContain('size-differs-from-log');
  });
});
