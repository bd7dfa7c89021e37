import { type TreeWalk, walkTree } from './btree.ts';
import { readUint32 } from './bytes.ts';
import type { DatabaseHeader } from './header.ts';
import type { ProblemLog } from './problems.ts';
import type { SchemaObject } from './schema.ts';
import type { PageView } from './views.ts';

/** A table or index with its b-tree. */
export interface Tree {
  readonly name: string;
  readonly type: 'table' | 'index';
  readonly tableName: string;
  readonly rootPage: number;
  readonly sql: string | null;
  readonly pages: number;
  /** Rows of a table, entries of an index; null where part of the b-tree could not be read. */
  readonly entries: number | null;
  readonly extent: TreeWalk;
}

/** What the schema says of a tree. */
export type SchemaTree = Pick<Tree, 'name' | 'type' | 'tableName' | 'sql'>;

/** Owners that are no tree. */
export const NOBODY = -1;
export const FREELIST = -2;
export const POINTER_MAP = -3;
export const LOCK_BYTE = -4;

/** Which tree each page belongs to, from walking them all. */
export interface PageOwners {
  readonly trees: readonly Tree[];
  /** Index into `trees`, or one of the constants above. */
  ownerOf(pageNumber: number): number;
  /** True when the page was met as an overflow page, so that its first byte says nothing. */
  isOverflow(pageNumber: number): boolean;
  /** The page that led to this one; 0 for roots and for pages that no tree owns. */
  parentOf(pageNumber: number): number;
  /** Pages that the freelist leads to. */
  readonly freelist: { readonly trunkPages: number; readonly pages: number };
}

/**
 * Walks sqlite_schema and every table and index. In a sound database each page has one owner. Time and memory grow with
 * the readable pages only (9 bytes each), whatever sizes the bytes claim.
 */
export function findPageOwners(
  view: PageView,
  header: DatabaseHeader,
  schema: readonly SchemaObject[],
  problems: ProblemLog,
): PageOwners {
  const owners = new Int32Array(view.readablePages + 1).fill(NOBODY);
  const overflow = new Uint8Array(view.readablePages + 1);
  const parents = new Uint32Array(view.readablePages + 1);
  markPointerMap(owners, view, header);
  const trees: Tree[] = [];
  const walk = (object: Pick<Tree, 'name' | 'type' | 'tableName' | 'rootPage' | 'sql'>): void => {
    const index = trees.length;
    const extent = walkTree(
      view,
      header.usableBytes,
      object.rootPage,
      `${object.type} ${object.name}`,
      {
        claim(pageNumber, role, parent) {
          if (owners[pageNumber] !== NOBODY) return false;
          owners[pageNumber] = index;
          parents[pageNumber] = parent;
          if (role === 'overflow') overflow[pageNumber] = 1;
          return true;
        },
      },
      problems,
    );
    const { name, type, tableName, rootPage, sql } = object;
    trees.push({
      name,
      type,
      tableName,
      rootPage,
      sql,
      pages: extent.pages,
      entries: extent.damaged ? null : extent.entries,
      extent,
    });
  };
  walk({ name: 'sqlite_schema', type: 'table', tableName: 'sqlite_schema', rootPage: 1, sql: null });
  for (const { name, type, tableName, rootPage, sql } of schema) {
    if ((type === 'table' || type === 'index') && rootPage > 0) walk({ name, type, tableName, rootPage, sql });
  }
  const freelist = markFreelist(owners, view, header, problems);
  return {
    trees,
    ownerOf: (pageNumber) => owners[pageNumber] ?? NOBODY,
    isOverflow: (pageNumber) => overflow[pageNumber] === 1,
    parentOf: (pageNumber) => parents[pageNumber] ?? 0,
    freelist,
  };
}

/** Pointer-map pages: page 2 and then one per usable/5 + 1 pages. Source: fileformat2, "Pointer Map or Ptrmap Pages". */
function markPointerMap(owners: Int32Array, view: PageView, header: DatabaseHeader): void {
  // "The lock-byte page": the page at byte 2^30 is never used.
  const lockBytePage = Math.floor(0x40000000 / view.pageSize) + 1;
  if (lockBytePage < owners.length) owners[lockBytePage] = LOCK_BYTE;
  if (!header.autoVacuum) return;
  const step = Math.floor(header.usableBytes / 5) + 1;
  for (let page = 2; page < owners.length; page += step) owners[page === lockBytePage ? page + 1 : page] = POINTER_MAP;
}

/** The freelist: trunk pages (next trunk, count, leaf numbers). Source: fileformat2, "The Freelist". */
function markFreelist(
  owners: Int32Array,
  view: PageView,
  header: DatabaseHeader,
  problems: ProblemLog,
): PageOwners['freelist'] {
  let trunkPages = 0;
  let pages = 0;
  let trunk = header.firstFreelistTrunk;
  while (trunk !== 0) {
    const page = view.page(trunk);
    if (page === null || owners[trunk] !== NOBODY) {
      problems.add(
        'damaged-database',
        `The freelist leads to page ${trunk}, which is not free.`,
        view.mainOffset(trunk),
      );
      return { trunkPages, pages };
    }
    owners[trunk] = FREELIST;
    trunkPages += 1;
    pages += 1;
    const leaves = Math.min(readUint32(page, 4), Math.floor(header.usableBytes / 4) - 2);
    for (let index = 0; index < leaves; index += 1) {
      const leaf = readUint32(page, 8 + 4 * index);
      if (owners[leaf] !== NOBODY) continue;
      owners[leaf] = FREELIST;
      pages += 1;
    }
    trunk = readUint32(page, 0);
  }
  return { trunkPages, pages };
}
