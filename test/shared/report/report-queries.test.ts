import { describe, expect, it } from 'vitest';
import { reportQuery } from '../../../shared/report/report-queries.ts';

const asked = { sql: '  SELECT *\nFROM jobs ', path: 'data/app.db', view: 'committed' } as const;

describe('a query of the report', () => {
  it('tells what was asked of what, and the answer', () => {
    const result = {
      columns: ['id', 'note'],
      rows: [
        [1, null],
        [2, 'x'.repeat(300)],
      ],
      cut: null,
    };
    const query = reportQuery({ ...asked, result });
    expect(query.sql).toBe('SELECT *\nFROM jobs');
    expect(query.fields.map(({ value }) => value)).toEqual([
      'data/app.db',
      'as of the last commit, what readers saw',
      '2 rows',
    ]);
    expect(query.rows[0]).toEqual(['1', 'NULL']);
    expect(query.rows[1]?.[1]).toHaveLength(161);
  });

  it('says how much of it is left out', () => {
    const columns = Array.from({ length: 13 }, (_, index) => `c${index}`);
    const rows = Array.from({ length: 90 }, () => columns.map(() => 0));
    const query = reportQuery({ ...asked, result: { columns, rows, cut: 'rows' } });
    expect(query.fields.at(-1)?.value).toBe('more than 90 rows; the first 40 are shown; 3 more columns are left out');
    expect(query.rows).toHaveLength(40);
    expect(query.rows[0]).toHaveLength(10);
    expect(query.columns).toHaveLength(10);
  });
});
