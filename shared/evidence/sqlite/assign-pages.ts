import { indexByEntries, WrittenRows } from './assign-by-entries.ts';
import { assignByRowids } from './assign-by-rowids.ts';
import { readCell, readPageHeader, readTreePage } from './btree.ts';
import { readUint32 } from './bytes.ts';
import { fittingTrees, pageFit, sharesRecord, type TransactionPages } from './page-fit.ts';
import { FREELIST, LOCK_BYTE, NOBODY, POINTER_MAP } from './page-owners.ts';

export const UNASSIGNED = '(unassigned)';
/** Page 1 holds the file header, which every transaction that changes the file's size rewrites. */
const FILE_HEADER = '(file header)';
const SPECIAL_NAMES: ReadonlyMap<number, string> = new Map([
  [FREELIST, '(freelist)'],
  [POINTER_MAP, '(pointer map)'],
  [LOCK_BYTE, '(lock byte)'],
]);

/**
 * Finds the table or index that each rewritten page belongs to; returns names by page number.
 *
 * SQLite spills its cache least recently used first, so a large transaction has leaves on disk whose parents are not:
 * walking the mixture of old and new pages finds only part of them, and old parents may point to pages that now serve
 * another tree. So a link counts only when the page's records fit the tree; what is left is assigned by its records:
 * first by what only one tree can hold, then (tables) by rowids that continue a table's, then (indexes) by comparing
 * entries with the rows they point to. What remains ambiguous stays `(unassigned)`.
 */
export function assignPages(transaction: TransactionPages): ReadonlyMap<number, string> {
  const { uncommitted, changedPages, trees } = transaction;
  const assigned = new Map<number, string>();
  const undecided: number[] = [];
  const changed = new Set(changedPages);
  const treeIndex = new Map(trees.map((tree, index) => [tree.name, index]));
  for (const pageNumber of changedPages) {
    const name = linkedOwner(transaction, changed, treeIndex, pageNumber);
    if (name === null) undecided.push(pageNumber);
    else assigned.set(pageNumber, name);
  }
  const guess = (pages: readonly number[], choose: (pageNumber: number) => string | null): number[] =>
    pages.filter((pageNumber) => {
      const name = choose(pageNumber);
      if (name !== null) assigned.set(pageNumber, name);
      return name === null;
    });

  let left = guess(undecided, (pageNumber) => onlyFittingTree(transaction, pageNumber, null));
  left = assignByRowids(transaction, assigned, left);
  const rows = new WrittenRows(transaction, assigned);
  left = guess(left, (pageNumber) => indexByEntries(transaction, rows, pageNumber));
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
function linkedOwner(
  transaction: TransactionPages,
  changed: ReadonlySet<number>,
  treeIndex: ReadonlyMap<string, number>,
  pageNumber: number,
): string | null {
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
    const index = treeIndex.get(tree.name);
    if (index === undefined || pageFit(transaction, pageNumber, index) === 'impossible') continue;
    const linkIsNew = owners === mixedOwners && changed.has(owners.parentOf(pageNumber));
    const isRoot = tree.rootPage === pageNumber;
    if (linkIsNew || isRoot || fittingTrees(transaction, pageNumber).length < 2) return tree.name;
    // Another tree could hold these records and the link is an old one: it counts if the page still has a record of before.
    if (sharesRecord(transaction, pageNumber)) return tree.name;
  }
  return null;
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

/** Overflow pages carry no sign of their own: they follow the chains that begin in assigned leaves. */
function assignOverflow(
  transaction: TransactionPages,
  assigned: Map<number, string>,
  left: readonly number[],
): number[] {
  const { uncommitted, header } = transaction;
  const open = new Set(left);
  for (const [pageNumber, name] of [...assigned]) {
    const found = readTreePage(uncommitted, pageNumber);
    if (found === null || open.size === 0) continue;
    for (let index = 0; index < found.header.cells; index += 1) {
      let next = readCell(found.page, found.header, index, header.usableBytes)?.overflowPage ?? 0;
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
  const found = readTreePage(uncommitted, pageNumber);
  if (found === null || found.header.leaf) return null;
  const votes = new Map<string, number>();
  const children = [found.header.rightChild];
  for (let index = 0; index < found.header.cells; index += 1) {
    children.push(readCell(found.page, found.header, index, header.usableBytes)?.leftChild ?? 0);
  }
  for (const child of children) {
    const name = assigned.get(child) ?? committedOwners.trees[committedOwners.ownerOf(child)]?.name;
    if (name !== undefined) votes.set(name, (votes.get(name) ?? 0) + 1);
  }
  const [best, second] = [...votes].sort((one, other) => other[1] - one[1]);
  return best !== undefined && (second === undefined || best[1] > second[1]) ? best[0] : null;
}
