import { describe, expect, it } from 'vitest';
import { readSarBanner } from '../../../../shared/evidence/host/sar.ts';
import type { ParseContext } from '../../../../shared/evidence/reading/parser.ts';
import type { HostLoad } from '../../../../shared/model/host.ts';
import type { HostMemory, ProcessSample } from '../../../../shared/model/samples.ts';
import { epochMicros, formatIsoMicros } from '../../../../shared/model/time.ts';
import { bytesOf, fixture, type Parsed, parse, textOf } from '../support.ts';

const loads = ({ items }: Parsed): readonly HostLoad[] =>
  items.flatMap((item) => (item.type === 'host-load' ? [item.load] : []));
const memories = ({ items }: Parsed): readonly HostMemory[] =>
  items.flatMap((item) => (item.type === 'host-memory' ? [item.memory] : []));
const processes = ({ items }: Parsed): readonly ProcessSample[] =>
  items.flatMap((item) => (item.type === 'process' ? [item.sample] : []));
const AT = epochMicros(Date.UTC(2026, 10, 24, 4, 7, 40) * 1000);

describe('top', () => {
  const parsed = parse('top', fixture('host/top.txt'), { nearTime: epochMicros(Date.UTC(2026, 10, 24, 9) * 1000) });

  it('reads processes, memory and load of every snapshot', () => {
    expect(parsed.problems.map(({ kind }) => kind)).toEqual(['assumed-time']);
    expect(processes(parsed)).toHaveLength(4);
    expect(processes(parsed)[2]).toMatchObject({
      time: AT,
      pid: 21921,
      rssBytes: 21_448 * 1024,
      cpuSeconds: 0.06,
      state: 'S',
      command: 'python3',
    });
    expect(memories(parsed)[1]).toMatchObject({ time: AT, from: 'top', totalBytes: Math.round(24_105.6 * 1024 ** 2) });
    expect(memories(parsed)[1]?.availableBytes).toBe(Math.round(22_667.6 * 1024 ** 2));
    // The shares of the first snapshot are averages since boot.
    expect(loads(parsed)).toMatchObject([
      { loadAverage: 6.29, userPercent: null },
      { time: AT, loadAverage: 6.29, userPercent: 90.5, systemPercent: 9.5, waitPercent: 0 },
    ]);
    expect(parsed.events.map(({ kind }) => kind)).toEqual(Array(4).fill('process-sample'));
  });

  it('takes the day of a date line, or the day nearest to the evidence', () => {
    const dated = parse('top', bytesOf(`# 2026-01-28 23:59:59 UTC\n${textOf(fixture('host/top.txt'))}`));
    expect(processes(dated)[0]?.time).toBe(Date.UTC(2026, 0, 29, 4, 7, 39) * 1000);
    expect(dated.problems).toEqual([]);
    const late = parse('top', fixture('host/top.txt'), { nearTime: epochMicros(Date.UTC(2026, 10, 24, 23) * 1000) });
    expect(formatIsoMicros(processes(late)[0]?.time ?? epochMicros(0))).toContain('2026-11-25T04:07:39');
  });

  it('reads the load of uptime and of w, which print no date either', () => {
    const nearTime = epochMicros(Date.UTC(2026, 0, 28, 4, 0) * 1_000);
    const w = [
      ' 04:11:30 up 12 days,  1:55,  2 users,  load average: 12,41, 8,35, 3,99',
      'USER     TTY      FROM             LOGIN@   IDLE   JCPU   PCPU WHAT',
      'root     pts/0    10.0.0.7         04:02    1.00s  0.10s  0.00s w',
      ' 04:11:32 up 12 days,  1:55,  2 users,  load average: 12,80, 8,40, 4,00',
      '',
    ].join('\n');
    const { items, problems } = parse('top', bytesOf(w), { nearTime, nearTimeFrom: 'other-source' });
    const told = items.flatMap((item) => (item.type === 'host-load' ? [item.load] : []));
    expect(told.map(({ loadAverage, time }) => [loadAverage, formatIsoMicros(time ?? nearTime)])).toEqual([
      [12.41, '2026-01-28T04:11:30.000000Z'],
      [12.8, '2026-01-28T04:11:32.000000Z'],
    ]);
    expect(problems).toMatchObject([
      {
        kind: 'assumed-time',
        message: expect.stringContaining('put on the day nearest to the other evidence'),
      },
    ]);
  });

  it('has no time where nothing tells the day, and says whose day it took', () => {
    const timeOf = (context: Partial<ParseContext>) =>
      parse('top', fixture('host/uptime.txt'), context).items.flatMap((item) =>
        item.type === 'host-load' ? [item.load.time] : [],
      );
    expect(timeOf({ nearTime: null })).toEqual([null, null]);
    expect(parse('top', fixture('host/uptime.txt'), { nearTimeFrom: 'file' }).problems[0]?.message).toContain(
      'the day nearest to the time of the file itself',
    );
  });

  it('reads sizes with units, and nothing without a header', () => {
    const [summary = '', ...rest] = textOf(fixture('host/top.txt')).split('\n');
    const row = ' 4242 app       20   0   33.7g 650.2m   1024 R  99,9   2.6   1:40.25 gunicorn: worker [app]';
    const text = [summary, ...rest.slice(0, 7), row, ''].join('\n');
    expect(processes(parse('top', bytesOf(text))).at(-1)).toMatchObject({
      pid: 4242,
      vszBytes: Math.round(33.7 * 1024 ** 3),
      rssBytes: Math.round(650.2 * 1024 ** 2),
      cpuPercent: 99.9,
      cpuSeconds: 100.25,
      command: 'gunicorn: worker [app]',
    });
    expect(processes(parse('top', bytesOf(`${row}\n`)))).toEqual([]);
  });
});

describe('sar', () => {
  it.each(['host/sar.txt', 'host/sar-12h.txt'])('%s: memory, CPU, swap and load with their times', (path) => {
    const parsed = parse('sar', fixture(path));
    expect(parsed.problems).toEqual([]);
    expect(memories(parsed)).toHaveLength(2);
    expect(memories(parsed)[0]).toMatchObject({
      freeBytes: 19_957_888 * 1024,
      availableBytes: 23_317_416 * 1024,
      from: 'sar',
    });
    expect(Math.abs((memories(parsed)[0]?.totalBytes ?? 0) / (24_684_084 * 1024) - 1)).toBeLessThan(0.07);
    expect(loads(parsed).find(({ userPercent }) => userPercent !== null)).toMatchObject({
      time: AT + 1_000_000,
      intervalSeconds: 1,
      userPercent: 74,
      systemPercent: 25,
      idlePercent: 1,
    });
    expect(loads(parsed).some((load) => load.swapInBytesPerSecond === 0)).toBe(true);
    expect(loads(parsed).some((load) => load.loadAverage !== null)).toBe(true);
  });

  it('keeps the days of several tables apart and runs past midnight', () => {
    const text =
      'Linux 6.1.0 (h)\t01/28/2026\t_x86_64_\t(2 CPU)\n\n11:50:01 PM pswpin/s pswpout/s\n12:00:01 AM 1.00 2.00\nAverage: 1.00 2.00\n\n11:40:01 PM CPU %user %nice %system %iowait %steal %idle\n11:50:01 PM all 1.00 0.00 2.00 3.00 0.00 94.00\n';
    expect(loads(parse('sar', bytesOf(text))).map(({ time }) => time && formatIsoMicros(time).slice(0, 19))).toEqual([
      '2026-01-29T00:00:01',
      '2026-01-28T23:50:01',
    ]);
  });

  it('tells the total of older versions, whose used memory counts caches', () => {
    const text =
      'Linux 3.10.0 (h) \t01/28/2026 \t_x86_64_\t(2 CPU)\n12:00:01 AM kbmemfree kbmemused %memused kbbuffers kbcached\n12:10:01 AM 1000000 3000000 75.00 100000 900000\n';
    expect(memories(parse('sar', bytesOf(text)))).toMatchObject([
      { totalBytes: 4_000_000 * 1024, availableBytes: 2_000_000 * 1024 },
    ]);
  });

  it('says so when nothing tells the date', () => {
    const parsed = parse('sar', bytesOf('12:10:01 AM CPU %user\n12:20:01 AM all 1.00\n'));
    expect(loads(parsed)).toEqual([]);
    expect(parsed.problems.map(({ kind }) => kind)).toEqual(['assumed-time']);
  });

  it.each([
    ['11/24/26', [2026, 11, 24]],
    ['24/11/2026', [2026, 11, 24]],
    ['2026-11-24', [2026, 11, 24]],
    ['24.11.2026', [2026, 11, 24]],
  ])('reads the date %s', (date, expected) => {
    expect(readSarBanner(`Linux 6.1.0 (h) \t${date} \t_x86_64_\t(2 CPU)`)).toEqual(expected);
  });
});

describe('pidstat', () => {
  it.each(['pidstat.txt', 'pidstat-h.txt'])('%s: memory and CPU share of each interval', (file) => {
    const parsed = parse('pidstat', fixture(`host/${file}`));
    expect(parsed.problems).toEqual([]);
    const samples = processes(parsed);
    expect(new Set(samples.map(({ time }) => formatIsoMicros(time ?? AT)))).toHaveLength(2);
    expect(samples.flatMap(({ rssBytes }) => rssBytes ?? [])).toEqual([8716 * 1024, 8716 * 1024]);
    expect(samples.flatMap(({ cpuPercent }) => cpuPercent ?? [])).toHaveLength(2);
    expect(samples[0]).toMatchObject({ pid: 2, state: null, cpuSeconds: null, command: 'python3' });
    expect(parsed.events).toHaveLength(samples.length);
  });

  it('says which rows are none', () => {
    const text = `${textOf(fixture('host/pidstat.txt'))}14:30:00 1 2 x\n`;
    expect(parse('pidstat', bytesOf(text)).problems.map(({ kind }) => kind)).toEqual(['malformed-record']);
  });
});
