import { describe, expect, it } from 'vitest';
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
    expect(analysis.config).toMatchObject({ timeoutSeconds: 90, timeoutSource: 'file', workers: 4 });
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
    const timeoutOf = async (scenario: Scenario): Promise<number | undefined> =>
      (await scenario.analyse()).config?.timeoutSeconds;
    expect(await timeoutOf(withUnit(environment, 'ExecStart=/srv/bin/gunicorn -t 60 app').ps(50, [running]))).toBe(91);
    expect(await timeoutOf(withUnit(environment, 'ExecStart=/srv/bin/gunicorn -t 60 app'))).toBe(60);
    expect(await timeoutOf(withUnit(environment, 'ExecStart=/srv/bin/gunicorn app'))).toBe(45);
    expect(await timeoutOf(withUnit('ExecStart=/srv/bin/gunicorn app'))).toBe(30);
  });
});
