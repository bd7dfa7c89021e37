import type { RowsList } from '../../../shared/contract/database-requests.ts';
import { quotedIdentifier } from '../../../shared/sql/identifier.ts';

/**
 * The rows of a table that are listed, as a statement to go on from. Every name is quoted: which words are keywords depends
 * on where they stand and on the version of SQLite.
 */
export function selectText(table: string, list: RowsList, columns: readonly string[]): string {
  const lines = [`SELECT *`, `FROM ${quotedIdentifier(table)}`];
  const { text, column } = list.filter;
  if (text !== '') {
    const searched = column === null ? columns : columns.slice(column, column + 1);
    const value = text.replaceAll("'", "''");
    lines.push(
      `WHERE ${searched.map((name) => `instr(lower(${quotedIdentifier(name)}), lower('${value}'))`).join(' OR ')}`,
    );
  }
  const sorted = list.sort === null ? undefined : columns[list.sort.column];
  if (sorted !== undefined)
    lines.push(`ORDER BY ${quotedIdentifier(sorted)}${list.sort?.descending === true ? ' DESC' : ''}`);
  return `${[...lines, 'LIMIT 1000'].join('\n')};`;
}
