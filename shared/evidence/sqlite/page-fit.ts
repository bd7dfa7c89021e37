import { readCell, readPayload, readTreePage } from './btree.ts';
import type { DatabaseHeader } from './header.ts';
import type { PageOwners, Tree } from './page-owners.ts';
import { readColumn, readRecordLayout, type SqliteValue } from './record.ts';
import { type RecordPattern, recordFit } from './record-pattern.ts';
import type { PageView } from './views.ts';

/** Records of a leaf that are compared with what a table or index may hold. */
const SAMPLED_RECORDS = 8;
const RECORD_BYTES = 4096;

/** A database before and in the middle of a transaction, with the pages that the transaction has rewritten so far. */
export interface TransactionPages {
  readonly committed: PageView;
  readonly uncommitted: PageView;
  readonly changedPages: readonly number[];
  readonly header: DatabaseHeader;
  readonly committedOwners: PageOwners;
  /** From walking the state with the uncommitted pages on top, which is a mixture: see `assignPages`. */
  readonly mixedOwners: PageOwners;
  /** Trees of both walks, by name; a tree that the transaction created has only a mixed index. */
  readonly trees: readonly Tree[];
  readonly patterns: readonly (RecordPattern | null)[];
}

/** A record as far as its first bytes tell. */
export interface SampledRecord {
  readonly serialTypes: readonly number[];
  /** Undefined where a value lies beyond the bytes that were read. */
  readonly values: readonly (SqliteValue | undefined)[];
}

/** One record of a leaf of the uncommitted state; null when it cannot be read. */
export function readRecord(
  { uncommitted, header }: TransactionPages,
  pageNumber: number,
  cellIndex: number,
): SampledRecord | null {
  const found = readTreePage(uncommitted, pageNumber);
  const cell = found === null ? null : readCell(found.page, found.header, cellIndex, header.usableBytes);
  if (found === null || cell === null) return null;
  const payload = readPayload(uncommitted, found.page, cell, header.usableBytes, RECORD_BYTES);
  const layout = readRecordLayout(payload);
  if (layout === null) return null;
  const values = layout.serialTypes.map((_, column) => readColumn(payload, layout, column, header.encoding));
  return { serialTypes: layout.serialTypes, values };
}

/** Some records of a leaf, spread over it. */
export function sampleRecords(transaction: TransactionPages, pageNumber: number): readonly SampledRecord[] {
  const cells = readTreePage(transaction.uncommitted, pageNumber)?.header.cells ?? 0;
  const step = Math.max(1, Math.floor(cells / SAMPLED_RECORDS));
  const records: SampledRecord[] = [];
  for (let index = 0; index < cells; index += step) {
    const record = readRecord(transaction, pageNumber, index);
    if (record !== null) records.push(record);
  }
  return records;
}

/** How a page fits a tree: leaves by their sampled records, interior pages by their kind alone. */
export function pageFit(
  transaction: TransactionPages,
  pageNumber: number,
  treeIndex: number,
  records: readonly SampledRecord[] = sampleRecords(transaction, pageNumber),
): 'fits' | 'odd' | 'impossible' {
  const { uncommitted, committed, trees, patterns } = transaction;
  const tree = trees[treeIndex];
  const found = readTreePage(uncommitted, pageNumber);
  if (tree === undefined || found === null) return 'impossible';
  const root = readTreePage(tree.rootPage <= committed.pageCount ? committed : uncommitted, tree.rootPage);
  if (root !== null && root.header.kind !== found.header.kind) return 'impossible';
  const pattern = patterns[treeIndex];
  // sqlite_schema has no CREATE statement of its own; tables whose statement cannot be read come here too.
  if (pattern === null || pattern === undefined || !found.header.leaf) return 'odd';
  let odd = false;
  for (const { serialTypes } of records) {
    const fits = recordFit(pattern, found.header.kind, serialTypes);
    if (fits === 'impossible') return 'impossible';
    odd ||= fits === 'odd';
  }
  return odd ? 'odd' : 'fits';
}

/** Trees (by index) that could hold a leaf's records; those that fit without oddity, if there are any. */
export function fittingTrees(transaction: TransactionPages, pageNumber: number): readonly number[] {
  const found = readTreePage(transaction.uncommitted, pageNumber);
  if (found === null || !found.header.leaf || found.header.cells === 0) return [];
  const records = sampleRecords(transaction, pageNumber);
  const fits: number[] = [];
  const odd: number[] = [];
  for (const [index, pattern] of transaction.patterns.entries()) {
    // Any two values fit sqlite_sequence(name, seq); SQLite's own tables are found by links only.
    const tree = transaction.trees[index];
    if (pattern === null || (tree?.type === 'table' && tree.name.startsWith('sqlite_'))) continue;
    const result = pageFit(transaction, pageNumber, index, records);
    if (result === 'fits') fits.push(index);
    if (result === 'odd') odd.push(index);
  }
  return fits.length > 0 ? fits : odd;
}

/** Whether a page has a record that it had at the last commit: same rowid, or same bytes in an index. */
export function sharesRecord(transaction: TransactionPages, pageNumber: number): boolean {
  const usableBytes = transaction.header.usableBytes;
  const keys = (view: PageView): ReadonlySet<string> => {
    const found = readTreePage(view, pageNumber);
    const set = new Set<string>();
    for (let index = 0; found !== null && index < found.header.cells; index += 1) {
      const cell = readCell(found.page, found.header, index, usableBytes);
      if (cell === null) continue;
      const local = found.page.subarray(cell.localAt, cell.localAt + cell.localBytes);
      set.add(`${found.header.type} ${cell.rowid ?? local.join(' ')}`);
    }
    return set;
  };
  const before = keys(transaction.committed);
  return [...keys(transaction.uncommitted)].some((key) => before.has(key));
}
