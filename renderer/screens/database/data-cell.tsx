import type { SqlCell } from '../../../shared/model/sql-result.ts';
import { cellText } from '../../../shared/sql/cells.ts';
import { CopyButton } from '../../components/copy.tsx';
import { formatBytes, formatCount } from '../../format.ts';
import styles from './data-cell.module.css';

/** A value of a database in one line. */
export function DataCell({ value }: { readonly value: SqlCell }) {
  if (value === null) return <span className={styles.cellNull}>NULL</span>;
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return value === '' ? <span className={styles.cellNull}>''</span> : oneLine(value);
  switch (value.type) {
    case 'number':
      return value.text;
    case 'text':
      return (
        <>
          {oneLine(value.text)}… <span className={styles.cellNull}>{formatCount(value.characters)} characters</span>
        </>
      );
    case 'blob':
      return (
        <>
          <span className={styles.cellNull}>{formatBytes(value.bytes)}</span> {value.hex}
          {value.hex.length < value.bytes * 2 ? '…' : ''}
        </>
      );
  }
}

function oneLine(text: string): string {
  return text.includes('\n') ? text.replaceAll('\n', ' ⏎ ') : text;
}

/** A value as it is copied: as much of it as there is. */
export function copyText(value: Exclude<SqlCell, null>): string {
  return typeof value === 'object' && value.type === 'text' ? value.text : cellText(value);
}

/** The value under the cursor as far as it is shown, with its kind and length. */
export function ValueBar({ place, value }: { readonly place: string | null; readonly value: SqlCell | undefined }) {
  if (place === null || value === undefined) return null;
  return (
    <section className={styles.valueBar} aria-label="Value">
      <p className={styles.valuePlace}>
        <span className="mono">{place}</span> <span className="secondary">{kindWords(value)}</span>
      </p>
      <pre className="mono">{value === null ? 'NULL' : copyText(value)}</pre>
      {value === null ? null : <CopyButton text={copyText(value)} what="Value" />}
    </section>
  );
}

function kindWords(value: SqlCell): string {
  if (value === null) return 'no value';
  if (typeof value === 'number') return Number.isInteger(value) ? 'INTEGER' : 'REAL';
  if (typeof value === 'string') return `TEXT, ${formatCount(value.length)} characters`;
  switch (value.type) {
    case 'number':
      return /^-?\d+$/.test(value.text) ? 'INTEGER' : 'REAL';
    case 'text':
      return `TEXT, ${formatCount(value.characters)} characters, the first ${formatCount(value.text.length)} shown`;
    case 'blob':
      return `BLOB, ${formatCount(value.bytes)} bytes`;
  }
}
