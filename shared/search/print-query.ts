import type { FieldQuery, Query } from './query.ts';
import { tokensOf } from './query-tokens.ts';

/** A query as it can be typed; parseQuery reads the same query from it. */
export function printQuery(query: Query): string {
  switch (query.type) {
    case 'and':
      return query.parts.map((part) => (part.type === 'or' ? `(${printQuery(part)})` : printQuery(part))).join(' ');
    case 'or':
      return query.parts.map(printQuery).join(' OR ');
    case 'not': {
      const inner = printQuery(query.part);
      return query.part.type === 'and' || query.part.type === 'or' ? `-(${inner})` : `-${inner}`;
    }
    case 'text':
      return printText(query.text);
    case 'regex':
      return `/${query.source}/${query.flags}`;
    default:
      return `${query.type}:${printValues(query)}`;
  }
}

/** A text as a query that looks for exactly that: bare where nothing in it means anything else, in quotes otherwise. */
export function printText(text: string): string {
  const [token, another] = tokensOf(text);
  const isWord = another === undefined && token?.type === 'word' && token.text === text;
  // A slash alone begins no regular expression, but may where more follows it; a colon at the end is that of a field.
  return isWord && !text.startsWith('/') && !text.endsWith(':') ? text : quoted(text);
}

function printValues(field: FieldQuery): string {
  switch (field.type) {
    case 'pid':
    case 'severity':
      return field.values
        .map(({ comparison, value }) => `${comparison === '=' ? '' : comparison}${value ?? 'none'}`)
        .join(',');
    case 'unit':
    case 'source':
    case 'kind':
    case 'format':
      return field.values.map((value) => (/^[\w.@*:+-][\w.@/*:+-]*$/.test(value) ? value : quoted(value))).join(',');
    case 'before':
    case 'after':
    case 'at':
      return /\s/.test(field.time.text) ? quoted(field.time.text) : field.time.text;
  }
}

/** A text in quotes, as it stands. */
export function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, (char) => `\\${char}`)}"`;
}
