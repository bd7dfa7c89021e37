import { keyword, type SqlToken, sqlTokens } from '../evidence/sqlite/sql-tokens.ts';

/** A statement within a text, in characters: without the semicolon, and without white space or comments around it. */
export interface StatementRange {
  readonly from: number;
  readonly to: number;
}

/** The statements of a text in their order, split at semicolons outside quotes and comments. */
export function statementRanges(sql: string): readonly StatementRange[] {
  return statements(sqlTokens(sql)).map(rangeOf);
}

/** The statement at a position: the one it stands in or right behind, else the next, else the last; null of none. */
export function statementAt(sql: string, position: number): StatementRange | null {
  const all = statementRanges(sql);
  // A cursor right behind the semicolon still means the statement in front of it.
  return all.find(({ to }) => position <= to + 1) ?? all.at(-1) ?? null;
}

function statements(tokens: readonly SqlToken[]): readonly (readonly SqlToken[])[] {
  const all: SqlToken[][] = [[]];
  for (const token of tokens) {
    if (token.kind === 'punctuation' && token.text === ';') all.push([]);
    else all.at(-1)?.push(token);
  }
  return all.filter((statement) => statement.length > 0);
}

function rangeOf(statement: readonly SqlToken[]): StatementRange {
  return { from: statement[0]?.from ?? 0, to: statement.at(-1)?.to ?? 0 };
}

const ADVICE = 'Ask with SELECT, WITH, VALUES, EXPLAIN or a reading PRAGMA.';
const UNCHANGED = 'the copy is only read, and nothing typed here can change the case or the evidence';

/** What statements that are refused would do. Source: https://www.sqlite.org/lang.html */
const WRITES: ReadonlySet<string> = new Set(['INSERT', 'REPLACE', 'UPDATE', 'DELETE']);
const REFUSED: Readonly<Record<string, string>> = {
  CREATE: 'would add to the schema',
  DROP: 'would remove something of the schema',
  ALTER: 'would change a table',
  REINDEX: 'would write its indexes anew',
  ANALYZE: 'would write statistics into the database',
  VACUUM: 'would write the database anew, or to another file',
  ATTACH: 'would open another file',
  DETACH: 'would close a database',
};
const TRANSACTIONS: ReadonlySet<string> = new Set(['BEGIN', 'COMMIT', 'END', 'ROLLBACK', 'SAVEPOINT', 'RELEASE']);

/** PRAGMAs that only tell something; those in the second set take the name of a table or index, or a number of messages. */
const TELLING: ReadonlySet<string> = new Set([
  'APPLICATION_ID',
  'AUTO_VACUUM',
  'COLLATION_LIST',
  'COMPILE_OPTIONS',
  'DATABASE_LIST',
  'ENCODING',
  'FREELIST_COUNT',
  'FUNCTION_LIST',
  'MODULE_LIST',
  'PAGE_COUNT',
  'PAGE_SIZE',
  'PRAGMA_LIST',
  'SCHEMA_VERSION',
  'USER_VERSION',
]);
const TELLING_OF: ReadonlySet<string> = new Set([
  'FOREIGN_KEY_CHECK',
  'FOREIGN_KEY_LIST',
  'INDEX_INFO',
  'INDEX_LIST',
  'INDEX_XINFO',
  'INTEGRITY_CHECK',
  'QUICK_CHECK',
  'TABLE_INFO',
  'TABLE_LIST',
  'TABLE_XINFO',
]);

/**
 * Why a text is not run, in words, with the place that is the reason; null when it is one statement that only reads. This
 * comes before SQLite, which refuses what would write as well (`PRAGMA query_only`), but only in the middle of it.
 */
export function refusalOf(sql: string): { readonly message: string; readonly at: StatementRange | null } | null {
  const [statement, second, ...others] = statements(sqlTokens(sql));
  if (statement === undefined) return { message: `There is no statement. ${ADVICE}`, at: null };
  if (second !== undefined) {
    const message = `There are ${others.length + 2} statements: one is run at a time. Put the cursor in it or select it.`;
    return { message, at: rangeOf(second) };
  }
  const extension = statement.find((token) => token.kind === 'identifier' && /^load_extension$/i.test(token.text));
  if (extension !== undefined) {
    return { message: `load_extension is refused: it would load code of another file. ${ADVICE}`, at: extension };
  }
  const message = refusalOfStatement(statement);
  return message === null ? null : { message, at: statement[0] ?? null };
}

function refusalOfStatement(statement: readonly SqlToken[]): string | null {
  const first = keyword(statement[0]);
  if (first === 'EXPLAIN') return refusalOfExplained(statement);
  if (first === 'PRAGMA') return refusalOfPragma(statement);
  const main = first === 'WITH' ? keywordAfterWith(statement) : first;
  if (main === 'SELECT' || main === 'VALUES') return null;
  if (WRITES.has(main)) return `${main} is refused: it would change rows; ${UNCHANGED}. ${ADVICE}`;
  const effect = REFUSED[main];
  if (effect !== undefined) return `${main} is refused: it ${effect}; ${UNCHANGED}. ${ADVICE}`;
  if (TRANSACTIONS.has(main)) {
    return `${main} is refused: there are no transactions here, each statement reads the same copy in memory. ${ADVICE}`;
  }
  // A common table expression that does not get to its end: SQLite says best what is wrong with it.
  if (first === 'WITH') return null;
  return `A statement cannot begin with ${JSON.stringify(statement[0]?.text ?? '')}. ${ADVICE}`;
}

/** EXPLAIN never runs what it explains, so a write may stand behind it; a PRAGMA may not: some act while they are compiled. */
function refusalOfExplained(statement: readonly SqlToken[]): string | null {
  const at = keyword(statement[1]) === 'QUERY' && keyword(statement[2]) === 'PLAN' ? 3 : 1;
  const explained = statement.slice(at);
  const first = keyword(explained[0]);
  if (WRITES.has(first) || first === '' || first === 'WITH') return null;
  return refusalOfStatement(explained);
}

function refusalOfPragma(statement: readonly SqlToken[]): string | null {
  // PRAGMA name, PRAGMA schema.name
  const at = statement[2]?.text === '.' ? 3 : 1;
  const name = statement[at]?.text.toUpperCase() ?? '';
  const follows = statement[at + 1]?.text ?? '';
  if (TELLING_OF.has(name)) return null;
  if (TELLING.has(name)) {
    return follows === '' ? null : `PRAGMA ${name.toLowerCase()} with a value is refused: ${UNCHANGED}. ${ADVICE}`;
  }
  if (name === 'JOURNAL_MODE') {
    return 'PRAGMA journal_mode is refused: the copy in memory has no journal. The overview tells the mode of the file.';
  }
  return `PRAGMA ${name.toLowerCase()} is refused: it is not among those that only tell something (${[...TELLING, ...TELLING_OF].map((each) => each.toLowerCase()).join(', ')}).`;
}

/** The keyword of the statement behind `WITH [RECURSIVE] name [(columns)] AS [NOT] [MATERIALIZED] (...), ...`. */
function keywordAfterWith(statement: readonly SqlToken[]): string {
  let at = keyword(statement[1]) === 'RECURSIVE' && statement[2]?.text !== '(' ? 2 : 1;
  while (at < statement.length) {
    // The name; then everything up to the end of the parenthesis behind AS.
    at += 1;
    if (statement[at]?.text === '(') at = behindParenthesis(statement, at);
    if (keyword(statement[at]) !== 'AS') return '';
    while (at < statement.length && statement[at]?.text !== '(') at += 1;
    at = behindParenthesis(statement, at);
    if (statement[at]?.text !== ',') return keyword(statement[at]);
    at += 1;
  }
  return '';
}

function behindParenthesis(statement: readonly SqlToken[], from: number): number {
  let depth = 0;
  for (let at = from; at < statement.length; at += 1) {
    const token = statement[at];
    if (token?.kind !== 'punctuation') continue;
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return statement.length;
}
