import { beforeAll, describe, expect, it } from 'vitest';
import { loadSqlite } from '../../../electron/databases/load-sqlite.ts';
import { SQL_LIMITS, SqlEngine, type SqlLimits } from '../../../electron/databases/sql-engine.ts';
import type { SqlResult } from '../../../shared/model/sql-result.ts';

let SQL: Awaited<ReturnType<typeof loadSqlite>>;
beforeAll(async () => {
  SQL = await loadSqlite();
});

const SCHEMA = `
  CREATE TABLE jobs (id INTEGER PRIMARY KEY, module TEXT NOT NULL, tests INTEGER DEFAULT 0);
  CREATE TABLE results (job_id INTEGER REFERENCES jobs(id), name TEXT, output BLOB, score REAL);
  CREATE TABLE pairs (a, b, PRIMARY KEY (a, b)) WITHOUT ROWID;
  CREATE INDEX results_job ON results (job_id);
  CREATE VIEW large AS SELECT * FROM jobs WHERE tests > 100;
  CREATE TRIGGER counts AFTER INSERT ON jobs BEGIN SELECT 1; END;
  INSERT INTO jobs VALUES (1, 'VPN', 340), (2, 'LAN', 12), (3, 'VPN', 360);
  INSERT INTO results VALUES
    (1, 'connects', x'00ff', 1.0), (1, 'Reconnects 100%', NULL, 0.5), (9007199254740993, '', NULL, NULL);
`;

function engineOver(sql: string, limits: Partial<SqlLimits> = {}): SqlEngine {
  const made = new SQL.Database();
  made.run(sql);
  return new SqlEngine(new SQL.Database(made.export()), { ...SQL_LIMITS, ...limits });
}

function resultOf(engine: SqlEngine, sql: string): Omit<SqlResult, 'id' | 'millis'> {
  const outcome = engine.run(sql);
  if (outcome.status !== 'done') throw new Error(`${outcome.status}: ${outcome.message}`);
  return outcome.result;
}

/** What SQLite, or the check before it, says of a statement, and the text it points at. */
function failureOf(engine: SqlEngine, sql: string) {
  const outcome = engine.run(sql);
  if (outcome.status === 'done' || outcome.status === 'stopped') throw new Error(outcome.status);
  const { status, message, place } = outcome;
  return { status, message, at: place === null ? null : sql.slice(place.from, place.to) };
}

const NO_FILTER = { text: '', column: null } as const;
const ALL = { filter: NO_FILTER, sort: null, offset: 0, limit: 100 };

describe('the schema', () => {
  it('lists objects with their columns, keys and references', () => {
    const { objects, total } = engineOver(SCHEMA).schema();
    expect(objects.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'table jobs',
      'table results',
      'table pairs',
      'index results_job',
      'view large',
      'trigger counts',
    ]);
    expect(total).toBe(6);
    expect(
      objects[0]?.columns.map(({ name, keyPlace, notNull, defaultText }) => [name, keyPlace, notNull, defaultText]),
    ).toEqual([
      ['id', 1, false, null],
      ['module', 0, true, null],
      ['tests', 0, false, '0'],
    ]);
    expect(objects[1]?.columns[0]?.refersTo).toBe('jobs.id');
    expect(objects[3]?.columns.map(({ name }) => name)).toEqual(['job_id']);
  });

  it('says why a table cannot be read whose module is not built in', () => {
    const engine = engineOver(
      "CREATE TABLE t (a); PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE VIRTUAL TABLE t USING nomodule(a)', rootpage = 0;",
    );
    expect(engine.schema().objects[0]?.problem).toContain('nomodule');
    expect(() => engine.rows({ object: 0, ...ALL })).toThrow(/cannot be read: .*nomodule/);
  });
});

describe('rows of a table', () => {
  it('come by page, with exact values', () => {
    const engine = engineOver(SCHEMA);
    const page = engine.rows({ object: 1, ...ALL });
    expect(page.columns).toEqual(['rowid', 'job_id', 'name', 'output', 'score']);
    expect(page.hasRowid).toBe(true);
    expect(page.rows).toEqual([
      [1, 1, 'connects', { type: 'blob', hex: '00ff', bytes: 2 }, { type: 'number', text: '1.0' }],
      [2, 1, 'Reconnects 100%', null, 0.5],
      [3, { type: 'number', text: '9007199254740993' }, '', null, null],
    ]);
    expect(engine.rows({ object: 0, ...ALL, offset: 2, limit: 1 })).toMatchObject({
      total: 3,
      rows: [[3, 'VPN', 360]],
    });
    expect(engine.rows({ object: 2, ...ALL })).toMatchObject({ columns: ['a', 'b'], hasRowid: false, total: 0 });
    expect(engine.rows({ object: 4, ...ALL })).toMatchObject({ total: 2 });
  });

  it('are sorted and filtered by SQLite', () => {
    const engine = engineOver(SCHEMA);
    const sorted = engine.rows({ object: 0, ...ALL, sort: { column: 2, descending: true } });
    expect(sorted.rows.map(([id]) => id)).toEqual([3, 1, 2]);
    const filter = { text: 'vpn', column: 1 };
    expect(engine.rows({ object: 0, ...ALL, filter })).toMatchObject({
      total: 2,
      rows: [
        [1, 'VPN', 340],
        [3, 'VPN', 360],
      ],
    });
    // A pattern of LIKE is text here.
    expect(engine.rows({ object: 1, ...ALL, filter: { text: '0%', column: null } }).total).toBe(1);
    expect(engine.rows({ object: 1, ...ALL, filter: { text: '%c', column: null } }).total).toBe(0);
  });

  it('are cut where a value is long, without reading it whole', () => {
    const engine = engineOver(
      "CREATE TABLE t (a); INSERT INTO t VALUES (replace(hex(zeroblob(5000)), '0', 'x')), (zeroblob(70000));",
    );
    const [[, text] = [], [, blob] = []] = engine.rows({ object: 0, ...ALL }).rows;
    expect(text).toMatchObject({ type: 'text', characters: 10_000 });
    expect(blob).toEqual({ type: 'blob', hex: '00'.repeat(16), bytes: 70_000 });
  });

  it('have names that are quoted', () => {
    const engine = engineOver(
      'CREATE TABLE "a""; DROP TABLE b" ("x""y" TEXT); INSERT INTO "a""; DROP TABLE b" VALUES (\'v\')',
    );
    const filter = { text: 'V', column: null };
    const page = engine.rows({ object: 0, ...ALL, filter, sort: { column: 1, descending: false } });
    expect(page.rows).toEqual([[1, 'v']]);
  });

  it('are those of tables and views alone', () => {
    const engine = engineOver(SCHEMA);
    for (const object of [3, 5, 99]) expect(() => engine.rows({ object, ...ALL })).toThrow('no such table or view');
    expect(() => engine.rows({ object: 0, ...ALL, sort: { column: 9, descending: false } })).toThrow('no such column');
  });
});

describe('a statement', () => {
  it('gives its columns and rows', () => {
    expect(resultOf(engineOver(SCHEMA), 'SELECT module, count(*) AS n FROM jobs GROUP BY 1 ORDER BY 1')).toEqual({
      columns: ['module', 'n'],
      rows: [
        ['LAN', 1],
        ['VPN', 2],
      ],
      cut: null,
    });
  });

  const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n';
  it('without end stops at the limit of rows', () => {
    const { rows, cut } = resultOf(engineOver('', { resultRows: 500 }), ENDLESS);
    expect(rows).toHaveLength(500);
    expect(cut).toBe('rows');
  });

  it('that gives exactly as many rows as the limit is whole', () => {
    const engine = engineOver('', { resultRows: 3 });
    expect(resultOf(engine, 'VALUES (1), (2), (3)').cut).toBeNull();
    expect(resultOf(engine, 'VALUES (1), (2), (3), (4)').cut).toBe('rows');
  });

  it('with much text stops at the limit of size', () => {
    const engine = engineOver('', { resultCharacters: 1_000 });
    const { rows, cut } = resultOf(engine, `SELECT printf('%.300c', 'x') FROM (${ENDLESS})`);
    expect(cut).toBe('size');
    expect(rows.length).toBeLessThan(5);
  });

  it('that would take too much memory is ended by SQLite', () => {
    const engine = engineOver('', { heapBytes: 8 * 1024 * 1024 });
    const hungry = `SELECT t FROM (SELECT printf('%.2000c', i) AS t FROM (${ENDLESS} LIMIT 100000)) ORDER BY t DESC`;
    expect(failureOf(engine, hungry)).toMatchObject({ message: 'out of memory' });
    expect(resultOf(engine, 'SELECT 1').rows).toEqual([[1]]);
  });

  it.each([
    ['SELECT a FRM jobs WHERE 1', 'near "jobs": syntax error', 'jobs'],
    ['EXPLAIN SELECT 1 +* 2', 'near "*": syntax error', '*'],
    ['SELECT * FROM jobs WHERE tests > > 3', 'near ">": syntax error', '>'],
    ["SELECT 1, 'open", 'unrecognized token: "\'open"', "'open"],
    ['SELECT id, colour FROM jobs', 'no such column: colour', 'colour'],
    ['SELECT j.colour FROM jobs AS j', 'no such column: j.colour', 'j.colour'],
    ['SELECT * FROM job', 'no such table: job', 'job'],
    ['SELECT nofunction(1)', 'no such function: nofunction', 'nofunction'],
    ['SELECT (1', 'incomplete input', null],
  ])('%s fails with the place', (sql, message, at) => {
    expect(failureOf(engineOver(SCHEMA), sql)).toEqual({ status: 'failed', message, at });
  });

  it('that would write is refused in words, and by SQLite too', () => {
    const engine = engineOver(SCHEMA);
    expect(failureOf(engine, 'DELETE FROM jobs')).toMatchObject({
      status: 'refused',
      message: expect.stringContaining('nothing typed here can change the case or the evidence'),
      at: 'DELETE',
    });
    const made = new SQL.Database();
    made.run('CREATE TABLE t (a)');
    new SqlEngine(made);
    expect(() => made.run('INSERT INTO t VALUES (1)')).toThrow('attempt to write a readonly database');
    expect(() => made.run('CREATE TEMP TABLE u (a)')).toThrow('attempt to write a readonly database');
  });
});

describe('a query plan', () => {
  it('is a tree, also of a statement that would write', () => {
    const engine = engineOver(SCHEMA);
    const sql = 'SELECT * FROM jobs WHERE id IN (SELECT job_id FROM results WHERE job_id = 1)';
    const outcome = engine.explain(sql);
    if (outcome.status !== 'done') throw new Error(outcome.status);
    expect(outcome.result.map(({ detail }) => detail.split(' ')[0])).toEqual(['SEARCH', 'LIST']);
    expect(outcome.result[1]?.steps[0]?.detail).toContain('results_job');
    expect(engine.explain(`explain query plan ${sql}`)).toEqual(outcome);
    expect(engine.explain('SELECT a FROM').status).toBe('failed');
  });
});

describe('CSV', () => {
  const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  it('has every value in full', () => {
    const engine = engineOver(SCHEMA);
    expect(
      textOf(engine.csv({ sql: 'SELECT job_id, name, output, score, \'a "b", \' || char(10) AS "q,r" FROM results' })),
    ).toBe(
      'job_id,name,output,score,"q,r"\r\n1,connects,00ff,1.0,"a ""b"", \n"\r\n1,Reconnects 100%,,0.5,"a ""b"", \n"\r\n9007199254740993,"",,,"a ""b"", \n"\r\n',
    );
  });

  it('is that of a list too, filtered and sorted', () => {
    const list = { object: 0, filter: { text: 'VPN', column: 1 }, sort: { column: 0, descending: true } };
    expect(textOf(engineOver(SCHEMA).csv(list))).toBe('id,module,tests\r\n3,VPN,360\r\n1,VPN,340\r\n');
  });

  it('is refused rather than cut', () => {
    const engine = engineOver(SCHEMA, { csvRows: 2 });
    expect(() => engine.csv({ sql: 'SELECT * FROM jobs' })).toThrow('more than 2 rows');
    expect(() => engine.csv({ sql: 'DROP TABLE jobs' })).toThrow('DROP is refused');
  });
});
