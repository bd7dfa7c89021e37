import { describe, expect, it } from 'vitest';
import { analyseFiles, Scenario, verdictsOf } from './scenario.ts';

const header = (pid: number, clock: string, level = 'INFO'): string =>
  `[2026-05-04 ${clock} +0000] [${pid}] [${level}]`;

const log = (...lines: readonly string[]): ReadonlyMap<string, string> =>
  new Map([['docker-logs.txt', `${lines.join('\n')}\n`]]);

const START = [
  `${header(1, '10:00:00')} Starting gunicorn 20.0.4`,
  `${header(1, '10:00:00')} Listening at: http://0.0.0.0:8000 (1)`,
  `${header(1, '10:00:00')} Using worker: sync`,
];
const boot = (pid: number, clock: string): string => `${header(pid, clock)} Booting worker with pid: ${pid}`;

describe('a worker that vanishes without a word', () => {
  it('is counted by the boots of its replacements, each of which one end explains', async () => {
    const boots = [7, 15, 23, 31].map((pid, index) => boot(pid, `10:00:${String(index * 12).padStart(2, '0')}`));
    const analysis = await analyseFiles(log(...START, ...boots));
    expect(analysis.incidents.map(({ pid }) => pid)).toEqual([7, 15, 23]);
    expect(analysis.incidents.every(({ together }) => together === undefined)).toBe(true);
    expect(analysis.incident?.mechanism).toBe('external-sigkill');
    expect(verdictsOf(analysis)['memory-exhaustion']).toBe('inconclusive');
  });

  it('is none where the workers boot together, one after another', async () => {
    const boots = [7, 8, 9, 10].map((pid, index) => boot(pid, `10:00:0${index}`));
    expect((await analyseFiles(log(...START, ...boots))).incidents).toEqual([]);
  });

  it('is one where the hook of the service tells of its end within the start', async () => {
    const files = log(
      ...START,
      boot(7, '10:00:00'),
      'child_exit 7',
      boot(8, '10:00:01'),
      'child_exit 8',
      boot(9, '10:00:02'),
    );
    expect((await analyseFiles(files)).incidents.map(({ pid }) => pid)).toEqual([7, 8]);
  });
});

describe('who can tell of a death', () => {
  it('is not the worker that prints what a test captured', async () => {
    const scenario = new Scenario().boot();
    const { pid, arbiterPid } = scenario.setting;
    const quoted = `[2026-01-01 03:00:00 +0000] [${arbiterPid}]`;
    const analysis = await scenario
      .app(0, 'INFO', 'Importing report 61')
      .stderr(0.3, `${quoted} [CRITICAL] WORKER TIMEOUT (pid:${pid})`)
      .stderr(0.3, `${quoted} [ERROR] Worker (pid:${pid}) was sent SIGKILL! Perhaps out of memory?`)
      .stderr(0.3, `${quoted} [CRITICAL] WORKER TIMEOUT (pid:99)`)
      .app(1, 'INFO', 'Report 61 imported in 1.0s')
      .analyse();
    expect(analysis.incidents).toEqual([]);
  });

  it('is nobody where the process goes on logging', async () => {
    const scenario = new Scenario().boot();
    const analysis = await scenario
      .sigkill(4)
      .app(30, 'INFO', 'Importing report 62')
      .app(31, 'INFO', 'Report 62 imported in 0.8s')
      .app(60, 'INFO', 'Importing report 63')
      .app(61, 'INFO', 'Report 63 imported in 0.8s')
      .analyse();
    expect(analysis.incidents).toEqual([]);
  });
});

describe('who killed it', () => {
  it('is the arbiter itself at the end of a stop', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .arbiter(5, 'INFO', 'Handling signal: term')
      .sigkill(12)
      .arbiter(12.1, 'INFO', 'Shutting down: Master')
      .analyse();
    expect(analysis.incident?.mechanism).toBe('systemd-stop');
    expect(analysis.summary.happened).not.toContain('unknown sender');
    expect(analysis.incident?.killer?.why).toContain('Handling signal: term');
  });

  it('is earlyoom where it says so, and then it was for memory', async () => {
    const scenario = new Scenario().boot().app(0, 'INFO', 'Importing vpn job 14');
    const word = `sending SIGKILL to process ${scenario.setting.pid} uid 1000 "gunicorn": badness 1204, VmRSS 11874 MiB`;
    const analysis = await scenario.journal(9, 'earlyoom', 640, word).sigkill(10).quietKernel().analyse();
    expect(analysis.incident?.killer?.name).toBe('earlyoom');
    expect(verdictsOf(analysis)['memory-exhaustion']).toBe('fits');
    expect(verdictsOf(analysis)['worker-timeout']).toBe('ruled-out');
  });

  it('is nohang where it says so, whose lines are no work of the worker that they name', async () => {
    const scenario = new Scenario().boot().app(0, 'INFO', 'Importing vpn job 14');
    const { pid } = scenario.setting;
    for (const text of [
      `  1. PID: ${pid}, oom_score: 1188, badness: 1188, VmRSS: 5120, Name: gunicorn`,
      'Implementing a corrective action:',
      '  Sending SIGKILL to the victim;',
      `  Victim: PID: ${pid}, Name: gunicorn, UID: 997, RSS: 5120 MiB`,
    ])
      scenario.journal(9, 'nohang', 611, text);
    const analysis = await scenario.sigkill(10).quietKernel().analyse();
    expect(analysis.incident).toMatchObject({ operation: 'vpn job 14', killer: { name: 'nohang' } });
    expect(verdictsOf(analysis)['memory-exhaustion']).toBe('fits');
    expect(analysis.facts.map(({ id }) => id)).not.toContain('artifact-large');
  });

  it('is the worker that could not load the application, of all that leave', async () => {
    const analysis = await analyseFiles(
      log(
        ...START,
        boot(7, '10:00:00'),
        boot(8, '10:00:00'),
        `${header(7, '10:00:01')} Worker exiting (pid: 7)`,
        `${header(8, '10:00:02')} Worker exiting (pid: 8)`,
        `${header(1, '10:00:02')} Shutting down: Master`,
        `${header(1, '10:00:02')} Reason: Worker failed to boot.`,
      ),
    );
    expect(analysis.incidents.map(({ pid, mechanism }) => [pid, mechanism])).toEqual([[7, 'crash']]);
  });
});

describe('how a worker took SIGABRT', () => {
  const timedOut = (...between: readonly string[]): ReadonlyMap<string, string> =>
    log(
      ...START,
      boot(7, '10:00:00'),
      `${header(1, '10:05:00', 'CRITICAL')} WORKER TIMEOUT (pid:7)`,
      ...between,
      `${header(1, '10:05:01', 'ERROR')} Worker (pid:7) was sent SIGKILL! Perhaps out of memory?`,
      boot(9, '10:05:01'),
    );
  const facts = async (files: ReadonlyMap<string, string>): Promise<readonly string[]> =>
    (await analyseFiles(files)).facts.map(({ id }) => id);

  it('is not at all, where nothing of it stands before the kill', async () => {
    expect(await facts(timedOut())).toContain('deaf-to-abort');
  });

  it('is by its handler, where it still logged its exit', async () => {
    const ids = await facts(timedOut(`${header(7, '10:05:00')} Worker exiting (pid: 7)`));
    expect(ids).toContain('abort-handler-ran');
    expect(ids).not.toContain('deaf-to-abort');
  });
});

describe('a clock that was set in the middle', () => {
  const line = (clock: string, who: string, text: string): string => `2026-05-04T${clock}+0000 app-3 ${who}: ${text}`;
  const worker = (clock: string, pid: number, text: string): string =>
    line(clock, `gunicorn[${pid}]`, `[2026-05-04 ${clock.slice(0, 8)} +0000] [${pid}] ${text}`);

  it.each([
    ['told by chrony', 'chronyd[588]', 'System clock was stepped by -90.500000 seconds', 90.7],
    ['seen by systemd alone', 'systemd[1]', 'Time has been changed', 59.7],
  ])('keeps the order of what was logged, %s', async (_, who, words, least) => {
    const analysis = await analyseFiles(
      new Map([
        [
          'unit.txt',
          [
            worker('10:00:00.000000', 900, '[INFO] Starting gunicorn 23.0.0'),
            worker('10:00:00.100000', 911, '[INFO] Booting worker with pid: 911'),
            line(
              '10:20:00.000000',
              'gunicorn[911]',
              '2026-05-04 10:20:00,000 - stock - INFO - Importing stock count 88',
            ),
            line('10:20:30.000000', 'gunicorn[911]', '2026-05-04 10:20:30,000 - stock - INFO - Parsed 20 rows in 0.4s'),
            line('10:19:30.000000', who, words),
            worker('10:20:00.200000', 900, '[CRITICAL] WORKER TIMEOUT (pid:911)'),
            worker('10:20:01.200000', 900, '[ERROR] Worker (pid:911) was sent SIGKILL! Perhaps out of memory?'),
            worker('10:20:01.400000', 930, '[INFO] Booting worker with pid: 930'),
            '',
          ].join('\n'),
        ],
        ['gunicorn.conf.py', 'timeout = 30\n'],
      ]),
    );
    const { incident } = analysis;
    expect(incident).toMatchObject({ pid: 911, mechanism: 'gunicorn-timeout', operation: 'stock count 88' });
    expect(incident?.phases.find(({ name }) => name === 'import-to-timeout')?.seconds).toBeGreaterThanOrEqual(least);
  });

  it('takes entries that are out of order for no more than that', async () => {
    const analysis = await analyseFiles(
      new Map([
        [
          'unit.txt',
          [
            worker('10:00:00.000000', 900, '[INFO] Starting gunicorn 23.0.0'),
            worker('10:00:00.100000', 911, '[INFO] Booting worker with pid: 911'),
            line(
              '10:20:00.000000',
              'gunicorn[911]',
              '2026-05-04 10:20:00,000 - stock - INFO - Importing stock count 88',
            ),
            line('10:20:50.000000', 'sshd[7]', 'Accepted publickey for jana'),
            line(
              '10:20:40.200000',
              'gunicorn[900]',
              '[2026-05-04 10:20:40 +0000] [900] [CRITICAL] WORKER TIMEOUT (pid:911)',
            ),
            worker('10:20:41.200000', 900, '[ERROR] Worker (pid:911) was sent SIGKILL! Perhaps out of memory?'),
            '',
          ].join('\n'),
        ],
      ]),
    );
    expect(analysis.incident?.phases.find(({ name }) => name === 'import-to-timeout')?.seconds).toBeCloseTo(40.2);
  });
});

describe('a service that is started again in the second in which it ends', () => {
  it('lost the worker that was there before, not one of the new', async () => {
    const at = (clock: string, who: string, text: string): string => `Mai 12 ${clock} app01 ${who}: ${text}`;
    const worker = (clock: string, pid: number, text: string): string =>
      at(clock, `gunicorn[${pid}]`, `[2026-05-12 ${clock} +0200] [${pid}] [INFO] ${text}`);
    const analysis = await analyseFiles(
      new Map([
        [
          'journal.log',
          [
            worker('08:00:00', 600, 'Starting gunicorn 20.1.0'),
            worker('08:00:00', 611, 'Booting worker with pid: 611'),
            worker('08:00:00', 612, 'Booting worker with pid: 612'),
            at('08:20:00', 'gunicorn[612]', '2026-05-12 08:20:00,000 - report - INFO - Importing ledger 3'),
            at('08:20:20', 'systemd[1]', 'Stopping ledger.service - Ledger...'),
            worker('08:20:20', 600, 'Handling signal: term'),
            worker('08:20:20', 611, 'Worker exiting (pid: 611)'),
            at('08:20:40', 'systemd[1]', "ledger.service: State 'stop-sigterm' timed out. Killing."),
            at('08:20:40', 'systemd[1]', 'ledger.service: Main process exited, code=killed, status=9/KILL'),
            at('08:20:40', 'systemd[1]', 'Started ledger.service - Ledger.'),
            worker('08:20:40', 701, 'Starting gunicorn 20.1.0'),
            worker('08:20:40', 711, 'Booting worker with pid: 711'),
            worker('08:20:40', 712, 'Booting worker with pid: 712'),
            '',
          ].join('\n'),
        ],
      ]),
    );
    expect(analysis.incident).toMatchObject({ pid: 612, mechanism: 'systemd-stop', operation: 'ledger 3' });
  });
});
