import { describe, expect, it } from 'vitest';
import { analyseFolder } from '../support/analyse-folder.ts';
import { tempFolder, writeTree } from '../support/bundles.ts';
import { verdictsOf } from './scenario.ts';

const line = (time: string, pid: number, text: string): string =>
  `[2026-03-02 ${time} +0000] [${pid}] [INFO] ${text}\n`;
const LOG = [
  line('04:00:00', 1, 'Starting gunicorn 23.0.0'),
  line('04:00:00', 1, 'Listening at: http://0.0.0.0:8000 (1)'),
  line('04:00:00', 7, 'Booting worker with pid: 7'),
  '2026-03-02 04:10:22,070 [7] INFO tracker.imports: Importing VPN job 14\n',
  '2026-03-02 04:10:22,100 [7] INFO tracker.imports: Parsing XML: vpn/14.xml (90000000 bytes)\n',
].join('');
const inspected = (state: object): string => `${JSON.stringify([{ Id: 'abc', State: state }], null, 4)}\n`;
const pod = (reason: string): string => `Name:             web-5d8f
Containers:
  web:
    State:          Running
      Started:      Mon, 02 Mar 2026 04:10:40 +0000
    Last State:     Terminated
      Reason:       ${reason}
      Exit Code:    137
      Started:      Mon, 02 Mar 2026 04:00:00 +0000
      Finished:     Mon, 02 Mar 2026 04:10:39 +0000
    Restart Count:  1
`;
const analysed = (files: Readonly<Record<string, string>>) => analyseFolder(writeTree(tempFolder(), files));

describe('what ran the container says how it ended', () => {
  it.each([
    [
      'Docker',
      {
        'inspect.json': inspected({
          Status: 'exited',
          OOMKilled: true,
          ExitCode: 137,
          FinishedAt: '2026-03-02T04:10:38.2Z',
        }),
      },
    ],
    ['Kubernetes', { 'pod.txt': pod('OOMKilled') }],
  ])('%s: by the OOM killer', async (by, files) => {
    const analysis = await analysed({ 'web.log': LOG, ...files });
    expect(analysis.incidents.map(({ pid, mechanism, operation }) => [pid, mechanism, operation])).toEqual([
      [7, 'kernel-oom', 'VPN job 14'],
    ]);
    expect(verdictsOf(analysis)['memory-exhaustion']).toBe('fits');
    expect(analysis.facts.find(({ id }) => id === 'systemd-oom')?.text).toMatch(`${by} reports that the container`);
  });

  it('exit code 137 alone is a kill by whomever', async () => {
    const analysis = await analysed({ 'web.log': LOG, 'pod.txt': pod('Error') });
    expect(analysis.incidents.map(({ pid, mechanism }) => [pid, mechanism])).toEqual([[7, 'external-sigkill']]);
    expect(verdictsOf(analysis)['memory-exhaustion']).not.toBe('fits');
    expect(verdictsOf(analysis)['memory-exhaustion']).not.toBe('ruled-out');
  });

  it('a worker that timed out before did not die of it', async () => {
    const timeout = '[2026-03-02 04:10:23 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:7)\n';
    const analysis = await analysed({ 'web.log': LOG + timeout, 'pod.txt': pod('OOMKilled') });
    const ofWorker = analysis.incidents.filter(({ pid }) => pid === 7);
    expect(ofWorker.map(({ mechanism }) => mechanism)).toEqual(['gunicorn-timeout']);
  });

  it('an end that was no kill is none', async () => {
    const state = { Status: 'exited', OOMKilled: false, ExitCode: 0, FinishedAt: '2026-03-02T04:10:38Z' };
    expect((await analysed({ 'web.log': LOG, 'inspect.json': inspected(state) })).incidents).toEqual([]);
  });
});

describe('what systemctl show says', () => {
  it('ends the service, and sets what is in force', async () => {
    const shown = (result: string): string => `Result=${result}
OOMPolicy=stop
ExecMainExitTimestamp=Mon 2026-03-02 04:10:38 UTC
ExecMainPID=1
ExecMainCode=2
ExecMainStatus=9
ExecStart={ path=/srv/gunicorn ; argv[]=/srv/gunicorn --timeout 90 app ; ignore_errors=no ; pid=1 }
MemoryMax=440401920
Id=web.service
`;
    const analysis = await analysed({ 'web.log': LOG, 'show.txt': shown('oom-kill') });
    expect(analysis.incidents.map(({ pid, mechanism }) => [pid, mechanism])).toEqual([[7, 'kernel-oom']]);
    expect(analysis.config?.timeoutSeconds).toBe(90);
    const other = await analysed({ 'web.log': LOG, 'show.txt': shown('signal') });
    expect(other.incidents.map(({ mechanism }) => mechanism)).toEqual(['external-sigkill']);
  });
});
