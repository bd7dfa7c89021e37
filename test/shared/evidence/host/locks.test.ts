import { describe, expect, it } from 'vitest';
import { bytesOf, fixture, parse, textOf } from '../support.ts';

const locksOf = (bytes: Uint8Array) =>
  parse('locks', bytes).items.flatMap((item) => (item.type === 'file-lock' ? [item.lock] : []));
const filesOf = (bytes: Uint8Array) =>
  parse('open-files', bytes).items.flatMap((item) => (item.type === 'open-file' ? [item.file] : []));

describe('locks on files', () => {
  it('are read from /proc/locks: SQLite in both journal modes', () => {
    const locks = locksOf(fixture('probes/locks.txt'));
    expect(locks.map(({ access, from, to }) => `${access} ${from} ${to}`).sort()).toEqual([
      'READ 1073741826 1073742335',
      'READ 1073741826 1073742335',
      'READ 124 124',
      'READ 128 128',
      'WRITE 1073741825 1073741825',
      'WRITE 120 120',
    ]);
    expect(locks.every(({ time, isWaiting }) => time === null && !isWaiting)).toBe(true);
  });

  it('are the same in lslocks, which names the files', () => {
    const key = ({ pid, access, from, to }: ReturnType<typeof locksOf>[number]) => `${pid} ${access} ${from} ${to}`;
    const listed = locksOf(fixture('probes/lslocks.txt'));
    expect(listed.map(key).sort()).toEqual(locksOf(fixture('probes/locks.txt')).map(key).sort());
    expect(new Set(listed.map(({ path }) => path))).toEqual(
      new Set(['/srv/tracker/service.db', '/srv/tracker/wal.db', '/srv/tracker/wal.db-shm']),
    );
  });

  it('are dated by the line above them', () => {
    const times = new Set(locksOf(fixture('probes/locks-dated.txt')).map(({ time }) => time));
    expect(times.size).toBe(2);
    expect(times.has(null)).toBe(false);
  });

  it('tell who waits, have no process where none owns them, and end where the file does', () => {
    const text = [
      '1: FLOCK  ADVISORY  WRITE 402 00:18:1021 0 EOF',
      '1: -> FLOCK  ADVISORY  WRITE 611 00:18:1021 0 EOF',
      '2: OFDLCK ADVISORY  READ  -1 00:05:42 0 EOF',
      '3: LEASE  ACTIVE    READ  402 00:18:1022 0 EOF',
      '4: DELEG  ACTIVE    READ  402 00:18:1023 0 EOF',
    ].join('\n');
    const { problems } = parse('locks', bytesOf(`${text}\n`));
    expect(problems).toEqual([]);
    expect(locksOf(bytesOf(`${text}\n`))).toMatchObject([
      { type: 'FLOCK', pid: 402, isWaiting: false, to: null },
      { type: 'FLOCK', pid: 611, isWaiting: true },
      { type: 'OFDLCK', pid: null, access: 'READ' },
      { type: 'LEASE', pid: 402 },
    ]);
  });

  it('a line that is none is told with its place', () => {
    const damaged = textOf(fixture('probes/locks.txt')).replace('2: POSIX', '2: POS?X');
    const { problems, items } = parse('locks', bytesOf(damaged));
    expect(problems).toMatchObject([{ kind: 'malformed-record' }]);
    expect(items.filter(({ type }) => type === 'file-lock')).toHaveLength(5);
  });
});

describe('open files', () => {
  it('are read from lsof: who may write, and its sign of a lock', () => {
    expect(
      filesOf(fixture('probes/lsof.txt')).map(({ path, isForWriting, lock }) => [path, isForWriting, lock]),
    ).toEqual([
      ['/srv/tracker/service.db', true, 'r'],
      ['/srv/tracker/wal.db', true, 'r'],
      ['/srv/tracker/wal.db-shm', true, 'r'],
      ['/srv/tracker/service.db', true, null],
    ]);
  });

  it('of one process are those on disks; libraries, pipes and folders are passed over', () => {
    const { problems } = parse('open-files', fixture('probes/lsof-p.txt'));
    expect(problems).toEqual([]);
    const paths = filesOf(fixture('probes/lsof-p.txt')).map(({ path }) => path);
    expect(paths).toContain('/srv/tracker/service.db');
    expect(paths).toContain('/srv/tracker/service.db-journal');
    expect(paths.some((path) => path.endsWith('.so.0.8.6'))).toBe(false);
  });

  it('of fuser -v are those that the paths in front name', () => {
    const files = filesOf(fixture('probes/fuser.txt'));
    expect(files.map(({ path }) => path)).toEqual([
      '/srv/tracker/service.db',
      '/srv/tracker/service.db',
      '/srv/tracker/wal.db',
    ]);
    expect(new Set(files.map(({ pid }) => pid))).toEqual(
      new Set(filesOf(fixture('probes/lsof.txt')).map(({ pid }) => pid)),
    );
  });

  it('have threads in lsof -K, and blanks in names', () => {
    const text =
      'COMMAND   PID TID TASKCMD USER   FD   TYPE DEVICE SIZE/OFF   NODE NAME\n' +
      'gunicorn\\x20w 610 612 gunicorn green   11uW  REG  254,1 41216000 393401 /srv/green house/readings.db (deleted)\n';
    expect(filesOf(bytesOf(text))).toMatchObject([
      { command: 'gunicorn w', pid: 610, lock: 'W', inode: 393401, path: '/srv/green house/readings.db' },
    ]);
  });
});
