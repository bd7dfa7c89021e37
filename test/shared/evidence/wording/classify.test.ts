import { describe, expect, it } from 'vitest';
import { classifyMessage, splitInnerHeader } from '../../../../shared/evidence/wording/classify.ts';
import { KERNEL_SAMPLES } from '../../../../shared/evidence/wording/classify-kernel.ts';
import { PLATFORM_SAMPLES } from '../../../../shared/evidence/wording/classify-platform.ts';
import { RUNTIME_SAMPLES } from '../../../../shared/evidence/wording/classify-runtime.ts';
import { SUPERVISOR_SAMPLES } from '../../../../shared/evidence/wording/classify-supervisor.ts';
import { SYSTEMD_SAMPLES } from '../../../../shared/evidence/wording/classify-systemd.ts';

const classify = (message: string, identifier: string | null = 'gunicorn', pid: number | null = 5) =>
  classifyMessage({ message, identifier, pid });
const header = (level: string): string => `[2026-01-28 04:11:54 +0000] [25321] [${level}] `;

describe("gunicorn's wording", () => {
  it.each([
    ['CRITICAL', 'WORKER TIMEOUT (pid:23333)', 'worker-timeout', { targetPid: 23333 }],
    [
      'ERROR',
      'Worker (pid:23333) was sent SIGKILL! Perhaps out of memory?',
      'worker-sigkill',
      { targetPid: 23333, signal: 9 },
    ],
    ['ERROR', 'Worker (pid:23333) was sent SIGSEGV!', 'worker-signalled', { targetPid: 23333, signal: 11 }],
    ['ERROR', 'Worker (pid:23333) was sent SIGABRT!', 'worker-signalled', { targetPid: 23333, signal: 6 }],
    ['ERROR', 'Worker (pid:23333) was sent code 139!', 'worker-signalled', { targetPid: 23333, signal: 11 }],
    [
      'WARNING',
      'Worker with pid 23333 was terminated due to signal 9',
      'worker-sigkill',
      { targetPid: 23333, signal: 9 },
    ],
    [
      'WARNING',
      'Worker with pid 23333 was terminated due to signal 6',
      'worker-signalled',
      { targetPid: 23333, signal: 6 },
    ],
    ['ERROR', 'Worker (pid:23333) exited with code 1', 'worker-exit-code', { targetPid: 23333, exitCode: 1 }],
    ['ERROR', 'Worker (pid:23333) exited with code 3.', 'worker-exit-code', { targetPid: 23333, exitCode: 3 }],
    ['INFO', 'Worker exiting (pid: 23333)', 'worker-exiting', { targetPid: 23333 }],
    ['INFO', 'Booting worker with pid: 23333', 'worker-boot', { targetPid: 23333 }],
    ['INFO', 'Autorestarting worker after current request.', 'worker-recycled', {}],
    ['INFO', 'Starting gunicorn 20.1.0', 'arbiter-start', { version: '20.1.0' }],
    ['INFO', 'Using worker: gthread', 'arbiter-start', { workerClass: 'gthread' }],
    ['INFO', 'Listening at: http://127.0.0.1:18319 (25321)', 'log', {}],
    ['INFO', 'Handling signal: term', 'arbiter-signal', { signal: 15 }],
    ['INFO', 'Handling signal: hup', 'arbiter-signal', { signal: 1 }],
    ['INFO', 'Hang up: Master', 'arbiter-signal', { signal: 1 }],
    ['INFO', 'Shutting down: Master', 'arbiter-stop', {}],
    ['ERROR', 'Error handling request /import', 'worker-error', {}],
    ['ERROR', 'Exception in worker process', 'worker-error', {}],
  ])('%s %s', (level, text, kind, detail) => {
    const severity = { CRITICAL: 'crit', ERROR: 'err', WARNING: 'warning', INFO: 'info' }[level];
    expect(classify(header(level) + text)).toMatchObject({ kind, detail, severity, innerPid: 25321 });
    // A logconfig with the logger's name, the syslog format, and the bare text mean the same.
    expect(classify(`2026-01-28 04:11:54,570 - gunicorn.error - ${level} - ${text}`)).toMatchObject({
      kind,
      detail,
      severity,
    });
    expect(classify(`2026-01-28 04:11:54,570 ${level} ${text}`)).toMatchObject({ kind, detail });
    expect(classify(`[25321] [${level}] ${text}`)).toMatchObject({ kind, detail });
    expect(classify(`[25321] ${text}`)).toMatchObject({ kind, detail, severity: null });
    expect(classify(text)).toMatchObject({ kind, detail, severity: null, innerPid: null });
  });

  it.each([
    '2026-01-28 04:11:54,570 - app.jobs - INFO - retry after WORKER TIMEOUT (pid:1)',
    '2026-01-28 04:11:54,570 - app.jobs - CRITICAL - WORKER TIMEOUT (pid:1)',
    '2026-01-28 04:11:54,570 INFO WORKER TIMEOUT (pid:1)',
    'INFO:app:Worker (pid:7) was sent SIGKILL! Perhaps out of memory?',
    'saw "WORKER TIMEOUT (pid:1)" in the log',
    'WORKER TIMEOUT (pid:1) seen, retrying',
    `${header('INFO')}last: Worker (pid:7) was sent SIGKILL! Perhaps out of memory?`,
    'Killed process 7 (python3) total-vm:1kB, anon-rss:1kB, file-rss:1kB',
    'tracker.service: Main process exited, code=killed, status=9/KILL',
  ])('an application that quotes it stays log: %s', (message) => {
    expect(classify(message)).toMatchObject({ kind: 'log', detail: {} });
  });

  it('names of pids in brackets are no pids of the writer', () => {
    expect(classify('[14] [INFO] done').innerPid).toBeNull();
  });
});

describe("the kernel's wording", () => {
  const kernel = (message: string) => classify(message, 'kernel', null);
  const killed = ' total-vm:433520kB, anon-rss:409592kB, file-rss:6152kB, shmem-rss:0kB';
  const kill = { targetPid: 24020, processName: 'python3', anonRssBytes: 409592 * 1024 };

  it.each([
    ['python3 invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0', 'oom-invoked', { processName: 'python3' }],
    [
      'oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/a.service,task_memcg=/a.service/x,task=python3,pid=24020,uid=0',
      'oom-kill',
      { targetPid: 24020, processName: 'python3', oomScope: 'cgroup', oomCgroup: '/a.service' },
    ],
    [
      'oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/system.slice/a.service,task=py,pid=7,uid=0',
      'oom-kill',
      { targetPid: 7, processName: 'py', oomScope: 'host', oomCgroup: '/system.slice/a.service' },
    ],
    [
      `Memory cgroup out of memory: Killed process 24020 (python3)${killed}`,
      'oom-kill',
      { ...kill, oomScope: 'cgroup' },
    ],
    [`Out of memory: Killed process 24020 (python3)${killed}`, 'oom-kill', { ...kill, oomScope: 'host' }],
    [
      'Out of memory: Kill process 24020 (python3) score 907 or sacrifice child',
      'oom-kill',
      { targetPid: 24020, processName: 'python3', oomScope: 'host' },
    ],
    [
      'Memory cgroup out of memory: Kill process 24020 (python3) score 907 or sacrifice child',
      'oom-kill',
      { targetPid: 24020, processName: 'python3', oomScope: 'cgroup' },
    ],
    [`Killed process 24020 (python3)${killed}`, 'oom-kill', kill],
    [`Killed process 24020 (python3), UID 0,${killed}`, 'oom-kill', kill],
    [
      'memory: usage 430080kB, limit 430080kB, failcnt 469',
      'oom-context',
      { usageBytes: 440401920, limitBytes: 440401920, oomScope: 'cgroup' },
    ],
    ['memory+swap: usage 430080kB, limit 9007199254740988kB, failcnt 0', 'kernel', {}],
    ['Tasks state (memory values in pages):', 'oom-context', {}],
    [
      '[  24020]     0 24020   108380   103936   102398     1538         0   901120        0             0 python3',
      'oom-context',
      { targetPid: 24020, processName: 'python3' },
    ],
    [
      'oom_reaper: reaped process 24020 (python3), now anon-rss:0kB',
      'oom-context',
      { targetPid: 24020, processName: 'python3' },
    ],
    [
      'python3[23953]: segfault at 0 ip 00007f32cbf85ad8 sp 00007ffcaf6410a8 error 4 in libc.so.6[167ad8,7f32cbe44000+156000] likely on CPU 0 (core 0, socket 0)',
      'segfault',
      { targetPid: 23953, processName: 'python3', signal: 11 },
    ],
    [
      'traps: python3[7] general protection fault ip:7f00 sp:7fff error:0 in x.so[7f00+12a000]',
      'segfault',
      { targetPid: 7, processName: 'python3', signal: 11 },
    ],
    [
      'traps: electron[15373] trap int3 ip:563672c20e55 sp:7ffd4ac809c0 error:0',
      'segfault',
      { targetPid: 15373, processName: 'electron', signal: 5 },
    ],
    ['eth0: link up', 'kernel', {}],
  ])('%s', (message, kind, detail) => {
    expect(kernel(message)).toMatchObject({ kind, detail });
    expect(Object.keys(kernel(message).detail).sort()).toEqual(Object.keys(detail).sort());
  });
});

describe("systemd's wording", () => {
  const unit = 'tracker.service';
  it.each([
    ['Main process exited, code=killed, status=9/KILL', 'systemd-process-exited', { signal: 9, state: 'killed' }],
    ['Main process exited, code=dumped, status=11/SEGV', 'systemd-process-exited', { signal: 11, state: 'dumped' }],
    ['Main process exited, code=exited, status=1/FAILURE', 'systemd-process-exited', { exitCode: 1, state: 'exited' }],
    ["Failed with result 'oom-kill'.", 'systemd-oom', { state: 'oom-kill' }],
    ["Failed with result 'signal'.", 'systemd-unit', { state: 'signal' }],
    ["Failed with result 'timeout'.", 'systemd-unit', { state: 'timeout' }],
    ["Failed with result 'watchdog'.", 'systemd-unit', { state: 'watchdog' }],
    ['A process of this unit has been killed by the OOM killer.', 'systemd-oom', {}],
    ["State 'stop-sigterm' timed out. Killing.", 'systemd-stop-timeout', { state: 'stop-sigterm' }],
    ['Stopping timed out. Killing.', 'systemd-stop-timeout', { state: 'Stopping' }],
    ['Killing process 77 (gunicorn) with signal SIGKILL.', 'systemd-stop-timeout', { targetPid: 77, signal: 9 }],
    ['Killing process 77 (gunicorn) with signal SIGTERM.', 'systemd-unit', { targetPid: 77, signal: 15 }],
    ['start operation timed out. Terminating.', 'systemd-unit', {}],
    ['Scheduled restart job, restart counter is at 1.', 'systemd-unit', {}],
    ['systemd-oomd killed 3 process(es) in this unit.', 'systemd-oomd-kill', {}],
  ])('%s', (rest, kind, detail) => {
    const read = classify(`${unit}: ${rest}`, 'systemd', 1);
    expect(read).toMatchObject({ kind, unit, detail: { ...detail, unit } });
  });

  it('reads jobs with and without a unit name', () => {
    expect(classify('Started tracker.service - Regression tracker.', 'systemd', 1)).toMatchObject({
      kind: 'systemd-start',
      unit,
    });
    expect(classify('Started Regression tracker.', 'systemd', 1)).toMatchObject({ kind: 'systemd-start', unit: null });
    expect(classify('Stopping tracker.service...', 'systemd', 1)).toMatchObject({ kind: 'systemd-unit', unit });
    expect(classify('Stopped Regression tracker.', 'systemd', 1)).toMatchObject({ kind: 'systemd-unit', unit: null });
  });

  it.each([
    'Killed /system.slice/tracker.service due to memory pressure for /system.slice being 70.12% > 60.00% for > 30s with reclaim activity',
    'Killed /system.slice/tracker.service due to memory used (25270000 / 25276502) and swap used (7 / 8) being more than 90.00%',
  ])('systemd-oomd: %s', (message) => {
    expect(classify(message, 'systemd-oomd', 700)).toMatchObject({
      kind: 'systemd-oomd-kill',
      unit,
      detail: { oomCgroup: '/system.slice/tracker.service', unit },
    });
    expect(classify(message, 'tracker', 700).kind).toBe('log');
  });
});

describe("Python's wording", () => {
  it.each([
    ['Traceback (most recent call last):', 'traceback'],
    ['sqlite3.OperationalError: database is locked', 'database-locked'],
    ['(sqlite3.OperationalError) database is locked', 'database-locked'],
    ['django.db.utils.OperationalError: database table is locked: jobs', 'database-locked'],
    [
      '2026-01-28 04:10:22,070 - app - INFO - retrying: (sqlite3.OperationalError) database is locked',
      'database-locked',
    ],
    ['2026-01-28 04:10:22,070 - app - ERROR - Import of VPN job 14 failed: database is locked', 'database-locked'],
    ["2026-01-28 04:10:22,070 - app - WARNING - insert failed ('database is locked'), retrying", 'database-locked'],
    ['2026-01-28 04:10:22,070 - app - WARNING - Retry 2/5 because the database is locked', 'database-locked'],
    ['error: database is locked', 'database-locked'],
    ['2026-01-28 04:10:22,070 - app - INFO - Checked 3 files: database is locked', 'log'],
    ['2026-01-28 04:10:22,070 - app - ERROR - no database is locked here', 'log'],
    [
      `${header('ERROR')}Error handling request /x\nTraceback (most recent call last):\nsqlite3.OperationalError: database is locked`,
      'database-locked',
    ],
    [`${header('ERROR')}Error handling request /x\nTraceback (most recent call last):\nSystemExit: 1`, 'worker-error'],
    ['2026-01-28 04:10:22,070 - app - ERROR - failed\nTraceback (most recent call last):\nValueError', 'traceback'],
    ['  File "/srv/app.py", line 3, in f', 'log'],
  ])('%j is %s', (message, kind) => {
    expect(classify(message).kind).toBe(kind);
  });

  it('a fatal error is the end of the process that wrote it', () => {
    expect(classify('Fatal Python error: Segmentation fault')).toMatchObject({
      kind: 'segfault',
      detail: { targetPid: 5, signal: 11 },
    });
  });
});

describe('splitInnerHeader', () => {
  it.each([
    [`${header('INFO')}hello`, 'gunicorn', 25321, 'INFO', null, 'hello'],
    [
      '2026-01-28 04:10:22,070 - app.services.import_service - INFO - Started - now',
      'python',
      null,
      'INFO',
      'app.services.import_service',
      'Started - now',
    ],
    [
      '2026-01-28 04:10:22,070 INFO Started importing VPN job 14',
      'python',
      null,
      'INFO',
      null,
      'Started importing VPN job 14',
    ],
    ['2026-01-28 04:10:22 [INFO] app.jobs: Started', 'python', null, 'INFO', 'app.jobs', 'Started'],
    [
      '[2026-01-28 04:10:22,070] ERROR in app: Exception on /import [POST]',
      'python',
      null,
      'ERROR',
      'app',
      'Exception on /import [POST]',
    ],
    ['2026-01-28 04:10:22,070 | WARNING | app.jobs | slow', 'python', null, 'WARNING', 'app.jobs', 'slow'],
    ['2026-01-28 04:10:22,070 [77] [INFO] text', 'python', 77, 'INFO', null, 'text'],
    ['INFO:root:text: more', 'python', null, 'INFO', 'root', 'text: more'],
    ['2026-01-28T04:10:22.070+01:00 ERROR text', 'python', null, 'ERROR', null, 'text'],
  ])('%s', (message, style, pid, level, logger, text) => {
    expect(splitInnerHeader(message)).toMatchObject({ style, pid, level, logger, text });
  });

  it('gives the time with its zone', () => {
    const gunicorn = splitInnerHeader('[2026-01-28 05:10:22 +0100] [7] [INFO] x');
    expect(gunicorn).toMatchObject({ timeText: '2026-01-28 05:10:22 +0100', stamp: { zone: 60 } });
    const python = splitInnerHeader('2026-01-28 04:10:22,070 - a - INFO - x');
    expect(python).toMatchObject({
      timeText: '2026-01-28 04:10:22,070',
      stamp: { zone: null, wall: { micros: 70_000 }, resolutionMicros: 1000 },
    });
  });

  it.each([
    '',
    'plain text',
    'INFO something',
    '[not a header]',
    '14 tests ran',
    '2026-01-28 was a Wednesday',
    'x [2026-01-28 04:10:22 +0000] [1] [INFO] y',
  ])('leaves %j alone', (message) => {
    expect(splitInnerHeader(message)).toBeNull();
  });

  it('keeps all lines and all of a long message', () => {
    const text = `${'a.'.repeat(300_000)}\nsecond`;
    expect(splitInnerHeader(`2026-01-28 04:10:22,070 INFO ${text}`)?.text).toBe(text);
  });
});

describe("platforms' wording", () => {
  const GIB = 1024 ** 3;

  it.each([
    ['Memory limit of 512 MiB exceeded with 541 MiB used. Consider', 'platform-oom', { limitBytes: 512 * 1024 ** 2 }],
    ['Memory limit of 2G exceeded with 2.05G used.', 'platform-oom', { limitBytes: 2 * GIB }],
    ['Error R15 (Memory quota vastly exceeded)', 'platform-oom', {}],
    ['Process exited with status 137', 'container-exited', { signal: 9 }],
    ['Process exited with status 1', 'container-exited', { exitCode: 1 }],
    ['api-1 exited with code 143', 'container-exited', { signal: 15 }],
    ['container die 0123456789ab (execDuration=7, exitCode=137, name=api-1)', 'container-exited', { signal: 9 }],
  ])('%s', (message, kind, detail) => {
    expect(classify(message, null, null)).toMatchObject({ kind, detail });
  });

  it.each([
    'Error R14 (Memory quota exceeded)',
    'support: the customer wrote "Memory limit of 512 MiB exceeded with 541 MiB used."',
    '2026-01-28 04:10:22,104 ERROR [7] tickets: Process exited with status 137',
    '[2026-01-28 04:10:22 +0000] [7] [ERROR] Error R15 (Memory quota vastly exceeded)',
  ])('is not taken from what an application says or only warns of: %s', (message) => {
    expect(classify(message, null, null).kind).toBe('log');
  });
});

describe('the words of a supervisor', () => {
  it.each([
    [
      '2026-01-28 04:10:22,104 - app.jobs - INFO - DAMN ! worker 1 (pid: 5) died, killed by signal 9 :( trying respawn ...',
    ],
    ['2026-01-28 04:10:22,104 INFO app.watch: worker 521 died (SIGKILL). restarting...'],
    ['2026-01-28 04:10:22,104 - app.jobs - INFO - Hard time limit (3.0s) exceeded for a.b[e376154f]'],
    ['he wrote "*** HARAKIRI ON WORKER 2 (pid: 5118, try: 1) ***"'],
  ])('are not taken from an application that quotes them: %s', (message) => {
    expect(classify(message, null, null).kind).toBe('log');
  });

  it('name whose they are', () => {
    expect(
      classify('[17842] ! Terminating timed out worker (worker failed to check in within 6 seconds): 17845'),
    ).toMatchObject({
      kind: 'worker-timeout',
      detail: { supervisor: 'puma', targetPid: 17845, limitSeconds: 6 },
    });
  });
});

it('every wording reads its own sample', () => {
  for (const sample of SUPERVISOR_SAMPLES) expect(classify(sample).kind, sample).not.toBe('log');
  for (const sample of RUNTIME_SAMPLES) expect(classify(sample, null, null).kind, sample).toBe('segfault');
  for (const sample of KERNEL_SAMPLES) expect(classify(sample, 'kernel', null).kind, sample).not.toBe('kernel');
  for (const sample of SYSTEMD_SAMPLES) expect(classify(sample, 'systemd', 1).kind, sample).not.toBe('log');
  for (const sample of PLATFORM_SAMPLES) expect(classify(sample, null, null).kind, sample).not.toBe('log');
});

it('hostile lines of a megabyte are read like others', () => {
  const hostile = [
    '\n'.repeat(500_000),
    `oom-kill:constraint=CONSTRAINT_MEMCG,${',task=a,pid='.repeat(80_000)}`,
    `2026-01-28 04:10:22 INFO ${'a.'.repeat(500_000)}`,
    `x: database is locked${' '.repeat(500_000)}x`,
    `${'a-'.repeat(500_000)}: x`,
  ];
  for (const message of hostile) {
    for (const identifier of ['kernel', 'systemd', 'systemd-oomd', null]) {
      expect(['log', 'kernel']).toContain(classify(message, identifier, 1).kind);
    }
  }
});
