import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../shared/model/analysis.ts';
import { Scenario, verdictsOf } from './scenario.ts';

/** A unit file as an engineer saves it beside the logs. */
const unitFile = (...service: readonly string[]): string =>
  [
    '[Unit]',
    'Description=Results API',
    '[Service]',
    'Type=notify',
    ...service,
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n');

describe('settings in the systemd unit', () => {
  const timedOut = (): Scenario =>
    new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .app(0.1, 'INFO', 'Parsing XML: vpn/14.xml (60000000 bytes)')
      .app(40, 'INFO', 'Parsed 120000 test results in 39.9s')
      .app(40.1, 'INFO', 'Starting database insert (batch size: 120000)')
      .timeout(95)
      .sigkill(96)
      .replacement(96.1)
      .quietKernel();

  it('a timeout that only ExecStart sets is the one in force, and the advice changes it there', async () => {
    const analysis = await timedOut()
      .file(
        'etc/results-api.service',
        unitFile('ExecStart=/srv/venv/bin/gunicorn \\', '    -w 4 --timeout 90 \\', '    app:application'),
      )
      .analyse();
    expect(analysis.config).toMatchObject({ timeoutSeconds: 90, timeoutSource: 'unit', workers: 4 });
    expect(analysis.config?.timeoutFrom).toBe('--timeout 90 in ExecStart of results-api.service line 5');
    expect(verdictsOf(analysis)['worker-timeout']).toBe('fits');
    const patch = analysis.recommendations.find(({ id }) => id === 'raise-timeout')?.patch ?? '';
    expect(patch).toMatch(
      /^\[Service\]\nExecStart=\nExecStart=\/srv\/venv\/bin\/gunicorn -w 4 --timeout \d+ app:application$/,
    );
    expect(patch).not.toContain('--timeout 90');
  });

  it('the running command line wins over ExecStart, ExecStart over GUNICORN_CMD_ARGS, and that over gunicorn.conf.py', async () => {
    const withUnit = (...service: readonly string[]): Scenario =>
      timedOut()
        .config('timeout = 30')
        .file('etc/results-api.service', unitFile(...service));
    const environment = 'Environment="GUNICORN_CMD_ARGS=--timeout 45"';
    const running = { pid: 800, command: '/srv/venv/bin/python3 /srv/venv/bin/gunicorn --timeout 91 app:application' };
    const timeoutOf = async (scenario: Scenario): Promise<number | null | undefined> =>
      (await scenario.analyse()).config?.timeoutSeconds;
    expect(await timeoutOf(withUnit(environment, 'ExecStart=/srv/bin/gunicorn -t 60 app').ps(50, [running]))).toBe(91);
    expect(await timeoutOf(withUnit(environment, 'ExecStart=/srv/bin/gunicorn -t 60 app'))).toBe(60);
    expect(await timeoutOf(withUnit(environment, 'ExecStart=/srv/bin/gunicorn app'))).toBe(45);
    expect(await timeoutOf(withUnit('ExecStart=/srv/bin/gunicorn app'))).toBe(30);
  });
});

describe('a memory limit in the unit', () => {
  const service = unitFile(
    'ExecStart=/srv/venv/bin/gunicorn -t 120 app:application',
    'MemoryMax=420M',
    'OOMPolicy=continue',
  );
  const killed = (): Scenario =>
    new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .app(0.1, 'INFO', 'Parsing XML: vpn/14.xml (90000000 bytes)')
      .sigkill(9)
      .replacement(9.1)
      .psSeries(8, (second) => ({ state: 'R', rssKib: 24_000 + Math.max(0, second) * 48_000, cpuSeconds: second }))
      .file('etc/results-api.service', service)
      .host(24_000_000, 20_000_000);
  const TEXT =
    'Memory cgroup out of memory: Killed process 4242 (gunicorn) total-vm:433520kB, anon-rss:409592kB, file-rss:6152kB, shmem-rss:0kB, UID:0 pgtables:880kB oom_score_adj:0';

  it('reached, with the kernel log in dmesg -T: memory exhaustion, and the limit is named', async () => {
    const analysis = await killed()
      .file('system/dmesg.txt', `[Sat Mar 14 00:10:00 2026] Linux version 6.1.0\n[Sat Mar 14 02:30:08 2026] ${TEXT}\n`)
      .analyse();
    expect(analysis.incident?.mechanism).toBe('kernel-oom');
    expect(verdictsOf(analysis)).toMatchObject({ 'memory-exhaustion': 'fits', 'worker-timeout': 'ruled-out' });
    const memory = analysis.facts.find(({ id }) => id === 'worker-memory');
    expect(memory?.text).toMatch(/9\d\.\d% of the unit's limit of 440 MB \(results-api\.service line 6\)/);
    expect(memory?.weights['memory-exhaustion']).toBeGreaterThan(0);
    const advice = analysis.recommendations.find(({ id }) => id === 'memory-limit');
    expect(advice?.text).toContain('MemoryMax of 440 MB');
    expect(advice?.patch).toMatch(/^\[Service\]\nMemoryMax=\d+M$/);
  });

  it('reached, with a plain dmesg that gunicorn itself dates', async () => {
    const analysis = await killed()
      .file('dmesg', `[    0.000000] Linux version 6.1.0\n[ 8408.100200] ${TEXT}\n`)
      .analyse();
    expect(analysis.incident?.mechanism).toBe('kernel-oom');
    expect(verdictsOf(analysis)['memory-exhaustion']).toBe('fits');
  });

  it('a plain dmesg with nothing to date it decides nothing', async () => {
    const analysis = await killed().file('dmesg', '[    0.000000] Linux version 6.1.0\n').analyse();
    expect(analysis.incident?.mechanism).toBe('external-sigkill');
    expect(verdictsOf(analysis)['memory-exhaustion']).toBe('inconclusive');
  });
});

describe('a full disk', () => {
  const failed = (): Scenario =>
    new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .app(0.1, 'INFO', 'Parsed 20 test results in 0.0s')
      .app(0.2, 'INFO', 'Starting database insert (batch size: 20)')
      .app(0.9, 'ERROR', 'Import of vpn job 14 failed: database or disk is full')
      .stderr(0.9, 'Traceback (most recent call last):')
      .stderr(0.9, '  File "/srv/app/tasks.py", line 88, in insert')
      .stderr(0.9, 'sqlite3.OperationalError: database or disk is full')
      .app(60, 'INFO', 'Importing vpn job 15')
      .app(61, 'INFO', 'Import of vpn job 15 finished in 1.0s')
      .quietKernel()
      .config('timeout = 30');
  const DF =
    'Filesystem     1K-blocks     Used Available Use% Mounted on\n/dev/vda1       20511312  3126544  16317516  17% /\n/dev/vdb1        1020588  1003996         0 100% /srv\n/dev/loop0         65536    65536         0 100% /snap/core20/1405\n';

  it('that failed an insert and killed nobody: nothing fits, and no lock is blamed', async () => {
    const analysis = await failed().file('system/df.txt', DF).analyse();
    expect(analysis.incident?.mechanism).toBe('none');
    const verdicts = verdictsOf(analysis);
    expect(Object.values(verdicts)).not.toContain('fits');
    expect(verdicts['database-lock']).toBe('ruled-out');
    const fact = analysis.facts.find(({ id }) => id === 'disk-full-error');
    expect(fact?.text).toContain('/srv 100 % full');
    expect(fact?.text).not.toContain('/snap');
    expect(analysis.recommendations.map(({ id }) => id)).toContain('free-disk-space');
  });

  it('that nothing complained of is told and weighs nothing', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .timeout(31)
      .sigkill(32)
      .file('system/df.txt', DF)
      .analyse();
    expect(analysis.facts.find(({ id }) => id === 'filesystem-full')?.weights).toEqual({});
    expect(analysis.facts.map(({ id }) => id)).not.toContain('disk-full-error');
  });
});

describe('an artifact that was not saved', () => {
  it('is measured by ls on the host, where the log names it without its size', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .app(0.1, 'INFO', 'Parsing XML: logs/7.0/vpn/14/test-results.xml')
      .timeout(31)
      .sigkill(32)
      .replacement(32.1)
      .config('timeout = 30')
      .file(
        'system/listing.txt',
        'logs/7.0/vpn/13:\ntotal 16\n-rw-r--r-- 1 app app    12000 Mar 13 02:29 test-results.xml\n\nlogs/7.0/vpn/14:\ntotal 57876\n-rw-r--r-- 1 app app 59261760 Mar 14 02:29 test-results.xml\n',
      )
      .analyse();
    expect(analysis.facts.find(({ id }) => id === 'artifact-large')?.text).toContain(
      '59,261,760 bytes (59.3 MB), by ls on the host',
    );
    expect(analysis.questions.find(({ id }) => id === 'artifact-size')?.answer).toContain('by ls on the host');
    expect(verdictsOf(analysis)['large-artifact']).toBe('contributes');
  });
});

describe('an artifact of another kind than is measured', () => {
  const loading = (megabytes: number): Promise<Analysis> =>
    new Scenario()
      .boot()
      .app(0, 'INFO', 'Loading tiles: district_all.geojson (full)')
      .timeout(31)
      .sigkill(32)
      .replacement(32.1)
      .config('timeout = 30')
      .file(
        'upload/district_all.geojson',
        `{"features": [${'{"kind": "field", "at": [1, 2]},\n'.repeat(megabytes * 32_000)}`,
      )
      .analyse();

  it('has the size of its file, where that was saved and the work names it', async () => {
    const analysis = await loading(12);
    expect(analysis.incidents[0]?.operation).toContain('district_all.geojson');
    expect(analysis.facts.find(({ id }) => id === 'artifact-large')?.text).toContain('(12.7 MB) as it was saved');
    expect(verdictsOf(analysis)['large-artifact']).toBe('contributes');
  });

  it('is neither large nor small where nobody knows what its size costs, and small far below', async () => {
    const middling = await loading(3);
    expect(middling.facts.map(({ id }) => id)).not.toContain('artifact-small');
    expect(verdictsOf(middling)['large-artifact']).toBe('inconclusive');
    expect((await loading(0.3)).facts.map(({ id }) => id)).toContain('artifact-small');
  });
});

describe('memory of the host by sar', () => {
  const timedOut = (swapIn: string): Scenario =>
    new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .app(0.1, 'INFO', 'Parsing XML: vpn/14.xml (3000000 bytes)')
      .timeout(61)
      .sigkill(62)
      .replacement(62.1)
      .quietKernel()
      .config('timeout = 60')
      .file(
        'system/sar.txt',
        `Linux 6.1.0 (app-3) \t03/14/26 \t_x86_64_\t(2 CPU)\n\n02:20:01     pswpin/s pswpout/s\n02:30:01         0.00      0.00\n02:40:01     ${swapIn}      ${swapIn}\nAverage:     1.00 1.00\n`,
      );

  it('swapping heavily while the operation ran: memory exhaustion behind the timeout', async () => {
    const verdicts = verdictsOf(await timedOut('2600.00').analyse());
    expect(verdicts).toMatchObject({ 'memory-exhaustion': 'fits', 'worker-timeout': 'contributes' });
  });

  it('swapping a little is no exhaustion', async () => {
    const analysis = await timedOut('3.00').analyse();
    expect(analysis.facts.map(({ id }) => id)).not.toContain('swap-thrashing');
    expect(verdictsOf(analysis)['memory-exhaustion']).not.toBe('fits');
  });
});

describe('vmstat in another unit than KiB', () => {
  const timedOut = (free: (second: number) => number): Scenario => {
    const scenario = new Scenario().boot().app(0, 'INFO', 'Importing vpn job 14').timeout(40).sigkill(41).host();
    for (let second = 0; second <= 40; second += 5)
      scenario.vmstat(second, { free: free(second), cache: 494, buff: 1 });
    return scenario;
  };
  const memoryOf = async (scenario: Scenario): Promise<string | undefined> =>
    (await scenario.analyse()).facts.find(({ id }) => id === 'host-memory')?.text;

  it('is doubted where what it prints would be nothing of the host', async () => {
    expect(await memoryOf(timedOut(() => 5_800))).toMatch(
      /^The host had 6\.1 GB of 8\.2 GB free.*vmstat is left aside/,
    );
  });

  it('is believed where it ran full only in the end', async () => {
    expect(await memoryOf(timedOut((second) => (second < 20 ? 900_000 : 5_800)))).toMatch(
      /^The host had 6\.\d MB of 8\.2 GB/,
    );
  });
});
