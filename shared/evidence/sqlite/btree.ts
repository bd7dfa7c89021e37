import { readUint16, readUint32 } from './bytes.ts';
import type { ProblemLog } from './problems.ts';
import { readLength, readVarint } from './record.ts';
import type { PageView } from './views.ts';

/** B-tree pages. Source: https://www.sqlite.org/fileformat2.html#b_tree_pages */
const INTERIOR_INDEX = 2;
export const INTERIOR_TABLE = 5;
export const LEAF_INDEX = 10;
export const LEAF_TABLE = 13;
/** BTCURSOR_MAX_DEPTH in SQLite's btreeInt.h: no sound tree is deeper. */
const MAX_DEPTH = 20;

export type TreeKind = 'table' | 'index';

export interface PageHeader {
  readonly type: typeof INTERIOR_INDEX | typeof INTERIOR_TABLE | typeof LEAF_INDEX | typeof LEAF_TABLE;
  readonly kind: TreeKind;
  readonly leaf: boolean;
  readonly cells: number;
  /** Right-most child; 0 on leaves. */
  readonly rightChild: number;
  /** Byte of the page at which the cell pointer array begins. */
  readonly pointersAt: number;
}

/** Reads a b-tree page's header; null when the page is none. Page 1 begins with the 100-byte file header. */
export function readPageHeader(page: Uint8Array, pageNumber: number): PageHeader | null {
  const at = pageNumber === 1 ? 100 : 0;
  const type = page[at];
  if (type !== INTERIOR_INDEX && type !== INTERIOR_TABLE && type !== LEAF_INDEX && type !== LEAF_TABLE) return null;
  const leaf = type === LEAF_INDEX || type === LEAF_TABLE;
  const cells = readUint16(page, at + 3);
  const pointersAt = at + (leaf ? 8 : 12);
  if (pointersAt + 2 * cells > page.length) return null;
  return {
    type,
    kind: type === LEAF_TABLE || type === INTERIOR_TABLE ? 'table' : 'index',
    leaf,
    cells,
    rightChild: leaf ? 0 : readUint32(page, at + 8),
    pointersAt,
  };
}

/** A page of a view with its b-tree header; null when it is not there or no b-tree page. */
export function readTreePage(
  view: PageView,
  pageNumber: number,
): { readonly page: Uint8Array; readonly header: PageHeader } | null {
  const page = view.page(pageNumber);
  const header = page === null ? null : readPageHeader(page, pageNumber);
  return page === null || header === null ? null : { page, header };
}

export interface Cell {
  /** Page of the keys up to this one; 0 on leaves. */
  readonly leftChild: number;
  /** null on index pages. */
  readonly rowid: number | bigint | null;
  /** Whole payload, also the part on overflow pages; 0 on interior table pages. */
  readonly payloadBytes: number;
  readonly localAt: number;
  readonly localBytes: number;
  /** First page of the overflow chain; 0 when there is none. */
  readonly overflowPage: number;
}

/** Reads one cell; null when it does not lie within the page. Source: fileformat2, "B-tree Cell Format". */
export function readCell(page: Uint8Array, header: PageHeader, index: number, usableBytes: number): Cell | null {
  const end = Math.min(usableBytes, page.length);
  let at = readUint16(page, header.pointersAt + 2 * index);
  if (at < header.pointersAt + 2 * header.cells || at >= end) return null;
  let leftChild = 0;
  if (!header.leaf) {
    if (at + 4 > end) return null;
    leftChild = readUint32(page, at);
    at += 4;
  }
  if (header.type === INTERIOR_TABLE) {
    const key = readVarint(page, at, end);
    if (key === null) return null;
    return { leftChild, rowid: key.value, payloadBytes: 0, localAt: at + key.length, localBytes: 0, overflowPage: 0 };
  }
  const payload = readLength(page, at, end);
  if (payload === null) return null;
  at += payload.length;
  let rowid: number | bigint | null = null;
  if (header.type === LEAF_TABLE) {
    const key = readVarint(page, at, end);
    if (key === null) return null;
    rowid = key.value;
    at += key.length;
  }
  const localBytes = localPayloadBytes(payload.value, usableBytes, header.type === LEAF_TABLE);
  const overflows = localBytes < payload.value;
  if (at + localBytes + (overflows ? 4 : 0) > end) return null;
  const overflowPage = overflows ? readUint32(page, at + localBytes) : 0;
  return { leftChild, rowid, payloadBytes: payload.value, localAt: at, localBytes, overflowPage };
}

/** How much of a payload stays on the page: X, M and K of fileformat2, "Cell Payload Overflow Pages". */
function localPayloadBytes(payloadBytes: number, usableBytes: number, tableLeaf: boolean): number {
  const most = tableLeaf ? usableBytes - 35 : Math.floor(((usableBytes - 12) * 64) / 255) - 23;
  if (payloadBytes <= most) return payloadBytes;
  const least = Math.floor(((usableBytes - 12) * 32) / 255) - 23;
  const fitted = least + ((payloadBytes - least) % (usableBytes - 4));
  return fitted <= most ? fitted : least;
}

/**
 * First `limitBytes` of a cell's payload, following its overflow chain. Shorter when the chain is broken: columns beyond
 * what is there then read as undefined. Without overflow the bytes are a view on the page.
 */
export function readPayload(
  view: PageView,
  page: Uint8Array,
  cell: Cell,
  usableBytes: number,
  limitBytes: number,
): Uint8Array {
  const local = page.subarray(cell.localAt, cell.localAt + cell.localBytes);
  const wanted = Math.min(cell.payloadBytes, limitBytes);
  if (cell.overflowPage === 0 || local.length >= wanted) return local;
  const parts = [local];
  let held = local.length;
  let next = cell.overflowPage;
  // Every step takes a whole page, so a cycle ends at `wanted` too.
  while (held < wanted && next !== 0) {
    const overflow = view.page(next);
    if (overflow === null) break;
    const part = overflow.subarray(4, Math.min(usableBytes, 4 + wanted - held));
    parts.push(part);
    held += part.length;
    next = readUint32(overflow, 0);
  }
  const payload = new Uint8Array(held);
  let at = 0;
  for (const part of parts) {
    payload.set(part, at);
    at += part.length;
  }
  return payload;
}

/**
 * What a walk meets. `claim` says whether the page may be entered: false when it was already met, which ends cycles.
 * `parent` is the page that led to it; 0 for the root.
 */
export interface TreeVisitor {
  claim(pageNumber: number, role: 'tree' | 'overflow', parent: number): boolean;
  page?(pageNumber: number, page: Uint8Array, header: PageHeader): void;
}

export interface TreeWalk {
  /** Pages of the tree including overflow pages. */
  readonly pages: number;
  /** Rows of a table, entries of an index. */
  readonly entries: number;
  /** True when part of the tree could not be read, so that all numbers are too small. */
  readonly damaged: boolean;
  readonly overflowPages: number;
  /** `unused` and `payload` of dbstat. Source: https://www.sqlite.org/dbstat.html */
  readonly unusedBytes: number;
  readonly payloadBytes: number;
  readonly leafPages: number;
  /** Leaves that do not lie right behind the leaf with the next lower keys. */
  readonly leafJumps: number;
}

/** Bytes of a b-tree page that hold nothing: the gap in front of the cells, free blocks and fragments. */
function unusedBytesOf(page: Uint8Array, header: PageHeader, pageNumber: number): number {
  const at = pageNumber === 1 ? 100 : 0;
  // 65536 does not fit in two bytes and is stored as 0.
  const contentAt = readUint16(page, at + 5) || 65536;
  let unused =
    Math.max(0, Math.min(contentAt, page.length) - header.pointersAt - 2 * header.cells) + (page[at + 7] ?? 0);
  let block = readUint16(page, at + 1);
  // "Freeblocks are always connected in order of increasing offset", which ends cycles.
  while (block !== 0 && block + 4 <= page.length) {
    unused += readUint16(page, block + 2);
    const next = readUint16(page, block);
    if (next <= block) break;
    block = next;
  }
  return Math.min(unused, page.length);
}

/**
 * Walks one b-tree from its root, every page once. Damage goes to `problems` and ends the branch, not the walk.
 * The root's kind holds for the whole tree (a WITHOUT ROWID table is an index b-tree).
 */
export function walkTree(
  view: PageView,
  usableBytes: number,
  root: number,
  name: string,
  visitor: TreeVisitor,
  problems: ProblemLog,
): TreeWalk {
  let pages = 0;
  let entries = 0;
  let damaged = false;
  let overflowPages = 0;
  let unusedBytes = 0;
  let payloadBytes = 0;
  let leafPages = 0;
  let leafJumps = 0;
  let leafAbove = 0;
  let kind: TreeKind | null = null;
  const fail = (message: string, pageNumber: number): void => {
    damaged = true;
    problems.add('damaged-database', `${name}: ${message}`, view.mainOffset(pageNumber));
  };

  const walkOverflow = (first: number, spilledBytes: number, from: number): void => {
    let parent = from;
    // A payload of n bytes never needs more pages than this; a longer chain is a lie.
    let left = Math.ceil(spilledBytes / (usableBytes - 4));
    let rest = spilledBytes;
    for (let next = first; next !== 0 && left > 0; left -= 1) {
      const page = view.page(next);
      if (page === null || !visitor.claim(next, 'overflow', parent)) {
        fail(`overflow page ${next} is ${page === null ? 'not in the file' : 'used twice'}.`, next);
        return;
      }
      pages += 1;
      overflowPages += 1;
      unusedBytes += Math.max(0, usableBytes - 4 - rest);
      payloadBytes += Math.min(rest, usableBytes - 4);
      rest -= usableBytes - 4;
      parent = next;
      next = readUint32(page, 0);
    }
  };

  const stack: { pageNumber: number; parent: number; depth: number }[] = [{ pageNumber: root, parent: 0, depth: 1 }];
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    const { pageNumber, parent, depth } = entry;
    const page = view.page(pageNumber);
    if (page === null) {
      fail(`page ${pageNumber} is not in the file.`, pageNumber);
      continue;
    }
    const header = readPageHeader(page, pageNumber);
    if (header === null || (kind !== null && header.kind !== kind)) {
      fail(`page ${pageNumber} is not a page of this b-tree.`, pageNumber);
      continue;
    }
    if (!visitor.claim(pageNumber, 'tree', parent)) {
      fail(`page ${pageNumber} is used twice.`, pageNumber);
      continue;
    }
    kind = header.kind;
    pages += 1;
    visitor.page?.(pageNumber, page, header);
    unusedBytes += unusedBytesOf(page, header, pageNumber);
    if (header.leaf) {
      leafPages += 1;
      // Leaves come from the highest keys down, as the stack gives them.
      if (leafAbove !== 0 && leafAbove !== pageNumber + 1) leafJumps += 1;
      leafAbove = pageNumber;
    }
    if (header.type !== INTERIOR_TABLE) entries += header.cells;
    if (!header.leaf && depth >= MAX_DEPTH) {
      fail(`the b-tree is deeper than ${MAX_DEPTH} levels at page ${pageNumber}.`, pageNumber);
      continue;
    }
    for (let index = 0; index < header.cells; index += 1) {
      const cell = readCell(page, header, index, usableBytes);
      if (cell === null) {
        fail(`cell ${index} of page ${pageNumber} does not lie within the page.`, pageNumber);
        continue;
      }
      payloadBytes += cell.localBytes;
      if (cell.leftChild !== 0) stack.push({ pageNumber: cell.leftChild, parent: pageNumber, depth: depth + 1 });
      if (cell.overflowPage !== 0) walkOverflow(cell.overflowPage, cell.payloadBytes - cell.localBytes, pageNumber);
    }
    if (!header.leaf) stack.push({ pageNumber: header.rightChild, parent: pageNumber, depth: depth + 1 });
  }
  return { pages, entries, damaged, overflowPages, unusedBytes, payloadBytes, leafPages, leafJumps };
}

/** The leaf of a table, and its cell, where a rowid stands or would stand: a descent from the root. null when damage is in the way. */
export function findRow(
  view: PageView,
  usableBytes: number,
  root: number,
  rowid: number | bigint,
): { readonly leaf: number; readonly index: number; readonly found: boolean } | null {
  let pageNumber = root;
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const page = view.page(pageNumber);
    const header = page === null ? null : readPageHeader(page, pageNumber);
    if (page === null || header === null || header.kind !== 'table') return null;
    // First cell whose key is not less than the rowid; the left child of an interior cell holds keys <= its own.
    let low = 0;
    let high = header.cells;
    let next: Cell | null = null;
    while (low < high) {
      const middle = (low + high) >> 1;
      const cell = readCell(page, header, middle, usableBytes);
      if (cell === null || cell.rowid === null) return null;
      if (cell.rowid < rowid) {
        low = middle + 1;
      } else {
        high = middle;
        next = cell;
      }
    }
    if (header.leaf) return { leaf: pageNumber, index: low, found: next !== null && next.rowid === rowid };
    pageNumber = next === null ? header.rightChild : next.leftChild;
  }
  return null;
}

/** Highest rowid of a table by its right-most leaf; null when the table is empty or damaged. */
export function highestRowid(view: PageView, usableBytes: number, root: number): number | bigint | null {
  let pageNumber = root;
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const page = view.page(pageNumber);
    const header = page === null ? null : readPageHeader(page, pageNumber);
    if (page === null || header === null || header.kind !== 'table') return null;
    if (header.leaf)
      return header.cells === 0 ? null : (readCell(page, header, header.cells - 1, usableBytes)?.rowid ?? null);
    pageNumber = header.rightChild;
  }
  return null;
}
