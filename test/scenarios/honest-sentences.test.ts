import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../shared/model/analysis.ts';
import { analyseFiles, Scenario, verdictsOf } from './scenario.ts';

const log = (...lines: readonly string[]): Promise<Analysis> =>
  analyseFiles(new Map([['gunicorn.log', `${lines.join('\n')}\n`]]));
const said = (analysis: Analysis): string => [analysis.headline, ...Object.values(analysis.summary).flat()].join(' ');

describe('a refusal for a lock shortly before a timeout', () => {
  const refused = (minutes: string): Promise<Analysis> =>
    log(
      '[2026-04-07 18:02:11 +0000] [212] [INFO] Starting gunicorn 23.0.0',
      '[2026-04-07 18:02:11 +0000] [347] [INFO] Booting worker with pid: 347',
      `2026-04-07 18:${minutes}:05,113 [shop/ERROR] sqlite3.OperationalError: database is locked`,
      '[2026-04-07 18:21:40 +0000] [212] [CRITICAL] WORKER TIMEOUT (pid:347)',
      '[2026-04-07 18:21:41 +0000] [212] [ERROR] Worker (pid:347) was sent SIGKILL! Perhaps out of memory?',
      '[2026-04-07 18:21:41 +0000] [380] [INFO] Booting worker with pid: 380',
    );

  it('is told, leaves the timeout fitting and the lock open', async () => {
    const analysis = await refused('20');
    expect(said(analysis)).toContain('"database is locked"');
    expect(said(analysis)).toContain('18:20:05');
    expect(verdictsOf(analysis)).toMatchObject({ 'worker-timeout': 'fits', 'database-lock': 'inconclusive' });
  });

  it('is not told where it lies a quarter of an hour back', async () => {
    expect(said(await refused('05'))).not.toContain('database is locked');
  });
});

describe('a line that names no process', () => {
  const endingOf = (...pids: readonly number[]): Promise<Analysis> =>
    log(
      '2026-10-01 05:30:11,252 - Inv1 - read - [INFO] - Saving energy statistics at the start of the day rate',
      '2026-10-01 05:30:11,290 - Inv1 - read - [INFO] - Importing tariff 31',
      ...pids.map((pid) => `[2026-10-01 05:30:22 +0000] [96] [CRITICAL] WORKER TIMEOUT (pid:${pid})`),
      ...pids.map(
        (pid) =>
          `[2026-10-01 05:30:33 +0000] [96] [ERROR] Worker (pid:${pid}) was sent SIGKILL! Perhaps out of memory?`,
      ),
    );

  it('is no work of any of several workers that end in one moment', async () => {
    const analysis = await endingOf(111, 112);
    expect(analysis.incidents.map(({ operation }) => operation)).toEqual([null, null]);
    expect(said(analysis)).not.toMatch(/into |had run/);
  });

  it('is the work of the worker whose pid it begins with, where no header says so', async () => {
    const analysis = await log(
      ...[7, 8].map((pid) => `2026-10-01 05:30:0${pid},252 INFO ${pid} rates started importing list 77120${pid}`),
      ...[7, 8].map((pid) => `[2026-10-01 05:30:40 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:${pid})`),
      ...[7, 8].map(
        (pid) => `[2026-10-01 05:30:41 +0000] [1] [ERROR] Worker (pid:${pid}) was sent SIGKILL! Perhaps out of memory?`,
      ),
    );
    expect(analysis.incidents.map(({ pid, operation }) => [pid, operation?.includes(`list 77120${pid}`)])).toEqual([
      [7, true],
      [8, true],
    ]);
  });

  it('is the work of the one worker that ends, where it names what is done', async () => {
    expect((await endingOf(111)).incident?.operation).toBe('tariff 31');
  });

  it('is nobody’s work where it names nothing and nothing follows', async () => {
    const analysis = await log(
      '2026-10-01 05:30:11,252 - Inv1 - read - [INFO] - Saving energy statistics at the start of the day rate',
      '[2026-10-01 05:37:22 +0000] [96] [CRITICAL] WORKER TIMEOUT (pid:111)',
      '[2026-10-01 05:37:33 +0000] [96] [ERROR] Worker (pid:111) was sent SIGKILL! Perhaps out of memory?',
    );
    expect(said(analysis)).not.toMatch(/into its work|had run/);
    expect(analysis.incident?.phases.map(({ name }) => name)).toEqual(['timeout-to-kill']);
  });
});

describe('a service that systemd ended while no worker was killed', () => {
  it('is told by systemd’s own words, and is no all-clear', async () => {
    const journal = [
      'Feb 21 01:25:23 pi systemd[1]: Starting shop daemon...',
      'Feb 21 01:25:27 pi gunicorn[1152]: [2026-02-21 01:25:27 +0000] [1152] [INFO] Starting gunicorn 19.6.0',
      'Feb 21 01:25:27 pi gunicorn[1152]: [2026-02-21 01:25:27 +0000] [1157] [INFO] Booting worker with pid: 1157',
      'Feb 21 01:26:53 pi systemd[1]: shop.service: start operation timed out. Terminating.',
      'Feb 21 01:26:53 pi gunicorn[1152]: [2026-02-21 01:26:53 +0000] [1152] [INFO] Handling signal: term',
      'Feb 21 01:26:53 pi gunicorn[1152]: [2026-02-21 01:26:53 +0000] [1157] [INFO] Worker exiting (pid: 1157)',
      "Feb 21 01:26:54 pi systemd[1]: shop.service: Failed with result 'timeout'.",
      'Feb 21 01:26:54 pi systemd[1]: Failed to start shop daemon.',
    ];
    const analysis = await analyseFiles(new Map([['journal.txt', `${journal.join('\n')}\n`]]));
    expect(analysis.headline).toContain('start operation timed out');
    expect(analysis.headline).not.toContain('No worker was killed');
    expect(analysis.summary.action).toContain('Type=notify');
  });

  it('is told as well where gunicorn never came to a word, and a lock in a log beside its own', async () => {
    const journal = [
      '2026-01-05T05:55:00+0000 gate systemd[1]: Starting gates.service - Gates...',
      '2026-01-05T05:55:02+0000 gate gates[2000]: INFO gates.startup waiting for the key store',
      '2026-01-05T05:56:30+0000 gate systemd[1]: gates.service: start operation timed out. Terminating.',
      "2026-01-05T05:56:30+0000 gate systemd[1]: gates.service: Failed with result 'timeout'.",
    ];
    const starts = await analyseFiles(new Map([['journal.txt', `${journal.join('\n')}\n`]]));
    expect(starts.headline).toContain('start operation timed out');
    const locked = await analyseFiles(
      new Map([
        [
          'error.log',
          '[2026-06-08 08:40:00 +0000] [77] [INFO] Starting gunicorn 22.0.0\n[2026-06-08 08:40:00 +0000] [88] [INFO] Booting worker with pid: 88\n',
        ],
        ['app.log', '2026-06-08 09:02:11,100 ERROR desk: sqlite3.OperationalError: database is locked\n'],
      ]),
    );
    expect(said(locked).toLowerCase()).toContain('the operation failed on the write lock');
    expect(locked.headline).not.toContain('No worker was killed');
  });

  it('is not told of another unit of the host', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .app(2, 'INFO', 'Import of vpn job 14 finished in 2.0s')
      .journal(300, 'systemd', 1, "fwupd-refresh.service: Failed with result 'exit-code'.")
      .analyse();
    expect(analysis.headline).toContain('No worker was killed');
  });
});

describe('a log of more entries than are read for errors', () => {
  const long = (last: string): Promise<Analysis> =>
    log(
      '[2026-05-01 08:00:00 +0000] [212] [INFO] Starting gunicorn 23.0.0',
      '[2026-05-01 08:00:00 +0000] [347] [INFO] Booting worker with pid: 347',
      ...Array.from({ length: 21_000 }, () => '2026-05-01 08:00:05,000 shop INFO looked at a shelf'),
      last,
    );

  it('says so, and reads what a level marks all the same', async () => {
    expect((await long('2026-05-01 08:00:09,000 shop INFO looked at the last shelf')).headline).toContain(
      'first 20,000',
    );
    const graver = await long('2026-05-01 08:00:09,000 shop ERROR the shelf fell down');
    expect(graver.headline).toContain('1 line reports an error');
  });
});

describe('durations that the log does not give', () => {
  const PIDS = [4711, 4712, 4713];
  const stepped = (version: string): Promise<Analysis> => {
    const at = (time: string): string => `2026-02-19T${time}+0000 app01`;
    return analyseFiles(
      new Map([
        [
          'journal.log',
          `${[
            `${at('05:55:00')} gunicorn[4700]: [2026-02-19 05:55:00 +0000] [4700] [INFO] Starting gunicorn ${version}`,
            ...PIDS.map(
              (pid) =>
                `${at('05:55:00')} gunicorn[${pid}]: [2026-02-19 05:55:00 +0000] [${pid}] [INFO] Booting worker with pid: ${pid}`,
            ),
            `${at('06:10:00')} gunicorn[4712]: 2026-02-19 06:10:00,000 - stops - INFO - Importing stop list 4`,
            `${at('06:15:14')} chronyd[588]: System clock was stepped by 312.402210 seconds`,
            ...PIDS.map(
              (pid) =>
                `${at('06:15:15')} gunicorn[4700]: [2026-02-19 06:15:15 +0000] [4700] [CRITICAL] WORKER TIMEOUT (pid:${pid})`,
            ),
            ...PIDS.map(
              (pid) =>
                `${at('06:15:15')} gunicorn[${pid}]: [2026-02-19 06:15:15 +0000] [${pid}] [INFO] Worker exiting (pid: ${pid})`,
            ),
          ].join('\n')}\n`,
        ],
        ['gunicorn.conf.py', 'timeout = 30\n'],
      ]),
    );
  };

  it('are told without the step of a clock, which old gunicorns end every worker for', async () => {
    const analysis = await stepped('20.1.0');
    expect(said(analysis)).not.toMatch(/\b5 min/);
    expect(analysis.headline).toContain('2.6 s into stop list 4');
    expect(analysis.headline).toContain('in one moment with 2 other workers');
    expect(analysis.summary.cause).toContain('this gunicorn reads its heartbeats by it');
  });

  it('but not by one that reads the monotonic clock', async () => {
    const analysis = await stepped('23.0.0');
    expect(analysis.facts.map(({ id }) => id)).toContain('clock-stepped');
    expect(analysis.summary.cause).not.toContain('reads its heartbeats');
  });

  it('are not told of lines without a time', async () => {
    const analysis = await log(
      '[2026-03-07 06:45:00 +0000] [212] [INFO] Starting gunicorn 23.0.0',
      '[2026-03-07 06:45:00 +0000] [347] [INFO] Booting worker with pid: 347',
      'INFO:shop:Importing invoice file 20260307.csv',
      '[2026-03-07 07:00:31 +0000] [212] [CRITICAL] WORKER TIMEOUT (pid:347)',
      '[2026-03-07 07:00:32 +0000] [380] [INFO] Booting worker with pid: 380',
    );
    expect(said(analysis)).not.toContain('15 min');
    expect(analysis.headline).toContain('in the middle of invoice file 20260307.csv');
  });

  it('are not told of stamps of whole seconds that are the same', async () => {
    const analysis = await log(
      '[2026-03-07 06:45:00 +0000] [212] [INFO] Starting gunicorn 23.0.0',
      '[2026-03-07 06:45:00 +0000] [347] [INFO] Booting worker with pid: 347',
      '[2026-03-07 07:00:31 +0000] [212] [CRITICAL] WORKER TIMEOUT (pid:347)',
      '[2026-03-07 07:00:31 +0000] [347] [INFO] Worker exiting (pid: 347)',
    );
    expect(analysis.headline).toContain('in the second of WORKER TIMEOUT');
  });
});

describe('what a line is called', () => {
  it('is no error where its logger calls it information', async () => {
    const analysis = await log(
      '[2026-03-07 06:45:00 +0000] [212] [INFO] Starting gunicorn 23.0.0',
      '[2026-03-07 06:45:00 +0000] [347] [INFO] Booting worker with pid: 347',
      '2026-03-07 06:46:00,100 INFO [347] reports: failed: infra.TestOom::test "Out of memory: Killed process 1 (gunicorn)"',
    );
    expect(said(analysis)).not.toContain(' an error');
  });

  it('says that a supervisor stops a service by its own setting', async () => {
    const analysis = await log(
      '[2026-03-07 06:45:00 +0000] [212] [INFO] Starting gunicorn 23.0.0',
      '[2026-03-07 06:45:00 +0000] [347] [INFO] Booting worker with pid: 347',
      '2026-03-07 06:50:00,000 INFO [347] stock: Importing manifest 3',
      '[2026-03-07 06:50:05 +0000] [212] [INFO] Handling signal: term',
      "2026-03-07 06:50:15,000 WARN killing 'stock' (212) with SIGKILL",
      '2026-03-07 06:50:15,100 INFO stopped: stock (terminated by SIGKILL)',
    );
    expect(analysis.recommendations.find(({ id }) => id === 'stop-timeout')?.text ?? '').toContain('stopwaitsecs');
  });
});

describe('a worker that leaves in the moment of its TIMEOUT', () => {
  const at = async (second: number): Promise<readonly string[]> =>
    (
      await new Scenario()
        .boot()
        .app(0, 'INFO', 'Importing vpn job 14')
        .gunicorn(second, 4242, 'INFO', 'Worker exiting (pid: 4242)')
        .timeout(31)
        .arbiter(31.4, 'ERROR', 'Worker (pid:4242) exited with code 1')
        .replacement(31.6)
        .analyse()
    ).facts.map(({ id }) => id);

  it('left for it, in whichever order the two lines stand', async () => {
    expect(await at(30.9)).toContain('abort-handler-ran');
    expect(await at(30.9)).not.toContain('hang-at-exit');
  });

  it('had hung at its exit where it had begun to leave before', async () => {
    expect(await at(4)).toContain('hang-at-exit');
  });
});

describe('a SIGKILL that came late', () => {
  const late = (delay: number): Scenario =>
    new Scenario()
      .boot()
      .app(0, 'INFO', 'Saving list 1488')
      .timeout(31)
      .sigkill(31 + delay)
      .replacement(32 + delay)
      .quietKernel();
  const FAILED = 'I/O error, dev sdb, sector 1883412480 op 0x1:(WRITE) flags 0x4800 phys_seg 8 prio class 2';
  const loop = async (scenario: Scenario): Promise<string | undefined> =>
    verdictsOf(await scenario.analyse())['infinite-loop'];

  it('as the kernel gave up on a disk excludes a loop: it could not die before', async () => {
    expect(await loop(late(52).kernel(82, FAILED))).toBe('ruled-out');
  });

  it.each([
    ['nothing failed', late(52)],
    ['a disk failed long before', late(52).kernel(40, FAILED)],
    ['it came a moment late only', late(2).kernel(32.5, FAILED)],
  ])('excludes none where %s', async (_, scenario) => {
    expect(await loop(scenario)).toBe('inconclusive');
  });
});
