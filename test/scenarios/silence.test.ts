import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../shared/model/analysis.ts';
import { analyseFolder } from '../support/analyse-folder.ts';
import { tempFolder, writeTree } from '../support/bundles.ts';

const analysed = (files: Readonly<Record<string, string>>): Promise<Analysis> =>
  analyseFolder(writeTree(tempFolder(), files));

const START = `[2026-03-02 04:00:00 +0000] [1] [INFO] Starting gunicorn 20.0.4
[2026-03-02 04:00:00 +0000] [1] [INFO] Listening at: http://0.0.0.0:8000 (1)
[2026-03-02 04:00:00 +0000] [1] [INFO] Using worker: sync
[2026-03-02 04:00:00 +0000] [7] [INFO] Booting worker with pid: 7
`;

describe('a case without an incident', () => {
  it('says what was searched where the log was read whole', async () => {
    const { headline, summary } = await analysed({ 'web.log': START });
    expect(headline).toContain('No worker was killed and no operation failed in web.log (04:00:00 to 04:00:00 UTC');
    expect(summary.action).toContain('collect the log of that time');
  });

  it('does not call a log quiet that reports an error', async () => {
    const { headline, summary } = await analysed({
      'web.log': `${START}2026-03-02 04:00:05,120 ERROR [7] shop.orders: connection lost\n`,
    });
    expect(headline).toContain('No kill is logged in web.log');
    expect(headline).toContain('1 line reports an error');
    expect(summary.cause).toContain('connection lost');
  });

  it('names a log beside it that could not be read', async () => {
    const { headline, summary } = await analysed({
      'web.log': START,
      'old/web-stderr.log': 'something of no known kind\nand more of it\n',
    });
    expect(headline).toMatch(/^No kill is logged in web\.log.*; not read whole: web-stderr\.log/);
    expect(summary.action).toContain('web-stderr.log');
  });

  it('is not cleared where a line that could not be read speaks of an end', async () => {
    const journal = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
    const whole = [
      '2026-03-02T04:00:00.000000+0000 app-3 gunicorn[900]: [2026-03-02 04:00:00 +0000] [900] [INFO] Starting gunicorn 23.0.0',
      '2026-03-02T04:00:00.100000+0000 app-3 gunicorn[911]: [2026-03-02 04:00:00 +0000] [911] [INFO] Booting worker with pid: 911',
      '2026-03-02T04:05:00.000000+0000 app-3 gunicorn[911]: 2026-03-02 04:05:00,000 - jobs - INFO - Importing list 4',
      '2026-03-02T04:05:01.000000+0000 app-3 gunicorn[911]: 2026-03-02 04:05:01,000 - jobs - INFO - List 4 imported in 1.0s',
    ];
    const verdictsIn = ({ hypotheses }: Analysis) => new Set(hypotheses.map(({ verdict }) => verdict));
    expect(verdictsIn(await analysed({ 'unit.txt': journal(whole) }))).toContain('ruled-out');
    const damaged = ['4:10:00.000000+0000 app-3 gunicorn[900]: [CRITICAL] WORKER TIMEOUT (pid:911)', ...whole];
    const { headline, facts, ...rest } = await analysed({ 'unit.txt': journal(damaged) });
    expect(headline).toMatch(/^No kill is logged in unit\.txt.*; not read whole: unit\.txt/);
    expect(facts.map(({ id }) => id)).toContain('unread-lines-speak-of-an-end');
    expect(verdictsIn({ headline, facts, ...rest })).toEqual(new Set(['inconclusive']));
    const beside = await analysed({
      'unit.txt': journal(whole),
      'old-stderr.txt': 'of no known kind\nsomething said: WORKER TIMEOUT (pid:911)\n',
    });
    expect(verdictsIn(beside)).toEqual(new Set(['inconclusive']));
  });

  it('is no all-clear where systemd could not start the service and gunicorn never came to speak', async () => {
    const failed = (unit: string): string =>
      ['start operation timed out. Terminating.', "Failed with result 'timeout'."]
        .map((text) => `2026-01-05T05:56:30+0000 gate systemd[1]: ${unit}: ${text}\n`)
        .join('');
    const waits = '2026-01-05T05:55:02+0000 gate gates[2000]: INFO gates.startup waiting for the module\n';
    const { headline } = await analysed({ 'journal.txt': `${waits}${failed('gates.service')}` });
    expect(headline).toContain('systemd reports a failure of gates.service');
    const strangers = await analysed({ 'journal.txt': `${waits}${failed('a.service')}${failed('b.service')}` });
    expect(strangers.headline).not.toContain('systemd tells of a failure');
  });

  it('names OOM kills of which no process is known, and what names it', async () => {
    const { headline, recommendations } = await analysed({
      syslog:
        '2026-02-08T00:40:07.136582+00:00 web2 systemd[1]: user.slice: A process of this unit has been killed by the OOM killer.\n',
    });
    expect(headline).toContain('1 OOM notice logged at 00:40:07 UTC');
    expect(recommendations[0]?.patch).toContain('journalctl _TRANSPORT=kernel');
  });

  it('takes nothing that systemd itself fails at for an operation of the service', async () => {
    const entry = (second: number, priority: number, text: string): string =>
      `${JSON.stringify({
        __REALTIME_TIMESTAMP: String(1_772_435_666_000_000 + second * 1_000_000),
        _BOOT_ID: '5a1de3f6b1f64bb9a2f4f7c2f0f2d1aa',
        _PID: '1',
        SYSLOG_IDENTIFIER: 'systemd',
        _SYSTEMD_UNIT: 'init.scope',
        PRIORITY: String(priority),
        MESSAGE: text,
      })}\n`;
    const { incidents, hypotheses } = await analysed({
      'journal.json': `${entry(0, 6, 'Setting up the hardware clock')}${entry(1, 3, 'Failed to set the clock: Invalid argument')}`,
    });
    expect(incidents).toEqual([]);
    expect(hypotheses.map(({ verdict }) => verdict)).not.toContain('ruled-out');
  });

  it('never says that nothing is to be changed', async () => {
    for (const files of [{ 'web.log': START }, { 'web.log': `${START}Traceback (most recent call last):\n` }])
      expect(JSON.stringify(await analysed(files))).not.toMatch(/nothing to change/i);
  });
});

/** Workers that boot and time out, so many seconds later. */
const timedOut = (seconds: number, pids: readonly number[]): string => {
  const at = (after: number): string => new Date(Date.UTC(2026, 2, 2, 4, 0, after)).toISOString().slice(11, 19);
  const line = (after: number, pid: number, text: string): string =>
    `[2026-03-02 ${at(after)} +0000] [${pid}] ${text}\n`;
  return [
    line(0, 1, '[INFO] Starting gunicorn 20.1.0'),
    ...pids.map((pid) => line(0, pid, `[INFO] Booting worker with pid: ${pid}`)),
    ...pids.map((pid) => line(seconds, 1, `[CRITICAL] WORKER TIMEOUT (pid:${pid})`)),
    ...pids.map((pid) => line(seconds + 1, pid, `[INFO] Worker exiting (pid: ${pid})`)),
  ].join('');
};
const SILENT_CONFIG = { 'gunicorn.conf.py': 'workers = 3\nworker_class = "sync"\n' };

describe('what starts gunicorn', () => {
  it.each([
    ['run.sh', '#!/bin/sh\nexec gunicorn --timeout 77 app:application\n', 'run.sh line 2'],
    ['Procfile', 'web: gunicorn app:application --timeout 77\n', 'Procfile line 1'],
    ['docker-compose.yml', 'services:\n  web:\n    image: shop\n    command: gunicorn -t 77 app\n', 'compose'],
    ['Dockerfile', 'FROM python:3.12\nCMD ["gunicorn", "--timeout", "77", "app"]\n', 'Dockerfile line 2'],
    ['web.conf', '[program:web]\ncommand=/venv/bin/gunicorn --timeout 77 app\n', 'web.conf line 2'],
  ])('%s outranks the file', async (name, text, from) => {
    const { config } = await analysed({
      'web.log': timedOut(78, [7, 8]),
      'gunicorn.conf.py': 'timeout = 30\nworkers = 2\n',
      [name]: text,
    });
    expect(config).toMatchObject({ timeoutSeconds: 77, timeoutSource: 'flag' });
    expect(config?.timeoutFrom).toContain(from);
  });

  it('a value that cannot be read is not replaced by a weaker one', async () => {
    const { config } = await analysed({
      'web.log': timedOut(78, [7, 8]),
      'gunicorn.conf.py': 'timeout = 30\nworkers = 2\n',
      'run.sh': '#!/bin/sh\nexec gunicorn --timeout "$WEB_TIMEOUT" app:application\n',
    });
    expect(config).toMatchObject({ timeoutSeconds: null, timeoutSource: 'unreadable' });
  });

  it("gunicorn's own dump of its configuration outranks files", async () => {
    const dump =
      '[2026-03-02 04:00:00 +0000] [1] [DEBUG] Current configuration:\n  config: None\n  workers: 2\n  timeout: 45\n  graceful_timeout: 20\n';
    const { config } = await analysed({ 'web.log': dump + timedOut(46, [7, 8]), ...SILENT_CONFIG });
    expect(config).toMatchObject({
      timeoutSeconds: 45,
      timeoutSource: 'log',
      workers: 2,
      gracefulTimeoutSeconds: 20,
    });
  });
});

describe('a default that what was observed refutes', () => {
  it.each([
    ['sooner after the boot', 12, [7]],
    ['later, by workers silent since they booted together', 120, [7, 8, 9]],
  ])('%s is not asserted', async (_case, seconds, pids) => {
    const { config, questions } = await analysed({ 'web.log': timedOut(seconds, pids), ...SILENT_CONFIG });
    expect(config?.timeoutSeconds).toBeNull();
    expect(config?.timeoutRefuted).toContain('is not in force');
    const answer = questions.find(({ id }) => id === 'worker-timeout-setting')?.answer;
    expect(answer).toMatch(/^not known: /);
  });

  it('holds for one worker that may have worked for long before it hung', async () => {
    const { config } = await analysed({ 'web.log': timedOut(120, [7]), ...SILENT_CONFIG });
    expect(config).toMatchObject({ timeoutSeconds: 30, timeoutSource: 'default' });
  });
});
