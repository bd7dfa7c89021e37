import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../../../shared/evidence/formats/detect.ts';
import { bytesOf, fixture, parse } from '../support.ts';

const memoryOf = (format: 'cgroup-memory' | 'vmstat-counters', bytes: Uint8Array, fileName = 'a.txt') =>
  parse(format, bytes, { fileName }).items.flatMap((item) => (item.type === 'cgroup-memory' ? [item.memory] : []));
const formatOf = (text: string, name: string): string => detectFormat(bytesOf(text), name, text.length).format;

describe('the files of a memory cgroup', () => {
  it('of the second version by grep: limit, peak and kills', () => {
    expect(memoryOf('cgroup-memory', fixture('container/cgroup-v2.txt'))).toMatchObject([
      { scope: 'cgroup', limitBytes: 536_870_912, peakBytes: 536_866_816, currentBytes: 519_782_400, oomKills: 1 },
    ]);
  });

  it('of the first version by head', () => {
    const [memory] = memoryOf('cgroup-memory', fixture('probes/cgroup-v1.txt'));
    expect(memory).toMatchObject({ limitBytes: 268_435_456, oomKills: 0 });
    expect(memory?.peakBytes).toBeGreaterThan(60_000_000);
  });

  it('are known by their names where they hold one number, and have no limit that says max', () => {
    for (const [name, text, limit] of [
      ['memory.max', '536870912\n', 536_870_912],
      ['web-memory.max.txt', '536870912\n', 536_870_912],
      ['memory.limit_in_bytes', '9223372036854771712\n', null],
      ['memory.max', 'max\n', null],
    ] as const) {
      expect(formatOf(text, name), name).toBe('cgroup-memory');
      expect(memoryOf('cgroup-memory', bytesOf(text), name)[0]?.limitBytes ?? null).toBe(limit);
    }
    expect(formatOf('536870912\n', 'a.txt')).toBe('unknown');
  });

  it('of several cgroups are told apart by their folders', () => {
    const text = '==> a/memory.max <==\n100\n\n==> b/memory.max <==\n200\n\n==> b/memory.peak <==\n150\n';
    expect(memoryOf('cgroup-memory', bytesOf(text))).toMatchObject([
      { limitBytes: 100, peakBytes: null },
      { limitBytes: 200, peakBytes: 150 },
    ]);
  });
});

it('/proc/vmstat tells how many processes OOM killers ended on the host', () => {
  const bytes = fixture('probes/vmstat-counters.txt');
  expect(memoryOf('vmstat-counters', bytes)).toMatchObject([{ scope: 'host', limitBytes: null }]);
  expect(parse('vmstat-counters', bytes).problems).toEqual([]);
});

describe('pressure', () => {
  const rowsOf = (bytes: Uint8Array, fileName = 'a.txt') =>
    parse('pressure', bytes, { fileName }).items.flatMap((item) => (item.type === 'pressure' ? [item.pressure] : []));

  it('is of what head names, at the time above', () => {
    const rows = rowsOf(fixture('container/pressure.txt'));
    expect(rows.map(({ resource, of, avg10 }) => `${resource} ${of} ${avg10}`)).toEqual([
      'cpu some 1.2',
      'cpu full 0',
      'io some 71.4',
      'io full 69.13',
      'memory some 64.02',
      'memory full 61.88',
    ]);
    expect(rows.every(({ time }) => time !== null)).toBe(true);
  });

  it.each(['memory', 'io', 'cpu'] as const)('of %s is known by the name of its file, and by none not', (resource) => {
    const bytes = fixture(`probes/${resource}.pressure`);
    expect(rowsOf(bytes, `${resource}.pressure`).map((row) => row.resource)).toEqual([resource, resource]);
    expect(rowsOf(bytes, 'a.txt')).toEqual([]);
    expect(parse('pressure', bytes, { fileName: 'a.txt' }).problems).toMatchObject([{ kind: 'unclassified' }]);
  });
});
