import { parseTime } from './parse-time.ts';
import type { ComparisonOperator, FieldQuery, NumberTest, Query, QueryProblem, SeverityTest } from './query.ts';
import { CLOSED_VALUES, FIELD_NAMES, fieldNamed, nearestTo, severityNamed, valuesNamed } from './query-fields.ts';
import { type FieldToken, type Token, tokensOf, type ValueToken } from './query-tokens.ts';

export interface ParsedQuery {
  /** What was understood; null when the query is empty or has problems only. */
  readonly query: Query | null;
  /** Empty for a query that can be run. */
  readonly problems: readonly QueryProblem[];
}

/** Parentheses and negations within one another; nobody types as many. */
const DEEPEST = 100;
const REGEX_FLAGS = /^(?!.*(.).*\1)[imsu]*$/;

/**
 * Reads a query:
 *
 *     killed worker              both words stand in the message, in any order and in any case
 *     "worker timeout"           these words in a row; \" for a quote
 *     /timed? ?out/i             a regular expression, with the flags i, m, s, u
 *     pid:23333,23340            a field, any of its values; see query-fields.ts for the fields
 *     severity:<=warning         a comparison: <, <=, >, >=
 *     -heartbeat  NOT heartbeat  everything else
 *     a OR b, (a OR b) c         either; OR binds less than standing side by side, parentheses more
 *
 * Never throws. A problem says where it is and what can be done; the rest of the query is still read.
 */
export function parseQuery(text: string): ParsedQuery {
  const parser = new Parser(tokensOf(text), text.length);
  const query = parser.parse();
  return { query, problems: parser.problems };
}

class Parser {
  readonly problems: QueryProblem[] = [];
  readonly #tokens: readonly Token[];
  readonly #end: number;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], end: number) {
    this.#tokens = tokens;
    this.#end = end;
  }

  parse(): Query | null {
    const parts: Query[] = [];
    for (;;) {
      const part = this.#or();
      if (part !== null) parts.push(part);
      const stray = this.#tokens[this.#at];
      if (stray === undefined) return joined('and', parts);
      // #or stops at nothing else than a parenthesis that closes none.
      this.#problem(stray, 'There is no ( before this ). Put it in quotes to search for the character itself.');
      this.#at += 1;
    }
  }

  #or(): Query | null {
    const parts: Query[] = [];
    for (;;) {
      const part = this.#and();
      const or = this.#tokens[this.#at];
      if (part !== null) parts.push(part);
      if (or?.type !== 'or') return joined('or', parts);
      this.#at += 1;
      const next = this.#tokens[this.#at]?.type;
      if (part === null || next === undefined || next === ')' || next === 'or') {
        this.#problem(or, 'OR needs something on both sides. Write "OR" in quotes to search for the word.');
      }
    }
  }

  #and(): Query | null {
    const parts: Query[] = [];
    for (let token = this.#tokens[this.#at]; token !== undefined; token = this.#tokens[this.#at]) {
      if (token.type === 'or' || token.type === ')') break;
      if (token.type === 'and') {
        this.#at += 1;
        const next = this.#tokens[this.#at]?.type;
        if (parts.length === 0 || next === undefined || next === ')' || next === 'or' || next === 'and') {
          this.#problem(token, 'AND needs something on both sides. Write "AND" in quotes to search for the word.');
        }
        continue;
      }
      const part = this.#unary(token);
      if (part !== null) parts.push(part);
    }
    return joined('and', parts);
  }

  #unary(token: Token): Query | null {
    if (this.#depth >= DEEPEST) {
      this.#problem(token, `Parentheses and negations are nested more than ${DEEPEST} deep; simplify the query.`);
      this.#at = this.#tokens.length;
      return null;
    }
    this.#at += 1;
    this.#depth += 1;
    try {
      switch (token.type) {
        case 'not': {
          const next = this.#tokens[this.#at];
          if (next === undefined || next.type === ')' || next.type === 'or' || next.type === 'and') {
            this.#problem(token, 'Nothing follows this negation. Write "NOT" in quotes to search for the word.');
            return null;
          }
          const part = this.#unary(next);
          return part === null ? null : { type: 'not', part };
        }
        case '(':
          return this.#group(token);
        default:
          return this.#term(token);
      }
    } finally {
      this.#depth -= 1;
    }
  }

  #group(open: Token): Query | null {
    const inner = this.#or();
    const closing = this.#tokens[this.#at];
    if (closing?.type === ')') {
      this.#at += 1;
      if (inner === null && this.problems.length === 0) this.#problem(open, 'There is nothing between ( and ).');
    } else this.#problem(open, 'This ( is not closed. Add ), or put it in quotes to search for the character itself.');
    return inner;
  }

  #term(token: Token): Query | null {
    switch (token.type) {
      case 'word':
        // On the way to `pid:1` nobody looks for the text `pid:`.
        if (token.text.endsWith(':') && fieldNamed(token.text.slice(0, -1)) !== null) {
          this.#problem(token, `A value is missing behind ${token.text} Put it in quotes to search for it as text.`);
          return null;
        }
        return { type: 'text', text: token.text };
      case 'phrase':
        if (token.text === '') {
          this.#problem(token, 'There is nothing between the quotes.');
          return null;
        }
        return { type: 'text', text: token.text };
      case 'open-phrase':
        this.#problem(token, 'This quote is not closed. Add one at the end, or write \\" within quotes for a quote.');
        return null;
      case 'regex':
        return this.#regex(token);
      case 'field':
        return this.#field(token);
      default:
        return null;
    }
  }

  #regex({ source, flags, from, to }: Extract<Token, { type: 'regex' }>): Query | null {
    if (!REGEX_FLAGS.test(flags)) {
      const place = { from: to - flags.length, to };
      this.#problem(place, `The flags of a regular expression are i, m, s and u, each once; "${flags}" has others.`);
      return null;
    }
    try {
      new RegExp(source, flags);
      return { type: 'regex', source, flags };
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message.replace(/^.*\/[a-z]*: /s, '') : '';
      this.#problem({ from, to }, `This is no regular expression${reason === '' ? '' : `: ${reason}`}.`);
      return null;
    }
  }

  #field(token: FieldToken): Query | null {
    const name = fieldNamed(token.name);
    const nameEnd = token.from + token.name.length + 1;
    if (name === null) {
      const near = nearestTo(token.name, FIELD_NAMES);
      const hint = near === null ? `Fields are ${FIELD_NAMES.join(', ')}.` : `Did you mean ${near}: ?`;
      const place = { from: token.from, to: nameEnd };
      this.#problem(place, `There is no field "${token.name}". ${hint} Put it in quotes to search for it as text.`);
      return null;
    }
    const before = this.problems.length;
    for (const value of token.values) {
      if (value.text === '') this.#problem(token, `A value is missing behind ${name}:`);
    }
    if (this.problems.length > before) return null;
    const field = this.#readField(name, token);
    return this.problems.length > before ? null : field;
  }

  #readField(name: FieldQuery['type'], token: FieldToken): FieldQuery | null {
    const { values } = token;
    switch (name) {
      case 'pid':
        return { type: name, values: values.flatMap((value) => this.#pid(value)) };
      case 'severity':
        return { type: name, values: values.flatMap((value) => this.#severity(value)) };
      case 'unit':
      case 'source':
        return { type: name, values: values.map((value) => value.text) };
      case 'kind':
        return { type: name, values: this.#closed('kind', values, CLOSED_VALUES.kind) };
      case 'format':
        return { type: name, values: this.#closed('format', values, CLOSED_VALUES.format) };
      case 'before':
      case 'after':
      case 'at': {
        const [value, other] = values;
        if (value === undefined) return null;
        if (other !== undefined) {
          this.#problem(other, `${name}: takes one time; write (${name}:A OR ${name}:B) for either.`);
          return null;
        }
        const time = parseTime(value.text);
        if (time !== null) return { type: name, time };
        const examples = '04:12, 04:12:15.229, 2026-01-28 or 2026-01-28T04:12:15Z';
        this.#problem(value, `"${value.text}" is no time. Write ${examples}.`);
        return null;
      }
    }
  }

  #pid(value: ValueToken): readonly NumberTest[] {
    const { comparison, text } = comparisonOf(value);
    if (text === 'none' && comparison === '=') return [{ comparison, value: null }];
    if (/^\d{1,9}$/.test(text)) return [{ comparison, value: Number(text) }];
    this.#problem(value, `"${value.text}" is no pid. Write a number, several with commas, or none.`);
    return [];
  }

  #severity(value: ValueToken): readonly SeverityTest[] {
    const { comparison, text } = comparisonOf(value);
    if (text === 'none' && comparison === '=') return [{ comparison, value: null }];
    const severity = severityNamed(text);
    if (severity !== null) return [{ comparison, value: severity }];
    const near = nearestTo(text, CLOSED_VALUES.severity);
    const hint = near === null ? `They are ${CLOSED_VALUES.severity.join(', ')}, or none.` : `Did you mean ${near}?`;
    this.#problem(value, `There is no severity "${text}". ${hint}`);
    return [];
  }

  #closed<T extends string>(what: string, values: readonly ValueToken[], known: readonly T[]): readonly T[] {
    const named = values.flatMap((value) => {
      const found = valuesNamed(known, value.text);
      if (found.length === 0) {
        const near = nearestTo(value.text, known);
        const hint = near === null ? `They are ${known.join(', ')}.` : `Did you mean ${near}?`;
        this.#problem(value, `There is no ${what} "${value.text}". ${hint}`);
      }
      return found;
    });
    return [...new Set(named)];
  }

  #problem(place: { readonly from: number; readonly to: number }, message: string): void {
    const from = Math.min(place.from, this.#end);
    this.problems.push({ from, to: Math.max(from, Math.min(place.to, this.#end)), message });
  }
}

function comparisonOf(value: ValueToken): { readonly comparison: ComparisonOperator; readonly text: string } {
  const sign = value.quoted ? undefined : /^(?:<=|>=|<|>|=)/.exec(value.text)?.[0];
  if (sign === undefined) return { comparison: '=', text: value.text };
  return { comparison: sign as ComparisonOperator, text: value.text.slice(sign.length) };
}

/** Parts of one kind in a row are one list. */
function joined(type: 'and' | 'or', parts: readonly Query[]): Query | null {
  const first = parts[0];
  if (first === undefined) return null;
  if (parts.length === 1) return first;
  return { type, parts: parts.flatMap((part) => (part.type === type ? part.parts : [part])) };
}
