import {
  findRow,
  highestRowid,
  LEAF_INDEX,
  LEAF_TABLE,
  type PageHeader,
  readCell,
  readPageHeader,
  readPayload,
} from './btree.ts';
import { readUint32 } from './bytes.ts';
import type { DatabaseHeader } from './header.ts';
import { FREELIST, LOCK_BYTE, NOBODY, type PageOwners, POINTER_MAP, type Tree } from './page-owners.ts';
import { readColumn, readRecordLayout, type SqliteValue } from './record.ts';
import { type RecordPattern, recordFit, same } from './record-pattern.ts';
import type { PageView } from './views.ts';

export const UNASSIGNED = '(unassigned)';
/** Page 1 holds the file header, which every transaction that changes the file's size rewrites. */
export const FILE_HEADER = '(file header)';
const SPECIAL_NAMES: ReadonlyMap<number, string> = new Map([
  [FREELIST, '(freelist)'],
  [POINTER_MAP, '(pointer map)'],
  [LOCK_BYTE, '(lock byte)'],
]);

/** Records of a leaf that are compared with what a table or index may hold. */
const SAMPLED_CELLS = 8;
const RECORD_BYTES = 4096;
const NEW_ROW_LIMIT = 500_000;

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

/**
 * Finds the table or index that each rewritten page belongs to; returns names by page number.
 *
 * SQLite spills its cache least recently used first, so a large transaction has leaves on disk whose parents are not:
 * walking the mixture of old and new pages finds only part of them, and old parents may point to pages that now serve
 * another tree. So a link counts only when the page's records fit the tree; what is left is assigned by its records:
 * first by what only one tree can hold, then (indexes) by comparing entries with the rows they point to, then (tables)
 * by rowids that continue a table's. What remains ambiguous stays `(unassigned)`.
 */
export function assignPages(transaction: TransactionPages): ReadonlyMap<number, string> {
  const { uncommitted, changedPages, trees } = transaction;
  const assigned = new Map<number, string>();
  const undecided: number[] = [];
  const changed = new Set(changedPages);
  for (const pageNumber of changedPages) {
    const name = linkedOwner(transaction, changed, pageNumber);
    if (name === null) undecided.push(pageNumber);
    else assigned.set(pageNumber, name);
  }
  const guess = (pages: readonly number[], choose: (pageNumber: number) => string | null): number[] =>
    pages.filter((pageNumber) => {
      const name = assigned.has(pageNumber) ? (assigned.get(pageNumber) ?? null) : choose(pageNumber);
      if (name !== null) assigned.set(pageNumber, name);
      return name === null;
    });

  let left = guess(undecided, (pageNumber) => onlyFittingTree(transaction, pageNumber, null));
  left = assignByRowids(transaction, assigned, left);
  const rows = new NewRows(transaction, assigned);
  left = guess(left, (pageNumber) => indexByRows(transaction, rows, pageNumber));
  const touched = new Set(assigned.values());
  left = guess(left, (pageNumber) => onlyFittingTree(transaction, pageNumber, touched));
  left = assignOverflow(transaction, assigned, left);
  // Interior pages follow their children, lowest level first.
  for (let level = 0; level < 20 && left.length > 0; level += 1) {
    const before = left.length;
    left = guess(left, (pageNumber) => ownerOfChildren(transaction, assigned, pageNumber));
    if (left.length === before) break;
  }
  for (const pageNumber of left) assigned.set(pageNumber, UNASSIGNED);
  // Page 1 is the schema's root; when only the 100 bytes of the file header differ, the schema was not touched.
  if (assigned.get(1) === trees[0]?.name && onlyFileHeaderDiffers(transaction.committed.page(1), uncommitted.page(1))) {
    assigned.set(1, FILE_HEADER);
  }
  return assigned;
}

function onlyFileHeaderDiffers(before: Uint8Array | null, after: Uint8Array | null): boolean {
  if (before === null || after === null) return false;
  for (let index = 100; index < before.length; index += 1) if (before[index] !== after[index]) return false;
  return true;
}

/** Owner by a link from a parent or by what the page was at the last commit, if its records allow that. */
function linkedOwner(transaction: TransactionPages, changed: ReadonlySet<number>, pageNumber: number): string | null {
  const { mixedOwners, committedOwners, uncommitted } = transaction;
  const page = uncommitted.page(pageNumber);
  for (const owners of [mixedOwners, committedOwners]) {
    const owner = owners.ownerOf(pageNumber);
    const special = SPECIAL_NAMES.get(owner);
    if (owner === POINTER_MAP || owner === LOCK_BYTE) return special ?? null;
    if (owner === FREELIST) {
      // A free page that now is a b-tree page was taken from the freelist by the transaction.
      if (page !== null && readPageHeader(page, pageNumber) === null) return special ?? null;
      continue;
    }
    const tree = owner === NOBODY ? undefined : owners.trees[owner];
    if (tree === undefined || page === null) continue;
    if (owners.isOverflow(pageNumber)) {
      if (readPageHeader(page, pageNumber) === null) return tree.name;
      continue;
    }
    const index = transaction.trees.findIndex((each) => each.name === tree.name);
    if (index < 0 || fitOfPage(transaction, pageNumber, index) === 'impossible') continue;
    const linkIsNew = owners === mixedOwners && changed.has(owners.parentOf(pageNumber));
    const isRoot = tree.rootPage === pageNumber;
    if (linkIsNew || isRoot || fittingTrees(transaction, pageNumber).length < 2) return tree.name;
    // Another tree could hold these records and the link is an old one: it counts if the page still has a record of before.
    if (sharesRecord(transaction, pageNumber)) return tree.name;
  }
  return null;
}

/** Whether a page has a record that it had at the last commit: same rowid, or same bytes in an index. */
function sharesRecord({ committed, uncommitted, header }: TransactionPages, pageNumber: number): boolean {
  const keys = (view: PageView): ReadonlySet<string> => {
    const page = view.page(pageNumber);
    const pageHeader = page === null ? null : readPageHeader(page, pageNumber);
    const found = new Set<string>();
    if (page === null || pageHeader === null) return found;
    for (let index = 0; index < pageHeader.cells; index += 1) {
      const cell = readCell(page, pageHeader, index, header.usableBytes);
      if (cell === null) continue;
      const local = page.subarray(cell.localAt, cell.localAt + cell.localBytes);
      found.add(`${pageHeader.type} ${cell.rowid ?? local.join(' ')}`);
    }
    return found;
  };
  const before = keys(committed);
  return [...keys(uncommitted)].some((key) => before.has(key));
}

/** How the sampled records of a leaf fit a tree; interior pages fit by their kind alone. */
function fitOfPage(
  transaction: TransactionPages,
  pageNumber: number,
  treeIndex: number,
): 'fits' | 'odd' | 'impossible' {
  const { uncommitted, committed, trees, patterns, header } = transaction;
  const tree = trees[treeIndex];
  const page = uncommitted.page(pageNumber);
  const pageHeader = page === null ? null : readPageHeader(page, pageNumber);
  if (tree === undefined || page === null || pageHeader === null) return 'impossible';
  const root = (tree.rootPage <= committed.pageCount ? committed : uncommitted).page(tree.rootPage);
  const rootHeader = root === null ? null : readPageHeader(root, tree.rootPage);
  if (rootHeader !== null && rootHeader.kind !== pageHeader.kind) return 'impossible';
  const pattern = patterns[treeIndex];
  if (pattern === null || pattern === undefined || !pageHeader.leaf) return tree.rootPage === 1 ? 'fits' : 'odd';
  let odd = false;
  for (const index of sampledCells(pageHeader)) {
    const cell = readCell(page, pageHeader, index, header.usableBytes);
    if (cell === null) continue;
    const layout = readRecordLayout(readPayload(uncommitted, page, cell, header.usableBytes, RECORD_BYTES));
    if (layout === null) continue;
    const fits = recordFit(pattern, pageHeader.kind, layout.serialTypes);
    if (fits === 'impossible') return 'impossible';
    odd ||= fits === 'odd';
  }
  return odd ? 'odd' : 'fits';
}

function sampledCells(header: PageHeader): readonly number[] {
  const step = Math.max(1, Math.floor(header.cells / SAMPLED_CELLS));
  const cells: number[] = [];
  for (let index = 0; index < header.cells; index += step) cells.push(index);
  return cells;
}

/** Trees whose records fit an unowned leaf; those that fit without oddity, if there are any. */
function fittingTrees(transaction: TransactionPages, pageNumber: number): readonly number[] {
  const page = transaction.uncommitted.page(pageNumber);
  const header = page === null ? null : readPageHeader(page, pageNumber);
  if (header === null || !header.leaf || header.cells === 0) return [];
  const fits: number[] = [];
  const odd: number[] = [];
  for (const [index, pattern] of transaction.patterns.entries()) {
    // Any two values fit sqlite_sequence(name, seq); SQLite's own tables are found by links only.
    const tree = transaction.trees[index];
    if (pattern === null || (tree?.type === 'table' && tree.name.startsWith('sqlite_'))) continue;
    const result = fitOfPage(transaction, pageNumber, index);
    if (result === 'fits') fits.push(index);
    if (result === 'odd') odd.push(index);
  }
  return fits.length > 0 ? fits : odd;
}

/** The one tree that fits; with `among`, the one that fits among these names. */
function onlyFittingTree(
  transaction: TransactionPages,
  pageNumber: number,
  among: ReadonlySet<string> | null,
): string | null {
  const names = fittingTrees(transaction, pageNumber)
    .map((index) => transaction.trees[index]?.name ?? '')
    .filter((name) => among === null || among.has(name));
  return names.length === 1 ? (names[0] ?? null) : null;
}

/**
 * Decides between tables of equal columns (results and their archive) by rowids, in the order of the rowids: a page whose
 * first row the table already had on a page that changed is that table's, split; else the only such table that is being
 * written; else the one whose known rowids the page continues most closely. Returns what stays undecided.
 */
function assignByRowids(
  transaction: TransactionPages,
  assigned: Map<number, string>,
  left: readonly number[],
): number[] {
  const { committed, trees, header, changedPages } = transaction;
  const changed = new Set(changedPages);
  const written = new Set(assigned.values());
  const edges = new RowidEdges();
  for (const tree of trees) {
    if (tree.type === 'table') edges.add(tree.name, highestRowid(committed, header.usableBytes, tree.rootPage));
  }
  for (const [pageNumber, name] of assigned) {
    const range = rowidRange(transaction, pageNumber);
    edges.add(name, range?.first);
    edges.add(name, range?.last);
  }
  edges.sort();

  const undecided: number[] = [];
  const leaves: { pageNumber: number; first: number | bigint; last: number | bigint }[] = [];
  for (const pageNumber of left) {
    const range = rowidRange(transaction, pageNumber);
    if (range === null) undecided.push(pageNumber);
    else leaves.push({ pageNumber, ...range });
  }
  leaves.sort((one, other) => (one.first < other.first ? -1 : one.first > other.first ? 1 : 0));
  for (const { pageNumber, first, last } of leaves) {
    const candidates = fittingTrees(transaction, pageNumber).flatMap((index) => trees[index] ?? []);
    const moved = candidates.filter((tree) => {
      const row = findRow(committed, header.usableBytes, tree.rootPage, first);
      return row?.found === true && changed.has(row.leaf);
    });
    const open = moved.length > 0 ? moved : candidates;
    const touched = open.filter((tree) => written.has(tree.name));
    const choice = only(open) ?? only(touched) ?? closest(open, edges, Number(first));
    if (choice === null) {
      undecided.push(pageNumber);
      continue;
    }
    assigned.set(pageNumber, choice.name);
    written.add(choice.name);
    edges.reach(choice.name, last);
  }
  return undecided;
}

function only<T>(items: readonly T[]): T | null {
  const [first] = items;
  return items.length === 1 && first !== undefined ? first : null;
}

/** The table with a known rowid nearest to `first`, when no other has one as near. */
function closest(trees: readonly Tree[], edges: RowidEdges, first: number): Tree | null {
  const [best, second] = trees
    .map((tree) => ({ tree, gap: edges.gap(tree.name, first) }))
    .sort((one, other) => one.gap - other.gap);
  return best !== undefined && (second === undefined || best.gap < second.gap) ? best.tree : null;
}

/** Rowids at the edges of what is known of each table: its highest at the last commit, and the ends of its written pages. */
class RowidEdges {
  readonly #edges = new Map<string, number[]>();
  readonly #reached = new Map<string, number>();

  add(table: string, rowid: number | bigint | null | undefined): void {
    if (rowid === null || rowid === undefined) return;
    const edges = this.#edges.get(table);
    if (edges === undefined) this.#edges.set(table, [Number(rowid)]);
    else edges.push(Number(rowid));
  }

  sort(): void {
    for (const edges of this.#edges.values()) edges.sort((one, other) => one - other);
  }

  /** Pages are decided in the order of their rowids, so the last one decided is the nearest of its kind. */
  reach(table: string, rowid: number | bigint): void {
    this.#reached.set(table, Number(rowid));
  }

  gap(table: string, rowid: number): number {
    const edges = this.#edges.get(table) ?? [];
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((edges[middle] ?? 0) < rowid) low = middle + 1;
      else high = middle;
    }
    const nearest = [edges[low - 1], edges[low], this.#reached.get(table)];
    return Math.min(...nearest.map((edge) => (edge === undefined ? Number.POSITIVE_INFINITY : Math.abs(rowid - edge))));
  }
}

/** First and last rowid of a table leaf; null for other pages and empty leaves. */
function rowidRange(
  { uncommitted, header }: TransactionPages,
  pageNumber: number,
): { readonly first: number | bigint; readonly last: number | bigint } | null {
  const page = uncommitted.page(pageNumber);
  const pageHeader = page === null ? null : readPageHeader(page, pageNumber);
  if (page === null || pageHeader?.type !== LEAF_TABLE || pageHeader.cells === 0) return null;
  const first = readCell(page, pageHeader, 0, header.usableBytes)?.rowid;
  const last = readCell(page, pageHeader, pageHeader.cells - 1, header.usableBytes)?.rowid;
  return first === undefined || first === null || last === undefined || last === null ? null : { first, last };
}

/** Where the rows of the transaction's table leaves lie, so that index entries can be compared with them. */
class NewRows {
  readonly #transaction: TransactionPages;
  readonly #places = new Map<string, Map<number | bigint, { readonly pageNumber: number; readonly cell: number }>>();

  constructor(transaction: TransactionPages, assigned: ReadonlyMap<number, string>) {
    this.#transaction = transaction;
    let held = 0;
    for (const [pageNumber, table] of assigned) {
      const page = transaction.uncommitted.page(pageNumber);
      const header = page === null ? null : readPageHeader(page, pageNumber);
      if (page === null || header?.type !== LEAF_TABLE) continue;
      const places = this.#places.get(table) ?? new Map();
      this.#places.set(table, places);
      for (let cell = 0; cell < header.cells && held < NEW_ROW_LIMIT; cell += 1, held += 1) {
        const rowid = readCell(page, header, cell, transaction.header.usableBytes)?.rowid;
        if (rowid !== undefined && rowid !== null) places.set(rowid, { pageNumber, cell });
      }
    }
  }

  /** Values of a row's stored columns; null when the row is not among those that were written. */
  read(table: string, rowid: number | bigint): readonly (SqliteValue | undefined)[] | null {
    const { uncommitted, header } = this.#transaction;
    const place = this.#places.get(table)?.get(rowid);
    const page = place === undefined ? null : uncommitted.page(place.pageNumber);
    const pageHeader = page === null || place === undefined ? null : readPageHeader(page, place.pageNumber);
    if (place === undefined || page === null || pageHeader === null) return null;
    const cell = readCell(page, pageHeader, place.cell, header.usableBytes);
    if (cell === null) return null;
    const payload = readPayload(uncommitted, page, cell, header.usableBytes, RECORD_BYTES);
    const layout = readRecordLayout(payload);
    return layout?.serialTypes.map((_, column) => readColumn(payload, layout, column, header.encoding)) ?? null;
  }
}

/** Of several indexes that fit: the one whose entries agree with the rows they point to. */
function indexByRows(transaction: TransactionPages, rows: NewRows, pageNumber: number): string | null {
  const { uncommitted, trees, patterns, header } = transaction;
  const page = uncommitted.page(pageNumber);
  const pageHeader = page === null ? null : readPageHeader(page, pageNumber);
  if (page === null || pageHeader?.type !== LEAF_INDEX) return null;
  const agreeing = fittingTrees(transaction, pageNumber).filter((index) => {
    const tree = trees[index];
    const pattern = patterns[index];
    if (tree === undefined || pattern === null || pattern === undefined || tree.type !== 'index') return false;
    let compared = 0;
    for (const cellIndex of sampledCells(pageHeader)) {
      const cell = readCell(page, pageHeader, cellIndex, header.usableBytes);
      if (cell === null) continue;
      const payload = readPayload(uncommitted, page, cell, header.usableBytes, RECORD_BYTES);
      const layout = readRecordLayout(payload);
      if (layout === null) continue;
      const entry = layout.serialTypes.map((_, column) => readColumn(payload, layout, column, header.encoding));
      const agrees = entryAgrees(entry, pattern, rows, tree.tableName);
      if (agrees === false) return false;
      if (agrees === true) compared += 1;
    }
    return compared > 0;
  });
  const [only] = agreeing;
  return agreeing.length === 1 && only !== undefined ? (trees[only]?.name ?? null) : null;
}

/** null: the row is not among those that can be read. */
function entryAgrees(
  entry: readonly (SqliteValue | undefined)[],
  pattern: RecordPattern,
  rows: NewRows,
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

/** Overflow pages carry no sign of their own: they follow the chains that begin in assigned leaves. */
function assignOverflow(
  transaction: TransactionPages,
  assigned: Map<number, string>,
  left: readonly number[],
): number[] {
  const { uncommitted, header } = transaction;
  const open = new Set(left);
  for (const [pageNumber, name] of [...assigned]) {
    const page = uncommitted.page(pageNumber);
    const pageHeader = page === null ? null : readPageHeader(page, pageNumber);
    if (page === null || pageHeader === null || open.size === 0) continue;
    for (let index = 0; index < pageHeader.cells; index += 1) {
      let next = readCell(page, pageHeader, index, header.usableBytes)?.overflowPage ?? 0;
      // Taking each page out of `open` ends cycles.
      while (open.delete(next)) {
        assigned.set(next, name);
        next = readUint32(uncommitted.page(next) ?? new Uint8Array(4), 0);
      }
    }
  }
  return [...open];
}

function ownerOfChildren(
  transaction: TransactionPages,
  assigned: ReadonlyMap<number, string>,
  pageNumber: number,
): string | null {
  const { uncommitted, committedOwners, header } = transaction;
  const page = uncommitted.page(pageNumber);
  const pageHeader = page === null ? null : readPageHeader(page, pageNumber);
  if (page === null || pageHeader === null || pageHeader.leaf) return null;
  const votes = new Map<string, number>();
  const children = [pageHeader.rightChild];
  for (let index = 0; index < pageHeader.cells; index += 1) {
    children.push(readCell(page, pageHeader, index, header.usableBytes)?.leftChild ?? 0);
  }
  for (const child of children) {
    const name = assigned.get(child) ?? committedOwners.trees[committedOwners.ownerOf(child)]?.name;
    if (name !== undefined) votes.set(name, (votes.get(name) ?? 0) + 1);
  }
  const [best, second] = [...votes].sort((one, other) => other[1] - one[1]);
  return best !== undefined && (second === undefined || best[1] > second[1]) ? best[0] : null;
}
