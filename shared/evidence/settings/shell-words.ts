/** Where something stands in a text. `line` is 1-based. */
export interface TextPlace {
  readonly from: number;
  readonly to: number;
  readonly line: number;
}

/** A value of which some may come from elsewhere. */
export interface ResolvedText {
  /** Null where a part of it cannot be told. */
  readonly value: string | null;
  /** Environment variables that may give it another value. */
  readonly overridableBy: readonly string[];
}

/** A word of a command, after quotes and variables are resolved. */
export interface CommandWord extends ResolvedText {
  /** As written. */
  readonly text: string;
  readonly place: TextPlace;
}

export type Variables = ReadonlyMap<string, ResolvedText>;

export type ShellToken =
  | { readonly type: 'word'; readonly word: CommandWord }
  /** `;`, `&&`, a newline and so on. */
  | { readonly type: 'operator'; readonly text: string; readonly at: number };

/** Longest text that is taken apart: a script has a few KiB. */
const TEXT_LIMIT = 256 * 1024;
/** `${A:-${B:-...}}` and `sh -c "sh -c ..."` within one another. */
export const NESTING_LIMIT = 8;

/**
 * Takes a shell's text apart into words and operators: quotes, escapes, continued lines, comments, here-documents, and
 * `$NAME`, `${NAME:-default}` with the variables given. Command substitution and arithmetic have no value. Source:
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
 */
export function shellTokens(
  text: string,
  variables: Variables | 'none',
  base: TextPlace = { from: 0, to: 0, line: 1 },
): readonly ShellToken[] {
  return new ShellReader(text.slice(0, TEXT_LIMIT), variables, base).read();
}

/** The words of a command that no shell reads: quotes and escapes count, variables and operators do not. Source: Python's shlex.split */
export function plainWords(text: string, base?: TextPlace): readonly CommandWord[] {
  return shellTokens(text, 'none', base).flatMap((token) => (token.type === 'word' ? [token.word] : []));
}

/** A value in which nothing is resolved. */
export const literal = (value: string): ResolvedText => ({ value, overridableBy: [] });

function joinTexts(parts: readonly ResolvedText[]): ResolvedText {
  return {
    value: parts.some(({ value }) => value === null) ? null : parts.map(({ value }) => value).join(''),
    overridableBy: [...new Set(parts.flatMap(({ overridableBy }) => overridableBy))].sort(),
  };
}

const OPERATOR = /^(?:&&|\|\||;;|<<<|<<-?|>>|>&|<&|&>|[;&|()<>\n])/;

class ShellReader {
  readonly #text: string;
  readonly #variables: Variables | 'none';
  readonly #base: TextPlace;
  readonly #tokens: ShellToken[] = [];
  #at = 0;
  #line = 1;
  #lineAt = 0;

  constructor(text: string, variables: Variables | 'none', base: TextPlace) {
    this.#text = text;
    this.#variables = variables;
    this.#base = base;
  }

  read(): readonly ShellToken[] {
    const hereDocuments: string[] = [];
    while (this.#at < this.#text.length) {
      const rest = this.#text.slice(this.#at, this.#at + 4);
      const space = /^(?:[ \t\r]|\\\r?\n)/.exec(rest)?.[0];
      if (space !== undefined) {
        this.#at += space.length;
      } else if (rest.startsWith('#')) {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = end < 0 ? this.#text.length : end;
      } else {
        const operator = this.#variables === 'none' ? /^\n/.exec(rest)?.[0] : OPERATOR.exec(rest)?.[0];
        if (operator === undefined) this.#word();
        else {
          if (this.#variables !== 'none')
            this.#tokens.push({ type: 'operator', text: operator, at: this.#base.from + this.#at });
          this.#at += operator.length;
          if (operator === '<<' || operator === '<<-') {
            const name = /^\s*["'\\]?(\w+)/.exec(this.#text.slice(this.#at, this.#at + 80))?.[1];
            if (name !== undefined) hereDocuments.push(name);
          } else if (operator === '\n') for (const name of hereDocuments.splice(0)) this.#skipHereDocument(name);
        }
      }
    }
    return this.#tokens;
  }

  #skipHereDocument(name: string): void {
    const end = new RegExp(`^[\\t ]*${name}[\\t ]*\\r?$`, 'm').exec(this.#text.slice(this.#at));
    this.#at = end === null ? this.#text.length : this.#at + end.index + end[0].length;
  }

  #place(from: number): TextPlace {
    for (; this.#lineAt < from; this.#lineAt += 1) if (this.#text[this.#lineAt] === '\n') this.#line += 1;
    return { from: this.#base.from + from, to: this.#base.from + this.#at, line: this.#base.line + this.#line - 1 };
  }

  #word(): void {
    const from = this.#at;
    /** The words that it becomes: an unquoted variable may hold several. */
    const words: ResolvedText[][] = [[]];
    const add = (part: ResolvedText): void => void words.at(-1)?.push(part);
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at] ?? '';
      if (/[ \t\r\n]/.test(char) || (this.#variables !== 'none' && /[;&|()<>]/.test(char))) break;
      if (char === "'") {
        const end = this.#text.indexOf("'", this.#at + 1);
        const to = end < 0 ? this.#text.length : end;
        add(literal(this.#text.slice(this.#at + 1, to)));
        this.#at = to + 1;
      } else if (char === '"') add(this.#quoted());
      else if (char === '\\') {
        const next = this.#text[this.#at + 1] ?? '';
        this.#at += 2;
        if (next === '\r' && this.#text[this.#at] === '\n') this.#at += 1;
        else if (next !== '\n') add(literal(next));
      } else if ((char === '$' || char === '`') && this.#variables !== 'none') {
        const part = this.#expansion();
        if (part.value === null || !/\s/.test(part.value)) add(part);
        else {
          part.value.split(/\s+/).forEach((each, index) => {
            if (index > 0) words.push([]);
            add({ ...part, value: each });
          });
        }
      } else {
        const end = /[\s\\'"$`;&|()<>]/.exec(this.#text.slice(this.#at + 1))?.index ?? this.#text.length;
        add(literal(this.#text.slice(this.#at, this.#at + 1 + end)));
        this.#at += 1 + end;
      }
    }
    const place = this.#place(from);
    const text = this.#text.slice(from, this.#at);
    const isQuoted = /["']/.test(text);
    for (const parts of words) {
      const word = joinTexts(parts);
      // An unquoted variable that is empty is no word at all.
      if (word.value !== '' || isQuoted) this.#tokens.push({ type: 'word', word: { ...word, text, place } });
    }
  }

  #quoted(): ResolvedText {
    const parts: ResolvedText[] = [];
    this.#at += 1;
    while (this.#at < this.#text.length && this.#text[this.#at] !== '"') {
      const char = this.#text[this.#at] ?? '';
      if (char === '\\') {
        const next = this.#text[this.#at + 1] ?? '';
        if (next !== '\n') parts.push(literal(/["\\$`]/.test(next) ? next : `\\${next}`));
        this.#at += 2;
      } else if ((char === '$' || char === '`') && this.#variables !== 'none') parts.push(this.#expansion());
      else {
        const length = /["\\$`]/.exec(this.#text.slice(this.#at + 1))?.index ?? this.#text.length;
        parts.push(literal(this.#text.slice(this.#at, this.#at + 1 + length)));
        this.#at += 1 + length;
      }
    }
    this.#at += 1;
    return joinTexts(parts);
  }

  #expansion(): ResolvedText {
    const { value, length } = readExpansion(
      this.#text.slice(this.#at, this.#at + 4_096),
      this.#variables === 'none' ? new Map() : this.#variables,
    );
    this.#at += length;
    return value;
  }
}

/** What `$...` or a backquoted command at the beginning of a text comes to, and how long it is. */
function readExpansion(
  text: string,
  variables: Variables,
  depth = 0,
): { readonly value: ResolvedText; readonly length: number } {
  const nothing: ResolvedText = { value: null, overridableBy: [] };
  if (text.startsWith('`')) {
    const end = text.indexOf('`', 1);
    return { value: nothing, length: end < 0 ? text.length : end + 1 };
  }
  if (text.startsWith('$(')) return { value: nothing, length: closing(text, 1, '(', ')') };
  const plain = /^\$([A-Za-z_]\w*)/.exec(text);
  if (plain?.[1] !== undefined) return { value: variableOf(plain[1], variables), length: plain[0].length };
  if (!text.startsWith('${')) {
    const special = /^\$[\d@*#?$!-]/.exec(text);
    return special === null ? { value: literal('$'), length: 1 } : { value: nothing, length: 2 };
  }
  const length = closing(text, 1, '{', '}');
  const found = /^([A-Za-z_]\w*)(?:(:?[-=?+])([\s\S]*))?$/.exec(text.slice(2, length - 1));
  if (found?.[1] === undefined || depth > NESTING_LIMIT) return { value: nothing, length };
  const [, name, operator = '', fallback = ''] = found;
  const known = variables.get(name);
  if (operator === '' || operator.endsWith('?')) return { value: variableOf(name, variables), length };
  if (operator.endsWith('+'))
    return { value: known === undefined ? { value: '', overridableBy: [name] } : nothing, length };
  if (known !== undefined && (known.value !== '' || !operator.startsWith(':'))) return { value: known, length };
  const other = expandText(unquote(fallback), variables, depth + 1);
  return { value: joinTexts([other, { value: '', overridableBy: [...(known?.overridableBy ?? []), name] }]), length };
}

/** A text with `$NAME` and `${NAME:-default}` in it. */
export function expandText(text: string, variables: Variables, depth = 0): ResolvedText {
  const parts: ResolvedText[] = [];
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf('$', at);
    if (next !== at) {
      const to = next < 0 ? text.length : next;
      parts.push(literal(text.slice(at, to)));
      at = to;
    } else {
      const { value, length } = readExpansion(text.slice(at, at + 4_096), variables, depth);
      parts.push(value);
      at += length;
    }
  }
  return joinTexts(parts);
}

/** A variable that nothing sets is whatever the environment has. */
function variableOf(name: string, variables: Variables): ResolvedText {
  return variables.get(name) ?? { value: null, overridableBy: [name] };
}

function unquote(text: string): string {
  return /^(["'])([^"'$`\\]*)\1$/.exec(text)?.[2] ?? text;
}

/** The length of a text up to and with the bracket that closes the one at `from`. */
function closing(text: string, from: number, open: string, close: string): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === open) depth += 1;
    if (text[at] === close) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}
