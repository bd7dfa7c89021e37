import type { TableDifference } from '../../model/database.ts';
import { type Cell, INTERIOR_TABLE, readCell, readPayload, readTreePage } from './btree.ts';
import type { DatabaseHeader } from './header.ts';
import type { PageOwners } from './page-owners.ts';
import { readColumn, readRecordLayout } from './record.ts';
import { recordPatterns } from './record-pattern.ts';
import { DigestBudget, rowDigest } from './row-digest.ts';
import type { PageView } from './views.ts';

/** A view with what a walk over its trees found. */
export interface WalkedView {
  readonly view: PageView;
  readonly header: DatabaseHeader;
  readonly owners: PageOwners;
}

type RowKey = number | bigint | string;
const KEY_BYTES = 4096;

/**
 * Counts rows that differ, by table, most first. Only pages are read that were rewritten (`changedPages`) or that belong to
 * another tree in the other view, with the rows whose overflow pages were: all others hold the same rows in both.
 */
export function differenceOf(
  before: WalkedView,
  after: WalkedView,
  changedPages: Iterable<number>,
): readonly TableDifference[] {
  const pages = pagesToCompare(before, after, new Set(changedPages));
  const budget = new DigestBudget();
  const rowsBefore = new Map<string, Map<RowKey, number>>();
  eachRow(before, pages, budget, (table, key, digest) => {
    const rows = rowsBefore.get(table) ?? new Map<RowKey, number>();
    rowsBefore.set(table, rows.set(key, digest));
  });
  const counts = new Map<string, { inserted: number; changed: number }>();
  eachRow(after, pages, budget, (table, key, digest) => {
    const count = counts.get(table) ?? { inserted: 0, changed: 0 };
    counts.set(table, count);
    const rows = rowsBefore.get(table);
    const old = rows?.get(key);
    if (old === undefined) count.inserted += 1;
    else if (old !== digest) count.changed += 1;
    rows?.delete(key);
  });
  return [...new Set([...rowsBefore.keys(), ...counts.keys()])]
    .map((table) => ({
      table,
      inserted: counts.get(table)?.inserted ?? 0,
      // Past the limit the rows that were not looked at would all count as deleted.
      deleted: budget.isSpent ? null : (rowsBefore.get(table)?.size ?? 0),
      changed: counts.get(table)?.changed ?? 0,
      isLimited: budget.isSpent,
    }))
    .filter(({ inserted, deleted, changed }) => inserted + (deleted ?? 1) + changed > 0)
    .sort(byRows);
}

function byRows(one: TableDifference, other: TableDifference): number {
  const size = ({ inserted, deleted, changed }: TableDifference): number => inserted + (deleted ?? 0) + changed;
  return size(other) - size(one) || (one.table < other.table ? -1 : 1);
}

function tableAt({ owners }: WalkedView, pageNumber: number): string | null {
  const tree = owners.trees[owners.ownerOf(pageNumber)];
  return tree?.type === 'table' ? tree.name : null;
}

function pagesToCompare(before: WalkedView, after: WalkedView, changed: ReadonlySet<number>): ReadonlySet<number> {
  const pages = new Set<number>();
  const most = Math.max(before.view.readablePages, after.view.readablePages);
  for (let pageNumber = 1; pageNumber <= most; pageNumber += 1) {
    const isChanged = changed.has(pageNumber) && !samePage(before.view, after.view, pageNumber);
    if (!isChanged && tableAt(before, pageNumber) === tableAt(after, pageNumber)) continue;
    for (const side of [before, after]) {
      let leaf = pageNumber;
      while (side.owners.isOverflow(leaf)) leaf = side.owners.parentOf(leaf);
      if (leaf !== 0) pages.add(leaf);
    }
  }
  return pages;
}

function samePage(one: PageView, other: PageView, pageNumber: number): boolean {
  const [page, twin] = [one.page(pageNumber), other.page(pageNumber)];
  if (page === null || twin === null) return page === twin;
  return page.every((byte, index) => byte === twin[index]);
}

function eachRow(
  side: WalkedView,
  pages: ReadonlySet<number>,
  budget: DigestBudget,
  visit: (table: string, key: RowKey, digest: number) => void,
): void {
  const { view, header, owners } = side;
  const patterns = recordPatterns(owners.trees);
  for (const pageNumber of pages) {
    const table = tableAt(side, pageNumber);
    if (table === null || owners.isOverflow(pageNumber)) continue;
    const found = readTreePage(view, pageNumber);
    if (found === null || found.header.type === INTERIOR_TABLE) continue;
    const keyColumns = patterns[owners.ownerOf(pageNumber)]?.table.primaryKey.length ?? 0;
    for (let index = 0; index < found.header.cells && !budget.isSpent; index += 1) {
      const cell = readCell(found.page, found.header, index, header.usableBytes);
      if (cell === null) continue;
      const digest = rowDigest(view, found.page, cell, header.usableBytes, budget);
      visit(table, cell.rowid ?? primaryKey(side, found.page, cell, keyColumns) ?? digest, digest);
    }
  }
}

/** Of a WITHOUT ROWID table, whose records begin with the key's columns; null when they cannot be read. */
function primaryKey({ view, header }: WalkedView, page: Uint8Array, cell: Cell, columns: number): string | null {
  const payload = readPayload(view, page, cell, header.usableBytes, KEY_BYTES);
  const layout = readRecordLayout(payload);
  if (layout === null || columns === 0) return null;
  const values = Array.from({ length: columns }, (_, column) => readColumn(payload, layout, column, header.encoding));
  if (values.includes(undefined)) return null;
  return values.map((value) => `${typeof value} ${String(value)}`).join('\0');
}
