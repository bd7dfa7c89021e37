import { expect, it } from 'vitest';
import { formatIsoMicros } from '../../../../shared/model/time.ts';
import { bytesOf, fixture, parse } from '../support.ts';

it('says who sent a signal to whom, and which process crashed', () => {
  const { events, problems, time } = parse('audit', fixture('host/audit.log.txt'));
  expect(problems).toEqual([]);
  expect(time?.offsetMinutes).toBeNull();
  const kill = events.find(({ kind }) => kind === 'log');
  expect(kill).toMatchObject({
    message: 'kill(15022, SIGKILL) by pid 15043 (kill, /usr/bin/kill), uid 0, auid 4294967295',
    detail: { targetPid: 15022, signal: 9 },
    pid: null,
  });
  expect(formatIsoMicros(kill?.time ?? events[0]?.time ?? (0 as never))).toBe('2026-11-30T14:55:33.254000Z');
  expect(events.find(({ kind }) => kind === 'segfault')?.detail).toMatchObject({ signal: 11, processName: 'python3' });
  expect(events.some(({ kind }) => kind === 'notice')).toBe(true);
});

it.each([
  ['a signal that was refused', 'success=no exit=-1 a0=3aae a1=9'],
  ['signal 0, which only asks', 'success=yes exit=0 a0=3aae a1=0'],
  ['a group of processes', 'success=yes exit=0 a0=ffffffffffffc552 a1=9'],
])('%s is no kill', (_, fields) => {
  const text = `type=SYSCALL msg=audit(1796050533.254:5): arch=c000003e syscall=62 ${fields} pid=1 uid=0 comm="kill"\n`;
  expect(parse('audit', bytesOf(text)).events.map(({ kind }) => kind)).toEqual(['notice']);
});

it('reads the call of a thread, on either processor', () => {
  const text = ['arch=c000003e syscall=234', 'arch=c00000b7 syscall=131']
    .map(
      (call) => `type=SYSCALL msg=audit(1796050533.254:5): ${call} success=yes a0=5b25 a1=5b30 a2=6 pid=1 comm="x"\n`,
    )
    .join('');
  expect(parse('audit', bytesOf(text)).events.map(({ detail }) => detail)).toEqual([
    { targetPid: 23333, signal: 6 },
    { targetPid: 23333, signal: 6 },
  ]);
});
