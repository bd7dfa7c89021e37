/** One way to write what an alternative of a pattern matches: its first word, and what stands behind that as it is. */
export interface WordForm {
  /** ASCII letters; a `*` behind them goes on with any. */
  readonly word: string;
  /** ` up` of `picked up`; empty where nothing is sure to follow. */
  readonly rest: string;
}

const ANY_LETTERS = '*';
const ANY_DIGITS = '#';

/**
 * The words that begin what a pattern of alternatives matches, as `start(?:s|ed)?|picked up|analy[sz]ed|initiat\w*|attempt \d+`:
 * letters, blanks, groups, classes without ranges, `?` behind one of these, `\w*` and `\d+`. Without those of other letters than
 * ASCII's. Throws SyntaxError for any other pattern.
 */
export function wordForms(pattern: string): readonly WordForm[] {
  return new Alternatives(pattern).all().flatMap((form): WordForm[] => {
    const [, word, behind = ''] = /^([a-z]+\*?)(.*)$/.exec(form) ?? [];
    return word === undefined ? [] : [{ word, rest: /^[a-z' ]*/.exec(behind)?.[0] ?? '' }];
  });
}

class Alternatives {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  all(): readonly string[] {
    const forms = this.#alternatives();
    if (this.#at < this.#pattern.length) throw this.#unknown();
    return forms;
  }

  #alternatives(): readonly string[] {
    const all: string[] = [];
    let forms: readonly string[] = [''];
    while (this.#at < this.#pattern.length && this.#pattern[this.#at] !== ')') {
      if (this.#takes('|')) {
        all.push(...forms);
        forms = [''];
        continue;
      }
      const pieces = this.#pieces();
      const isOptional = this.#takes('?');
      forms = forms.flatMap((form) => [...(isOptional ? [form] : []), ...pieces.map((piece) => form + piece)]);
    }
    return [...all, ...forms];
  }

  /** What stands at the current place may be. */
  #pieces(): readonly string[] {
    if (this.#takes('(?:')) {
      const inner = this.#alternatives();
      if (!this.#takes(')')) throw this.#unknown();
      return inner;
    }
    if (this.#takes('\\w*')) return [ANY_LETTERS];
    if (this.#takes('\\d+')) return [ANY_DIGITS];
    const found = /\[([a-z]+)\]|[\p{L}' ]/uy;
    found.lastIndex = this.#at;
    const match = found.exec(this.#pattern);
    if (match === null) throw this.#unknown();
    this.#at += match[0].length;
    return [...(match[1] ?? match[0])].slice(0, match[1] === undefined ? 1 : undefined);
  }

  #takes(text: string): boolean {
    if (!this.#pattern.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #unknown(): SyntaxError {
    return new SyntaxError(`no pattern of words at ${this.#at}: ${this.#pattern}`);
  }
}
