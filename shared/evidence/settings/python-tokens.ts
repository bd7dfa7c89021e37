/**
 * Just enough of Python's lexical rules to read settings without running anything: strings, comments, brackets and line
 * joining decide what is an assignment and what merely looks like one. Source: https://docs.python.org/3/reference/lexical_analysis.html
 */
export type PythonToken =
  | { readonly type: 'number'; readonly text: string; readonly at: number }
  | { readonly type: 'string'; readonly value: string; readonly isPlain: boolean; readonly at: number }
  | { readonly type: 'name'; readonly text: string; readonly at: number }
  | { readonly type: 'operator'; readonly text: string; readonly at: number }
  | { readonly type: 'unknown'; readonly text: string; readonly at: number };

/** A statement with the line it begins on; a line with semicolons has several. */
export interface PythonStatement {
  /** Columns of indentation of its line; anything above 0 lies inside a block. */
  readonly indent: number;
  readonly tokens: readonly PythonToken[];
  /** Character offsets in the text; `to` is after the last token. */
  readonly from: number;
  readonly to: number;
  /** 1-based. */
  readonly line: number;
}

const OPERATORS = /^(?:\*\*=|\/\/=|>>=|<<=|\.\.\.|\*\*|\/\/|>>|<<|->|:=|[-+*/%@&|^=!<>]=|[-+*/%@&|^~<>()[\]{},:;.=])/;
const NUMBER = /^(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?)/;
const NAME = /^[\p{L}_][\p{L}\p{N}_]*/u;
const STRING_START = /^([rRbBfFuUtT]{0,2})("""|'''|"|')/;

/** Splits a text into statements. Never throws; an unterminated string or bracket runs to the end of the text. */
export function readPythonStatements(text: string): readonly PythonStatement[] {
  const statements: PythonStatement[] = [];
  let tokens: PythonToken[] = [];
  let indent = 0;
  let line = 1;
  let statementLine = 1;
  let depth = 0;
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let lastEnd = at;
  let atLineStart = true;

  const endStatement = (): void => {
    const first = tokens[0];
    if (first !== undefined) statements.push({ indent, tokens, from: first.at, to: lastEnd, line: statementLine });
    tokens = [];
  };
  const add = (token: PythonToken, length: number): void => {
    if (tokens.length === 0) statementLine = line;
    tokens.push(token);
    at += length;
    lastEnd = at;
  };

  while (at < text.length) {
    const char = text[at] ?? '';
    if (atLineStart && depth === 0) {
      let columns = 0;
      while (text[at] === ' ' || text[at] === '\t') {
        columns += text[at] === '\t' ? 8 - (columns % 8) : 1;
        at += 1;
      }
      indent = columns;
      atLineStart = false;
      continue;
    }
    if (char === '\n') {
      if (depth === 0) {
        endStatement();
        atLineStart = true;
      }
      line += 1;
      at += 1;
    } else if (char === ' ' || char === '\t' || char === '\r' || char === '\f') {
      at += 1;
    } else if (char === '\\' && /^\\\r?\n/.test(text.slice(at, at + 3))) {
      at = text.indexOf('\n', at) + 1;
      line += 1;
    } else if (char === '#') {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (char === ';' && depth === 0) {
      endStatement();
      at += 1;
    } else {
      const rest = text.slice(at, at + 200);
      const start = STRING_START.exec(rest);
      if (start !== null) {
        const string = readString(text, at, start[1] ?? '', start[2] ?? '"');
        add({ type: 'string', value: string.value, isPlain: string.isPlain, at }, string.length);
        line += string.lines;
        continue;
      }
      const number = NUMBER.exec(rest);
      const name = number === null ? NAME.exec(rest) : null;
      const operator = number === null && name === null ? OPERATORS.exec(rest) : null;
      if (number !== null) add({ type: 'number', text: number[0], at }, number[0].length);
      else if (name !== null) add({ type: 'name', text: name[0], at }, name[0].length);
      else if (operator !== null) {
        if ('([{'.includes(operator[0])) depth += 1;
        if (')]}'.includes(operator[0])) depth = Math.max(0, depth - 1);
        add({ type: 'operator', text: operator[0], at }, operator[0].length);
      } else add({ type: 'unknown', text: char, at }, char.length);
    }
  }
  endStatement();
  return statements;
}

interface StringRead {
  readonly value: string;
  /** False for f-strings, bytes and strings that are not closed: their value is not literal text. */
  readonly isPlain: boolean;
  readonly length: number;
  readonly lines: number;
}

function readString(text: string, from: number, prefix: string, quote: string): StringRead {
  const isRaw = /r/i.test(prefix);
  const isTriple = quote.length === 3;
  let at = from + prefix.length + quote.length;
  const bodyStart = at;
  let lines = 0;
  while (at < text.length) {
    const char = text[at];
    if (char === '\\') {
      if (text[at + 1] === '\n') lines += 1;
      at += 2;
    } else if (char === '\n' && !isTriple) {
      // Not closed on its line: a syntax error in Python; the rest of the file is still read.
      return { value: '', isPlain: false, length: at - from, lines };
    } else if (text.startsWith(quote, at)) {
      const body = text.slice(bodyStart, at);
      const isPlain = !/[fbt]/i.test(prefix) && (isRaw || !body.includes('\\'));
      return { value: body, isPlain, length: at + quote.length - from, lines };
    } else {
      if (char === '\n') lines += 1;
      at += 1;
    }
  }
  return { value: '', isPlain: false, length: text.length - from, lines };
}
