import { describe, expect, it } from 'vitest';
import { analyseFiles, Scenario, verdictsOf } from './scenario.ts';

const started = (): Scenario => new Scenario().boot().app(0, 'INFO', 'Importing vpn job 14');
const busy = (scenario: Scenario, until: number): Scenario =>
  scenario.psSeries(until, (second) => ({ state: 'R', cpuPercent: 99, cpuSeconds: Math.max(0, second) }));
const timedOut = (scenario: Scenario): Scenario => scenario.timeout(31).sigkill(32).replacement(32.1);

/** The same kinds of incident as elsewhere, told by services and hosts that word or number things otherwise. */
describe('an incident told otherwise', () => {
  const WORK = ['importing report', 'parsed 200 results', 'matching names'] as const;
  it.each([
    ['as one JSON object a line', (text: string) => JSON.stringify({ level: 'info', event: text, job_id: 14 })],
    ['as key=value fields', (text: string) => `level=info msg="${text}" job=14`],
  ])('%s: the work is read, and the loop found', async (_, told) => {
    const scenario = new Scenario().boot();
    WORK.forEach((text, index) => {
      scenario.stderr(index / 10, told(text));
    });
    const analysis = await busy(timedOut(scenario), 32).quietKernel().config('').artifact('report.xml', 200).analyse();
    expect(analysis.incident?.operation).toBe('report job 14');
    expect(verdictsOf(analysis)).toMatchObject({
      'infinite-loop': 'fits',
      'worker-timeout': 'contributes',
      'database-lock': 'ruled-out',
    });
  });

  it('from a container, whose pids the kernel does not know: the OOM kill is told by name and moment', async () => {
    const scenario = new Scenario({ arbiterPid: 1, pid: 8, otherPid: 9, newPid: 30 })
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .app(0.1, 'INFO', 'Parsing XML: vpn/14.xml (93000000 bytes)')
      .sigkill(5)
      .replacement(5.1)
      .quietKernel()
      .kernel(
        4.6,
        'Memory cgroup out of memory: Killed process 48213 (gunicorn) total-vm:633520kB, anon-rss:509592kB, file-rss:152kB, shmem-rss:0kB, UID:0 pgtables:1188kB oom_score_adj:0',
      );
    const analysis = await scenario.analyse();
    expect(analysis.incident).toMatchObject({ mechanism: 'kernel-oom', pid: 8 });
    expect(verdictsOf(analysis)).toMatchObject({ 'memory-exhaustion': 'fits', 'worker-timeout': 'ruled-out' });
    expect(analysis.facts.map(({ id }) => id)).toContain('oom-kill-in-container');
  });

  it('the same kill beside a service with pids of the host is another process', async () => {
    const scenario = started()
      .sigkill(5)
      .replacement(5.1)
      .quietKernel()
      .kernel(
        4.6,
        'Memory cgroup out of memory: Killed process 48213 (gunicorn) total-vm:633520kB, anon-rss:509592kB, file-rss:152kB, shmem-rss:0kB, UID:0 pgtables:1188kB oom_score_adj:0',
      );
    const analysis = await scenario.analyse();
    expect(analysis.incident?.mechanism).toBe('external-sigkill');
    expect(verdictsOf(analysis)['memory-exhaustion']).not.toBe('fits');
  });

  it('an allocation that was refused: memory made it fail, though the kernel says nothing and nobody died', async () => {
    const scenario = started()
      .app(5, 'ERROR', 'Import of vpn job 14 failed')
      .stderr(5, 'Traceback (most recent call last):')
      .stderr(5, '  File "/srv/app/tasks.py", line 10, in parse')
      .stderr(5, 'MemoryError')
      .quietKernel()
      .host();
    const analysis = await scenario.analyse();
    expect(analysis.incident?.mechanism).toBe('none');
    expect(verdictsOf(analysis)).toMatchObject({ 'memory-exhaustion': 'fits', 'database-lock': 'ruled-out' });
  });

  it('a worker that ended on a refused allocation: memory is why, and the crash is how', async () => {
    const scenario = started()
      .stderr(5, 'Traceback (most recent call last):')
      .stderr(5, '  File "/srv/app/tasks.py", line 10, in parse')
      .stderr(5, 'MemoryError')
      .arbiter(5.5, 'ERROR', 'Worker (pid:4242) exited with code 1')
      .replacement(5.6)
      .quietKernel();
    const analysis = await scenario.analyse();
    expect(analysis.incident?.mechanism).toBe('crash');
    expect(verdictsOf(analysis)).toMatchObject({ 'memory-exhaustion': 'fits', 'worker-timeout': 'ruled-out' });
  });

  it('a worker at full load on rows that the log counts to the end does not loop', async () => {
    const scenario = started()
      .app(0.1, 'INFO', 'Parsed 150000 results in 0.1s')
      .app(0.2, 'INFO', 'Inserting 150000 rows');
    for (let second = 2; second < 31; second += 2) {
      scenario.app(second, 'INFO', `Inserted ${second * 2500} of 150000 rows`);
    }
    const analysis = await busy(timedOut(scenario), 32).quietKernel().config('').analyse();
    expect(verdictsOf(analysis)).toMatchObject({ 'worker-timeout': 'fits', 'infinite-loop': 'ruled-out' });
  });

  it('full load in a write that never began is a loop before it, no wait for the lock', async () => {
    const scenario = started().app(0.2, 'INFO', 'Starting database insert (batch size: 200)');
    const analysis = await busy(timedOut(scenario), 32).quietKernel().config('').artifact('report.xml', 200).analyse();
    expect(verdictsOf(analysis)).toMatchObject({ 'infinite-loop': 'fits', 'database-lock': 'ruled-out' });
  });

  it('an OOM kill in the midst of honest work is no loop, and the limit advised lies above the one reached', async () => {
    const scenario = busy(
      started()
        .app(0.1, 'INFO', 'Parsing XML: report.xml')
        .sigkill(9)
        .replacement(9.1)
        .artifact('report.xml', 12_000, 900),
      8,
    )
      .quietKernel()
      .kernel(7.9, 'memory: usage 512000kB, limit 512000kB, failcnt 99')
      .kernel(
        8,
        'Memory cgroup out of memory: Killed process 4242 (gunicorn) total-vm:633520kB, anon-rss:489592kB, file-rss:152kB, shmem-rss:0kB, UID:998 pgtables:1188kB oom_score_adj:0',
      );
    const analysis = await scenario.analyse();
    expect(verdictsOf(analysis)).toMatchObject({ 'memory-exhaustion': 'fits' });
    const advised = /MemoryMax=(\d+)M/.exec(
      analysis.recommendations.find(({ id }) => id === 'memory-limit')?.patch ?? '',
    );
    expect(Number(advised?.[1])).toBeGreaterThan(500);
  });
});

it('lines of which the logger prints the level alone, among what somebody wrote about them', async () => {
  const text = [
    'Screenshot of this morning, typed off:',
    'jana@app-3:~$ sudo journalctl -u tracker --since 09:00',
    'May 06 09:00:00 app-3 gunicorn[7101]: INFO Importing job 31',
    'May 06 09:00:02 app-3 gunicorn[7101]: INFO - tracker.tasks - Parsing results.xml (93000000 bytes)',
    'May 06 09:00:32 app-3 gunicorn[7001]: [2026-05-06 09:00:32 +0000] [7001] [CRITICAL] WORKER TIMEOUT (pid:7101)',
    'May 06 09:00:33 app-3 gunicorn[7001]: [2026-05-06 09:00:33 +0000] [7001] [ERROR] Worker (pid:7101) was sent SIGKILL! Perhaps out of memory?',
  ].join('\n');
  const analysis = await analyseFiles(new Map([['mail.txt', `${text}\n`]]));
  expect(analysis.incident).toMatchObject({ mechanism: 'gunicorn-timeout', operation: 'job 31' });
  expect(verdictsOf(analysis)).toMatchObject({ 'worker-timeout': 'fits', 'large-artifact': 'contributes' });
});

it('an artifact that is cut: it failed the import, and is to be fetched again', async () => {
  const scenario = started()
    .app(0.2, 'ERROR', 'Import of vpn job 14 failed: no element found: line 12, column 0')
    .artifact('report.xml', 40);
  const whole = String(scenario.files().get('report.xml'));
  const analysis = await scenario.file('report.xml', whole.slice(0, 5_000)).analyse();
  expect(analysis.incident?.mechanism).toBe('none');
  expect(analysis.recommendations.map(({ id }) => id)).toContain('whole-artifacts');
});

describe('work that went on', () => {
  const LOG = [
    '2026-03-03 09:00:00,100 INFO jobs Importing run 13',
    '2026-03-03 09:00:04,100 INFO jobs Import of run 13 finished in 4.0s',
    '2026-03-03 09:15:00,100 INFO jobs Importing run 14',
  ];
  const verdictsOfLog = async (lines: readonly string[]) =>
    new Set(Object.values(verdictsOf(await analyseFiles(new Map([['app.log', `${lines.join('\n')}\n`]])))));

  it('to the end of the log without an end of its own is undecided', async () => {
    expect(await verdictsOfLog(LOG)).toEqual(new Set(['inconclusive']));
  });

  it('and ended well speaks against every hypothesis but the one that only the kernel can exclude', async () => {
    const verdicts = await verdictsOfLog([...LOG, '2026-03-03 09:16:00,200 INFO jobs run 14 imported in 60.1s']);
    expect(verdicts).toEqual(new Set(['inconclusive', 'ruled-out']));
  });

  it('at full load with the timeout off, and was saved while it hung, is not cleared of a loop', async () => {
    const scenario = busy(started().app(0.2, 'INFO', 'Parsed 200 results'), 600).config('timeout = 0');
    const analysis = await scenario.analyse();
    expect(analysis.incident).toBeNull();
    expect(verdictsOf(analysis)).toMatchObject({ 'infinite-loop': 'inconclusive', 'worker-timeout': 'ruled-out' });
  });

  it('without an incident, the questions about the kernel are answered for the time of the latest work', async () => {
    const scenario = started().app(9, 'INFO', 'Import of vpn job 14 finished in 9.0s').quietKernel();
    const analysis = await busy(scenario, 9).analyse();
    expect(new Set(Object.values(verdictsOf(analysis)))).toEqual(new Set(['ruled-out']));
    expect(analysis.questions.find(({ id }) => id === 'oom-events')?.answer).toContain('covers the time');
    expect(analysis.expectedFindings.find(({ id }) => id === 'memory-spike-over-500mb')?.observed).toContain('seen');
    expect(analysis.hypotheses.find(({ id }) => id === 'memory-exhaustion')?.missing).toEqual([]);
  });
});
