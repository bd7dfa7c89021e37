import initSqlJs from 'sql.js';
import { describe, expect, it } from 'vitest';
import { selectText } from '../../../renderer/screens/database/select-text.ts';
import type { RowsList } from '../../../shared/contract/database-requests.ts';

const list = (values: Partial<RowsList>): RowsList => ({
  object: 0,
  filter: { text: '', column: null },
  sort: null,
  ...values,
});

describe('the rows of a table as a statement', () => {
  it('is one that SQLite takes, whatever the table and its columns are called', async () => {
    const sqlite = await initSqlJs();
    const database = new sqlite.Database();
    const columns = ['group', 'a "b"', 'select', 'naïve', 'order by'];
    const defined = columns.map((name) => `"${name.replaceAll('"', '""')}"`).join(', ');
    database.run(
      `CREATE TABLE "order" (${defined}); INSERT INTO "order" VALUES ('it''s X', 1, 2, 3, 4), ('y', 5, 6, 7, 8)`,
    );
    const valuesOf = (of: Partial<RowsList>): unknown =>
      database.exec(selectText('order', list(of), columns))[0]?.values;
    expect(valuesOf({})).toHaveLength(2);
    expect(valuesOf({ filter: { text: "IT'S", column: 0 } })).toEqual([["it's X", 1, 2, 3, 4]]);
    expect(valuesOf({ filter: { text: '7', column: null } })).toEqual([['y', 5, 6, 7, 8]]);
    expect(valuesOf({ sort: { column: 2, descending: true } })).toEqual([
      ['y', 5, 6, 7, 8],
      ["it's X", 1, 2, 3, 4],
    ]);
    database.close();
  });
});
