import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../../../shared/evidence/formats/detect.ts';
import { UptimeTies } from '../../../../shared/evidence/reading/uptime-ties.ts';
import { epochMicros } from '../../../../shared/model/time.ts';
import { bytesOf, fixture, parse, textOf } from '../support.ts';

const KILLED_AT = epochMicros(Date.UTC(2025, 10, 30, 22, 41, 9) * 1000);
const journal = parse('journal-short-iso-precise', fixture('journal-oom/short-iso-precise.txt')).events;
const raw = fixture('dmesg/raw.txt');

describe('dmesg with dates', () => {
  it.each(['dmesg/iso.txt', 'dmesg/ctime.txt'])('%s says what the journal says, to the second', (path) => {
    const parsed = parse('dmesg', fixture(path));
    expect(parsed.events.map(({ kind, message, detail }) => [kind, message, detail])).toEqual(
      journal.map(({ kind, message, detail }) => [kind, message, detail]),
    );
    for (const [index, event] of parsed.events.entries()) {
      expect(Math.abs(event.time - (journal[index]?.time ?? 0))).toBeLessThan(1_000_000);
      expect(event.resolutionMicros).toBe(1_000_000);
    }
  });

  it('marks -T as local time that drifts, and reads it in the zone of the host', () => {
    const parsed = parse('dmesg', fixture('dmesg/ctime.txt'), { offsetMinutes: 60, zoneFrom: 'other-source' });
    expect(parsed.problems.map(({ kind }) => kind)).toEqual(['assumed-time']);
    expect(parsed.events[0]?.time).toBe(KILLED_AT - 3_600e6);
    expect(parsed.time).toMatchObject({ offsetMinutes: 60, zoneFrom: 'other-source' });
  });
});

describe('dmesg with nothing but uptime', () => {
  it('is left out with what to give, when nothing ties it to a date', () => {
    const parsed = parse('dmesg', raw, { uptimeTies: new UptimeTies() });
    expect(parsed.events).toEqual([]);
    expect(parsed.problems.map(({ kind }) => kind)).toEqual(['assumed-time']);
    expect(parsed.problems[0]?.message).toContain('journalctl -k');
  });

  it('is dated through the same message of another source', () => {
    const uptimeTies = new UptimeTies();
    for (const event of journal) uptimeTies.learn(event);
    const parsed = parse('dmesg', raw, { uptimeTies });
    expect(parsed.events).toHaveLength(journal.length);
    for (const [index, event] of parsed.events.entries()) {
      expect(Math.abs(event.time - (journal[index]?.time ?? 0))).toBeLessThan(10_000);
    }
  });

  it('is dated through the SIGKILL of which gunicorn tells, for the pid that the kernel killed', () => {
    const uptimeTies = new UptimeTies();
    const told = { message: '', time: KILLED_AT, detail: { targetPid: 24020 }, source: { evidenceId: 'e1' } } as const;
    uptimeTies.learn({ ...told, kind: 'worker-sigkill' });
    const killed = parse('dmesg', raw, { uptimeTies }).events.find(({ kind }) => kind === 'oom-kill');
    expect(killed).toMatchObject({ time: KILLED_AT, detail: { targetPid: 24020 } });
    // A worker that the arbiter had timed out got its SIGKILL from the arbiter.
    uptimeTies.learn({ ...told, kind: 'worker-timeout' });
    expect(parse('dmesg', raw, { uptimeTies }).events).toEqual([]);
  });

  it('is not dated through a SIGKILL of another pid, nor through one that was told twice', () => {
    const uptimeTies = new UptimeTies();
    const told = { kind: 'worker-sigkill', message: '', time: KILLED_AT, source: { evidenceId: 'e1' } } as const;
    uptimeTies.learn({ ...told, detail: { targetPid: 24019 } });
    expect(parse('dmesg', raw, { uptimeTies }).events).toEqual([]);
    uptimeTies.learn({ ...told, detail: { targetPid: 24020 } });
    uptimeTies.learn({ ...told, time: epochMicros(KILLED_AT + 3_600e6), detail: { targetPid: 24020 } });
    expect(parse('dmesg', raw, { uptimeTies }).events).toEqual([]);
  });
});

it('takes levels from -x and -r', () => {
  const lines = 'kern  :err   : [    1.000001] a\n<4>[    1.000002] b\nkern  :warn  : [Sun Nov 30 22:41:09 2025] c\n';
  const uptimeTies = new UptimeTies();
  const { events } = parse('dmesg', bytesOf(lines), { uptimeTies });
  expect(events.map(({ severity, message }) => [severity, message])).toEqual([['warning', 'c']]);
});

it('says what to give instead of relative stamps, and leaves the journal to the journal', () => {
  const relative = bytesOf('[Nov24 03:48] python3[9930]: segfault at 0\n[  +0.000014] Code: e1 ff\n');
  expect(detectFormat(relative, 'a', relative.length).why).toContain('--time-format iso');
  const monotonic = fixture('journal-oom/short-monotonic.txt');
  expect(detectFormat(monotonic, 'dmesg.txt', monotonic.length).format).toBe('journal-short-monotonic');
  expect(textOf(monotonic)).toContain('vm kernel: ');
});
