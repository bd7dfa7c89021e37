import type { SqlPlace } from '../../shared/contract/database-requests.ts';
import { type SqlToken, sqlTokens } from '../../shared/evidence/sqlite/sql-tokens.ts';

/**
 * Where in a statement SQLite stumbled, in characters; null when that cannot be told. sql.js does not hand out
 * sqlite3_error_offset. A syntax error is found by compiling the beginnings of the text: SQLite reads from left to right, so
 * the first beginning that it calls wrong, and not merely incomplete, ends with the token at fault. A name that it does not
 * know is marked where it stands, when it stands there once.
 */
export function placeOfError(sql: string, message: string, compile: (part: string) => string | null): SqlPlace | null {
  const tokens = sqlTokens(sql);
  if (/syntax error$/.test(message)) return placeOfSyntaxError(sql, tokens, compile);
  const unreadable = /^unrecognized token: "([\s\S]*)"$/.exec(message)?.[1];
  if (unreadable !== undefined) return placeOfText(sql, unreadable);
  const name =
    /^(?:no such (?:column|table|function|collation sequence)|ambiguous column name|misuse of (?:window function|aggregate:?)|wrong number of arguments to function) ?:? ?(.+?)(?:\(\))?$/.exec(
      message,
    )?.[1];
  return name === undefined ? null : placeOfName(tokens, name);
}

function placeOfSyntaxError(
  sql: string,
  tokens: readonly SqlToken[],
  compile: (part: string) => string | null,
): SqlPlace | null {
  const isWrong = (count: number): boolean =>
    /syntax error$/.test(compile(sql.slice(0, tokens[count - 1]?.to ?? 0)) ?? '');
  let sound = 0;
  let wrong = tokens.length;
  if (!isWrong(wrong)) return null;
  while (wrong - sound > 1) {
    const middle = (wrong + sound) >> 1;
    if (isWrong(middle)) wrong = middle;
    else sound = middle;
  }
  return tokens[wrong - 1] ?? null;
}

function placeOfText(sql: string, text: string): SqlPlace | null {
  const from = sql.indexOf(text);
  return from < 0 || sql.indexOf(text, from + 1) >= 0 ? null : { from, to: from + text.length };
}

/** The one place at which a name, perhaps `table.column`, stands. */
function placeOfName(tokens: readonly SqlToken[], name: string): SqlPlace | null {
  const parts = name.toLowerCase().split('.');
  const places: SqlPlace[] = [];
  for (const [index, token] of tokens.entries()) {
    const matches = parts.every((part, place) => {
      const at = tokens[index + 2 * place];
      const dot = place === 0 || tokens[index + 2 * place - 1]?.text === '.';
      return dot && at?.kind === 'identifier' && at.text.toLowerCase() === part;
    });
    if (matches) places.push({ from: token.from, to: tokens[index + 2 * (parts.length - 1)]?.to ?? token.to });
  }
  return places.length === 1 ? (places[0] ?? null) : null;
}
