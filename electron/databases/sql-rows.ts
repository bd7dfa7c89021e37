import type initSqlJs from 'sql.js';

export type SqlDatabase = InstanceType<Awaited<ReturnType<typeof initSqlJs>>['Database']>;
export type SqlParameter = number | string;

/** Rows of one query, at most `limit`, whatever the query would give. */
export function rows(
  database: SqlDatabase,
  sql: string,
  limit: number,
  parameters: readonly SqlParameter[] = [],
): readonly (readonly unknown[])[] {
  const statement = database.prepare(sql, [...parameters]);
  try {
    const found: (readonly unknown[])[] = [];
    while (found.length < limit && statement.step()) found.push(statement.get());
    return found;
  } finally {
    statement.free();
  }
}
