import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../shared/model/analysis.ts';
import { analyseFiles, Scenario } from './scenario.ts';

/** A worker that timed out, and what its gunicorn.conf.py says. */
const withConfig = (text: string): Promise<Analysis> =>
  new Scenario()
    .boot()
    .app(0, 'INFO', 'Processing routing build 231')
    .app(0.01, 'INFO', 'Parsing report results/231.xml (48211 bytes)')
    .timeout(31)
    .sigkill(32.1)
    .replacement(32.2)
    .config(text)
    .analyse();

const answerOf = (analysis: Analysis): string | null | undefined =>
  analysis.questions.find(({ id }) => id === 'worker-timeout-setting')?.answer;
const findingOf = (analysis: Analysis) => analysis.expectedFindings.find(({ id }) => id === 'timeout-is-30');

describe('a timeout that the file sets to what cannot be read', () => {
  it.each([
    ['import os\ntimeout = int(os.environ["T"])\nworkers = 2\n', 'int(os.environ["T"])'],
    ['timeout = 30\nfrom base import *\nworkers = 2\n', 'from base import *'],
    [
      'import os\nworkers = 2\ntimeout = 30\nif os.environ.get("BULK"):\n    timeout = 600\n',
      '30, or 600 where BULK is set',
    ],
    ['worker_class = "sync"\ntimeout = = 5\nworkers = 2\n', 'the whole of gunicorn.conf.py'],
  ])('%j leaves it unknown to the last sentence', async (config, text) => {
    const analysis = await withConfig(config);
    expect(analysis.config).toMatchObject({ timeoutSeconds: null, timeoutSource: 'unreadable', timeoutText: text });
    expect(answerOf(analysis)).toMatch(/^set, but not readable without running it: gunicorn\.conf\.py/);
    expect(answerOf(analysis)).toContain('gunicorn --print-config');
    expect(findingOf(analysis)).toMatchObject({ holds: null, observed: expect.stringContaining(text) });
    const missing = analysis.hypotheses.find(({ id }) => id === 'worker-timeout')?.missing ?? [];
    expect(missing.map(({ command }) => command).join('\n')).toContain('gunicorn --print-config');
    expect(JSON.stringify(analysis)).not.toMatch(/sets none|gunicorn's default, since|timeout of 30 s|timeout is 30 s/);
  });

  it('workers and classes that cannot be read are unknown too', async () => {
    const { config } = await withConfig('import os\nworkers = os.cpu_count()\nmax_requests = int(os.environ["M"])\n');
    expect(config).toMatchObject({ timeoutSeconds: 30, timeoutSource: 'default', workers: null, maxRequests: null });
  });
});

describe('a timeout that can be read', () => {
  it('the default of an environment variable names the variable', async () => {
    const analysis = await withConfig(
      'import os\n\ndef env_int(name, default):\n    return int(os.environ.get(name, default))\n\ntimeout = env_int("APP_TIMEOUT", 120)\n',
    );
    expect(analysis.config).toMatchObject({ timeoutSeconds: 120, timeoutSource: 'file' });
    expect(answerOf(analysis)).toContain('the default of the environment variable APP_TIMEOUT that may override it');
    expect(findingOf(analysis)?.holds).toBe(false);
  });

  it('one in a tuple is no default', async () => {
    const analysis = await withConfig('timeout, workers = 120, 3\n');
    expect(analysis.config).toMatchObject({ timeoutSeconds: 120, timeoutSource: 'file', workers: 3 });
  });

  it('one that is not set is 30', async () => {
    const analysis = await withConfig('workers = 2\nworker_class = "sync"\n');
    expect(analysis.config).toMatchObject({ timeoutSeconds: 30, timeoutSource: 'default', timeoutText: null });
    expect(answerOf(analysis)).toContain("gunicorn's default, since gunicorn.conf.py sets none");
  });

  it('one that never comes ends no arithmetic of dates', async () => {
    const analysis = await withConfig('workers = 2\ntimeout = 9223372036854775807\n');
    expect(analysis.config?.timeoutText).toBe('9223372036854775807');
    expect(answerOf(analysis)).toContain('9223372036854775807');
  });
});

describe('what gunicorn itself prints of its settings', () => {
  it('wins over a file that was not read, and answers the question', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Processing routing build 231')
      .timeout(91)
      .sigkill(92)
      .replacement(92.2)
      .config('timeout = settings.load("web").timeout\n')
      .file(
        'config/print-config.txt',
        'accesslog                         = None\nbacklog                           = 2048\ntimeout                           = 90\nworkers                           = 3\n',
      )
      .analyse();
    expect(analysis.config).toMatchObject({ timeoutSeconds: 90, timeoutSource: 'log', workers: 3 });
    expect(answerOf(analysis)).toBe('90 s, from what gunicorn --print-config printed (print-config.txt line 3)');
  });
});

/** Lines of gunicorn and of its one worker, which ends in a TIMEOUT; seconds after 09:00. */
function timedOut(
  pids: { readonly arbiter: number; readonly worker: number },
  { work, timeout }: { readonly work: number; readonly timeout: number },
): readonly { readonly second: number; readonly text: string }[] {
  const { arbiter, worker } = pids;
  const clock = (second: number): string =>
    new Date(Date.UTC(2026, 4, 4, 9, 0, second)).toISOString().slice(0, 19).replace('T', ' ');
  const said = (second: number, pid: number, level: string, text: string) => ({
    second,
    text: `[${clock(second)} +0000] [${pid}] [${level}] ${text}`,
  });
  return [
    said(0, arbiter, 'INFO', 'Starting gunicorn 23.0.0'),
    said(0, arbiter, 'INFO', 'Using worker: sync'),
    said(0, worker, 'INFO', `Booting worker with pid: ${worker}`),
    said(work, worker, 'INFO', 'Importing ledger 8'),
    said(timeout, arbiter, 'CRITICAL', `WORKER TIMEOUT (pid:${worker})`),
    said(timeout + 1, arbiter, 'ERROR', `Worker (pid:${worker}) was sent SIGKILL! Perhaps out of memory?`),
    said(timeout + 1, worker + 20, 'INFO', `Booting worker with pid: ${worker + 20}`),
  ];
}
const textOf = (lines: readonly { readonly text: string }[]): string => lines.map(({ text }) => `${text}\n`).join('');

describe('the settings of one service among several', () => {
  const ONE = timedOut({ arbiter: 900, worker: 911 }, { work: 300, timeout: 361 });
  const OTHER = timedOut({ arbiter: 700, worker: 711 }, { work: 1000, timeout: 1121 });
  const timeoutOf = async (files: Readonly<Record<string, string>>, pid: number) =>
    (await analyseFiles(new Map(Object.entries(files)), { pid })).config?.timeoutSeconds;

  it('are those of its own folder', async () => {
    const files = {
      'ledger/error.log': textOf(ONE),
      'ledger/etc/gunicorn.conf.py': 'timeout = 60\n',
      'shop/error.log': textOf(OTHER),
      'shop/etc/gunicorn.conf.py': 'timeout = 120\n',
    };
    expect(await timeoutOf(files, 911)).toBe(60);
    expect(await timeoutOf(files, 711)).toBe(120);
    const { 'shop/etc/gunicorn.conf.py': _, ...without } = files;
    const analysis = await analyseFiles(new Map(Object.entries(without)), { pid: 711 });
    expect(analysis.config).toBeNull();
  });

  it('are those of a folder without logs where there is no nearer one', async () => {
    const files = { 'logs/error.log': textOf(ONE), 'etc/app/gunicorn.conf.py': 'timeout = 60\n' };
    expect(await timeoutOf(files, 911)).toBe(60);
  });

  it('are those of its service in the compose file, and otherwise one of them', async () => {
    const compose = [
      'services:',
      '  ledger:',
      '    command: gunicorn --timeout 60 app:application',
      '  shop:',
      '    command: gunicorn --timeout 120 app:application',
      '',
    ].join('\n');
    const log = [
      ...ONE.map((line) => ({ ...line, text: `acme-ledger-1  | ${line.text}` })),
      ...OTHER.map((line) => ({ ...line, text: `acme-shop-1    | ${line.text}` })),
    ].sort((a, b) => a.second - b.second);
    const files = { 'compose.yaml': compose, 'compose.log': textOf(log) };
    expect(await timeoutOf(files, 911)).toBe(60);
    expect(await timeoutOf(files, 711)).toBe(120);
    const unknown = await analyseFiles(
      new Map([...Object.entries({ 'compose.yaml': compose, 'error.log': textOf(ONE) })]),
    );
    expect(unknown.config).toMatchObject({ timeoutSeconds: null, timeoutText: '60 of ledger, or 120 of shop' });
  });

  it('are the flags of its own processes', async () => {
    const ps = [
      'USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND',
      'www-data     700  0.1  0.5 120000 24000 ?        Ss   08:00   0:01 /srv/venv/bin/python /srv/venv/bin/gunicorn --timeout 120 shop:app',
      'www-data     900  0.1  0.5 120000 24000 ?        Ss   08:00   0:01 /srv/venv/bin/python /srv/venv/bin/gunicorn --timeout 60 ledger:app',
      '',
    ].join('\n');
    const files = { 'one.log': textOf(ONE), 'other.log': textOf(OTHER), 'ps.txt': ps };
    expect(await timeoutOf(files, 911)).toBe(60);
    expect(await timeoutOf(files, 711)).toBe(120);
  });

  it('are changed where they are: in the file that starts it', async () => {
    const files = {
      'error.log': textOf(timedOut({ arbiter: 900, worker: 911 }, { work: 300, timeout: 306 })),
      'start.sh': '#!/bin/sh\nexec gunicorn --timeout 5 app:application\n',
      'gunicorn.conf.py': 'workers = 1\ntimeout = 90\n',
    };
    const analysis = await analyseFiles(new Map(Object.entries(files)));
    expect(analysis.config).toMatchObject({ timeoutSeconds: 5, timeoutSource: 'flag' });
    expect(analysis.course?.timeoutPlace).toEqual({ kind: 'flag', file: 'start.sh', line: 2, value: 5 });
  });
});

describe("gunicorn's default, where none is set", () => {
  const config = async (lines: readonly { readonly text: string }[]) =>
    (
      await analyseFiles(
        new Map([
          ['error.log', textOf(lines)],
          ['gunicorn.conf.py', 'workers = 1\n'],
        ]),
      )
    ).config;

  it('is not in force where the TIMEOUT came long before it', async () => {
    expect(
      (await config(timedOut({ arbiter: 900, worker: 911 }, { work: 300, timeout: 320 })))?.timeoutRefuted,
    ).toMatch(/20 s after the first word of its work/);
    expect((await config(timedOut({ arbiter: 900, worker: 911 }, { work: 300, timeout: 331 })))?.timeoutSeconds).toBe(
      30,
    );
  });

  it('is not in force where the worker had answered a request after it would have begun', async () => {
    const lines = timedOut({ arbiter: 900, worker: 911 }, { work: 300, timeout: 325 });
    const answered = {
      second: 305,
      text: '[2026-05-04 09:05:05 +0000] [911] [INFO] 10.0.0.7 - - [04/May/2026:09:05:05 +0000] "GET /health HTTP/1.1" 200 2 "-" "curl/8"',
    };
    const all = [...lines, answered].sort((a, b) => a.second - b.second);
    expect((await config(all))?.timeoutRefuted).toMatch(/20 s after it had answered a request/);
  });

  it('is not in force where a sync worker is silent for far longer and goes on', async () => {
    const lines = timedOut({ arbiter: 900, worker: 911 }, { work: 600, timeout: 691 });
    const well = [
      { second: 100, text: '[2026-05-04 09:01:40 +0000] [911] [INFO] Importing ledger 7' },
      { second: 180, text: '[2026-05-04 09:03:00 +0000] [911] [INFO] Ledger 7 imported in 80.0s' },
    ];
    const all = [...lines, ...well].sort((a, b) => a.second - b.second);
    expect((await config(all))?.timeoutRefuted).toMatch(/said nothing for [^,]+ in the middle of ledger 7/);
    const threads = all.map((line) => ({ ...line, text: line.text.replace('worker: sync', 'worker: gthread') }));
    expect((await config(threads))?.timeoutSeconds).toBe(30);
  });
});

describe('a timeout that is told by what runs or describes the service', () => {
  const timeoutWith = async (path: string, text: string): Promise<number | null | undefined> =>
    (
      await new Scenario()
        .boot()
        .app(0, 'INFO', 'Processing routing build 231')
        .timeout(46)
        .sigkill(47)
        .replacement(47.2)
        .file(path, text)
        .analyse()
    ).config?.timeoutSeconds;
  const words = ['gunicorn', 'app.wsgi', '-w', '2', '-t', '45'];

  it('in the head of a stack by py-spy', async () => {
    const dump = [
      '# 2026-03-14 02:30:20',
      'Process 4242: /srv/venv/bin/python /srv/venv/bin/gunicorn -t 45 -w 2 app:app',
      'Python v3.11.2 (/usr/bin/python3.11)',
      '',
      'Thread 4242 (idle): "MainThread"',
      '    getaddrinfo (socket.py:955)',
      '    handle (gunicorn/workers/sync.py:135)',
      '',
    ].join('\n');
    expect(await timeoutWith('stack.txt', dump)).toBe(45);
    expect(await timeoutWith('stack.txt', dump.replace('gunicorn -t 45', 'celery -t 45'))).not.toBe(45);
  });

  it('in a task definition of ECS, as it is written and as it is printed', async () => {
    const definition = {
      family: 'stock',
      containerDefinitions: [
        { name: 'proxy', command: ['nginx', '-t', '99'] },
        { name: 'web', entryPoint: words.slice(0, 1), command: words.slice(1), stopTimeout: 20 },
      ],
    };
    expect(await timeoutWith('task.json', JSON.stringify(definition, null, 1))).toBe(45);
    expect(await timeoutWith('task.json', JSON.stringify({ taskDefinition: definition }, null, 4))).toBe(45);
  });

  it('in what kubectl describes of a pod', async () => {
    const described = [
      'Name:             stock-web-66c8',
      'Containers:',
      '  web:',
      '    Container ID:  containerd://0b6a',
      '    Command:',
      '      gunicorn',
      '    Args:',
      ...words.slice(1).map((word) => `      ${word}`),
      '    State:          Running',
      '      Started:      Sat, 14 Mar 2026 02:29:30 +0000',
      '    Last State:     Terminated',
      '      Reason:       Error',
      '      Exit Code:    1',
      '      Started:      Sat, 14 Mar 2026 01:00:00 +0000',
      '      Finished:     Sat, 14 Mar 2026 02:29:00 +0000',
      '    Environment:',
      '      SECRET:  <set to the key "a" in secret "b">',
      '',
    ].join('\n');
    expect(await timeoutWith('pod.txt', described)).toBe(45);
    expect(
      await timeoutWith(
        'pod.txt',
        described.replace('      SECRET:  <set to the key "a" in secret "b">', '      GUNICORN_CMD_ARGS:  -t 70'),
      ),
    ).toBe(45);
  });
});
