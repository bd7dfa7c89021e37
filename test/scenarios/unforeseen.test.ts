import { describe, expect, it } from 'vitest';
import { Scenario, verdictsOf } from './scenario.ts';

type Frame = readonly [file: string, line: number, functionName: string, code: string];

const GUNICORN = '/srv/venv/lib/python3.11/site-packages/gunicorn/workers';

/** The traceback of an abort: the frames of the service, then gunicorn's handler. */
function aborted(scenario: Scenario, second: number, ...frames: readonly Frame[]): Scenario {
  scenario.stderr(second, 'Traceback (most recent call last):');
  const all: readonly Frame[] = [
    [`${GUNICORN}/sync.py`, 134, 'handle', 'self.handle_request(listener, req, client, addr)'],
    ...frames,
    [`${GUNICORN}/base.py`, 203, 'handle_abort', 'sys.exit(1)'],
  ];
  for (const [file, line, functionName, code] of all) {
    scenario.stderr(second, `  File "${file}", line ${line}, in ${functionName}`).stderr(second, `    ${code}`);
  }
  return scenario
    .stderr(second, 'SystemExit: 1')
    .gunicorn(second + 0.1, 4242, 'INFO', 'Worker exiting (pid: 4242)')
    .replacement(second + 0.3);
}

const idle = (scenario: Scenario, until: number, state = 'S'): Scenario =>
  scenario.psSeries(until, () => ({ state, cpuPercent: 0.2, cpuSeconds: 1, rssKib: 30_000 }));
const busy = (scenario: Scenario, until: number): Scenario =>
  scenario.psSeries(until, (second) => ({ state: 'R', cpuPercent: 99, cpuSeconds: Math.max(0, second) }));
const surroundings = (scenario: Scenario): Scenario => scenario.quietKernel().config('timeout = 30').host();
const started = (): Scenario =>
  new Scenario().boot().app(0, 'INFO', 'Importing vpn job 14').app(0.1, 'INFO', 'Parsed 200 test results in 0.0s');

/** Incidents that none of the five hypotheses is about, or of which only one is, in unusual company. */
describe('an incident of another kind', () => {
  it('a deadlock between threads is no lock of the database and no loop', async () => {
    const scenario = started().app(0.2, 'INFO', 'Updating cache of suites').timeout(31);
    aborted(
      scenario,
      31.1,
      ['/srv/app/cache.py', 55, 'update', 'with self._lock:'],
      ['/usr/lib/python3.11/threading.py', 300, '__enter__', 'return self.__lock.acquire()'],
    );
    const analysis = await idle(surroundings(scenario), 32).analyse();
    expect(analysis.incident?.mechanism).toBe('gunicorn-timeout');
    expect(analysis.facts.find(({ id }) => id === 'stuck-in-frame')?.text).toContain('between its own threads');
    expect(verdictsOf(analysis)).toMatchObject({
      'worker-timeout': 'fits',
      'database-lock': 'ruled-out',
      'infinite-loop': 'ruled-out',
    });
  });

  it('a regular expression that backtracks for ever is a loop, also where C code is deaf to the abort', async () => {
    const scenario = started().app(0.2, 'INFO', 'Classifying failures').timeout(31).sigkill(32).replacement(32.1);
    const analysis = await busy(surroundings(scenario), 32).analyse();
    expect(verdictsOf(analysis)).toMatchObject({ 'infinite-loop': 'fits', 'worker-timeout': 'contributes' });
  });

  it('work without end with the timeout off, killed by hand: the loop has its part, the timeout none', async () => {
    const scenario = started().app(0.2, 'INFO', 'Resolving dependencies').sigkill(3600).replacement(3600.1);
    scenario.quietKernel().kernel(4000, 'audit: x').config('timeout = 0').host();
    for (let second = 0; second <= 3600; second += 600) {
      scenario.ps(second, [{ pid: 4242, state: 'R', cpuPercent: 99, cpuSeconds: second }]);
    }
    const analysis = await scenario.analyse();
    expect(analysis.incident?.mechanism).toBe('external-sigkill');
    expect(verdictsOf(analysis)).toMatchObject({ 'infinite-loop': 'contributes', 'worker-timeout': 'ruled-out' });
  });

  it('a disk that is slow for everybody is told, and neither a lock nor a loop is made of it', async () => {
    const scenario = started()
      .app(0.2, 'INFO', 'Importing wifi job 15', 4243)
      .app(0.3, 'INFO', 'Starting database insert (batch size: 200)')
      .timeout(31)
      .timeout(31.0002, 4243)
      .sigkill(45)
      .sigkill(45.001, 4243)
      .replacement(45.1)
      .replacement(45.2, 4311);
    for (let second = -5; second < 46; second += 1) scenario.vmstat(second, { wa: 85, us: 2 });
    const analysis = await idle(surroundings(scenario), 44, 'D').analyse({ pid: 4242 });
    expect(analysis.incident?.pid).toBe(4242);
    expect(analysis.facts.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['disk-bound', 'timeouts-together', 'worker-in-disk-wait']),
    );
    const verdicts = verdictsOf(analysis);
    expect(verdicts).toMatchObject({ 'worker-timeout': 'fits', 'infinite-loop': 'ruled-out' });
    expect(verdicts['database-lock']).not.toBe('fits');
  });

  it('retries on a locked database until the timeout: one incident, and the lock is its cause', async () => {
    const scenario = started()
      .app(0.2, 'INFO', 'Starting database insert (batch size: 200)')
      .app(10.3, 'WARNING', 'database is locked, retrying (attempt 1)')
      .app(20.5, 'WARNING', 'database is locked, retrying (attempt 2)')
      .timeout(31)
      .sigkill(32)
      .replacement(32.1);
    const analysis = await idle(surroundings(scenario), 32).analyse();
    expect(analysis.incidents).toHaveLength(1);
    expect(analysis.incident?.operation).toBe('vpn job 14');
    expect(verdictsOf(analysis)).toMatchObject({ 'database-lock': 'fits', 'worker-timeout': 'contributes' });
  });

  it.each([
    [
      'an error of the parser',
      'xml.etree.ElementTree.ParseError: no element found: line 1, column 0',
      'failed-otherwise',
    ],
    ['an error of the storage', 'sqlite3.OperationalError: disk I/O error', 'input-output-error'],
  ])('%s that killed nobody: no lock is blamed', async (_, exception, fact) => {
    const scenario = started()
      .app(0.3, 'ERROR', 'Import of vpn job 14 failed')
      .stderr(0.3, 'Traceback (most recent call last):')
      .stderr(0.3, '  File "/srv/app/tasks.py", line 10, in work')
      .stderr(0.3, '    step()')
      .stderr(0.3, exception);
    const analysis = await surroundings(scenario).analyse();
    expect(analysis.incident?.mechanism).toBe('none');
    expect(analysis.facts.map(({ id }) => id)).toContain(fact);
    const verdicts = verdictsOf(analysis);
    expect(verdicts).toMatchObject({ 'database-lock': 'ruled-out', 'worker-timeout': 'ruled-out' });
    expect(Object.values(verdicts).filter((verdict) => verdict === 'fits' || verdict === 'contributes')).toEqual([]);
  });

  it("systemd's watchdog is no crash of the worker's own", async () => {
    const scenario = started()
      .systemd(40, 'Watchdog timeout (limit 30s)!')
      .systemd(40.1, 'Killing process 800 (gunicorn) with signal SIGABRT.')
      .systemd(41, 'Main process exited, code=dumped, status=6/ABRT')
      .systemd(41.1, "Failed with result 'watchdog'.");
    const analysis = await surroundings(scenario).analyse();
    expect(analysis.incident?.mechanism).toBe('systemd-stop');
    expect(Object.values(verdictsOf(analysis))).not.toContain('fits');
  });

  it('an OOM kill of an earlier process of the same pid is not the worker’s', async () => {
    const scenario = started().timeout(31).sigkill(32).replacement(32.1);
    surroundings(scenario).kernel(
      -1800,
      'Memory cgroup out of memory: Killed process 4242 (java) total-vm:433520kB, anon-rss:409592kB, file-rss:6152kB, shmem-rss:0kB, UID:33 pgtables:880kB oom_score_adj:0',
    );
    const analysis = await scenario.analyse();
    expect(analysis.incidents.map(({ mechanism }) => mechanism)).toEqual(['gunicorn-timeout']);
  });

  it('a worker whose import kills every replacement too: each is an incident, and the last tells of those before', async () => {
    const scenario = new Scenario().boot();
    for (let round = 0; round < 4; round += 1) {
      const [pid, second] = [4242 + round * 100, round * 10];
      scenario
        .app(second, 'INFO', 'Importing vpn job 14', pid)
        .app(second + 0.1, 'INFO', 'Parsing XML: vpn/14.xml (93000000 bytes)', pid)
        .kernel(
          second + 3,
          `Memory cgroup out of memory: Killed process ${pid} (gunicorn) total-vm:433520kB, anon-rss:409592kB, file-rss:6152kB, shmem-rss:0kB, UID:33 pgtables:880kB oom_score_adj:0`,
        )
        .sigkill(second + 3.2, pid)
        .replacement(second + 3.3, pid + 100);
    }
    const analysis = await scenario.quietKernel().config('timeout = 120').analyse();
    expect(analysis.incidents.map(({ mechanism }) => mechanism)).toEqual(Array(4).fill('kernel-oom'));
    expect(analysis.recurrence).toMatchObject({ count: 4, common: { operation: 'vpn job 14' } });
    expect(analysis.facts.find(({ id }) => id === 'similar-before')?.text).toContain('3 earlier incidents');
    const memory = analysis.hypotheses.find(({ id }) => id === 'memory-exhaustion');
    expect(memory?.verdict).toBe('fits');
    expect(memory?.counterfactual).toContainEqual({ factId: 'oom-kill-names-worker', verdict: 'inconclusive' });
  });
});
