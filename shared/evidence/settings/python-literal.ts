import type { PythonToken } from './python-tokens.ts';

/** The value of an expression that needs no program to be run. */
export interface LiteralValue {
  readonly value: number | string | boolean | null;
  /** True when it is the default of an environment look-up and the environment may say otherwise. */
  readonly fromEnvironment: boolean;
}

/** Brackets and signs inside one another; settings need two or three. */
const DEPTH_LIMIT = 40;

class NotLiteral extends Error {}

/**
 * Reads an expression of literals: numbers, strings, booleans, None, signs, brackets, arithmetic on numbers, int(), float()
 * and str(), `or`, names bound to literals before, and the defaults of os.environ.get() and os.getenv(). Returns null for
 * anything else; nothing is ever executed. Source: https://docs.python.org/3/reference/expressions.html
 */
export function readLiteral(
  tokens: readonly PythonToken[],
  names: ReadonlyMap<string, LiteralValue>,
): LiteralValue | null {
  try {
    const reader = new ExpressionReader(tokens, names);
    return reader.readWhole();
  } catch (error) {
    if (error instanceof NotLiteral) return null;
    throw error;
  }
}

class ExpressionReader {
  readonly #tokens: readonly PythonToken[];
  readonly #names: ReadonlyMap<string, LiteralValue>;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly PythonToken[], names: ReadonlyMap<string, LiteralValue>) {
    this.#tokens = tokens;
    this.#names = names;
  }

  readWhole(): LiteralValue {
    const value = this.#or();
    if (this.#at !== this.#tokens.length) throw new NotLiteral();
    return value;
  }

  #peek(): PythonToken | undefined {
    return this.#tokens[this.#at];
  }

  #takes(text: string): boolean {
    const token = this.#peek();
    if (token === undefined || (token.type !== 'operator' && token.type !== 'name') || token.text !== text)
      return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#takes(text)) throw new NotLiteral();
  }

  #or(): LiteralValue {
    let left = this.#sum();
    while (this.#takes('or')) {
      const right = this.#sum();
      const isTruthy = left.value !== null && left.value !== '' && left.value !== 0 && left.value !== false;
      left = isTruthy ? left : { value: right.value, fromEnvironment: left.fromEnvironment || right.fromEnvironment };
    }
    return left;
  }

  #sum(): LiteralValue {
    let left = this.#product();
    for (;;) {
      if (this.#takes('+')) left = combine(left, this.#product(), (a, b) => a + b);
      else if (this.#takes('-')) left = combine(left, this.#product(), (a, b) => a - b);
      else return left;
    }
  }

  #product(): LiteralValue {
    let left = this.#signed();
    for (;;) {
      if (this.#takes('*')) left = combine(left, this.#signed(), (a, b) => a * b);
      else if (this.#takes('//')) left = combine(left, this.#signed(), (a, b) => Math.floor(a / b));
      else if (this.#takes('/')) left = combine(left, this.#signed(), (a, b) => a / b);
      // Python's remainder has the sign of the divisor.
      else if (this.#takes('%')) left = combine(left, this.#signed(), (a, b) => a - b * Math.floor(a / b));
      else return left;
    }
  }

  #signed(): LiteralValue {
    this.#depth += 1;
    if (this.#depth > DEPTH_LIMIT) throw new NotLiteral();
    try {
      if (this.#takes('-')) return combine({ value: 0, fromEnvironment: false }, this.#signed(), (a, b) => a - b);
      if (this.#takes('+')) return combine({ value: 0, fromEnvironment: false }, this.#signed(), (a, b) => a + b);
      const base = this.#atom();
      return this.#takes('**') ? combine(base, this.#signed(), (a, b) => a ** b) : base;
    } finally {
      this.#depth -= 1;
    }
  }

  #atom(): LiteralValue {
    const token = this.#peek();
    if (token === undefined) throw new NotLiteral();
    this.#at += 1;
    switch (token.type) {
      case 'number':
        return { value: Number(token.text.replaceAll('_', '')), fromEnvironment: false };
      case 'string':
        return this.#strings(token);
      case 'operator': {
        if (token.text !== '(') throw new NotLiteral();
        const inner = this.#or();
        this.#expect(')');
        return inner;
      }
      case 'name':
        return this.#named(token.text);
      case 'unknown':
        throw new NotLiteral();
    }
  }

  /** Adjacent strings are one. */
  #strings(first: Extract<PythonToken, { type: 'string' }>): LiteralValue {
    let value = '';
    for (let token: PythonToken | undefined = first; token?.type === 'string'; token = this.#peek()) {
      if (!token.isPlain) throw new NotLiteral();
      value += token.value;
      if (token !== first) this.#at += 1;
    }
    return { value, fromEnvironment: false };
  }

  #named(name: string): LiteralValue {
    switch (name) {
      case 'True':
        return { value: true, fromEnvironment: false };
      case 'False':
        return { value: false, fromEnvironment: false };
      case 'None':
        return { value: null, fromEnvironment: false };
      case 'int':
      case 'float':
      case 'str':
        return this.#conversion(name);
      case 'os':
        this.#expect('.');
        if (this.#takes('getenv')) return this.#environmentDefault();
        this.#expect('environ');
        this.#expect('.');
        this.#expect('get');
        return this.#environmentDefault();
      case 'environ':
        this.#expect('.');
        this.#expect('get');
        return this.#environmentDefault();
      case 'getenv':
        return this.#environmentDefault();
      default: {
        const known = this.#names.get(name);
        const next = this.#peek();
        const isUsedFurther = next?.type === 'operator' && ['.', '(', '['].includes(next.text);
        if (known === undefined || isUsedFurther) throw new NotLiteral();
        return known;
      }
    }
  }

  #conversion(name: 'int' | 'float' | 'str'): LiteralValue {
    this.#expect('(');
    const { value, fromEnvironment } = this.#or();
    this.#takes(',');
    this.#expect(')');
    if (name === 'str') return { value: String(value), fromEnvironment };
    const number = toNumber(value);
    if (number === null) throw new NotLiteral();
    return { value: name === 'int' ? Math.trunc(number) : number, fromEnvironment };
  }

  /** `("TIMEOUT", "120")`, `("TIMEOUT", default=120)` or `("TIMEOUT")`, whose default is None. */
  #environmentDefault(): LiteralValue {
    this.#expect('(');
    // The variable's name, which itself may be any literal.
    this.#or();
    const hasComma = this.#takes(',');
    if (!hasComma || isOperator(this.#peek(), ')')) {
      this.#expect(')');
      return { value: null, fromEnvironment: true };
    }
    if (this.#takes('default')) this.#expect('=');
    const { value } = this.#or();
    this.#takes(',');
    this.#expect(')');
    return { value, fromEnvironment: true };
  }
}

function isOperator(token: PythonToken | undefined, text: string): boolean {
  return token?.type === 'operator' && token.text === text;
}

function combine(left: LiteralValue, right: LiteralValue, operation: (a: number, b: number) => number): LiteralValue {
  const fromEnvironment = left.fromEnvironment || right.fromEnvironment;
  if (typeof left.value !== 'number' || typeof right.value !== 'number') throw new NotLiteral();
  const value = operation(left.value, right.value);
  if (!Number.isFinite(value)) throw new NotLiteral();
  return { value, fromEnvironment };
}

/** The number that int() or float() makes of a literal; null when it would raise. */
export function toNumber(value: LiteralValue['value']): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string' || !/^\s*[-+]?\d+(?:_\d+)*(?:\.\d*)?\s*$/.test(value)) return null;
  return Number(value.trim().replaceAll('_', ''));
}
