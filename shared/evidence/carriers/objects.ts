import { isObject, type JsonObject, parseObject } from '../headers/structured.ts';

/** The JSON object that a line is, if it holds any of these names near its beginning or at all; null for other lines. */
export function objectWith(text: string, names: readonly string[]): JsonObject | null {
  if (text.charCodeAt(0) !== 0x7b || !names.some((name) => text.includes(`"${name}"`))) return null;
  return parseObject(text);
}

/** A text under a path of names; null where there is none. */
export function textUnder(object: JsonObject, ...path: readonly string[]): string | null {
  let value: unknown = object;
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return null;
    value = value[name];
  }
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The parts that are known, as one name. */
export function nameOf(...parts: readonly (string | null)[]): string | null {
  const known = parts.filter((part) => part !== null);
  return known.length === 0 ? null : known.join('/');
}
