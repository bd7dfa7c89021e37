import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../../../shared/evidence/formats/detect.ts';
import { pidInName } from '../../../../shared/evidence/host/pid-in-name.ts';
import { STACK_SAMPLES } from '../../../../shared/evidence/host/stack-dump.ts';
import { formatIsoMicros } from '../../../../shared/model/time.ts';
import { runs } from '../../../support/properties.ts';
import { bytesOf, fixture, parse, textOf } from '../support.ts';

const dumpsOf = (bytes: Uint8Array, fileName = 'a.txt') =>
  parse('stack-dump', bytes, { fileName }).items.flatMap((item) => (item.type === 'stack-dump' ? [item.dump] : []));
const tracesOf = (bytes: Uint8Array, fileName = 'a.txt') =>
  parse('strace', bytes, { fileName }).items.flatMap((item) => (item.type === 'syscall-trace' ? [item.trace] : []));
const formatOf = (text: string): string => detectFormat(bytesOf(text), 'a.txt', text.length).format;

describe('the stack of a process', () => {
  it.each(STACK_SAMPLES)('%s is a line of one', (sample) => {
    expect(formatOf(`${sample}\n`)).toBe('stack-dump');
  });

  it.each(['py-spy', 'py-spy-native', 'py-spy-regex', 'gdb', 'gdb-regex', 'gdb-sleep', 'gdb-threads'])(
    '%s names its process and leaves nothing unread',
    (name) => {
      const bytes = fixture(`probes/${name}.txt`);
      const dumps = dumpsOf(bytes);
      expect(parse('stack-dump', bytes).problems).toEqual([]);
      expect(dumps).toHaveLength(1);
      const pid = /(?:^Process |LWP |\(process )(\d+)/m.exec(textOf(bytes))?.[1];
      expect(dumps[0]?.pid).toBe(Number(pid));
      expect(dumps[0]?.time).toBeNull();
    },
  );

  it('of faulthandler has the process that the name of its file ends in', () => {
    const bytes = fixture('probes/faulthandler.txt');
    expect(dumpsOf(bytes)).toMatchObject([{ pid: null }]);
    expect(dumpsOf(bytes, 'faulthandler-610.log')).toMatchObject([{ pid: 610 }]);
    expect(
      ['stack.610.txt', 'trace.610', 'web_pid42.log', 'stack.txt', '2026-01-28.txt', 'x7.txt'].map(pidInName),
    ).toEqual([610, 610, 42, null, null, null]);
  });

  it('is one of several, each under its own date', () => {
    const one = textOf(fixture('probes/py-spy.txt'));
    const two = one.replace('Process', 'Process').replaceAll(/\b(\d+) \(idle\)/g, '$1 (active)');
    const dumps = dumpsOf(bytesOf(`# 2026-01-28 04:11:54 UTC\n${one}\n# 2026-01-28 04:12:04 UTC\n${two}`));
    expect(dumps.map(({ time }) => time && formatIsoMicros(time).slice(11, 19))).toEqual(['04:11:54', '04:12:04']);
    expect(dumps[1]?.lines.join('\n')).toContain('(active)');
  });

  it('has a damaged frame told, and no more lines than can be kept', () => {
    const damaged = textOf(fixture('probes/gdb.txt')).replace('#4  0x', '?4  0x');
    expect(parse('stack-dump', bytesOf(damaged)).problems).toMatchObject([{ kind: 'malformed-record' }]);
    const deep = `Thread 1 (LWP 7):\n${'#0  f () at a.c:1\n'.repeat(6_000)}`;
    expect(parse('stack-dump', bytesOf(deep)).problems).toMatchObject([{ kind: 'limit-exceeded' }]);
    expect(dumpsOf(bytesOf(deep))[0]?.lines).toHaveLength(5_000);
  });

  it('leaves a log that holds a dump a log', () => {
    const log = Array.from({ length: 4 }, () => '[2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8');
    expect(formatOf(`${log.join('\n')}\n${textOf(fixture('probes/faulthandler.txt'))}`)).toBe('gunicorn-log');
  });
});

describe('strace', () => {
  it('tells the lock that was refused to the end, and who held it', () => {
    const holder = /l_pid=(\d+)/.exec(textOf(fixture('probes/strace.txt')))?.[1];
    for (const name of ['strace', 'strace-tt', 'strace-ttt']) {
      const [trace, ...more] = tracesOf(fixture(`probes/${name}.txt`));
      expect(more).toEqual([]);
      expect(trace?.refusedLocks?.last.text, name).toContain('F_WRLCK, l_whence=SEEK_SET, l_start=1073741825');
      expect(trace?.refusedLocks?.count).toBeGreaterThan(3);
      expect(trace?.refusedLocks?.holderPid, name).toBe(Number(holder));
      expect(parse('strace', fixture(`probes/${name}.txt`)).problems).toEqual([]);
    }
  });

  it('says the same with a time of day as with seconds since 1970, up to the day', () => {
    const [first] = tracesOf(fixture('probes/strace-tt.txt'));
    const [stamped] = /\d\d:\d\d:\d\d\.\d{6}/.exec(textOf(fixture('probes/strace-tt.txt'))) ?? [];
    expect(first?.from === null || first === undefined ? null : formatIsoMicros(first.from).slice(11, 26)).toBe(
      stamped,
    );
  });

  it('tells the call in which a process was killed', () => {
    const [trace] = tracesOf(fixture('probes/strace-killed.txt'));
    expect(trace).toMatchObject({
      killedBy: 'SIGKILL',
      refusedLocks: null,
      last: { name: 'futex', isUnfinished: true },
    });
    expect((trace?.to ?? 0) - (trace?.from ?? 0)).toBeGreaterThan(500_000);
  });

  it('tells processes apart, joins calls that were parted, and forgets a refusal once the lock was granted', () => {
    const lock = (pid: number, result: string): string =>
      `${pid} 04:11:5${pid % 10}.000001 fcntl(4, F_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=120, l_len=1}) = ${result}`;
    const traces = tracesOf(
      bytesOf(
        [
          lock(611, '-1 EAGAIN (Resource temporarily unavailable)'),
          lock(611, '0'),
          lock(612, '-1 EAGAIN (Resource temporarily unavailable)'),
          '612 04:11:53.000001 read(5,  <unfinished ...>',
          '611 04:11:53.000002 mmap(NULL, 1073741824, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = -1 ENOMEM (Cannot allocate memory)',
          '612 04:11:54.000001 <... read resumed>"a", 4096) = 1',
          '612 04:11:55.000001 --- SIGABRT {si_signo=SIGABRT, si_code=SI_USER, si_pid=600, si_uid=0} ---',
          '',
        ].join('\n'),
      ),
    );
    expect(traces).toMatchObject([
      { pid: 611, refusedLocks: null, refusedMemory: { name: 'mmap' } },
      {
        pid: 612,
        refusedLocks: { count: 1 },
        last: { name: 'read', isUnfinished: false, text: 'read(5, "a", 4096) = 1' },
      },
    ]);
  });

  it('goes over midnight', () => {
    const [trace] = tracesOf(bytesOf('7 23:59:59.500000 getpid() = 7\n7 00:00:00.500000 getpid() = 7\n'));
    expect((trace?.to ?? 0) - (trace?.from ?? 0)).toBe(1_000_000);
  });

  it('keeps the calls of one process whatever stands between', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('7 getpid() = 7', '8 gettid() = 8', 'garbage', ''), { maxLength: 30 }),
        (lines) => {
          const calls = new Map(tracesOf(bytesOf(`${lines.join('\n')}\n`)).map((trace) => [trace.pid, trace.calls]));
          for (const pid of [7, 8]) {
            const told = lines.filter((line) => line.startsWith(`${pid} `)).length;
            expect(calls.get(pid) ?? 0).toBe(told);
          }
        },
      ),
      { numRuns: runs(50) },
    );
  });
});
