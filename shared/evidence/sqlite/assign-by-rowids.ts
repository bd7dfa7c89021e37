import { existing } from '../../model/existing.ts';
import { findRow, highestRowid, LEAF_TABLE, readCell, readTreePage } from './btree.ts';
import { fittingTrees, type TransactionPages } from './page-fit.ts';
import type { Tree } from './page-owners.ts';

/**
 * Decides between tables of equal columns (results and their archive) by rowids, in the order of the rowids: a page whose
 * first row the table already had on a page that changed is that table's, split; else the only such table that is being
 * written; else the one whose known rowids the page continues most closely. Returns what stays undecided.
 */
export function assignByRowids(
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
      if (existing(edges[middle], middle) < rowid) low = middle + 1;
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
  const found = readTreePage(uncommitted, pageNumber);
  if (found?.header.type !== LEAF_TABLE || found.header.cells === 0) return null;
  const first = readCell(found.page, found.header, 0, header.usableBytes)?.rowid;
  const last = readCell(found.page, found.header, found.header.cells - 1, header.usableBytes)?.rowid;
  return first === undefined || first === null || last === undefined || last === null ? null : { first, last };
}
