import {
  keyOf,
  LIMITS,
  NO_ENV,
  NotEvaluated,
  newStore,
  PyRaise,
  type PyValue,
  pyBool,
  pyFloat,
  pyInt,
  pyList,
  pyStr,
  pyTuple,
  setEntry,
  typeOf,
} from './python-values.ts';

/**
 * Python's operators on known values. Each throws PyRaise where Python raises, and NotEvaluated where a result exists that
 * is not worked out here. Source: https://docs.python.org/3/reference/expressions.html
 */
export function binaryOperation(operator: string, left: PyValue, right: PyValue): PyValue {
  refuseUnknown(left, right);
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== null && b !== null) return arithmetic(operator, a, b, left.t === 'bool' && right.t === 'bool');
  if (operator === '+') {
    if (left.t === 'str' && right.t === 'str') return pyStr(left.v + right.v);
    if (left.t === 'tuple' && right.t === 'tuple') return pyTuple([...left.items, ...right.items]);
    if (left.t === 'list' && right.t === 'list') return pyList([...knownItems(left), ...knownItems(right)]);
  }
  if (operator === '*') {
    if (typeof a === 'bigint') return repeat(right, a);
    if (typeof b === 'bigint') return repeat(left, b);
  }
  if (operator === '%' && left.t === 'str') return pyStr(percentFormat(left.v, right));
  if (operator === '|' && left.t === 'dict' && right.t === 'dict') {
    if (left.store.hidden !== null || right.store.hidden !== null) throw new NotEvaluated();
    const store = newStore();
    for (const { store: from } of [left, right])
      for (const entry of from.entries.values()) setEntry(store, entry.key, entry.value);
    return { t: 'dict', store, env: NO_ENV };
  }
  if (left.t === 'set' && right.t === 'set') throw new NotEvaluated();
  if (typeOf(left) === null || typeOf(right) === null) throw new NotEvaluated();
  throw new PyRaise(['TypeError'], `unsupported operand types for ${operator}`);
}

function refuseUnknown(...values: readonly PyValue[]): void {
  for (const value of values) if (value.t === 'unknown') throw new NotEvaluated();
}

/** A number as Python calculates with it: bool and int exact, float as double; null for what is no number. */
export function numberOf(value: PyValue): bigint | number | null {
  if (value.t === 'int' || value.t === 'float') return value.v;
  if (value.t === 'bool') return value.v ? 1n : 0n;
  return null;
}

function arithmetic(operator: string, a: bigint | number, b: bigint | number, areBooleans: boolean): PyValue {
  if (typeof a === 'bigint' && typeof b === 'bigint') return integers(operator, a, b, areBooleans);
  const x = toFloat(a);
  const y = toFloat(b);
  switch (operator) {
    case '+':
      return pyFloat(x + y);
    case '-':
      return pyFloat(x - y);
    case '*':
      return pyFloat(x * y);
    case '/':
      return pyFloat(x / notZero(y));
    case '//':
      return pyFloat(Math.floor(x / notZero(y)));
    case '%':
      return pyFloat(x - notZero(y) * Math.floor(x / y));
    case '**': {
      const power = x ** y;
      if (!Number.isFinite(power)) throw new NotEvaluated();
      return pyFloat(power);
    }
    case '@':
    case '|':
    case '&':
    case '^':
    case '<<':
    case '>>':
      throw new PyRaise(['TypeError'], `unsupported operand types for ${operator}`);
    default:
      throw new NotEvaluated();
  }
}

function notZero(divisor: number): number {
  if (divisor === 0) throw new PyRaise(['ZeroDivisionError'], 'division by zero');
  return divisor;
}

/** Throws where Python could not either. */
export function toFloat(value: bigint | number): number {
  const float = Number(value);
  if (!Number.isFinite(float) && typeof value === 'bigint') throw new PyRaise(['OverflowError'], 'int too large');
  return float;
}

function integers(operator: string, a: bigint, b: bigint, areBooleans: boolean): PyValue {
  switch (operator) {
    case '+':
      return pyInt(a + b);
    case '-':
      return pyInt(a - b);
    case '*':
      return pyInt(a * b);
    case '/':
      return pyFloat(toFloat(a) / notZero(toFloat(b)));
    case '//':
      return pyInt(floorDivide(a, b));
    case '%':
      return pyInt(a - b * floorDivide(a, b));
    case '**':
      if (b < 0n) return pyFloat(toFloat(notZeroBase(a)) ** toFloat(b));
      // The result has about bits(a) * b bits: told before it is worked out.
      if (b > 1n && a !== 0n && a !== 1n && a !== -1n && BigInt(bits(a)) * b > BigInt(LIMITS.intBits))
        throw new NotEvaluated();
      return pyInt(a === 0n || a === 1n || a === -1n ? smallPower(a, b) : a ** b);
    case '<<':
    case '>>':
      if (b < 0n) throw new PyRaise(['ValueError'], 'negative shift count');
      if (b > BigInt(LIMITS.intBits)) throw new NotEvaluated();
      return pyInt(operator === '<<' ? a << b : a >> b);
    case '|':
      return areBooleans ? pyBool((a | b) === 1n) : pyInt(a | b);
    case '&':
      return areBooleans ? pyBool((a & b) === 1n) : pyInt(a & b);
    case '^':
      return areBooleans ? pyBool((a ^ b) === 1n) : pyInt(a ^ b);
    case '@':
      throw new PyRaise(['TypeError'], 'unsupported operand types for @');
    default:
      throw new NotEvaluated();
  }
}

function notZeroBase(base: bigint): bigint {
  if (base === 0n) throw new PyRaise(['ZeroDivisionError'], '0.0 cannot be raised to a negative power');
  return base;
}

function smallPower(base: bigint, exponent: bigint): bigint {
  if (exponent === 0n) return 1n;
  return base === -1n && exponent % 2n === 0n ? 1n : base;
}

const bits = (value: bigint): number => (value < 0n ? -value : value).toString(2).length;

function floorDivide(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new PyRaise(['ZeroDivisionError'], 'division by zero');
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

function repeat(value: PyValue, times: bigint): PyValue {
  const count = times < 0n ? 0n : times;
  const length = value.t === 'str' ? value.v.length : lengthOf(value);
  if (BigInt(length) * count > BigInt(LIMITS.length)) throw new NotEvaluated();
  if (value.t === 'str') return pyStr(value.v.repeat(Number(count)));
  if (value.t !== 'list' && value.t !== 'tuple') {
    if (typeOf(value) === null) throw new NotEvaluated();
    throw new PyRaise(['TypeError'], 'unsupported operand types for *');
  }
  const items = Array.from({ length: Number(count) }, () => knownItems(value)).flat();
  return value.t === 'list' ? pyList(items) : pyTuple(items);
}

/** `len()` of a value. */
export function lengthOf(value: PyValue): number {
  if (value.t === 'str') return [...value.v].length;
  if (value.t === 'dict' && value.store.hidden === null) return value.store.entries.size;
  if (value.t === 'tuple' || value.t === 'list' || value.t === 'set') return knownItems(value).length;
  if (typeOf(value) === null || value.t === 'dict') throw new NotEvaluated();
  throw new PyRaise(['TypeError'], 'object has no length');
}

/** What iterating gives. */
export function knownItems(value: PyValue): readonly PyValue[] {
  switch (value.t) {
    case 'tuple':
      return value.items;
    case 'list':
    case 'set':
      if (!value.store.isKnown) throw new NotEvaluated();
      return [...value.store.items];
    case 'str':
      return [...value.v].map((char) => pyStr(char));
    case 'dict':
      if (value.store.hidden !== null) throw new NotEvaluated();
      return [...value.store.entries.values()].map(({ key }) => key);
    default:
      if (typeOf(value) === null) throw new NotEvaluated();
      throw new PyRaise(['TypeError'], 'object is not iterable');
  }
}

export function unaryOperation(operator: string, operand: PyValue): PyValue {
  refuseUnknown(operand);
  const value = numberOf(operand);
  if (value === null) {
    if (typeOf(operand) === null) throw new NotEvaluated();
    throw new PyRaise(['TypeError'], `bad operand type for unary ${operator}`);
  }
  if (operator === '+') return typeof value === 'bigint' ? pyInt(value) : pyFloat(value);
  if (operator === '-') return typeof value === 'bigint' ? pyInt(-value) : pyFloat(-value);
  if (typeof value === 'bigint') return pyInt(~value);
  throw new PyRaise(['TypeError'], 'bad operand type for unary ~');
}

/** `==`; throws NotEvaluated where it cannot be told. */
export function equals(left: PyValue, right: PyValue): boolean {
  refuseUnknown(left, right);
  const a = numberOf(left);
  const b = numberOf(right);
  // biome-ignore lint/suspicious/noDoubleEquals: Python compares int and float by value, as loose equality of bigint and number does.
  if (a !== null && b !== null) return a == b;
  if (left.t === 'str' && right.t === 'str') return left.v === right.v;
  if (left.t === 'none' && right.t === 'none') return true;
  if ((left.t === 'tuple' || left.t === 'list') && left.t === right.t) {
    const items = knownItems(left);
    const others = knownItems(right);
    return items.length === others.length && items.every((item, index) => equals(item, others[index] ?? item));
  }
  if (typeOf(left) === null || typeOf(right) === null) {
    if (left.t === 'builtin' && right.t === 'builtin' && left.self === null && right.self === null)
      throw new NotEvaluated();
    if (left.t === 'none' || right.t === 'none') return false;
    throw new NotEvaluated();
  }
  if (typeOf(left) !== typeOf(right)) return false;
  throw new NotEvaluated();
}

export function compare(operator: string, left: PyValue, right: PyValue): boolean {
  refuseUnknown(left, right);
  switch (operator) {
    case '==':
      return equals(left, right);
    case '!=':
    case '<>':
      return !equals(left, right);
    case 'is':
    case 'is not': {
      const isSame = isIdentical(left, right);
      return operator === 'is' ? isSame : !isSame;
    }
    case 'in':
      return contains(right, left);
    case 'not in':
      return !contains(right, left);
  }
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== null && b !== null) return ordered(operator, a < b, a > b, a <= b, a >= b);
  if (left.t === 'str' && right.t === 'str') {
    const x = left.v;
    const y = right.v;
    return ordered(operator, x < y, x > y, x <= y, x >= y);
  }
  if ((left.t === 'tuple' && right.t === 'tuple') || (left.t === 'list' && right.t === 'list')) {
    const items = knownItems(left);
    const others = knownItems(right);
    for (let at = 0; at < Math.min(items.length, others.length); at += 1) {
      const item = items[at];
      const other = others[at];
      if (item !== undefined && other !== undefined && !equals(item, other)) return compare(operator, item, other);
    }
    const by = items.length - others.length;
    return ordered(operator, by < 0, by > 0, by <= 0, by >= 0);
  }
  if (typeOf(left) === null || typeOf(right) === null) throw new NotEvaluated();
  throw new PyRaise(['TypeError'], `${operator} not supported between these`);
}

function ordered(operator: string, less: boolean, more: boolean, atMost: boolean, atLeast: boolean): boolean {
  if (operator === '<') return less;
  if (operator === '>') return more;
  if (operator === '<=') return atMost;
  if (operator === '>=') return atLeast;
  throw new NotEvaluated();
}

function isIdentical(left: PyValue, right: PyValue): boolean {
  if (left.t === 'none' || right.t === 'none') return left.t === right.t;
  if (left.t === 'bool' && right.t === 'bool') return left.v === right.v;
  if (left.t === 'bool' || right.t === 'bool') return false;
  // Whether equal numbers and strings are one object is the interpreter's business.
  throw new NotEvaluated();
}

function contains(container: PyValue, value: PyValue): boolean {
  if (container.t === 'str') {
    if (value.t !== 'str') throw new PyRaise(['TypeError'], 'in <string> requires a string');
    return container.v.includes(value.v);
  }
  if (container.t === 'dict') {
    if (container.store.entries.has(keyOf(value))) return true;
    if (container.store.hidden !== null) throw new NotEvaluated();
    return false;
  }
  return knownItems(container).some((item) => equals(item, value));
}

/** `str()` of a value. */
export function strOf(value: PyValue): string {
  return value.t === 'str' ? value.v : reprOf(value);
}

/** `repr()` of a value. */
export function reprOf(value: PyValue): string {
  switch (value.t) {
    case 'none':
      return 'None';
    case 'bool':
      return value.v ? 'True' : 'False';
    case 'int':
      return value.v.toString();
    case 'float': {
      if (Number.isInteger(value.v) && Math.abs(value.v) < 1e16) return value.v.toFixed(1);
      const text = String(value.v);
      if (/^-?\d+\.\d+$/.test(text) && Math.abs(value.v) >= 1e-4) return text;
      throw new NotEvaluated();
    }
    case 'str':
      // Quotes and escapes have rules of their own.
      if (/^[ -&(-[\]-~]*$/.test(value.v)) return `'${value.v}'`;
      throw new NotEvaluated();
    default:
      throw new NotEvaluated();
  }
}

/** `"%s:%d" % values`, for the plain conversions. */
function percentFormat(template: string, right: PyValue): string {
  const values = right.t === 'tuple' ? right.items : [right];
  let next = 0;
  const text = template.replace(/%(?:%|([sdir])|[\s\S])/g, (match, kind: string | undefined) => {
    if (match === '%%') return '%';
    if (kind === undefined || right.t === 'dict') throw new NotEvaluated();
    const value = values[next];
    next += 1;
    if (value === undefined) throw new PyRaise(['TypeError'], 'not enough arguments for format string');
    refuseUnknown(value);
    if (kind === 's') return strOf(value);
    if (kind === 'r') return reprOf(value);
    const number = numberOf(value);
    if (number === null) throw new PyRaise(['TypeError'], '%d format: a number is required');
    return strOf(toInteger(number));
  });
  if (/(?<!%)(?:%%)*%$/.test(template)) throw new NotEvaluated();
  if (next < values.length && right.t !== 'dict')
    throw new PyRaise(['TypeError'], 'not all arguments converted during string formatting');
  return text;
}

/** `int()` of a number: towards zero. */
export function toInteger(value: bigint | number): PyValue {
  if (typeof value === 'bigint') return pyInt(value);
  if (Number.isNaN(value)) throw new PyRaise(['ValueError'], 'cannot convert float NaN to integer');
  if (!Number.isFinite(value)) throw new PyRaise(['OverflowError'], 'cannot convert float infinity to integer');
  return pyInt(BigInt(Math.trunc(value)));
}

/** Whether a character is white space to Python, which counts the separators of ASCII. */
export function isSpace(char: string): boolean {
  const code = char.charCodeAt(0);
  return /\s/.test(char) || (code >= 0x1c && code <= 0x1f);
}

function trimSpace(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text.charAt(from))) from += 1;
  while (to > from && isSpace(text.charAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

/** `int(text, base)` as Python reads it; base 0 goes by the prefix. Source: https://docs.python.org/3/library/functions.html#int */
export function integerFromText(text: string, base = 10): bigint {
  const refuse = (): never => {
    throw new PyRaise(['ValueError'], `invalid literal for int() with base ${base}: ${text.slice(0, 40)}`);
  };
  // Digits of other scripts count for Python too.
  if (/[^\0-\x7f]/.test(text)) throw new NotEvaluated();
  const trimmed = trimSpace(text);
  const found = /^([-+]?)(0[xob])?(_?[\da-z]+(?:_[\da-z]+)*)$/i.exec(trimmed);
  if (found === null) return refuse();
  const [, sign, prefix = '', body = ''] = found;
  const bases: Readonly<Record<string, number>> = { '0x': 16, '0o': 8, '0b': 2 };
  const prefixBase = bases[prefix.toLowerCase()];
  const used = base === 0 ? (prefixBase ?? 10) : base;
  if (prefix === '' && body.startsWith('_')) return refuse();
  // In base 16 and above `0b1` may be digits.
  if (prefix !== '' && prefixBase !== used) {
    if (used > 10) throw new NotEvaluated();
    return refuse();
  }
  const digits = body.replaceAll('_', '').toLowerCase();
  if (base === 0 && prefix === '' && /^0+[1-9]/.test(digits)) return refuse();
  if (digits.length > 1_000) throw new NotEvaluated();
  let value = 0n;
  for (const char of digits) {
    const digit = Number.parseInt(char, 36);
    if (digit >= used) return refuse();
    value = value * BigInt(used) + BigInt(digit);
  }
  return sign === '-' ? -value : value;
}

/** `format(value, spec)` for the specifications that settings use: none, padding and digits of numbers. */
export function formatValue(value: PyValue, spec: string): string {
  refuseUnknown(value);
  if (spec === '') return strOf(value);
  const found = /^(0?)(\d{0,3})(d?)$/.exec(spec);
  if (value.t === 'int' && found !== null) {
    const [, zero, width] = found;
    const text = strOf(value);
    if (zero !== '' && text.startsWith('-')) throw new NotEvaluated();
    return text.padStart(Number(width), zero === '' ? ' ' : '0');
  }
  if (value.t === 'str' && /^(?:\d{1,3})?s?$/.test(spec)) return value.v.padEnd(Number.parseInt(spec, 10) || 0);
  throw new NotEvaluated();
}

/** `object[key]` of lists, tuples, strings and dictionaries. */
export function subscript(object: PyValue, key: PyValue): PyValue {
  refuseUnknown(object, key);
  if (object.t === 'dict') {
    const entry = object.store.entries.get(keyOf(key));
    if (entry !== undefined) return entry.value;
    if (object.store.hidden !== null) throw new NotEvaluated();
    throw new PyRaise(['KeyError'], `no key ${key.t === 'str' ? key.v : ''}`);
  }
  if (object.t !== 'list' && object.t !== 'tuple' && object.t !== 'str') {
    if (typeOf(object) === null) throw new NotEvaluated();
    throw new PyRaise(['TypeError'], 'object is not subscriptable');
  }
  const index = numberOf(key);
  if (typeof index !== 'bigint') {
    if (typeOf(key) === null) throw new NotEvaluated();
    throw new PyRaise(['TypeError'], 'indices must be integers');
  }
  const items = knownItems(object);
  const at = index < 0n ? BigInt(items.length) + index : index;
  const item = at < 0n || at >= BigInt(items.length) ? undefined : items[Number(at)];
  if (item === undefined) throw new PyRaise(['IndexError'], 'index out of range');
  return item;
}

/** `object[start:stop:step]`; null where one is left out. */
export function slice(
  object: PyValue,
  [start, stop, step]: readonly [number | null, number | null, number | null],
): PyValue {
  refuseUnknown(object);
  if (step !== null && step !== 1) throw new NotEvaluated();
  const cut = <T>(items: readonly T[]): readonly T[] => items.slice(start ?? 0, stop ?? items.length);
  if (object.t === 'str') return pyStr(cut([...object.v]).join(''));
  if (object.t === 'tuple') return pyTuple(cut(object.items));
  if (object.t === 'list') return pyList(cut(knownItems(object)));
  throw new NotEvaluated();
}
