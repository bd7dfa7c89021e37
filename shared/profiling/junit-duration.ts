/**
 * A duration in seconds as JUnit writers print it, or null when it is none: `0.042`, `1,234.567` (Surefire and Ant group
 * thousands), `0,042` (printed in a locale with a decimal comma; a group never follows a lone zero), `1e-05`, `0.5s`.
 */
export function secondsOf(text: string | undefined): number | null {
  if (text === undefined || text.length > 100) return null;
  const plain = Number(text);
  if (plain >= 0 && plain < Infinity && text !== '') return plain;
  const match = /^\s*(\d[\d,]*)(\.\d*)?\s*(?:s|sec|seconds)?\s*$/.exec(text);
  const [, whole, fraction = ''] = match ?? [];
  if (whole === undefined) return null;
  const isGrouped = /^[1-9]\d{0,2}(?:,\d{3})+$/.test(whole);
  const digits = isGrouped ? whole.replaceAll(',', '') : fraction === '' ? whole.replace(',', '.') : whole;
  const seconds = Number(digits + fraction);
  return Number.isFinite(seconds) ? seconds : null;
}

/** A whole number of tests, as `secondsOf` reads numbers; null when it is none. */
export function countOf(text: string | undefined): number | null {
  const count = secondsOf(text);
  return count !== null && Number.isSafeInteger(count) ? count : null;
}
