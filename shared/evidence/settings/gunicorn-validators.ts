import { LARGEST_SETTING } from '../../model/config.ts';
import { integerFromText } from './python-operations.ts';
import { isUnknown, NotEvaluated, PyRaise, type PyValue } from './python-values.ts';

/** What gunicorn makes of a value: it stops at start where it refuses one. */
type Validated<T> =
  | { readonly kind: 'set'; readonly value: T }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unknown' };

export type Validator<T> = (value: PyValue) => Validated<T>;

const REFUSED = { kind: 'refused' } as const;
const UNKNOWN = { kind: 'unknown' } as const;

/**
 * Numbers: integers that are not negative, and text that Python reads as one in base 0 (`"0x1e"`). Larger ones than
 * anything is calculated with are taken as LARGEST_SETTING. Source: validate_pos_int in gunicorn/config.py
 */
export const positiveInteger: Validator<number> = (value) => {
  const number = integerOf(value);
  if (typeof number !== 'bigint') return number;
  if (number < 0n) return REFUSED;
  return { kind: 'set', value: number > BigInt(LARGEST_SETTING) ? LARGEST_SETTING : Number(number) };
};

function integerOf(value: PyValue): bigint | typeof REFUSED | typeof UNKNOWN {
  if (value.t === 'int') return value.v;
  if (value.t === 'bool') return value.v ? 1n : 0n;
  if (value.t === 'str') {
    try {
      return integerFromText(value.v, 0);
    } catch (error) {
      if (error instanceof PyRaise) return REFUSED;
      if (error instanceof NotEvaluated) return UNKNOWN;
      throw error;
    }
  }
  return isOpaque(value) ? UNKNOWN : REFUSED;
}

/** Source: validate_bool in gunicorn/config.py */
export const boolean: Validator<boolean> = (value) => {
  if (value.t === 'none') return { kind: 'set', value: false };
  if (value.t === 'bool') return { kind: 'set', value: value.v };
  if (value.t !== 'str') return isOpaque(value) ? UNKNOWN : REFUSED;
  const word = value.v.toLowerCase().trim();
  return word === 'true' || word === 'false' ? { kind: 'set', value: word === 'true' } : REFUSED;
};

/** The name of a class, or text that leads to one. Source: validate_class in gunicorn/config.py */
export const className: Validator<string> = (value) => {
  if (value.t === 'str') {
    const name = value.v.trim();
    return name === '' ? REFUSED : { kind: 'set', value: name };
  }
  return isOpaque(value) ? UNKNOWN : REFUSED;
};

/** Text, or a list of texts. Source: validate_list_string in gunicorn/config.py */
export const listOfStrings: Validator<readonly string[]> = (value) => {
  if (isUnknown(value)) return UNKNOWN;
  if (value.t === 'none' || (value.t === 'str' && value.v === '')) return { kind: 'set', value: [] };
  if (value.t === 'str') return { kind: 'set', value: [value.v.trim()] };
  const items = value.t === 'tuple' ? value.items : value.t === 'list' ? value.store.items : null;
  if (items === null) return isOpaque(value) ? UNKNOWN : REFUSED;
  const strings = items.flatMap((item) => (item.t === 'str' ? [item.v.trim()] : []));
  return strings.length === items.length ? { kind: 'set', value: strings } : REFUSED;
};

/** Values of which no more is known than where they come from. */
function isOpaque(value: PyValue): boolean {
  return !['none', 'bool', 'int', 'float', 'str', 'tuple', 'list', 'dict', 'set'].includes(value.t);
}
