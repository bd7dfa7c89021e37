import type { TreeKind } from './btree.ts';
import { type ColumnDefinition, parseCreateIndex, parseCreateTable, type TableDefinition } from './create-statement.ts';
import type { SchemaTree } from './page-owners.ts';
import { storageClass } from './record.ts';

/** One value of a record: the table's column it holds, or the rowid at the end of an index entry. */
type FieldPattern =
  | { readonly role: 'column'; readonly column: ColumnDefinition }
  | { readonly role: 'rowid' }
  | { readonly role: 'anything' };

/** What the records of a table or index look like, from its CREATE statement. */
export interface RecordPattern {
  readonly fields: readonly FieldPattern[];
  /** The table's definition: the index's own table's, for an index. */
  readonly table: TableDefinition;
}

/** Record patterns of all trees whose statements can be read, parallel to `trees`; null where they cannot. */
export function recordPatterns(trees: readonly SchemaTree[]): readonly (RecordPattern | null)[] {
  const tables = new Map<string, TableDefinition>();
  for (const tree of trees) {
    const definition = tree.type === 'table' && tree.sql !== null ? parseCreateTable(tree.sql) : null;
    if (definition !== null) tables.set(tree.name.toLowerCase(), definition);
  }
  return trees.map((tree) => {
    const table = tables.get(tree.tableName.toLowerCase());
    if (table === undefined) return null;
    if (tree.type === 'table') return { fields: tableFields(table), table };
    const columns = indexColumns(tree, table);
    return columns === null ? null : { fields: indexFields(columns, table), table };
  });
}

function tableFields(table: TableDefinition): readonly FieldPattern[] {
  const stored = table.columns.filter((column) => !column.virtual);
  if (!table.withoutRowid) {
    return stored.map((column) => (column.name === table.rowidColumn ? { role: 'rowid' } : { role: 'column', column }));
  }
  // Source: https://www.sqlite.org/fileformat2.html#representation_of_without_rowid_tables: the key's columns come first.
  const key = table.primaryKey.map((name) => field(name, table));
  const isKey = (column: ColumnDefinition): boolean => table.primaryKey.some((name) => same(name, column.name));
  return [
    ...key,
    ...stored.filter((column) => !isKey(column)).map((column): FieldPattern => ({ role: 'column', column })),
  ];
}

function indexColumns(tree: SchemaTree, table: TableDefinition): readonly (string | null)[] | null {
  if (tree.sql !== null) return parseCreateIndex(tree.sql);
  // sqlite_autoindex_releases_1
  const number = /_(\d+)$/.exec(tree.name)?.[1];
  return number === undefined ? null : (table.automaticIndexes[Number(number) - 1] ?? null);
}

function indexFields(columns: readonly (string | null)[], table: TableDefinition): readonly FieldPattern[] {
  const fields = columns.map((name): FieldPattern => (name === null ? { role: 'anything' } : field(name, table)));
  if (!table.withoutRowid) return [...fields, { role: 'rowid' }];
  const missing = table.primaryKey.filter((name) => !columns.some((column) => column !== null && same(column, name)));
  return [...fields, ...missing.map((name) => field(name, table))];
}

function field(name: string, table: TableDefinition): FieldPattern {
  const column = table.columns.find((each) => same(each.name, name));
  if (column === undefined) return { role: 'anything' };
  return column.name === table.rowidColumn ? { role: 'rowid' } : { role: 'column', column };
}

/** SQLite's names are case-insensitive in ASCII. */
export function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/**
 * How well a record fits: `impossible` when SQLite would never store it so, `odd` when it could but rarely is, `fits`.
 * Affinity decides: a TEXT column never holds a number, an INTEGER column holds text only if it does not look like a number.
 * Source: https://www.sqlite.org/datatype3.html#type_affinity
 */
export function recordFit(
  pattern: RecordPattern,
  kind: TreeKind,
  serialTypes: readonly number[],
): 'fits' | 'odd' | 'impossible' {
  if (serialTypes.length > pattern.fields.length) return 'impossible';
  // Rows written before ALTER TABLE ADD COLUMN have fewer values; index entries never do.
  let odd = serialTypes.length < pattern.fields.length;
  if (odd && (kind === 'index' || serialTypes.length === 0)) return 'impossible';
  for (const [index, each] of pattern.fields.entries()) {
    const serialType = serialTypes[index];
    if (serialType === undefined) break;
    const stored = storageClass(serialType);
    if (each.role === 'anything') continue;
    if (each.role === 'rowid') {
      // In the table's own record the rowid's column is stored as NULL; in an index it is an integer.
      if (stored !== (kind === 'table' ? 'null' : 'integer')) return 'impossible';
      continue;
    }
    const { affinity, notNull } = each.column;
    if (stored === 'null') {
      if (notNull) return 'impossible';
    } else if (affinity === 'text') {
      if (stored === 'integer' || stored === 'real') return 'impossible';
      odd ||= stored === 'blob';
    } else if (affinity !== 'blob') {
      odd ||= stored === 'text' || stored === 'blob' || (affinity === 'integer' && stored === 'real');
    }
  }
  return odd ? 'odd' : 'fits';
}
