import { describe, expect, it } from 'vitest';
import { parseCreateTable } from '../../../../shared/evidence/sqlite/create-statement.ts';
import { chooseJobTable } from '../../../../shared/evidence/sqlite/job-table.ts';
import { keyColumns, refersTo, singular } from '../../../../shared/evidence/sqlite/key-columns.ts';
import type { SchemaTree } from '../../../../shared/evidence/sqlite/page-owners.ts';

function trees(...statements: readonly string[]): readonly SchemaTree[] {
  return statements.map((sql) => {
    const name = /TABLE "?(\w+)/.exec(sql)?.[1] ?? '';
    return { name, type: 'table', tableName: name, sql };
  });
}

describe('chooseJobTable', () => {
  it.each([
    [
      'jobs with totals and results that refer to it',
      [
        'CREATE TABLE releases(id INTEGER PRIMARY KEY, version TEXT)',
        'CREATE TABLE jobs(id INTEGER PRIMARY KEY, release_id INT, total_tests INTEGER, passed INT, failed INT)',
        'CREATE TABLE results(id INTEGER PRIMARY KEY, job_id INT, name TEXT)',
      ],
      { table: 'jobs', keyColumn: 'id', sizeColumn: 'total_tests' },
    ],
    [
      'builds numbered by another column, in camel case',
      [
        'CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT)',
        'CREATE TABLE Builds(buildNo INTEGER PRIMARY KEY, testCount INT)',
        'CREATE TABLE CaseOutcomes(id INTEGER PRIMARY KEY, buildNo INT REFERENCES Builds(buildNo), userId INT)',
      ],
      { table: 'Builds', keyColumn: 'buildNo', sizeColumn: 'testCount' },
    ],
    [
      'import runs without a column for their size',
      [
        'CREATE TABLE import_runs(id INTEGER PRIMARY KEY, started TEXT)',
        'CREATE TABLE rows_read(id INTEGER PRIMARY KEY, run_id INT)',
      ],
      { table: 'import_runs', keyColumn: 'id', sizeColumn: null },
    ],
    [
      'a table whose name says nothing but whose columns do',
      [
        'CREATE TABLE nightly(id INTEGER PRIMARY KEY, total INT, passed INT, failed INT)',
        'CREATE TABLE details(id INTEGER PRIMARY KEY, nightly_id INT REFERENCES nightly(id))',
      ],
      { table: 'nightly', keyColumn: 'id', sizeColumn: 'total' },
    ],
  ])('finds %s', (_what, statements, expected) => {
    expect(chooseJobTable(trees(...statements))).toMatchObject(expected);
  });

  it('finds none where nothing is a list of jobs', () => {
    expect(
      chooseJobTable(
        trees(
          'CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT)',
          'CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INT REFERENCES customers(id), price REAL)',
        ),
      ),
    ).toBeNull();
    expect(chooseJobTable([])).toBeNull();
  });
});

describe('keyColumns', () => {
  const all = [
    ['import_runs', 'CREATE TABLE import_runs(id INTEGER PRIMARY KEY, product_id INT)'],
    [
      'outcomes',
      'CREATE TABLE outcomes(id INTEGER PRIMARY KEY, run_id INT, buildNo INT, seconds REAL, name TEXT, paid INT)',
    ],
  ].map(([name = '', sql = '']) => {
    const definition = parseCreateTable(sql);
    if (definition === null) throw new Error(sql);
    return { name, definition };
  });

  it('lists foreign keys, key-like names, and the own key of a table that others refer to', () => {
    const of = (table: string) => {
      const entry = all.find((each) => each.name === table);
      return entry === undefined ? [] : keyColumns(table, entry.definition, all);
    };
    expect(of('outcomes')).toEqual(['run_id', 'buildNo']);
    expect(of('import_runs')).toEqual(['id', 'product_id']);
  });

  it('matches columns with tables by name where no REFERENCES says otherwise', () => {
    expect(refersTo({ name: 'job', references: null }, 'jobs')).toBe(true);
    expect(refersTo({ name: 'runId', references: null }, 'tbl_runs')).toBe(true);
    expect(refersTo({ name: 'job_id', references: 'tasks' }, 'jobs')).toBe(false);
    expect(['jobs', 'batches', 'histories', 'class', 'status'].map(singular)).toEqual([
      'job',
      'batch',
      'history',
      'class',
      'status',
    ]);
  });
});
