import { hexOf, realText, type SqlValue } from './cells.ts';

/**
 * A row as CSV, with its line end (RFC 4180). Values are exact: integers in full, blobs in hexadecimal; NULL is an empty
 * field and the empty text a quoted one, so the two stay apart.
 */
export function csvLine(values: readonly SqlValue[]): string {
  return `${values.map(csvField).join(',')}\r\n`;
}

function csvField(value: SqlValue): string {
  if (value === null) return '';
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return realText(value);
  if (typeof value !== 'string') return hexOf(value);
  return value === '' || /[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
