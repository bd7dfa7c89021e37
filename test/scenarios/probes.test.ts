import { describe, expect, it } from 'vitest';
import { PROXY_SAMPLES, proxySaying } from '../../shared/context/proxy-words.ts';
import type { Analysis } from '../../shared/model/analysis.ts';
import { fixture, textOf } from '../shared/evidence/support.ts';
import { analyseFiles, Scenario, verdictsOf } from './scenario.ts';

/** A worker of pid 610 that stores rows and is ended by its timeout after 30 s of silence. */
const LOG = [
  '[2026-03-02 08:00:01 +0000] [600] [INFO] Starting gunicorn 23.0.0',
  '[2026-03-02 08:00:01 +0000] [600] [INFO] Using worker: sync',
  '[2026-03-02 08:00:01 +0000] [610] [INFO] Booting worker with pid: 610',
  '[2026-03-02 08:00:01 +0000] [611] [INFO] Booting worker with pid: 611',
  '2026-03-02 08:01:00,000 INFO    [610] tracker.store: importing suite 14',
  '[2026-03-02 08:01:31 +0000] [600] [CRITICAL] WORKER TIMEOUT (pid:610)',
  '[2026-03-02 08:01:32 +0000] [600] [ERROR] Worker (pid:610) was sent SIGKILL! Perhaps out of memory?',
  '[2026-03-02 08:01:32 +0000] [690] [INFO] Booting worker with pid: 690',
];
const DURING = '# 2026-03-02 08:01:20 UTC\n';
const AFTER = '# 2026-03-02 09:30:00 UTC\n';

const analysed = (files: Readonly<Record<string, string>>): Promise<Analysis> =>
  analyseFiles(new Map([['unit.log', `${LOG.join('\n')}\n`], ...Object.entries(files)]));
const factOf = (analysis: Analysis, ...ids: readonly string[]) => analysis.facts.find(({ id }) => ids.includes(id));
const locks = (...rows: readonly string[]): string =>
  rows.map((row, at) => `${at + 1}: POSIX  ADVISORY  ${row}\n`).join('');
const WRITES = 'WRITE 5580 fe:01:393401 1073741825 1073741825';
const OPEN = 'READ  610 fe:01:393401 1073741826 1073742335';

/** A fixture as if it were of the worker. */
function ofWorker(name: string): string {
  const text = textOf(fixture(`probes/${name}.txt`));
  const pid = /(?:^Process |LWP |\(process |^strace: Process )(\d+)|^(\d+) /m.exec(text);
  return text.replaceAll(new RegExp(`\\b${pid?.[1] ?? pid?.[2]}\\b(?=[: )]| attached)`, 'g'), '610');
}

describe('who held the lock of the database', () => {
  it('another process, while the operation ran: that is what it waited for', async () => {
    const analysis = await analysed({ 'locks.txt': `${DURING}${locks(WRITES, OPEN)}` });
    expect(factOf(analysis, 'lock-held-by-another')?.text).toContain('Process 5580 held the RESERVED lock');
    expect(verdictsOf(analysis)).toMatchObject({ 'database-lock': 'fits', 'worker-timeout': 'contributes' });
  });

  it('the writer of a database in WAL mode is who holds byte 120 of its -shm', async () => {
    const rows = ['WRITE 5580 fe:01:77 120 120', 'READ  5580 fe:01:77 128 128', 'READ  610 fe:01:77 128 128'];
    const analysis = await analysed({ 'locks.txt': `${DURING}${locks(...rows)}` });
    expect(factOf(analysis, 'lock-held-by-another')?.text).toContain('held the write lock');
    const other = await analysed({ 'locks.txt': `${DURING}${locks('WRITE 5580 fe:01:77 120 120')}` });
    expect(factOf(other, 'lock-held-by-another')).toBeUndefined();
  });

  it('a lock of another time is none of this one, and one without a time decides nothing', async () => {
    const later = await analysed({ 'locks.txt': `${AFTER}${locks(WRITES, OPEN)}` });
    expect(factOf(later, 'lock-held-by-another')).toBeUndefined();
    const undated = await analysed({ 'locks.txt': locks(WRITES, OPEN) });
    expect(factOf(undated, 'lock-held-by-another')?.decides).toBeUndefined();
    expect(verdictsOf(undated)['database-lock']).toBe('inconclusive');
  });

  it('the worker itself: it waits for no other writer, but may wait for readers', async () => {
    const own = await analysed({ 'locks.txt': `${DURING}${locks(WRITES.replace('5580', '610'))}` });
    expect(verdictsOf(own)['database-lock']).toBe('ruled-out');
    const pending = 'WRITE 610 fe:01:393401 1073741824 1073741825';
    const reader = 'READ  5580 fe:01:393401 1073741826 1073742335';
    const starved = await analysed({ 'locks.txt': `${DURING}${locks(pending, OPEN, reader)}` });
    expect(factOf(starved, 'lock-waits-for-readers')?.text).toContain('process 5580 held a SHARED lock');
    expect(verdictsOf(starved)['database-lock']).toBe('fits');
  });

  it('nobody, while the worker had it open: readers keep no writer from beginning', async () => {
    const analysis = await analysed({ 'locks.txt': `${DURING}${locks(OPEN, OPEN.replace('610', '611'))}` });
    expect(factOf(analysis, 'lock-was-free')?.weights['database-lock']).toBeLessThan(0);
    expect(verdictsOf(analysis)['database-lock']).not.toBe('fits');
  });

  it("by lsof's own signs: a write lock of another, and a reader that a commit waits for", async () => {
    const lsof = (sign: string): string =>
      [
        'COMMAND  PID  USER   FD   TYPE DEVICE SIZE/OFF   NODE NAME',
        `sqlite3 5580  green    3u${sign}  REG  254,1 41216000 393401 /srv/tracker/service.db`,
        'gunicorn 610  green   11u   REG  254,1 41216000 393401 /srv/tracker/service.db',
        '',
      ].join('\n');
    const writer = await analysed({ 'lsof.txt': `${DURING}${lsof('W')}` });
    expect(factOf(writer, 'lock-held-by-another')?.text).toContain(
      'Process 5580 (sqlite3) held a write lock of /srv/tracker/service.db',
    );
    expect(verdictsOf(writer)['database-lock']).toBe('fits');
    const reader = await analysed({ 'lsof.txt': `${DURING}${lsof('R')}` });
    expect(factOf(reader, 'lock-of-a-reader')?.weights).toEqual({ 'database-lock': 0.5 });
    const neither = await analysed({ 'lsof.txt': `${DURING}${lsof(' ')}` });
    expect(factOf(neither, 'lock-of-a-reader', 'lock-held-by-another')).toBeUndefined();
  });

  it('a process that may be the worker itself under its pid of the host, or of another database, is a weak sign', async () => {
    const contained = new Map([
      ['web.log', `${LOG.join('\n').replaceAll('600', '7').replaceAll('610', '9').replaceAll('611', '10')}\n`],
      ['locks.txt', `${DURING}${locks(WRITES)}`],
    ]);
    const foreign = await analyseFiles(contained);
    expect(factOf(foreign, 'lock-held-by-another')?.text).toContain('may be itself');
    expect(verdictsOf(foreign)['database-lock']).not.toBe('fits');
  });

  it('another process held a lock of the service on a file that the worker waited for', async () => {
    const rows = '1: FLOCK  ADVISORY  WRITE 5580 fe:01:42 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 610 fe:01:42 0 EOF\n';
    const analysis = await analysed({ 'locks.txt': `${DURING}${rows}` });
    expect(factOf(analysis, 'file-lock-waited')?.text).toContain('which process 5580 held');
    expect(verdictsOf(analysis)['infinite-loop']).toBe('ruled-out');
  });
});

describe('where a worker was, by what looked at it from outside', () => {
  it.each(['gdb', 'py-spy-native'])('%s: in the busy handler of SQLite', async (name) => {
    const analysis = await analysed({ 'stack.txt': `${DURING}${ofWorker(name)}` });
    expect(factOf(analysis, 'waited-for-database-lock')?.text).toContain("SQLite's busy handler");
    expect(verdictsOf(analysis)).toMatchObject({ 'database-lock': 'fits', 'infinite-loop': 'ruled-out' });
  });

  it.each([
    ['gdb-threads', 'waiting for a lock between its own threads'],
    ['gdb-sleep', 'sleeping'],
    ['py-spy-regex', 'matching a regular expression'],
  ])('%s: %s', async (name, what) => {
    const analysis = await analysed({ 'stack.txt': `${DURING}${ofWorker(name)}` });
    expect(factOf(analysis, 'stuck-in-frame')?.text).toContain(what);
    expect(verdictsOf(analysis)['database-lock']).not.toBe('fits');
  });

  it('of a worker with a pool is of the thread that has the request, not of the loop that waits for one', async () => {
    const loop = ['    select (selectors.py:468)', '    run (gunicorn/workers/gthread.py:207)'];
    const idle = ['Thread 613 (idle): "ThreadPoolExecutor-0_1"', '    _worker (concurrent/futures/thread.py:81)'];
    const request = [
      '    finditer (re/__init__.py:219)',
      '    parse (tracker/refs.py:44)',
      '    handle_request (gunicorn/workers/gthread.py:334)',
    ];
    const dump = (state: string): string =>
      [
        'Process 610: /usr/bin/python3 /usr/bin/gunicorn tracker.wsgi',
        'Python v3.11.9 (/usr/bin/python3.11)',
        '',
        'Thread 610 (idle): "MainThread"',
        ...loop,
        `Thread 612 (${state}): "ThreadPoolExecutor-0_0"`,
        ...request,
        ...idle,
        '',
      ].join('\n');
    for (const state of ['active+gil', 'active', 'idle']) {
      const analysis = await analysed({ 'stack.txt': `${DURING}${dump(state)}` });
      expect(factOf(analysis, 'stuck-in-frame')?.text).toContain('tracker/refs.py, line 44, in parse');
      expect(factOf(analysis, 'idle-at-timeout')).toBeUndefined();
    }
    const alone = await analysed({
      'stack.txt': `${DURING}${dump('idle').replace(request.join('\n'), loop.join('\n'))}`,
    });
    expect(factOf(alone, 'idle-at-timeout')).toBeDefined();
  });

  it('of another process or another time says nothing, and without a time decides nothing', async () => {
    const other = await analysed({ 'stack.txt': `${DURING}${textOf(fixture('probes/gdb.txt'))}` });
    expect(factOf(other, 'waited-for-database-lock')).toBeUndefined();
    expect(factOf(other, 'stack-not-used')?.text).toContain('and the worker was 610');
    const later = await analysed({ 'stack.txt': `${AFTER}${ofWorker('gdb')}` });
    expect(factOf(later, 'waited-for-database-lock')).toBeUndefined();
    const undated = await analysed({ 'stack.txt': ofWorker('gdb') });
    expect(factOf(undated, 'waited-for-database-lock')).toMatchObject({ weights: { 'database-lock': 3.9 } });
    expect(factOf(undated, 'waited-for-database-lock')?.decides).toBeUndefined();
  });

  it('of faulthandler, which names no process, where it was written as the worker hung', async () => {
    const dump = textOf(fixture('probes/faulthandler.txt'));
    const then = await analysed({ 'faulthandler.txt': `${DURING}${dump}` });
    expect(factOf(then, 'stuck-in-frame')?.text).toContain('importer.py, line 6, in store');
    const undated = await analysed({ 'faulthandler.txt': dump });
    expect(factOf(undated, 'stuck-in-frame')).toBeUndefined();
    expect(factOf(undated, 'stack-not-used')?.text).toContain('nothing dates it');
  });

  it("gdb's py-bt below its bt says from where in Python the call came", async () => {
    const python = [
      'Traceback (most recent call first):',
      '  File "/srv/tracker/store.py", line 88, in store',
      '    connection.execute(sql)',
      '  File "/srv/tracker/jobs.py", line 12, in run',
      '    store(rows)',
    ].join('\n');
    const analysis = await analysed({
      'stack.txt': `${DURING}${ofWorker('gdb')}\n`.replace('[Inferior', `${python}\n[Inferior`),
    });
    expect(factOf(analysis, 'waited-for-database-lock')?.text).toContain(
      'called from /srv/tracker/store.py, line 88, in store',
    );
  });

  it('strace: a lock of SQLite refused to the end, and by whom', async () => {
    const lines = ['strace-tt'].map((name) => ofWorker(name).replaceAll(/^610 +\d\d:\d\d:\d\d/gm, '610 08:01:15'));
    const analysis = await analysed({ 'strace.txt': lines.join('') });
    expect(factOf(analysis, 'lock-refused-in-trace')?.text).toMatch(
      /refused it \d+ times, to the end of the trace, which process \d+ held/,
    );
    expect(verdictsOf(analysis)).toMatchObject({ 'database-lock': 'fits', 'infinite-loop': 'ruled-out' });
  });

  it('strace: a wait that never ended, and no call at all', async () => {
    const waited = await analysed({
      'strace.txt':
        '610 08:01:10.000000 getpid() = 610\n610 08:01:10.000001 futex(0x7f, FUTEX_WAIT, 0, NULL) = ?\n610 08:01:32.000000 +++ killed by SIGKILL +++\n',
    });
    expect(factOf(waited, 'trace-waited')?.text).toContain('for another of its own threads');
    expect(verdictsOf(waited)['infinite-loop']).toBe('ruled-out');
    const computed = await analysed({
      'strace.txt':
        '610 08:01:10.000000 getpid() = 610\n610 08:01:10.000001 brk(NULL) = 0x1\n610 08:01:32.000000 +++ killed by SIGKILL +++\n',
    });
    expect(factOf(computed, 'trace-computed')?.text).toContain('no call of the worker in the last 22 s');
    expect(verdictsOf(computed)['database-lock']).toBe('ruled-out');
  });
});

describe('memory, by cgroup and pressure', () => {
  const silentKill = LOG.map((line) => line.replace('WORKER TIMEOUT (pid:610)', 'Handling signal: winch'));
  const killed = (files: Readonly<Record<string, string>>) =>
    analyseFiles(new Map([['unit.log', `${silentKill.join('\n')}\n`], ...Object.entries(files)]));
  const weightOf = (analysis: Analysis, id: string): number => factOf(analysis, id)?.weights['memory-exhaustion'] ?? 0;

  it('a limit that was reached speaks for it, one that never was against it, and neither decides', async () => {
    const reached = await killed({ 'cgroup.txt': 'memory.max:1000000\nmemory.peak:999999\n' });
    expect(weightOf(reached, 'cgroup-peak')).toBeGreaterThan(0);
    const far = await killed({ 'cgroup.txt': 'memory.max:1000000\nmemory.peak:300000\n' });
    expect(weightOf(far, 'cgroup-peak')).toBeLessThan(0);
    for (const analysis of [reached, far]) expect(factOf(analysis, 'cgroup-peak')?.decides).toBeUndefined();
  });

  it("the host's count of OOM kills", async () => {
    const counters = (kills: number): string => `nr_free_pages 1950275\npgfault 12\noom_kill ${kills}\n`;
    expect(weightOf(await killed({ 'vmstat.txt': counters(0) }), 'host-without-oom-kill')).toBeLessThan(0);
    expect(weightOf(await killed({ 'vmstat.txt': counters(2) }), 'host-oom-kills')).toBeGreaterThan(0);
  });

  it('pressure of memory around the end, by the average that reaches back to it', async () => {
    const rows = (share: string): string =>
      `==> /proc/pressure/memory <==\nsome avg10=${share} avg60=0.10 avg300=0.00 total=1\nfull avg10=${share} avg60=0.10 avg300=0.00 total=1\n`;
    expect(weightOf(await analysed({ 'psi.txt': `${DURING}${rows('61.00')}` }), 'memory-pressure')).toBe(3);
    expect(weightOf(await analysed({ 'psi.txt': `${DURING}${rows('0.00')}` }), 'memory-pressure')).toBe(-1.5);
    expect(factOf(await analysed({ 'psi.txt': `${AFTER}${rows('61.00')}` }), 'memory-pressure')).toBeUndefined();
  });
});

describe('disks that held the host up', () => {
  const pressure = (io: string, memory: string): string =>
    `${DURING}==> /proc/pressure/io <==\nfull avg10=${io} avg60=0.10 avg300=0.00 total=1\n==> /proc/pressure/memory <==\nfull avg10=${memory} avg60=0.10 avg300=0.00 total=1\n`;

  it('are told by pressure, unless that is of memory', async () => {
    expect(factOf(await analysed({ 'psi.txt': pressure('69.13', '0.40') }), 'disk-bound')?.text).toContain(
      '69% of the time',
    );
    expect(factOf(await analysed({ 'psi.txt': pressure('69.13', '61.00') }), 'disk-bound')).toBeUndefined();
    expect(factOf(await analysed({ 'psi.txt': pressure('2.00', '0.40') }), 'disk-bound')).toBeUndefined();
  });

  it.each([
    ['55.20', true],
    ['4.10', false],
  ])('are told by mpstat: %s %%', async (wait, isTold) => {
    const rows = ['14', '15', '16', '17', '18'].map(
      (second, at) =>
        `08:01:${second}     ${at === 0 ? 'CPU    %usr   %nice    %sys %iowait    %irq   %soft  %steal  %guest  %gnice   %idle' : `all    3.21    0.00    1.44   ${wait}    0.00    0.03    0.00    0.00    0.00   40.00`}`,
    );
    const mpstat = `Linux 6.1.0-18-amd64 (vm) \t03/02/26 \t_x86_64_\t(2 CPU)\n\n${rows.join('\n')}\n`;
    expect(factOf(await analysed({ 'mpstat.txt': mpstat }), 'disk-bound') !== undefined).toBe(isTold);
  });

  it.each([
    ['a disk that is busy and slow', '99.20', '180.00', true],
    ['one that serves many requests at a time, each at once', '99.20', '0.30', false],
    ['an idle one', '2.00', '180.00', false],
  ])('are told by iostat of %s', async (_what, util, wait, isTold) => {
    const reports = ['14', '15', '16', '17', '18'].map((second) =>
      [
        `03/02/26 08:01:${second}`,
        'avg-cpu:  %user   %nice %system %iowait  %steal   %idle',
        '           1.00    0.00    1.00    6.00    0.00   92.00',
        '',
        'Device            r/s     w/s r_await w_await  %util',
        `vda              4.00  200.00    1.00  ${wait}  ${util}`,
        '',
      ].join('\n'),
    );
    const iostat = `Linux 6.1.0-18-amd64 (vm) \t03/02/26 \t_x86_64_\t(8 CPU)\n\n${reports.join('\n')}\n`;
    expect(factOf(await analysed({ 'iostat.txt': iostat }), 'disk-bound') !== undefined).toBe(isTold);
  });
});

describe("the client's side, by the proxy in front", () => {
  it.each(PROXY_SAMPLES.map(({ proxy, trouble, sample }) => [proxy, trouble, sample]))(
    '%s: %s',
    (proxy, trouble, sample) => {
      expect(proxySaying(sample)).toMatchObject({ proxy, trouble });
    },
  );

  it('is told, and that a connection broke as the worker ended is one more witness of that', async () => {
    const nginx = [
      '2026/03/02 08:01:30 [error] 31#31: *1042 upstream timed out (110: Connection timed out) while reading response header from upstream, client: 10.0.0.7, server: tracker.example, request: "POST /import/14 HTTP/1.1", upstream: "http://127.0.0.1:8000/import/14"',
      '2026/03/02 08:01:32 [error] 31#31: *1043 upstream prematurely closed connection while reading response header from upstream, client: 10.0.0.8, server: tracker.example, request: "POST /import/15 HTTP/1.1", upstream: "http://127.0.0.1:8000/import/15"',
      '2026/03/02 10:01:33 [error] 31#31: *1044 connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.7',
    ];
    const analysis = await analysed({ 'nginx-error.log': `${nginx.join('\n')}\n` });
    expect(factOf(analysis, 'proxy-timeout')?.text).toContain(
      'waited for the service in vain and gave up at 08:01:30 UTC, first for POST /import/14',
    );
    expect(factOf(analysis, 'proxy-closed')?.text).toContain('as the worker ended');
    expect(factOf(analysis, 'proxy-refused')).toBeUndefined();
    expect(verdictsOf(analysis)['worker-timeout']).toBe('fits');
    expect(analysis.incident?.pid).toBe(610);
  });

  it('of who checks its health, and ends it for that', async () => {
    const events = [
      '# 2026-03-02 08:05:00 UTC',
      'LAST SEEN   TYPE      REASON      OBJECT        MESSAGE',
      '3m35s       Warning   Unhealthy   pod/web-1     Liveness probe failed: Get "http://10.2.3.17:8000/healthz": context deadline exceeded',
      '3m30s       Warning   Unhealthy   pod/web-1     Liveness probe failed: Get "http://10.2.3.17:8000/healthz": context deadline exceeded',
      '',
    ];
    const analysis = await analysed({ 'events.txt': events.join('\n') });
    expect(factOf(analysis, 'health-check-failed')?.text).toMatch(
      /^The kubelet got no answer to its checks of the service 2 times from 08:01:25/,
    );
  });

  it("of httpd is in its error log, which is no kernel's", async () => {
    const httpd =
      '[Mon Mar 02 08:01:31.412345 2026] [proxy_http:error] [pid 812:tid 140123] (70007)The timeout specified has expired: [client 10.0.0.7:51234] AH01102: error reading status line from remote server 127.0.0.1:8000\n';
    const analysis = await analysed({ error_log: httpd.repeat(3) });
    expect(factOf(analysis, 'proxy-timeout')?.text).toContain('httpd waited for the service in vain');
    expect(factOf(analysis, 'kernel-log-silent')).toBeUndefined();
  });

  it('of httpd before 2.4, whose lines tell no pid, is no work of the service', async () => {
    const httpd = [
      '[Sat Mar 14 02:30:02 2026] [notice] resuming normal operations',
      '[Sat Mar 14 02:30:12 2026] [error] [client 10.0.0.7] File does not exist: /srv/www/favicon.ico',
      '[Sat Mar 14 02:30:55 2026] [notice] Graceful restart requested, doing restart',
      '',
    ];
    const analysis = await new Scenario()
      .boot()
      .timeout(31)
      .sigkill(32)
      .replacement(32.1)
      .file('error_log', httpd.join('\n'))
      .analyse();
    expect(analysis.incident?.operation).toBeNull();
    expect(JSON.stringify(analysis.summary)).not.toContain('normal operations');
  });
});
