import { EVENT_KINDS, SEVERITIES } from '../model/event.ts';
import { RULE_LIMITS } from '../model/rules.ts';
import { wordsOf } from '../model/thrown.ts';
import { RULE_FIELDS, type RuleEvent, type RuleField, type RuleTest } from './rule.ts';

/** A field, modifier or value that means nothing; the message says why. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
}

export type FieldValue = string | number | boolean | null;

const COMPARISONS = ['gt', 'gte', 'lt', 'lte'] as const;
const TEXT_MODIFIERS = ['contains', 'startswith', 'endswith', 're'] as const;
const MODIFIERS: readonly string[] = [...COMPARISONS, ...TEXT_MODIFIERS, 'all', 'cased', 'i', 'm', 's'];
type Comparison = (typeof COMPARISONS)[number];

/** Fields that are numbers, and so can be compared. */
const NUMBERS: ReadonlySet<RuleField> = new Set(['pid', 'subject', 'severity', 'time']);

/**
 * One line of a selection, `message|contains|all: [..]`, as a test. Without `re` and `cased` case does not count, and `*`
 * and `?` are wildcards in values. Throws FieldError. Source: https://sigmahq.io/docs/basics/modifiers.html
 */
export function readField(
  key: string,
  values: readonly FieldValue[],
): { readonly test: RuleTest; readonly hasRegex: boolean } {
  const [name = '', ...modifiers] = key.split('|');
  const field = RULE_FIELDS.find((each) => each === name);
  if (field === undefined) throw new FieldError(`there is no field "${name}": ${RULE_FIELDS.join(', ')}`);
  const unknown = modifiers.find((modifier) => !MODIFIERS.includes(modifier));
  if (unknown !== undefined) throw new FieldError(`there is no modifier "${unknown}": ${MODIFIERS.join(', ')}`);
  const comparison = COMPARISONS.find((each) => modifiers.includes(each)) ?? null;
  const text = TEXT_MODIFIERS.find((each) => modifiers.includes(each)) ?? null;
  if (comparison !== null && text !== null) throw new FieldError(`${comparison} and ${text} exclude one another`);
  if (values.length === 0) throw new FieldError(`${key} has no value`);
  if (values.length > RULE_LIMITS.values) throw new FieldError(`${key} has more than ${RULE_LIMITS.values} values`);
  const tests = values.map((value) => valueTest(field, value, modifiers, comparison));
  return {
    test: modifiers.includes('all')
      ? (event) => tests.every((test) => test(event))
      : (event) => tests.some((test) => test(event)),
    hasRegex: text === 're',
  };
}

function valueTest(
  field: RuleField,
  value: FieldValue,
  modifiers: readonly string[],
  comparison: Comparison | null,
): RuleTest {
  if (comparison !== null) return comparisonTest(field, value, comparison);
  if (value === null || value === '') return (event) => event[field] === null || event[field] === '';
  if (modifiers.includes('re')) return regexTest(field, String(value), modifiers);
  const isPart = TEXT_MODIFIERS.some((each) => modifiers.includes(each));
  if (!isPart && NUMBERS.has(field)) {
    const wanted = numberOf(field, value);
    return (event) => event[field] === wanted;
  }
  if (field === 'kind' && !isPart && !String(value).includes('*') && !EVENT_KINDS.some((kind) => kind === value)) {
    throw new FieldError(`there is no kind "${value}"`);
  }
  return textTest(field, String(value), modifiers);
}

/** Text with wildcards, compared without backtracking: pieces between `*` are looked for from left to right. */
function textTest(field: RuleField, value: string, modifiers: readonly string[]): RuleTest {
  const isCased = modifiers.includes('cased');
  const pieces = wildcardPieces(isCased ? value : value.toLowerCase());
  const isOpenAt = {
    start: modifiers.includes('contains') || modifiers.includes('endswith'),
    end: modifiers.includes('contains') || modifiers.includes('startswith'),
  };
  // A unit is often named without its ending.
  const bare = field === 'unit' ? /\.service$/ : null;
  return (event) => {
    const own = textOf(event, field);
    if (own === null) return false;
    const text = isCased ? own : own.toLowerCase();
    return (
      matches(text, pieces, isOpenAt) ||
      (bare?.test(text) === true && matches(text.replace(bare, ''), pieces, isOpenAt))
    );
  };
}

/** `a*b\*c` -> [`a`, `b*c`]; within a piece U+0000 stands for any one character. */
function wildcardPieces(pattern: string): readonly string[] {
  const pieces: string[] = [''];
  const add = (char: string): void => {
    pieces[pieces.length - 1] = `${pieces.at(-1) ?? ''}${char}`;
  };
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    const next = pattern.charAt(at + 1);
    if (char === '\\' && (next === '*' || next === '?' || next === '\\')) {
      add(next);
      at += 1;
    } else if (char === '*') pieces.push('');
    else add(char === '?' ? '\0' : char);
  }
  return pieces;
}

function matches(
  text: string,
  pieces: readonly string[],
  isOpenAt: { readonly start: boolean; readonly end: boolean },
): boolean {
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  if (pieces.length === 1 && !isOpenAt.start && !isOpenAt.end) {
    return text.length === first.length && standsAt(text, first, 0);
  }
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    const isFirst = index === 0;
    const isLast = index === pieces.length - 1;
    if (isLast && !isOpenAt.end) {
      const from = text.length - last.length;
      return from >= at && standsAt(text, last, from) && (!isFirst || isOpenAt.start || from === 0);
    }
    const found = isFirst && !isOpenAt.start ? (standsAt(text, piece, 0) ? 0 : -1) : placeOf(text, piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return true;
}

function placeOf(text: string, piece: string, from: number): number {
  if (!piece.includes('\0')) return text.indexOf(piece, from);
  for (let at = from; at + piece.length <= text.length; at += 1) if (standsAt(text, piece, at)) return at;
  return -1;
}

function standsAt(text: string, piece: string, at: number): boolean {
  if (!piece.includes('\0')) return text.startsWith(piece, at);
  if (at + piece.length > text.length) return false;
  for (let index = 0; index < piece.length; index += 1) {
    const wanted = piece.charCodeAt(index);
    if (wanted !== 0 && wanted !== text.charCodeAt(at + index)) return false;
  }
  return true;
}

function regexTest(field: RuleField, source: string, modifiers: readonly string[]): RuleTest {
  if (source.length > RULE_LIMITS.regexCharacters) {
    throw new FieldError(`a regular expression may have ${RULE_LIMITS.regexCharacters} characters`);
  }
  let pattern: RegExp;
  try {
    pattern = new RegExp(source, ['i', 'm', 's'].filter((flag) => modifiers.includes(flag)).join(''));
  } catch (error) {
    throw new FieldError(wordsOf(error));
  }
  return (event) => {
    const own = textOf(event, field);
    return own !== null && pattern.test(own);
  };
}

function comparisonTest(field: RuleField, value: FieldValue, comparison: Comparison): RuleTest {
  if (!NUMBERS.has(field)) throw new FieldError(`${field} is no number, so it cannot be compared by ${comparison}`);
  const wanted = numberOf(field, value);
  const holds = {
    gt: (own: number) => own > wanted,
    gte: (own: number) => own >= wanted,
    lt: (own: number) => own < wanted,
    lte: (own: number) => own <= wanted,
  }[comparison];
  return (event) => {
    const own = event[field];
    return typeof own === 'number' && holds(own);
  };
}

/** A number as a field counts: severities by name or number, times as ISO 8601 with a zone. */
function numberOf(field: RuleField, value: FieldValue): number {
  if (field === 'severity' && typeof value === 'string') {
    const index = (SEVERITIES as readonly string[]).indexOf(value.toLowerCase());
    if (index >= 0) return index;
    if (!/^[0-7]$/.test(value)) throw new FieldError(`there is no severity "${value}": ${SEVERITIES.join(', ')}`);
  }
  if (field === 'time') {
    const millis = typeof value === 'string' && /T.*(?:Z|[+-]\d\d:?\d\d)$/.test(value) ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(millis)) throw new FieldError(`"${value}" is no time: write 2026-01-28T04:10:22Z, in quotes`);
    return millis * 1000;
  }
  const number = typeof value === 'number' ? value : /^-?\d{1,15}$/.test(String(value)) ? Number(value) : Number.NaN;
  if (!Number.isFinite(number)) throw new FieldError(`"${value}" is no number, which ${field} is`);
  return number;
}

function textOf(event: RuleEvent, field: RuleField): string | null {
  const own = event[field];
  if (own === null) return null;
  return typeof own === 'string' ? own : String(own);
}
