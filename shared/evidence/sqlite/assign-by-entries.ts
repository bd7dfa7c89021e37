import { LEAF_INDEX, LEAF_TABLE, readCell, readTreePage } from './btree.ts';
import { fittingTrees, readRecord, sampleRecords, type TransactionPages } from './page-fit.ts';
import type { SqliteValue } from './record.ts';
import { type RecordPattern, same } from './record-pattern.ts';

const MAX_HELD_ROWS = 500_000;

/** Where the rows of the transaction's table leaves lie, so that index entries can be compared with them. */
export class WrittenRows {
  readonly #transaction: TransactionPages;
  readonly #places = new Map<string, Map<number | bigint, { readonly pageNumber: number; readonly cell: number }>>();

  constructor(transaction: TransactionPages, assigned: ReadonlyMap<number, string>) {
    this.#transaction = transaction;
    let held = 0;
    for (const [pageNumber, table] of assigned) {
      const found = readTreePage(transaction.uncommitted, pageNumber);
      if (found?.header.type !== LEAF_TABLE) continue;
      const places = this.#places.get(table) ?? new Map();
      this.#places.set(table, places);
      for (let cell = 0; cell < found.header.cells && held < MAX_HELD_ROWS; cell += 1, held += 1) {
        const rowid = readCell(found.page, found.header, cell, transaction.header.usableBytes)?.rowid;
        if (rowid !== undefined && rowid !== null) places.set(rowid, { pageNumber, cell });
      }
    }
  }

  /** Values of a row's stored columns; null when the row is not among those that were written. */
  read(table: string, rowid: number | bigint): readonly (SqliteValue | undefined)[] | null {
    const place = this.#places.get(table)?.get(rowid);
    return place === undefined ? null : (readRecord(this.#transaction, place.pageNumber, place.cell)?.values ?? null);
  }
}

/** Of several indexes that fit: the one whose entries agree with the rows they point to; null when that decides nothing. */
export function indexByEntries(transaction: TransactionPages, rows: WrittenRows, pageNumber: number): string | null {
  const { uncommitted, trees, patterns } = transaction;
  if (readTreePage(uncommitted, pageNumber)?.header.type !== LEAF_INDEX) return null;
  const records = sampleRecords(transaction, pageNumber);
  const agreeing = fittingTrees(transaction, pageNumber).flatMap((index) => {
    const tree = trees[index];
    const pattern = patterns[index];
    if (tree === undefined || pattern === null || pattern === undefined || tree.type !== 'index') return [];
    const answers = records.map((record) => entryAgrees(record.values, pattern, rows, tree.tableName));
    return answers.includes(true) && !answers.includes(false) ? [tree.name] : [];
  });
  return agreeing.length === 1 ? (agreeing[0] ?? null) : null;
}

/** null: the row is not among those that can be read. */
function entryAgrees(
  entry: readonly (SqliteValue | undefined)[],
  pattern: RecordPattern,
  rows: WrittenRows,
  table: string,
): boolean | null {
  const rowid = entry.at(-1);
  if (typeof rowid !== 'number' && typeof rowid !== 'bigint') return null;
  const row = rows.read(table, rowid);
  if (row === null) return null;
  const stored = pattern.table.columns.filter((column) => !column.virtual);
  let compared = 0;
  for (const [index, each] of pattern.fields.entries()) {
    if (each.role !== 'column') continue;
    const value = row[stored.findIndex((column) => same(column.name, each.column.name))];
    const indexed = entry[index];
    if (value === undefined || indexed === undefined || value instanceof Uint8Array) continue;
    if (value !== indexed) return false;
    compared += 1;
  }
  return compared > 0 ? true : null;
}
