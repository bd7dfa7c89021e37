import { describe, expect, it } from 'vitest';
import type { FileSize, FilesystemUsage } from '../../../../shared/model/host.ts';
import { epochMicros } from '../../../../shared/model/time.ts';
import { bytesOf, fixture, type Parsed, parse } from '../support.ts';

const filesystems = ({ items }: Parsed): readonly FilesystemUsage[] =>
  items.flatMap((item) => (item.type === 'filesystem' ? [item.usage] : []));
const sizes = ({ items }: Parsed): readonly FileSize[] =>
  items.flatMap((item) => (item.type === 'file-size' ? [item.size] : []));

describe('df', () => {
  it.each(['df.txt', 'df-h.txt', 'df-T.txt'])('%s tells the same', (name) => {
    const parsed = parse('df', fixture(`host/${name}`));
    expect(parsed.problems).toEqual([]);
    expect(filesystems(parsed)).toMatchObject([
      { filesystem: '/dev/vda', mountPoint: '/', usedPercent: 25, of: 'bytes' },
      { mountPoint: '/srv/tracker data', usedPercent: 100, sizeBytes: 1024 ** 2, availableBytes: 0 },
      { mountPoint: '/dev/shm', usedPercent: 0 },
    ]);
    expect(Math.abs((filesystems(parsed)[0]?.sizeBytes ?? 0) / 264212084 / 1024 - 1)).toBeLessThan(0.01);
  });

  it('tells inodes from bytes', () => {
    expect(filesystems(parse('df', fixture('host/df-i.txt')))[0]).toMatchObject({
      of: 'inodes',
      sizeBytes: null,
      usedPercent: 3,
    });
  });

  it('dates snapshots, reads other units, and reports a damaged row alone', () => {
    const text =
      '# 2026-01-28 04:10:19 UTC\nFilesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 100 90 10 90% /srv\n/dev/sda2 x 90 10 90% /x\nproc 0 0 0 - /proc\n';
    const parsed = parse('df', bytesOf(text));
    expect(filesystems(parsed)).toMatchObject([
      { time: Date.UTC(2026, 0, 28, 4, 10, 19) * 1000, sizeBytes: 102_400, availableBytes: 10_240 },
    ]);
    expect(parsed.problems.map(({ kind }) => kind)).toEqual(['malformed-record']);
  });
});

describe('ls -l', () => {
  const nearTime = epochMicros(Date.UTC(2026, 10, 20) * 1000);

  it('reads folders recursively, with links and blanks', () => {
    const parsed = parse('ls', fixture('host/ls-lR.txt'), { nearTime });
    expect(parsed.problems).toEqual([]);
    const files = sizes(parsed).filter(({ isDirectory }) => !isDirectory);
    expect(files.map(({ path, bytes, precision }) => [path, bytes, precision])).toEqual([
      ['data/service.db', 40_960, 'exact'],
      ['logs/7.0/vpn/latest report.xml', 22, 'exact'],
      ['logs/7.0/vpn/14/test-results.xml', 59_261_760, 'exact'],
    ]);
    expect(files[0]?.time).toBe(Date.UTC(2026, 10, 24, 4, 2) * 1000);
  });

  it('reads -h, --full-time, and old files that have no time of day', () => {
    expect(sizes(parse('ls', fixture('host/ls-lh.txt')))).toMatchObject([
      { path: 'test-results.xml', bytes: 57 * 1024 ** 2, precision: 'rounded' },
    ]);
    expect(sizes(parse('ls', fixture('host/ls-full-time.txt')))).toMatchObject([
      { path: 'data/service.db', time: Date.UTC(2026, 10, 24, 4, 2, 23) * 1000 + 930_339 },
    ]);
    const old = parse('ls', bytesOf("-rw-rw-r--+ 1 app app 7 Mar  5  2024 'a b.xml'\n"), { nearTime });
    expect(sizes(old)).toMatchObject([{ path: 'a b.xml', time: null, bytes: 7 }]);
  });
});

describe('du', () => {
  it.each([
    ['du-a.txt', 57_876 * 1024, 'allocated'],
    ['du-h.txt', 57 * 1024 ** 2, 'allocated'],
    ['du-b.txt', 59_261_760, 'exact'],
  ])('%s', (name, bytes, precision) => {
    const parsed = parse('du', fixture(`host/${name}`));
    expect(parsed.problems).toEqual([]);
    expect(sizes(parsed)[1]).toMatchObject({ path: './logs/7.0/vpn/14/test-results.xml', bytes, precision });
  });
});

it('reads journalctl --disk-usage', () => {
  expect(sizes(parse('journal-disk-usage', fixture('host/journal-disk-usage.txt')))).toMatchObject([
    { bytes: 56 * 1024 ** 2, from: 'journalctl' },
  ]);
});
