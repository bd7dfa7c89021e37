import { keyword, parenthesised, type SqlToken, sqlTokens } from './sql-tokens.ts';

/** Type affinity. Source: https://www.sqlite.org/datatype3.html#determination_of_column_affinity */
type Affinity = 'integer' | 'text' | 'blob' | 'real' | 'numeric';

export interface ColumnDefinition {
  readonly name: string;
  readonly declaredType: string;
  readonly affinity: Affinity;
  readonly notNull: boolean;
  /** A virtual generated column: it is not in the record. Source: https://www.sqlite.org/gencol.html */
  readonly virtual: boolean;
  /** Table that a REFERENCES clause names, or null. */
  readonly references: string | null;
}

export interface TableDefinition {
  readonly columns: readonly ColumnDefinition[];
  /** The INTEGER PRIMARY KEY column, whose value is the rowid and stands as NULL in the record; null when there is none. */
  readonly rowidColumn: string | null;
  readonly primaryKey: readonly string[];
  readonly withoutRowid: boolean;
  /** Columns of the automatic indexes sqlite_autoindex_T_1, _2, ... in their order. */
  readonly automaticIndexes: readonly (readonly string[])[];
}

const CONSTRAINT_WORDS = new Set([
  'CONSTRAINT',
  'PRIMARY',
  'NOT',
  'NULL',
  'UNIQUE',
  'CHECK',
  'DEFAULT',
  'COLLATE',
  'REFERENCES',
  'GENERATED',
  'AS',
]);
const TABLE_CONSTRAINT_WORDS = new Set(['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN']);

/**
 * Reads a CREATE TABLE statement as sqlite_schema keeps it, as far as the record format depends on it.
 * Returns null for anything else (virtual tables, CREATE TABLE AS is stored expanded). Never throws.
 * Source: https://www.sqlite.org/lang_createtable.html
 */
export function parseCreateTable(sql: string): TableDefinition | null {
  const tokens = sqlTokens(sql);
  if (keyword(tokens[0]) !== 'CREATE' || !tokens.slice(0, 3).some((token) => keyword(token) === 'TABLE')) return null;
  if (keyword(tokens[1]) === 'VIRTUAL') return null;
  const body = parenthesised(tokens, 0);
  if (body === null) return null;
  const columns: ColumnDefinition[] = [];
  const references = new Map<string, string>();
  const uniques: (readonly string[])[] = [];
  let primaryKey: readonly string[] = [];
  let primaryKeyDescending = false;
  for (const part of body.parts) {
    if (TABLE_CONSTRAINT_WORDS.has(keyword(part[0]))) {
      const start = keyword(part[0]) === 'CONSTRAINT' ? 2 : 0;
      const word = keyword(part[start]);
      const names = columnNames(part, start);
      if (word === 'PRIMARY') {
        primaryKey = names;
        uniques.push(names);
      } else if (word === 'UNIQUE') uniques.push(names);
      else if (word === 'FOREIGN') {
        const target = referencedTable(part);
        if (target !== null) for (const name of names) references.set(name.toLowerCase(), target);
      }
      continue;
    }
    const column = parseColumn(part);
    if (column === null) continue;
    columns.push(column.definition);
    if (column.primaryKey) {
      primaryKey = [column.definition.name];
      primaryKeyDescending = column.descending;
      uniques.push(primaryKey);
    }
    if (column.unique) uniques.push([column.definition.name]);
  }
  if (columns.length === 0) return null;
  const withoutRowid = tokens.slice(body.next).some((token) => keyword(token) === 'WITHOUT');
  const rowidColumn = withoutRowid ? null : findRowidColumn(columns, primaryKey, primaryKeyDescending);
  return {
    columns: columns.map((column) => ({
      ...column,
      references: column.references ?? references.get(column.name.toLowerCase()) ?? null,
    })),
    rowidColumn,
    primaryKey,
    withoutRowid,
    automaticIndexes: automaticIndexes(uniques, rowidColumn, withoutRowid ? primaryKey : null),
  };
}

/** Columns of a CREATE INDEX statement; null stands for an expression. Returns null for anything else. */
export function parseCreateIndex(sql: string): readonly (string | null)[] | null {
  const tokens = sqlTokens(sql);
  if (keyword(tokens[0]) !== 'CREATE' || !tokens.slice(0, 3).some((token) => keyword(token) === 'INDEX')) return null;
  const list = parenthesised(tokens, 0);
  if (list === null) return null;
  return list.parts.map((part) => {
    const [first, second] = part;
    if (first === undefined || (first.kind !== 'identifier' && first.kind !== 'string')) return null;
    return second === undefined || ['COLLATE', 'ASC', 'DESC'].includes(keyword(second)) ? first.text : null;
  });
}

interface ParsedColumn {
  readonly definition: ColumnDefinition;
  readonly primaryKey: boolean;
  readonly descending: boolean;
  readonly unique: boolean;
}

function parseColumn(part: readonly SqlToken[]): ParsedColumn | null {
  const [first] = part;
  if (first === undefined || first.kind === 'punctuation' || first.kind === 'number') return null;
  let at = 1;
  const typeWords: string[] = [];
  let depth = 0;
  for (; at < part.length; at += 1) {
    const token = part[at];
    if (token === undefined || (depth === 0 && CONSTRAINT_WORDS.has(keyword(token)))) break;
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    typeWords.push(token.text);
  }
  const constraints = outermost(part.slice(at)).map(keyword);
  const has = (word: string, next?: string): boolean =>
    constraints.some((each, index) => each === word && (next === undefined || constraints[index + 1] === next));
  const primaryAt = constraints.indexOf('PRIMARY');
  const declaredType = typeWords.join(' ');
  return {
    definition: {
      name: first.text,
      declaredType,
      affinity: affinityOf(declaredType),
      notNull: has('NOT', 'NULL'),
      virtual: has('AS') && !has('STORED'),
      references: referencedTable(part),
    },
    primaryKey: primaryAt >= 0,
    descending: primaryAt >= 0 && constraints[primaryAt + 2] === 'DESC',
    unique: has('UNIQUE'),
  };
}

/** Tokens outside parentheses: `CHECK (x IS NOT NULL)` and `DEFAULT (CAST(1 AS TEXT))` say nothing of NOT NULL or AS. */
function outermost(tokens: readonly SqlToken[]): readonly SqlToken[] {
  let depth = 0;
  return tokens.filter((token) => {
    if (token.kind !== 'punctuation') return depth === 0;
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    return false;
  });
}

function affinityOf(declaredType: string): Affinity {
  const type = declaredType.toUpperCase();
  if (type.includes('INT')) return 'integer';
  if (type.includes('CHAR') || type.includes('CLOB') || type.includes('TEXT')) return 'text';
  if (type.includes('BLOB') || type === '') return 'blob';
  if (type.includes('REAL') || type.includes('FLOA') || type.includes('DOUB')) return 'real';
  return 'numeric';
}

function columnNames(part: readonly SqlToken[], from: number): readonly string[] {
  return parenthesised(part, from)?.parts.flatMap(([token]) => (token === undefined ? [] : [token.text])) ?? [];
}

function referencedTable(part: readonly SqlToken[]): string | null {
  const at = part.findIndex((token) => keyword(token) === 'REFERENCES');
  return at < 0 ? null : (part[at + 1]?.text ?? null);
}

/**
 * Only the exact type INTEGER makes the key the rowid, and a column constraint with DESC does not.
 * Source: https://www.sqlite.org/lang_createtable.html#rowids_and_the_integer_primary_key
 */
function findRowidColumn(
  columns: readonly ColumnDefinition[],
  primaryKey: readonly string[],
  descending: boolean,
): string | null {
  const [name] = primaryKey;
  if (primaryKey.length !== 1 || name === undefined || descending) return null;
  const column = columns.find((each) => each.name.toLowerCase() === name.toLowerCase());
  return column !== undefined && column.declaredType.toUpperCase() === 'INTEGER' ? column.name : null;
}

function automaticIndexes(
  uniques: readonly (readonly string[])[],
  rowidColumn: string | null,
  clusteredKey: readonly string[] | null,
): readonly (readonly string[])[] {
  const met = new Set<string>();
  return uniques.filter((names) => {
    const key = names.map((name) => name.toLowerCase()).join('\n');
    if (met.has(key) || (names.length === 1 && names[0] === rowidColumn) || names === clusteredKey) return false;
    met.add(key);
    return true;
  });
}
