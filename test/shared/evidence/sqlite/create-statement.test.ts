import { describe, expect, it } from 'vitest';
import { parseCreateIndex, parseCreateTable } from '../../../../shared/evidence/sqlite/create-statement.ts';

describe('parseCreateTable', () => {
  it('reads columns, types, keys and references', () => {
    const table = parseCreateTable(
      'CREATE TABLE "test results"(id INTEGER PRIMARY KEY AUTOINCREMENT, job_id INT NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,\n' +
        "  [class name] VARCHAR(200) DEFAULT 'a, b) c', -- a comment, with (brackets\n  `seconds` DOUBLE PRECISION, /* x */ note, UNIQUE(job_id, note),\n" +
        '  CONSTRAINT fk FOREIGN KEY (note) REFERENCES notes(id))',
    );
    expect(table?.columns.map(({ name, affinity, references }) => [name, affinity, references])).toEqual([
      ['id', 'integer', null],
      ['job_id', 'integer', 'jobs'],
      ['class name', 'text', null],
      ['seconds', 'real', null],
      ['note', 'blob', 'notes'],
    ]);
    expect(table?.rowidColumn).toBe('id');
    expect(table?.columns[1]?.notNull).toBe(true);
    expect(table?.automaticIndexes).toEqual([['job_id', 'note']]);
    expect(table?.withoutRowid).toBe(false);
  });

  it('knows which keys are the rowid', () => {
    const rowidColumn = (sql: string) => parseCreateTable(sql)?.rowidColumn;
    expect(rowidColumn('CREATE TABLE t(a TEXT, b integer, PRIMARY KEY(b))')).toBe('b');
    expect(rowidColumn('CREATE TABLE t(a INT PRIMARY KEY)')).toBeNull();
    expect(rowidColumn('CREATE TABLE t(a INTEGER PRIMARY KEY DESC)')).toBeNull();
    expect(rowidColumn('CREATE TABLE t(a INTEGER PRIMARY KEY) WITHOUT ROWID')).toBeNull();
    expect(rowidColumn('CREATE TABLE t(a INTEGER, b INTEGER, PRIMARY KEY(a, b))')).toBeNull();
  });

  it('leaves virtual generated columns out of the record, and is not misled by expressions', () => {
    const table = parseCreateTable(
      'CREATE TABLE t(a INTEGER CHECK (a IS NOT NULL), b AS (a * 2), c INT GENERATED ALWAYS AS (a + 1) STORED, d TEXT DEFAULT (CAST(1 AS TEXT)))',
    );
    expect(table?.columns.map(({ name, virtual }) => [name, virtual])).toEqual([
      ['a', false],
      ['b', true],
      ['c', false],
      ['d', false],
    ]);
    expect(table?.columns[0]?.notNull).toBe(false);
  });

  it('refuses what has no records of its own', () => {
    expect(parseCreateTable('CREATE VIRTUAL TABLE t USING fts5(a)')).toBeNull();
    expect(parseCreateTable('CREATE VIEW t AS SELECT 1')).toBeNull();
    expect(parseCreateTable('CREATE TABLE t(a')).toBeNull();
    expect(parseCreateTable('')).toBeNull();
  });
});

describe('parseCreateIndex', () => {
  it('reads columns; expressions have no name', () => {
    expect(
      parseCreateIndex('CREATE UNIQUE INDEX i ON t(a COLLATE NOCASE, "b c" DESC, lower(d), e) WHERE a > 1'),
    ).toEqual(['a', 'b c', null, 'e']);
    expect(parseCreateIndex('CREATE TABLE t(a)')).toBeNull();
  });
});
