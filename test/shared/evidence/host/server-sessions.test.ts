import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientItems } from '../../../../shared/evidence/host/client-tables.ts';
import type { EvidenceFormat } from '../../../../shared/model/evidence.ts';
import { epochMicros } from '../../../../shared/model/time.ts';
import { runs } from '../../../support/properties.ts';
import { bytesOf, fixture, parse, textOf } from '../support.ts';

const sessionsOf = (format: EvidenceFormat, bytes: Uint8Array) =>
  parse(format, bytes).items.flatMap((item) => (item.type === 'server-session' ? [item.session] : []));
const waitsOf = (path: string) =>
  sessionsOf(path.includes('innodb-status') ? 'innodb-status' : 'server-sessions', fixture(`servers/${path}`)).flatMap(
    ({ id, wait, statement, time }) => (wait === null ? [] : [{ id, ...wait, statement, time }]),
  );
const at = (text: string) => epochMicros(Date.parse(`${text}Z`) * 1_000);
const UPDATE = "UPDATE counters\n   SET last = last + 1\n WHERE name = 'invoice'";

describe('sessions of MariaDB that wait', () => {
  it.each(['innodb-status.txt', 'innodb-status-tab.txt'])(
    'are those of InnoDB in %s, with who else holds locks',
    (path) => {
      const sessions = sessionsOf('innodb-status', fixture(`servers/${path}`));
      expect(
        sessions.map(({ id, statement, isIdle, holdsLocks, user }) => [id, statement, isIdle, holdsLocks, user]),
      ).toEqual([
        [8, UPDATE, false, true, 'shop'],
        [7, null, true, true, 'shop'],
      ]);
      expect(sessions[0]?.time).toBe(at('2026-11-30T20:15:52'));
      expect(sessions[0]?.wait?.lock).toContain('`shop`.`counters`');
      expect(sessions[1]?.transactionSeconds).toBe(7);
    },
  );

  it('are tied to the one that blocks them where the server prints the locks of all', () => {
    expect(waitsOf('innodb-status-locks.txt')).toMatchObject([{ id: 8, blockers: [7], statement: UPDATE }]);
    expect(waitsOf('innodb-lock-waits.txt')).toMatchObject([
      { id: 8, blockers: [7], since: at('2026-11-30T20:15:48') },
    ]);
  });

  it.each([
    ['processlist-table.txt', true],
    ['processlist-rows.txt', true],
    ['processlist-tab.txt', false],
  ])('wait for a table in %s: dated by the line above or not at all', (path, isDated) => {
    expect(waitsOf(path)).toMatchObject([
      { id: 9, lock: 'table metadata lock', since: isDated ? at('2026-11-30T20:15:50') : null },
      { id: 10, lock: 'table metadata lock', time: isDated ? at('2026-11-30T20:15:52') : null },
    ]);
    const sessions = sessionsOf('server-sessions', fixture(`servers/${path}`));
    expect(sessions.find(({ id }) => id === 8)?.statement).toBe(UPDATE);
    expect(sessions.find(({ id }) => id === 7)).toMatchObject({ isIdle: true, statement: null });
  });

  it('have a deadlock at its own time, read again from its own bytes', () => {
    const { events } = parse('innodb-status', fixture('servers/innodb-status.txt'));
    expect(events).toHaveLength(1);
    expect(events[0]?.time).toBe(at('2026-11-30T20:15:45'));
    expect(events[0]?.message).toContain('*** WE ROLL BACK TRANSACTION');
    expect(events[0]?.message).not.toContain('hex 6f72646572');
  });
});

describe('sessions of PostgreSQL that wait', () => {
  it.each(['pg-activity.txt', 'pg-activity-expanded.txt', 'pg-activity-unaligned.txt'])(
    'are named with who blocks them in %s',
    (path) => {
      const waits = waitsOf(path);
      expect(waits.map(({ id, blockers }) => [id, blockers])).toEqual([
        [16843, [16800]],
        [16879, [16843, 16800]],
      ]);
      expect(waits[0]?.statement).toBe(UPDATE);
      expect(Math.floor(((waits[0]?.since ?? 0) - at('2026-11-30T20:15:58')) / 1_000_000)).toBe(0);
    },
  );

  it('are dated by the moment that the same paste of several statements asked for', () => {
    const box = (rows: readonly (readonly string[])[]): readonly string[] => {
      const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
      const border = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`;
      const lines = rows.map((row) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`);
      return [border, ...lines.slice(0, 1), border, ...lines.slice(1), border];
    };
    const text = [
      'mysql> SELECT NOW(); SHOW FULL PROCESSLIST;',
      ...box([['NOW()'], ['2026-11-30 20:15:52']]),
      ...box([
        ['Id', 'User', 'Host', 'db', 'Command', 'Time', 'State', 'Info'],
        [
          '7',
          'shop',
          'localhost',
          'shop',
          'Query',
          '12',
          'Waiting for table metadata lock',
          'INSERT INTO t VALUES (1)',
        ],
      ]),
      '',
    ].join('\n');
    const { items, problems } = parse('server-sessions', bytesOf(text));
    expect(items).toMatchObject([
      {
        type: 'server-session',
        session: { id: 7, time: at('2026-11-30T20:15:52'), wait: { since: at('2026-11-30T20:15:40') } },
      },
    ]);
    expect(problems.filter(({ kind }) => kind === 'malformed-record')).toEqual([]);
  });

  it('are dated by the session that asked where no line of date stands above', () => {
    const waits = waitsOf('pg-activity-csv.txt');
    expect(waits.map(({ id }) => id)).toEqual([16843, 16879]);
    expect(waits[0]?.time).toBe(at('2026-11-30T20:16:02') + 125_481);
  });

  it('are those of pg_locks that were not granted, since when they wait', () => {
    expect(waitsOf('pg-locks.txt')).toMatchObject([
      { id: 16843, lock: 'ShareLock on transactionid 725', time: null },
      { id: 16879, lock: 'AccessExclusiveLock on relation 16384', since: at('2026-11-30T20:16:00') + 129_557 },
    ]);
  });
});

it('a status of InnoDB that ends early keeps what it has and says that it was cut', () => {
  const whole = fixture('servers/innodb-status.txt');
  const { items, problems } = parse('innodb-status', whole.subarray(0, textOf(whole).indexOf('FILE I/O')));
  expect(problems).toMatchObject([{ kind: 'truncated' }]);
  expect(items.some(({ type }) => type === 'server-session')).toBe(true);
});

it('a row that shows no session is told', () => {
  const { problems } = parse(
    'server-sessions',
    bytesOf('Id\tUser\tCommand\tTime\tState\nx\tapp\tQuery\t4\tUpdating\n'),
  );
  expect(problems).toMatchObject([{ kind: 'malformed-record' }]);
});

/** The forms in which a client prints a result. */
const FORMS: Readonly<Record<string, (names: readonly string[], rows: readonly (readonly string[])[]) => string>> = {
  tabs: (names, rows) =>
    [names, ...rows].map((row) => row.map((cell) => cell.replaceAll('\n', '\\n')).join('\t')).join('\n'),
  boxes: (names, rows) => {
    const width = (index: number): number => Math.max(...[names, ...rows].map((row) => (row[index] ?? '').length));
    const border = `+${names.map((_name, index) => '-'.repeat(width(index) + 2)).join('+')}+`;
    const line = (row: readonly string[]): string =>
      `|${row.map((cell, index) => ` ${cell.padEnd(width(index))} |`).join('')}`;
    return [border, line(names), border, ...rows.map(line), border].join('\n');
  },
  fields: (names, rows) => {
    const width = Math.max(...names.map(({ length }) => length));
    return rows
      .map((row, index) =>
        [
          `*************************** ${index + 1}. row ***************************`,
          ...row.map((cell, at) => `${(names[at] ?? '').padStart(width)}: ${cell}`),
        ].join('\n'),
      )
      .join('\n');
  },
  bars: (names, rows) => [...[names, ...rows].map((row) => row.join('|')), `(${rows.length} rows)`].join('\n'),
  csv: (names, rows) =>
    [names.join(','), ...rows.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','))].join('\n'),
};

it.each(Object.entries(FORMS))('reads back what a client prints in %s', (_form, print) => {
  const cell = fc.stringMatching(/^[a-z][a-z0-9 =']{0,11}[a-z]$/);
  const text = fc.array(cell, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(9_999), cell, text), { minLength: 1, maxLength: 5 }), (rows) => {
      const names = ['pid', 'state', 'query'];
      const printed = print(
        names,
        rows.map(([pid, state, query]) => [String(pid), state, query]),
      );
      const read = clientItems(printed).flatMap((item) => (item.type === 'row' ? [item] : []));
      expect(read.map(({ values }) => names.map((name) => values.get(name)))).toEqual(
        rows.map(([pid, state, query]) => [String(pid), state, query]),
      );
      for (const { from, length } of read) expect(printed.slice(from, from + length)).not.toBe('');
    }),
    { numRuns: runs(60) },
  );
});
