import type { DatabaseSchema, ReportQueryEntry, SchemaEntry } from '../../../shared/contract/database-requests.ts';
import type { RequestName, RequestOf, ResponseOf } from '../../../shared/contract/ipc.ts';
import type { DatabaseReport } from '../../../shared/model/database.ts';
import { refusalOf } from '../../../shared/sql/statements.ts';

type DatabaseRequest = Extract<
  RequestName,
  `database.${string}` | 'report.addQuery' | 'report.removeQuery' | 'report.queries'
>;

/** What the app answers about databases, without any SQLite: tables of made-up rows, and statements that always give one. */
export function mockDatabase(database: () => DatabaseReport | null): {
  [N in DatabaseRequest]: (payload: RequestOf<N>) => Promise<ResponseOf<N>>;
} {
  let queries: readonly ReportQueryEntry[] = [];
  let nextId = 1;
  const ran = new Map<number, string>();
  return {
    'database.schema': async () => schemaOf(database()),
    'database.rows': async ({ object, offset, limit, filter }) => {
      const entry = schemaOf(database()).objects[object];
      const total = filter.text === '' ? (database()?.tables.find(({ name }) => name === entry?.name)?.rows ?? 0) : 3;
      const count = Math.max(0, Math.min(limit, total - offset));
      const columns = entry?.columns.map(({ name }) => name) ?? [];
      const rows = Array.from({ length: count }, (_, row) =>
        columns.map((name, column) => (column === 0 ? offset + row + 1 : `${name} ${offset + row + 1}`)),
      );
      return { columns, moreColumns: 0, hasRowid: false, total, offset, rows };
    },
    'database.run': async ({ sql }) => {
      const refusal = refusalOf(sql);
      if (refusal !== null) return { status: 'refused', message: refusal.message, place: refusal.at };
      const id = nextId;
      nextId += 1;
      ran.set(id, sql);
      return { status: 'done', result: { id, columns: ['answer'], rows: [[42]], cut: null, millis: 1 } };
    },
    'database.explain': async () => ({ status: 'done', result: [{ detail: 'SCAN jobs', steps: [] }] }),
    'database.cancel': async () => undefined,
    'database.exportCsv': async () => ({ status: 'written', path: '/home/analyst/query-result.csv' }),
    'report.addQuery': async ({ resultId }) => {
      queries = [...queries, { id: resultId, sql: ran.get(resultId) ?? '', rowCount: 1, isCut: false }];
      return queries;
    },
    'report.removeQuery': async ({ id }) => {
      queries = queries.filter((query) => query.id !== id);
      return queries;
    },
    'report.queries': async () => queries,
  };
}

function schemaOf(database: DatabaseReport | null): DatabaseSchema {
  const objects = (database?.tables ?? []).map(
    ({ name, type, tableName }): SchemaEntry => ({
      type,
      name,
      tableName,
      sql: type === 'table' ? `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, name TEXT)` : null,
      columns: ['id', 'name'].map((column, index) => ({
        name: column,
        type: index === 0 ? 'INTEGER' : 'TEXT',
        notNull: false,
        defaultText: null,
        keyPlace: index === 0 ? 1 : 0,
        refersTo: null,
      })),
      problem: null,
    }),
  );
  return { objects, total: objects.length };
}
