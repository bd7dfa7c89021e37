import type { SqlCell } from '../model/sql-result.ts';

/** What sql.js gives when it is asked for exact integers. */
export type SqlValue = bigint | number | string | Uint8Array | null;

/** Characters of a text and bytes of a blob that are shown in a table. */
export const SHOWN_CHARACTERS = 400;
export const SHOWN_BLOB_BYTES = 16;

/** A value as a cell; one whose length is known to be greater than what is given was cut before. */
export function cellOf(value: SqlValue, wholeLength: number | null = null): SqlCell {
  if (value === null) return null;
  if (typeof value === 'bigint') {
    const exact = Number(value);
    return Number.isSafeInteger(exact) ? exact : { type: 'number', text: String(value) };
  }
  if (typeof value === 'number') {
    return Number.isInteger(value) || !Number.isFinite(value) ? { type: 'number', text: realText(value) } : value;
  }
  if (typeof value === 'string') {
    const characters = wholeLength ?? value.length;
    const text = value.slice(0, SHOWN_CHARACTERS);
    return characters > text.length ? { type: 'text', text, characters } : text;
  }
  const shown = value.subarray(0, SHOWN_BLOB_BYTES);
  return { type: 'blob', hex: hexOf(shown), bytes: wholeLength ?? value.length };
}

/** A REAL as SQLite writes one: never to be taken for an integer. */
export function realText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Inf' : '-Inf';
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** A cell as one text, for reports, copying and screen readers; NULL is `NULL`. */
export function cellText(cell: SqlCell): string {
  if (cell === null) return 'NULL';
  if (typeof cell === 'number') return String(cell);
  if (typeof cell === 'string') return cell;
  switch (cell.type) {
    case 'number':
      return cell.text;
    case 'text':
      return `${cell.text}…`;
    case 'blob':
      return `x'${cell.hex}${cell.hex.length < cell.bytes * 2 ? '…' : ''}' (${cell.bytes} bytes)`;
  }
}

/** Lower-case hexadecimal digits of bytes. */
export function hexOf(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return hex;
}
