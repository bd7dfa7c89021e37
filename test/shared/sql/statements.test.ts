import { describe, expect, it } from 'vitest';
import { refusalOf, statementAt, statementRanges } from '../../../shared/sql/statements.ts';

describe('statements that only read', () => {
  it.each([
    'SELECT 1',
    '  -- why\n /* here */ select * from jobs; -- done',
    'VALUES (1), (2)',
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n',
    'WITH a AS NOT MATERIALIZED (SELECT 1), replace (x) AS (SELECT 2) SELECT * FROM a, replace',
    'EXPLAIN QUERY PLAN DELETE FROM jobs',
    'EXPLAIN SELECT 1',
    'PRAGMA table_info(jobs)',
    'PRAGMA main.table_info = jobs',
    'PRAGMA integrity_check(5)',
    'PRAGMA user_version',
    'SELECT \'DELETE; DROP\', "ATTACH" FROM [VACUUM]',
  ])('%s is run', (sql) => {
    expect(refusalOf(sql)).toBeNull();
  });
});

describe('statements that do more', () => {
  it.each([
    ['INSERT INTO jobs VALUES (1)', 'INSERT is refused: it would change rows'],
    ['  /* x */ update jobs set a = 1', 'UPDATE is refused'],
    ['WITH a AS (SELECT 1) DELETE FROM jobs', 'DELETE is refused'],
    ['WITH a(b) AS (SELECT (1)), c AS (SELECT 2) REPLACE INTO jobs SELECT * FROM a', 'REPLACE is refused'],
    ["ATTACH '/etc/passwd' AS p", 'ATTACH is refused: it would open another file'],
    ["VACUUM INTO '/tmp/x'", 'VACUUM is refused'],
    ['CREATE TEMP TABLE t (a)', 'CREATE is refused'],
    ['DROP TABLE jobs', 'DROP is refused'],
    ['BEGIN IMMEDIATE', 'BEGIN is refused: there are no transactions here'],
    ["SELECT load_extension('x')", 'load_extension is refused'],
    ['PRAGMA query_only = OFF', 'PRAGMA query_only is refused'],
    ['PRAGMA main.writable_schema = 1', 'PRAGMA writable_schema is refused'],
    ['PRAGMA user_version = 4', 'PRAGMA user_version with a value is refused'],
    ['EXPLAIN PRAGMA query_only = OFF', 'PRAGMA query_only is refused'],
    ['PRAGMA journal_mode', 'the copy in memory has no journal'],
    ['SELECT 1; SELECT 2', 'There are 2 statements'],
    ['SELECT 1; DROP TABLE jobs', 'There are 2 statements'],
    ['', 'There is no statement'],
    ['-- nothing', 'There is no statement'],
    ['SELEC 1', 'A statement cannot begin with "SELEC"'],
  ])('%s is refused in words', (sql, words) => {
    expect(refusalOf(sql)?.message).toContain(words);
  });

  it('are pointed at', () => {
    expect(refusalOf('SELECT 1;  DELETE FROM t')?.at).toEqual({ from: 11, to: 24 });
    expect(refusalOf('  DELETE FROM t')?.at).toMatchObject({ from: 2, to: 8 });
  });
});

describe('statements of a text', () => {
  const text = "SELECT ';' AS a; -- a; b\nSELECT 2\n;\n;SELECT 3";
  it('are split outside quotes and comments', () => {
    expect(statementRanges(text).map(({ from, to }) => text.slice(from, to))).toEqual([
      "SELECT ';' AS a",
      'SELECT 2',
      'SELECT 3',
    ]);
  });

  it('are found by the cursor', () => {
    const at = (position: number): string => {
      const range = statementAt(text, position);
      return range === null ? '' : text.slice(range.from, range.to);
    };
    expect(at(0)).toBe("SELECT ';' AS a");
    expect(at(text.indexOf(';', 12) + 1)).toBe("SELECT ';' AS a");
    expect(at(text.indexOf('-- a'))).toBe('SELECT 2');
    expect(at(text.length)).toBe('SELECT 3');
    expect(statementAt(' -- only a comment', 3)).toBeNull();
  });
});
