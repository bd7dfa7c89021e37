import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../../../shared/evidence/formats/detect.ts';
import { readCpuTime } from '../../../../shared/evidence/host/ps.ts';
import { parseDateLine } from '../../../../shared/evidence/reading/stamps.ts';
import type { HostMemory, ProcessSample, VmstatSample } from '../../../../shared/model/samples.ts';
import { epochMicros, formatIsoMicros, wallClockToMicros } from '../../../../shared/model/time.ts';
import { bytesOf, fixture, type Parsed, parse } from '../support.ts';

const KIB = 1024;
const processes = ({ items }: Parsed): readonly ProcessSample[] =>
  items.flatMap((item) => (item.type === 'process' ? [item.sample] : []));
const rows = ({ items }: Parsed): readonly VmstatSample[] =>
  items.flatMap((item) => (item.type === 'vmstat' ? [item.sample] : []));
const memories = ({ items }: Parsed): readonly HostMemory[] =>
  items.flatMap((item) => (item.type === 'host-memory' ? [item.memory] : []));

describe('ps', () => {
  it('reads snapshots with their dates, as samples and as events', () => {
    const parsed = parse('ps', fixture('host/ps.txt'));
    const samples = processes(parsed);
    expect(parsed.problems).toEqual([]);
    expect(parsed.events).toHaveLength(samples.length);
    expect(samples[1]).toMatchObject({
      time: Date.UTC(2026, 0, 28, 4, 10, 21) * 1000,
      pid: 23333,
      user: 'root',
      cpuPercent: 0,
      vszBytes: 33728 * KIB,
      rssBytes: 21972 * KIB,
      state: 'S',
      cpuSeconds: 0,
      command: '/usr/bin/python3 -m gunicorn app:application',
    });
    expect(parsed.events[1]).toMatchObject({ kind: 'process-sample', pid: 23333, timestampDesc: 'sampled' });
    expect(parsed.time).toEqual({ offsetMinutes: 0, zoneFrom: 'file', year: null, yearFrom: 'file' });
  });

  it("reads date's own output, and states and commands of kernel threads", () => {
    const samples = processes(parse('ps', fixture('host/ps-date.txt')));
    expect(samples.length).toBeGreaterThan(8);
    expect(samples[0]?.time).toBe(Date.UTC(2026, 10, 24, 2, 50, 5) * 1000);
    expect(samples.find(({ command }) => command === '[kworker/R-rcu_gp]')?.state).toBe('I<');
  });

  it.each([
    ['etime', '      10:00', 10],
    ['etimes', '        600', 10],
  ])(
    'reads the columns that were asked for, with the age by %s in place of a share of the CPU',
    (_by, age, percent) => {
      const text = `    PID STAT     ELAPSED     TIME   RSS COMMAND\n   7101 Rl ${age} 00:01:00 61000 /usr/bin/python3 app\n`;
      expect(processes(parse('ps', bytesOf(text)))).toMatchObject([
        { pid: 7101, state: 'Rl', cpuSeconds: 60, cpuPercent: percent, rssBytes: 61_000 * KIB, user: '' },
      ]);
    },
  );

  it.each([
    ['ps-ef.txt', { cpuPercent: 35, cpuSeconds: 0 }],
    ['ps-lstart.txt', { cpuPercent: null, cpuSeconds: null }],
    ['ps-busybox.txt', { cpuPercent: null, cpuSeconds: null }],
    ['top-busybox.txt', { cpuPercent: 20, vszBytes: 13_720 * KIB, state: 'R' }],
  ])('%s: what has no column is not known', (file, known) => {
    const parsed = parse('ps', fixture(`host/${file}`));
    expect(parsed.problems).toEqual([]);
    expect(processes(parsed).find(({ command }) => command.startsWith('python3'))).toMatchObject({
      pid: 2,
      command: 'python3 -c while True: pass',
      rssBytes: null,
      ...known,
    });
  });

  it("reads busybox's sizes with a unit, and a start of two words", () => {
    const text = 'PID  STARTED  RSS COMMAND\n 7 Nov 30 12m sleep 60\n 8 12:10:01 512 sh\n';
    expect(processes(parse('ps', bytesOf(text)))).toMatchObject([
      { pid: 7, rssBytes: 12 * KIB * KIB, command: 'sleep 60' },
      { pid: 8, rssBytes: 512 * KIB, command: 'sh' },
    ]);
  });

  it.each([
    ['ps-aux-grep.txt', 13_356 * 1024],
    ['ps-ef-grep.txt', null],
  ])('reads rows of which grep took the heading: %s', (file, rssBytes) => {
    const samples = parse('ps', fixture(`host/${file}`)).items.flatMap((item) =>
      item.type === 'process' ? [item.sample] : [],
    );
    expect(samples).toMatchObject([
      {
        pid: 2,
        user: 'root',
        rssBytes,
        cpuSeconds: 0,
        command: expect.stringContaining('while True: pass'),
        time: null,
      },
      { pid: 3 },
    ]);
  });

  it('takes no line for a row that only resembles one', () => {
    const lines = [
      'root     4410 12.0  8.3 955200 663000 ?  Sleeping  07:10   0:28 python3',
      'root     4410 1200 8.3 955200 663000 ?  S  07:10   0:28 python3',
      'web-1    4410    4401 12 07:10 ?        28s python3',
    ];
    for (const line of lines) {
      const bytes = bytesOf(`${line}\n`);
      expect(detectFormat(bytes, 'a', bytes.length).format, line).not.toBe('ps');
    }
  });

  it('an undated snapshot has samples and no events', () => {
    const text =
      'USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND\nroot 1 0,5 0.0 100 50 ? Dl Jan28 1-02:03:04 a  b c\n';
    const parsed = parse('ps', bytesOf(text));
    expect(parsed.events).toEqual([]);
    expect(processes(parsed)).toMatchObject([
      { time: null, cpuPercent: 0.5, state: 'Dl', cpuSeconds: 93_784, command: 'a  b c' },
    ]);
  });

  it.each([
    ['0:03', 3],
    ['100:22', 6022],
    ['12:34:56', 45_296],
    ['1-02:03:04', 93_784],
    ['-', null],
    ['1:2', null],
  ])('reads the CPU time %s', (text, seconds) => {
    expect(readCpuTime(text)).toBe(seconds);
  });
});

describe('vmstat', () => {
  it('reads rows with stamps, through repeated headers', () => {
    const parsed = parse('vmstat', fixture('host/vmstat-t.txt'));
    expect(parsed.problems).toEqual([]);
    expect(rows(parsed)).toHaveLength(26);
    expect(rows(parsed)[1]).toMatchObject({
      time: Date.UTC(2026, 0, 28, 4, 10, 20) * 1000,
      runnable: 1,
      freeBytes: 24060524 * KIB,
      cacheBytes: 506432 * KIB,
      blocksInPerSecond: 2904,
      userPercent: 6,
      systemPercent: 4,
      idlePercent: 91,
      waitPercent: 1,
    });
    expect(parsed.events[1]).toMatchObject({ kind: 'memory-sample', timestampDesc: 'sampled' });
  });

  it.each(['host/vmstat.txt', 'host/vmstat-w.txt'])('reads %s without stamps', (path) => {
    const parsed = parse('vmstat', fixture(path));
    expect(rows(parsed).length).toBeGreaterThanOrEqual(2);
    expect(rows(parsed).every(({ time, freeBytes }) => time === null && freeBytes > 1e9)).toBe(true);
    expect(parsed.events).toEqual([]);
  });

  it('takes the zone that -t names, and asks about one it does not know', () => {
    const head = (zone: string): string =>
      ` r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st                 ${zone}\n 3  1      7 24060524   1408 506432    5    6   729  1206  209  364  7  2 90  0  0 2026-01-28 04:10:19\n`;
    expect(rows(parse('vmstat', bytesOf(head('CET'))))[0]).toMatchObject({
      time: Date.UTC(2026, 0, 28, 3, 10, 19) * 1000,
      swapInPerSecond: 5,
      swapOutPerSecond: 6,
      swapUsedBytes: 7 * KIB,
    });
    expect(parse('vmstat', bytesOf(head('XYZT'))).problems.map(({ kind }) => kind)).toEqual(['assumed-time']);
  });

  it('says why rows of vmstat -a are not read', () => {
    const text =
      ' r  b   swpd   free  inact active   si   so    bi    bo   in   cs us sy id wa st\n 1  0 0 1 2 3 0 0 0 0 0 0 0 0 100 0 0\n';
    const parsed = parse('vmstat', bytesOf(text));
    expect(rows(parsed)).toEqual([]);
    expect(parsed.problems[0]?.message).toContain('vmstat -a');
  });
});

describe('free and meminfo', () => {
  it('reads the same host from free in any unit', () => {
    const total = memories(parse('free', fixture('host/free-b.txt')))[0]?.totalBytes ?? 0;
    expect(total).toBe(25_276_514_304);
    for (const path of ['host/free-k.txt', 'host/free-m.txt', 'host/free-h.txt']) {
      const memory = memories(parse('free', fixture(path)))[0];
      // -m and -h drop the fraction: at most a GiB.
      expect(Math.abs((memory?.totalBytes ?? 0) - total), path).toBeLessThan(KIB ** 3);
      expect(memory).toMatchObject({ time: null, swapTotalBytes: 0, from: 'free' });
    }
  });

  it('reads meminfo', () => {
    expect(memories(parse('meminfo', fixture('host/meminfo.txt')))).toMatchObject([
      {
        time: null,
        totalBytes: 24684084 * KIB,
        freeBytes: 24257736 * KIB,
        availableBytes: 24268008 * KIB,
        swapTotalBytes: 0,
        swapFreeBytes: 0,
        source: { byteOffset: 0, byteLength: fixture('host/meminfo.txt').length - 1, line: 1 },
      },
    ]);
  });

  it('dates repeated snapshots by the lines above them', () => {
    const meminfo = 'MemTotal:  100000 kB\nMemFree:  5 kB\n';
    const parsed = parse('meminfo', bytesOf(`# 2026-01-28 04:10:19\n${meminfo}# 2026-01-28 04:10:21\n${meminfo}`));
    expect(memories(parsed).map(({ time }) => time && formatIsoMicros(time).slice(11, 19))).toEqual([
      '04:10:19',
      '04:10:21',
    ]);
    const free = '               total        used        free\nMem:       200000   5   6\nSwap:   1 0 1\n';
    const dated = parse('free', bytesOf(`1769573419\n${free}\n1769573420\n${free}`));
    expect(memories(dated).map(({ time }) => time)).toEqual([1769573419e6, 1769573420e6]);
  });

  it('reads the layout of old procps, which has nothing available', () => {
    const text =
      '             total       used       free     shared    buffers     cached\nMem:       8061932    7931816     130116          0      80020    3049704\n-/+ buffers/cache:    4802092    3259840\nSwap:      4194300          4    4194296\n';
    expect(memories(parse('free', bytesOf(text)))).toMatchObject([
      { freeBytes: 130116 * KIB, availableBytes: null, swapFreeBytes: 4194296 * KIB },
    ]);
  });

  it('reports a table that was cut', () => {
    expect(parse('free', bytesOf('               total        used        free\n')).problems[0]?.kind).toBe(
      'truncated',
    );
    expect(parse('meminfo', bytesOf('MemFree:  5 kB\n')).problems[0]?.kind).toBe('truncated');
  });
});

it.each([
  ['# 2026-01-28 04:10:19', 0],
  ['=== 2026-01-28T04:10:19.25+0000 ===', 0],
  ['2026-01-28 04:10:19 UTC', 0],
  ['Wed Jan 28 05:10:19 CET 2026', 60],
  ['Wed Jan  8 04:10:19 UTC 2026', 0],
  ['Wed 28 Jan 2026 04:10:19 AM UTC', 0],
  ['Wed 28 Jan 2026 04:10:19 PM UTC', 0],
  ['Wed 28 Jan 04:10:19 UTC 2026', 0],
])('reads the date line %s', (text, zone) => {
  const stamp = parseDateLine(text);
  if (stamp === null || 'time' in stamp) throw new Error('no stamp');
  const time = wallClockToMicros(stamp.wall, stamp.zone ?? zone) ?? epochMicros(0);
  const expected = text.includes('PM') ? '16:10:19' : '04:10:19';
  expect(formatIsoMicros(time)).toMatch(new RegExp(`^2026-01-${text.includes('  8') ? '08' : '28'}T${expected}`));
});

it('takes no other line for a date', () => {
  for (const text of [
    '',
    'root 1',
    '12',
    '2026-13-01 00:00:00',
    'Wed Foo 28 04:10:19 UTC 2026',
    'MemTotal: 1769573419 kB',
  ]) {
    expect(parseDateLine(text), text).toBeNull();
  }
});
