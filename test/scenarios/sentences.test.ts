import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../shared/model/analysis.ts';
import { analyseFiles, Scenario } from './scenario.ts';

const log = (...lines: readonly string[]): Promise<Analysis> =>
  analyseFiles(new Map([['gunicorn.log', `${lines.join('\n')}\n`]]));
const textOf = ({ facts }: Analysis, id: string): string | undefined => facts.find((fact) => fact.id === id)?.text;
const advised = ({ recommendations }: Analysis): readonly string[] => recommendations.map(({ id }) => id);
const written = ({ recommendations }: Analysis, id: string): string =>
  recommendations
    .filter((each) => each.id === id)
    .map(({ text, patch }) => `${text} ${patch ?? ''}`)
    .join(' ');
const all = (analysis: Analysis): string => JSON.stringify({ ...analysis, timeline: [] });

describe('a worker that is replaced without a line of its end', () => {
  const vanished = (): Promise<Analysis> =>
    log(
      '[2020-05-08 08:40:00 +0000] [1] [INFO] Starting gunicorn 19.9.0',
      '[2020-05-08 08:40:00 +0000] [1] [INFO] Using worker: sync',
      ...[8, 19, 30].map(
        (pid, index) => `[2020-05-08 08:4${index}:01 +0000] [${pid}] [INFO] Booting worker with pid: ${pid}`,
      ),
    );

  it('is not said to have got a signal that nobody logged', async () => {
    const analysis = await vanished();
    expect(textOf(analysis, 'sigkill-without-author')).toContain('no line of its end');
    expect(all(analysis)).not.toMatch(/got SIGKILL|sent SIGKILL|Which process sent/);
    expect(analysis.summary.unexplained).toContain('How the worker ended');
  });

  it('is not waited for by an alert on a line that never comes', async () => {
    expect(advised(await vanished())).not.toContain('alert');
  });
});

describe('what was checked', () => {
  it('is the kernel log that tells of the kill', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Import 5 started')
      .kernel(
        4,
        'Memory cgroup out of memory: Killed process 4711 (gunicorn) total-vm:812340kB, anon-rss:498112kB, file-rss:9120kB',
      )
      .sigkill(5)
      .analyse();
    expect(analysis.summary.unexplained ?? '').not.toContain('kernel log');
  });

  it('is one sample where there is one, and nothing is said of growth', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Import 5 started')
      .ps(20, [{ pid: new Scenario().setting.pid, state: 'R', cpuPercent: 3, cpuSeconds: 20 }])
      .timeout(31)
      .sigkill(32)
      .analyse();
    expect(analysis.summary.unexplained).toContain('(one sample)');
    expect(textOf(analysis, 'worker-memory')).toContain('in the one sample');
    expect(textOf(analysis, 'worker-memory')).not.toContain('did not grow');
  });
});

describe('a process of which nothing shows that it was a worker', () => {
  it('is no lost worker, and no log of workers begins with its end', async () => {
    const analysis = await analyseFiles(
      new Map([
        [
          'kern.log',
          [
            'Dec 19 03:29:30 web kernel: [11571472.649735] [ pid ]   uid  tgid total_vm      rss cpu oom_adj oom_score_adj name',
            'Dec 19 03:29:30 web kernel: [11571472.649990] [25456]  1001 25456   272242   216302   0       0             0 python',
            'Dec 19 03:29:30 web kernel: [11571472.649994] [25501]     0 25501   106609    66276   0       0             0 gunicorn',
            'Dec 19 03:29:30 web kernel: [11571472.650005] Out of memory: Kill process 25456 (python) score 334 or sacrifice child',
            'Dec 19 03:29:30 web kernel: [11571472.650018] Killed process 25456 (python) total-vm:1088968kB, anon-rss:865208kB, file-rss:0kB',
            '',
          ].join('\n'),
        ],
      ]),
    );
    expect(analysis.summary.impact).not.toMatch(/worker lost|log of workers begins/);
    expect(analysis.summary.impact).toContain('no log of workers');
    expect(advised(analysis)).not.toContain('log-memory');
  });
});

describe('a worker that had begun to exit', () => {
  const exiting = (at: string): Promise<Analysis> =>
    log(
      '[2026-04-07 09:00:00 +0000] [2] [INFO] Starting gunicorn 20.1.0',
      '[2026-04-07 09:00:00 +0000] [31] [INFO] Booting worker with pid: 31',
      '[2026-04-07 09:00:10 +0000] [31] [DEBUG] POST /run',
      `[2026-04-07 ${at} +0000] [31] [INFO] Worker exiting (pid: 31)`,
      '[2026-04-07 09:00:40 +0000] [2] [CRITICAL] WORKER TIMEOUT (pid:31)',
      '[2026-04-07 09:00:41 +0000] [33] [INFO] Booting worker with pid: 33',
    );

  it('is not told as one whose request ran into the timeout', async () => {
    const analysis = await exiting('09:00:15');
    expect(analysis.headline).toContain('25 s after it began to exit');
    expect(analysis.summary.cause).toContain('had been exiting for 25 s');
    expect(analysis.summary.impact).not.toContain('no completion is logged');
    expect(advised(analysis)).toContain('end-threads-at-exit');
  });

  it('but not by a line of the second of its timeout, which an export may print before it', async () => {
    const analysis = await exiting('09:00:40');
    expect(textOf(analysis, 'hang-at-exit')).toBeUndefined();
    expect(analysis.summary.cause).not.toContain('exit');
  });
});

describe('a peer that answered', () => {
  const trace = (code: string): readonly string[] => [
    'Traceback (most recent call last):',
    '  File "/usr/lib/python3.12/site-packages/gunicorn/workers/sync.py", line 134, in handle',
    '    self.handle_request(listener, req, client, addr)',
    '  File "/srv/photos/fetch.py", line 60, in fetch',
    `    ${code}`,
    '  File "/usr/lib/python3.12/ssl.py", line 1104, in read',
    '    return self._sslobj.read(len, buffer)',
    '  File "/usr/lib/python3.12/site-packages/gunicorn/workers/base.py", line 204, in handle_abort',
    '    sys.exit(1)',
    'SystemExit: 1',
  ];
  const download = (line: (index: number) => string): Promise<Analysis> =>
    log(
      '[2026-04-07 09:00:00 +0000] [2] [INFO] Starting gunicorn 22.0.0',
      '[2026-04-07 09:00:00 +0000] [31] [INFO] Booting worker with pid: 31',
      '2026-04-07 09:10:00,000 INFO [31] photos: Fetching archive 7 started',
      ...Array.from(
        { length: 14 },
        (_, index) => `2026-04-07 09:10:${String(2 + index * 2).padStart(2, '0')},000 INFO [31] photos: ${line(index)}`,
      ),
      '[2026-04-07 09:10:30 +0000] [2] [CRITICAL] WORKER TIMEOUT (pid:31)',
      '[2026-04-07 09:10:30 +0000] [31] [ERROR] Error handling request /fetch',
      ...trace('for piece in response.iter_content(1 << 20):'),
      '[2026-04-07 09:10:30 +0000] [31] [INFO] Worker exiting (pid: 31)',
      '[2026-04-07 09:10:31 +0000] [33] [INFO] Booting worker with pid: 33',
    );

  it('is not said to have been silent, and its work gets the time that its count needs', async () => {
    const analysis = await download((index) => `${(index + 1) * 100} of 5000 parts fetched`);
    expect(all(analysis)).not.toContain('did not answer');
    expect(advised(analysis)).not.toContain('network-timeouts');
    expect(analysis.recommendations[0]?.id).toBe('raise-timeout');
    // 5,000 parts at 50 a second, the first of them after 2 s.
    expect(written(analysis, 'raise-timeout')).toContain('180 s: at least 1.5 times the 102 s');
    expect(advised(analysis)).toContain('import-outside-the-request');
  });

  it('is waited for where nothing came', async () => {
    const analysis = await log(
      '[2026-04-07 09:00:00 +0000] [31] [INFO] Booting worker with pid: 31',
      '[2026-04-07 09:10:30 +0000] [2] [CRITICAL] WORKER TIMEOUT (pid:31)',
      '[2026-04-07 09:10:30 +0000] [31] [ERROR] Error handling request /fetch',
      ...trace('requests.get(URL)'),
      '[2026-04-07 09:10:30 +0000] [31] [INFO] Worker exiting (pid: 31)',
    );
    expect(analysis.summary.cause).toContain('a peer on the network did not answer');
    expect(advised(analysis)).toContain('network-timeouts');
  });

  it('a name server is bound on the host, not by the timeout of a request', async () => {
    const lookup = trace('smtp.connect()').map((line) =>
      line.includes('ssl.py')
        ? '  File "/usr/lib/python3.12/socket.py", line 976, in getaddrinfo'
        : line.includes('_sslobj')
          ? '    for res in _socket.getaddrinfo(host, port, family, type, proto, flags):'
          : line,
    );
    const analysis = await log(
      '[2026-04-07 09:00:00 +0000] [31] [INFO] Booting worker with pid: 31',
      '[2026-04-07 09:10:30 +0000] [2] [CRITICAL] WORKER TIMEOUT (pid:31)',
      '[2026-04-07 09:10:30 +0000] [31] [ERROR] Error handling request /mail',
      ...lookup,
      '[2026-04-07 09:10:30 +0000] [31] [INFO] Worker exiting (pid: 31)',
    );
    expect(advised(analysis)).toContain('bound-name-lookups');
    expect(advised(analysis)).not.toContain('network-timeouts');
  });
});

describe('a crash', () => {
  const crashed = (...lines: readonly string[]): Promise<Analysis> =>
    log(
      '[2026-04-07 09:00:00 +0000] [2] [INFO] Starting gunicorn 22.0.0',
      '[2026-04-07 09:00:00 +0000] [31] [INFO] Booting worker with pid: 31',
      ...lines,
      '[2026-04-07 09:10:31 +0000] [33] [INFO] Booting worker with pid: 33',
    );

  it('names the frame of faulthandler, and does not ask for a library that it shows', async () => {
    const analysis = await crashed(
      '2026-04-07 09:10:29,000 [31] INFO rates: fetching rates',
      'Fatal Python error: Segmentation fault',
      '',
      'Current thread 0x00007f2b9c7f8640 (most recent call first):',
      '  File "/usr/lib/python3.10/site-packages/grpc/_channel.py", line 1175 in __call__',
      '  File "/app/rates.py", line 33 in fetch',
      '[2026-04-07 09:10:30 +0000] [2] [ERROR] Worker (pid:31) was sent SIGSEGV!',
    );
    expect(analysis.summary.cause).toContain('grpc/_channel.py, line 1175');
    expect(analysis.summary.unexplained ?? '').not.toContain('In which library');
  });

  it('is told by its code, and not as what no timeout could be: SystemExit of the abort handler has code 1 as well', async () => {
    const analysis = await crashed('[2026-04-07 09:10:30 +0000] [2] [ERROR] Worker (pid:31) exited with code 1');
    expect(textOf(analysis, 'crash')).toBe(
      'The worker exited by itself with code 1: no WORKER TIMEOUT and no kill is logged for it.',
    );
  });

  it('before it served is a failure to boot, and the way to see it is to load the application', async () => {
    const analysis = await log(
      '2026-04-07 09:00:00 [2] [INFO] Starting gunicorn 0.14.3',
      '2026-04-07 09:00:00 [31] [INFO] Booting worker with pid: 31',
      '2026-04-07 09:00:00 [31] [INFO] Worker exiting (pid: 31)',
      '2026-04-07 09:00:01 [2] [INFO] Shutting down: Master',
      '2026-04-07 09:00:01 [2] [INFO] Reason: Worker failed to boot.',
    );
    expect(analysis.headline).toContain('Worker 31 failed to boot');
    expect(written(analysis, 'see-the-boot-fail')).toContain('--check-config');
  });
});

describe('advice on where a worker spun', () => {
  const stuckIn = (file: string, code: string): Promise<Analysis> =>
    new Scenario()
      .boot()
      .app(0, 'INFO', 'Checking post 8 started')
      .psSeries(30, (second) => ({ state: 'R', cpuPercent: 99, cpuSeconds: Math.max(0, second) }))
      .timeout(31)
      .gunicorn(31.01, 4711, 'ERROR', 'Error handling request /posts')
      .stderr(31.01, 'Traceback (most recent call last):')
      .stderr(31.01, `  File "/srv/forum/check.py", line 33, in has_links`)
      .stderr(31.01, `    ${code}`)
      .stderr(31.01, `  File "${file}", line 166, in match`)
      .stderr(31.01, '    return _compile(pattern, flags).match(string)')
      .stderr(31.01, '  File "/usr/lib/python3.11/site-packages/gunicorn/workers/base.py", line 204, in handle_abort')
      .stderr(31.01, '    sys.exit(1)')
      .stderr(31.01, 'SystemExit: 1')
      .gunicorn(31.02, 4711, 'INFO', 'Worker exiting (pid: 4711)')
      .replacement(32)
      .analyse();

  it('is to rewrite the expression that the stack names, not to find it', async () => {
    const analysis = await stuckIn('/usr/lib/python3.11/re/__init__.py', 'return re.match(PATTERN, body)');
    expect(written(analysis, 'bound-the-pattern')).toContain('/srv/forum/check.py line 33');
    expect(advised(analysis)).not.toContain('find-the-loop');
  });
});

describe('the stack at a timeout', () => {
  it.each([
    ['uvicorn.workers.UvicornWorker', 'post_worker_init', 'worker_abort(worker)'],
    ['sync', 'worker_abort(worker)', 'post_worker_init'],
  ])('of %s is logged by %s', async (workerClass, hook, other) => {
    const analysis = await log(
      '[2026-04-07 09:00:00 +0000] [2] [INFO] Starting gunicorn 22.0.0',
      `[2026-04-07 09:00:00 +0000] [2] [INFO] Using worker: ${workerClass}`,
      '[2026-04-07 09:00:00 +0000] [31] [INFO] Booting worker with pid: 31',
      '[2026-04-07 09:10:30 +0000] [2] [CRITICAL] WORKER TIMEOUT (pid:31)',
      '[2026-04-07 09:10:31 +0000] [33] [INFO] Booting worker with pid: 33',
    );
    expect(written(analysis, 'stack-at-timeout')).toContain(hook);
    expect(written(analysis, 'stack-at-timeout')).not.toContain(other);
    expect(textOf(analysis, 'timeout-logged')).toContain('no line of the worker after that');
  });
});

describe('a host whose hypervisor took its CPU', () => {
  it('did not idle, so nothing excludes that the worker would have run', async () => {
    const stolen = (st: number): Promise<Analysis> =>
      analyseFiles(
        new Map([
          [
            'gunicorn.log',
            [
              '[2026-04-07 09:00:00 +0000] [31] [INFO] Booting worker with pid: 31',
              '[2026-04-07 09:10:30 +0000] [2] [CRITICAL] WORKER TIMEOUT (pid:31)',
              '[2026-04-07 09:10:31 +0000] [33] [INFO] Booting worker with pid: 33',
              '',
            ].join('\n'),
          ],
          [
            'vmstat.txt',
            [
              'procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu----- -----timestamp-----',
              ' r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st                 UTC',
              ...Array.from(
                { length: 10 },
                (_, index) =>
                  ` 9  0      0 2210344 81220 1190220    0    0     0    12  140   90  2  1 ${97 - st}  0 ${st} 2026-04-07 09:10:${String(index * 3).padStart(2, '0')}`,
              ),
              '',
            ].join('\n'),
          ],
        ]),
      );
    expect(textOf(await stolen(96), 'host-idle')).toBeUndefined();
    expect(textOf(await stolen(0), 'host-idle')).toContain('asleep');
  });
});

describe('a log without an incident', () => {
  const service = [
    '2026-12-10T09:36:40+0000 web reports[400]: [2026-12-10 09:36:40 +0000] [400] [INFO] Starting gunicorn 23.0.0',
    '2026-12-10T09:36:40+0000 web reports[410]: [2026-12-10 09:36:40 +0000] [410] [INFO] Booting worker with pid: 410',
  ];

  it('is no restart where a worker prints the start of another gunicorn', async () => {
    const quoted = (minute: string): readonly string[] => [
      `2026-12-10T11:${minute}:00+0000 web reports[410]: [2026-12-10 10:41:07 +0000] [29] [INFO] Starting gunicorn 23.0.0`,
      `2026-12-10T11:${minute}:00+0000 web reports[410]: [2026-12-10 10:41:07 +0000] [31] [INFO] Booting worker with pid: 31`,
      `2026-12-10T11:${minute}:05+0000 web reports[410]: 2026-12-10 11:${minute}:05,000 - reports - INFO - stored report`,
    ];
    const analysis = await analyseFiles(
      new Map([['journal.txt', `${[...service, ...quoted('00'), ...quoted('03')].join('\n')}\n`]]),
    );
    expect(analysis.headline).not.toMatch(/restarted|killed from outside/);
  });

  it('of words alone says that they are there, not that an error is', async () => {
    const analysis = await analyseFiles(
      new Map([
        [
          'journal.txt',
          `${[...service, '2026-12-10T10:00:00+0000 web reports[410]: catalog: card 702 shown: Killed in Action (1998)'].join('\n')}\n`,
        ],
      ]),
    );
    expect(analysis.headline).toContain('1 line contains words of an error');
    expect(analysis.headline).not.toContain('reports an error');
  });

  it('counts kills of memory by process, not by line', async () => {
    const kernel = (text: string): string => `2026-12-10T10:00:00+0000 web kernel: ${text}`;
    const analysis = await analyseFiles(
      new Map([
        [
          'journal.txt',
          `${[
            ...service,
            kernel(
              'oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/system.slice,task=postgres,pid=24410,uid=110',
            ),
            kernel(
              'Out of memory: Killed process 24410 (postgres) total-vm:3120044kB, anon-rss:2011020kB, file-rss:100kB, shmem-rss:0kB',
            ),
          ].join('\n')}\n`,
        ],
      ]),
    );
    expect(analysis.headline).toContain('OOM kill of postgres (pid 24410)');
  });
});
