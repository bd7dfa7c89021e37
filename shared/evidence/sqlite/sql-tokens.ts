/** A token of a CREATE statement. `identifier` covers bare and quoted names; `text` keeps what was written, unquoted. */
export interface SqlToken {
  readonly kind: 'identifier' | 'string' | 'number' | 'punctuation';
  readonly text: string;
  /** Keywords are bare: `"primary"` in quotes is a name. */
  readonly quoted: boolean;
  /** Where it stands in the text, in characters; `to` is behind it. */
  readonly from: number;
  readonly to: number;
}

const MAX_SQL_CHARACTERS = 1_000_000;
/** Sticky, tried at one place after another. Source: https://www.sqlite.org/lang_keywords.html (quoting), lang_comment.html */
const TOKEN =
  /\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|\[([^\]]*)\]|'((?:[^']|'')*)'|([\p{L}_\u0080-\uffff][\p{L}\p{N}_$\u0080-\uffff]*)|([0-9][0-9.eExXa-fA-F]*)|([\s\S])/uy;

/** Splits a statement into tokens without comments and white space; text beyond a limit is left out. */
export function sqlTokens(sql: string): readonly SqlToken[] {
  const text = sql.slice(0, MAX_SQL_CHARACTERS);
  const tokens: SqlToken[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [, double, back, bracket, single, bare, number, other] = match;
    const place = { from: match.index, to: TOKEN.lastIndex };
    const name = double?.replaceAll('""', '"') ?? back?.replaceAll('``', '`') ?? bracket;
    if (name !== undefined) tokens.push({ kind: 'identifier', text: name, quoted: true, ...place });
    // SQLite takes 'name' for an identifier where only an identifier can stand.
    else if (single !== undefined)
      tokens.push({ kind: 'string', text: single.replaceAll("''", "'"), quoted: true, ...place });
    else if (bare !== undefined) tokens.push({ kind: 'identifier', text: bare, quoted: false, ...place });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, quoted: false, ...place });
    else if (other !== undefined) tokens.push({ kind: 'punctuation', text: other, quoted: false, ...place });
  }
  return tokens;
}

/** Upper-case keyword of a bare token; the empty string for anything else. */
export function keyword(token: SqlToken | undefined): string {
  return token !== undefined && token.kind === 'identifier' && !token.quoted ? token.text.toUpperCase() : '';
}

/** Splits the parenthesised list that begins at or after `from` at its outermost commas; null when there is none. */
export function parenthesised(
  tokens: readonly SqlToken[],
  from: number,
): { readonly parts: readonly (readonly SqlToken[])[]; readonly next: number } | null {
  let at = from;
  while (at < tokens.length && tokens[at]?.text !== '(') at += 1;
  if (at >= tokens.length) return null;
  const parts: SqlToken[][] = [[]];
  let depth = 0;
  for (; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined) break;
    const mark = token.kind === 'punctuation' ? token.text : '';
    if (mark === ')') {
      depth -= 1;
      if (depth === 0) return { parts, next: at + 1 };
    }
    if (mark === ',' && depth === 1) parts.push([]);
    else if (!(mark === '(' && depth === 0)) parts.at(-1)?.push(token);
    if (mark === '(') depth += 1;
  }
  return null;
}
