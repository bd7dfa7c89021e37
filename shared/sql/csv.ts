import { hexOf, realText, type SqlValue } from './cells.ts';

/**
 * A row as CSV, with its line end (RFC 4180). Values are exact: integers in full, blobs in hexadecimal; NULL is an empty
 * field and the empty text a quoted one, so the two stay apart. Text that a spreadsheet would compute has a `'` in front: the
 * database is hostile, and what it holds must not run where the file is opened.
 */
export function csvLine(values: readonly SqlValue[]): string {
  return `${values.map(csvField).join(',')}\r\n`;
}

function csvField(value: SqlValue): string {
  if (value === null) return '';
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return realText(value);
  if (typeof value !== 'string') return hexOf(value);
  const text = isComputed(value) ? `'${value}` : value;
  return text === '' || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// =cmd|'/c calc'!A1   @SUM(A1)   +1+1
/**
 * What spreadsheets take for a formula, by its first character, the full-width ones too; a plain number is none.
 * Source: https://owasp.org/www-community/attacks/CSV_Injection
 */
function isComputed(text: string): boolean {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) && !/^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text);
}

/** Said where a file of CSV is asked for. */
export const CSV_TITLE =
  "All rows as CSV. Text that a spreadsheet would take for a formula (it begins with =, +, - or @) gets a ' in front.";
