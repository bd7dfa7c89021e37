import { describe, expect, it } from 'vitest';
import { epochMicros, formatIsoMicros, MICROS_PER_DAY } from '../../../../shared/model/time.ts';
import { bytesOf, type Parsed, parse } from '../support.ts';

const DAY = Date.UTC(2025, 11, 15) * 1000;
const ROW = '1: POSIX  ADVISORY  WRITE 5580 fe:01:393401 1073741825 1073741825';
const locks = ({ items }: Parsed) => items.flatMap((item) => (item.type === 'file-lock' ? [item.lock] : []));
const timesOf = (text: string, context: Parameters<typeof parse>[2] = {}): readonly (string | null)[] =>
  locks(parse('locks', bytesOf(text), context)).map(({ time }) => (time === null ? null : formatIsoMicros(time)));

describe('what notes above a snapshot tell of its time', () => {
  it.each([
    ['# 03:10:25', '2025-12-15T03:10:25'],
    ['# 03:10:25 cat /proc/locks; ls', '2025-12-15T03:10:25'],
    ['03:10:25', '2025-12-15T03:10:25'],
    ['=== /proc/locks 23:30:00 ===', '2025-12-14T23:30:00'],
    ['# mar 15 apr 2025, 03:30:20', '2025-04-15T03:30:20'],
    ['# taken 2025-04-15T03:30:20Z on db-1', '2025-04-15T03:30:20'],
  ])('%s', (note, time) => {
    expect(timesOf(`${note}\n${ROW}\n`)[0]).toContain(time);
  });

  it.each([['# between 03:10:25 and 03:20:00'], ['# ratio 1:03:10:25'], ['# fe:01:39'], ['#0 03:10:25']])(
    'nothing in %s',
    (note) => {
      expect(timesOf(`${note}\n${ROW}\n`)).toEqual([null]);
    },
  );

  it('are put on no day where the other evidence is of several and nothing tells which', () => {
    const wide = { nearReachMicros: 3 * MICROS_PER_DAY };
    const text = `# 03:10:25\n${ROW}\n`;
    expect(timesOf(text, wide)).toEqual([null]);
    const copied = { ...wide, savedAt: epochMicros(DAY + 90 * MICROS_PER_DAY) };
    expect(timesOf(text, copied)).toEqual([null]);
    expect(parse('locks', bytesOf(text), wide).problems.map(({ kind }) => kind)).toEqual(['assumed-time']);
    const saved = { ...wide, savedAt: epochMicros(DAY + 2 * MICROS_PER_DAY + MICROS_PER_DAY / 24) };
    expect(timesOf(text, saved)[0]).toContain('2025-12-16T03:10:25');
  });

  it('give an inode its file, where one is noted', () => {
    const text = (note: string): string => `${note}\n${ROW}\n`;
    const pathOf = (note: string) => locks(parse('locks', bytesOf(text(note))))[0]?.path;
    expect(pathOf('# 03:10:25 cat /proc/locks; ls -i ladi.sqlite3 -> 393401')).toBe('ladi.sqlite3');
    expect(pathOf('# 393401 /srv/app/app.db')).toBe('/srv/app/app.db');
    expect(pathOf('# ls -i other.db -> 393402')).toBe(null);
  });
});
