import type { OpenTransaction, TableDifference } from '../../model/database.ts';
import type { Provenance } from '../../model/evidence.ts';
import { assignPages, UNASSIGNED } from './assign-pages.ts';
import { findRow, LEAF_TABLE, readCell, readPayload, readTreePage } from './btree.ts';
import type { DatabaseHeader } from './header.ts';
import { keyColumns } from './key-columns.ts';
import type { PageOwners } from './page-owners.ts';
import type { ProblemLog } from './problems.ts';
import { readColumn, readRecordLayout } from './record.ts';
import { type RecordPattern, recordPatterns, same } from './record-pattern.ts';
import { DigestBudget, rowDigest } from './row-digest.ts';
import type { PageView } from './views.ts';

const MAX_NEW_ROWS = 2_000_000;
const MAX_DISTINCT_VALUES = 10_000;
const MAX_LISTED_VALUES = 20;
/** Key columns come early in a row; one behind a text longer than this is not read. */
const RECORD_BYTES = 8 * 1024;

/** What lay in the files when a write transaction was open. */
export interface OpenTransactionInput {
  readonly committed: PageView;
  /** The same database with what the transaction had written so far. */
  readonly uncommitted: PageView;
  readonly changedPages: readonly number[];
  /** Frames of the WAL, or records of the rollback journal. */
  readonly frames: number;
  readonly header: DatabaseHeader;
  readonly committedOwners: PageOwners;
  /** From walking `uncommitted`, which is a mixture of old and new pages. */
  readonly mixedOwners: PageOwners;
  readonly source: Provenance;
}

/**
 * Says what an open write transaction was writing: tables and indexes by pages, the rows it had added, and their keys, by
 * which one can tell whose transaction it was. Pages that were still in the process's cache are unknown: numbers are at least.
 * Rows of WITHOUT ROWID tables are not counted (their pages are).
 */
export function describeOpenTransaction(
  input: OpenTransactionInput,
  problems: ProblemLog,
): { readonly transaction: OpenTransaction; readonly pageOwners: ReadonlyMap<number, string> } {
  const { committed, uncommitted, header, committedOwners, mixedOwners, changedPages } = input;
  const knownNames = new Set(committedOwners.trees.map((tree) => tree.name));
  const trees = [...committedOwners.trees, ...mixedOwners.trees.filter((tree) => !knownNames.has(tree.name))];
  const patterns = recordPatterns(trees);
  const owners = assignPages({
    committed,
    uncommitted,
    changedPages,
    header,
    committedOwners,
    mixedOwners,
    trees,
    patterns,
  });

  const pagesByName = new Map<string, number>();
  for (const name of owners.values()) pagesByName.set(name, (pagesByName.get(name) ?? 0) + 1);
  const touched = [...pagesByName]
    .map(([name, pages]) => ({ name, pages }))
    .sort((one, other) => other.pages - one.pages || (one.name < other.name ? -1 : 1));

  const definitions = trees.flatMap((tree, index) => {
    const pattern = patterns[index];
    return tree.type === 'table' && pattern ? [{ name: tree.name, definition: pattern.table }] : [];
  });
  const newRows: { table: string; rows: number }[] = [];
  const newKeys: { table: string; column: string; values: readonly (number | string)[] }[] = [];
  const changes: TableDifference[] = [];
  const budget = new DigestBudget();
  for (const { name } of touched) {
    const index = trees.findIndex((tree) => tree.name === name && tree.type === 'table');
    const tree = trees[index];
    if (name === UNASSIGNED || tree === undefined || tree.rootPage === 1) continue;
    const pattern = patterns[index] ?? null;
    const keys = pattern === null ? [] : keyColumns(name, pattern.table, definitions);
    const isNewTable = !knownNames.has(name);
    const pages = changedPages.filter((pageNumber) => owners.get(pageNumber) === name);
    const read = readNewRows(input, pages, isNewTable ? null : tree.rootPage, keys, pattern, budget);
    if (read.limited) {
      const message = `More than ${MAX_NEW_ROWS} uncommitted rows of ${name}; the rest is not counted.`;
      problems.add('limit-exceeded', message, null);
    }
    if (read.rows > 0) newRows.push({ table: name, rows: read.rows });
    const deleted = isNewTable || read.limited ? 0 : countDeleted(input, index, read.held);
    if (read.rows + read.changed + deleted > 0) {
      const isWhole = mixedOwners.trees.some((mixed) => mixed.name === name && mixed.entries !== null);
      changes.push({
        table: name,
        inserted: read.rows,
        deleted: isWhole && !read.limited ? deleted : null,
        changed: read.changed,
        isLimited: read.limited,
      });
    }
    for (const [column, values] of read.keys) {
      if (values.length > 0) newKeys.push({ table: name, column, values });
    }
  }
  const transaction = {
    frames: input.frames,
    pages: changedPages.length,
    bytes: changedPages.length * header.pageSize,
    touched,
    newRows: newRows.sort((one, other) => other.rows - one.rows),
    newKeys,
    changes,
    source: input.source,
  };
  return { transaction, pageOwners: owners };
}

interface NewRowsOfTable {
  readonly rows: number;
  readonly changed: number;
  readonly limited: boolean;
  /** Every rowid on the pages that were read. */
  readonly held: ReadonlySet<number | bigint>;
  /** Distinct values by column, most frequent first, at most 20. */
  readonly keys: ReadonlyMap<string, readonly (number | string)[]>;
}

/** Reads the rows of a table's rewritten leaves that the committed table does not have. `root` null: the table is new itself. */
function readNewRows(
  { committed, uncommitted, header }: OpenTransactionInput,
  pages: readonly number[],
  root: number | null,
  keys: readonly string[],
  pattern: RecordPattern | null,
  budget: DigestBudget,
): NewRowsOfTable {
  // The same row may stand on an old and a new page of one tree while pages are being split.
  const met = new Set<number | bigint>();
  const held = new Set<number | bigint>();
  let changed = 0;
  const counts = new Map<string, Map<number | string, number>>(keys.map((column) => [column, new Map()]));
  const stored = pattern?.table.columns.filter((column) => !column.virtual) ?? [];
  const positions = keys.map((column) => ({ column, at: stored.findIndex((each) => same(each.name, column)) }));
  let limited = false;
  for (const pageNumber of pages) {
    const found = readTreePage(uncommitted, pageNumber);
    if (found?.header.type !== LEAF_TABLE) continue;
    const { page, header: pageHeader } = found;
    for (let index = 0; index < pageHeader.cells; index += 1) {
      const cell = readCell(page, pageHeader, index, header.usableBytes);
      if (cell === null || cell.rowid === null || held.has(cell.rowid)) continue;
      if (held.size >= 2 * MAX_NEW_ROWS) limited = true;
      else held.add(cell.rowid);
      // Where damage hides the answer the row does not count as new.
      const before = root === null ? null : findRow(committed, header.usableBytes, root, cell.rowid);
      if (root !== null && before?.found !== false) {
        const old = before === null ? null : readTreePage(committed, before.leaf);
        const oldCell = old === null ? null : readCell(old.page, old.header, before?.index ?? 0, header.usableBytes);
        if (old === null || oldCell === null) continue;
        if (budget.isSpent) {
          limited = true;
          continue;
        }
        const digest = rowDigest(uncommitted, page, cell, header.usableBytes, budget);
        if (digest !== rowDigest(committed, old.page, oldCell, header.usableBytes, budget)) changed += 1;
        continue;
      }
      if (met.size >= MAX_NEW_ROWS) {
        limited = true;
        break;
      }
      met.add(cell.rowid);
      if (positions.length === 0) continue;
      const payload = readPayload(uncommitted, page, cell, header.usableBytes, RECORD_BYTES);
      const layout = readRecordLayout(payload);
      if (layout === null) continue;
      for (const { column, at } of positions) {
        const isRowid = pattern?.table.rowidColumn === column;
        const value = isRowid ? cell.rowid : readColumn(payload, layout, at, header.encoding);
        const values = counts.get(column);
        if (
          values === undefined ||
          (typeof value !== 'number' && typeof value !== 'string' && typeof value !== 'bigint')
        )
          continue;
        const key = typeof value === 'bigint' ? value.toString() : value;
        if (typeof key === 'string' && key.length > 200) continue;
        if (values.size < MAX_DISTINCT_VALUES || values.has(key)) values.set(key, (values.get(key) ?? 0) + 1);
      }
    }
  }
  // A table's own keys tell something only while they are few: the row of a job, not its thousands of results.
  const telling = [...counts].filter(
    ([column, values]) => !isOwnKey(column, pattern) || values.size <= MAX_LISTED_VALUES,
  );
  const listed = telling.map(([column, values]): [string, readonly (number | string)[]] => [
    column,
    [...values]
      .sort((one, other) => other[1] - one[1])
      .slice(0, MAX_LISTED_VALUES)
      .map(([value]) => value),
  ]);
  return { rows: met.size, changed, limited, held, keys: new Map(listed) };
}

/**
 * Rows of a table's rewritten leaves that stand on none of the pages written so far: deleted, or moved to a page that was
 * still in the process's cache.
 */
function countDeleted(
  { committed, committedOwners, header, changedPages }: OpenTransactionInput,
  treeIndex: number,
  held: ReadonlySet<number | bigint>,
): number {
  let deleted = 0;
  for (const pageNumber of changedPages) {
    if (committedOwners.ownerOf(pageNumber) !== treeIndex || committedOwners.isOverflow(pageNumber)) continue;
    const found = readTreePage(committed, pageNumber);
    if (found?.header.type !== LEAF_TABLE) continue;
    for (let index = 0; index < found.header.cells; index += 1) {
      const rowid = readCell(found.page, found.header, index, header.usableBytes)?.rowid ?? null;
      if (rowid !== null && !held.has(rowid)) deleted += 1;
    }
  }
  return deleted;
}

function isOwnKey(column: string, pattern: RecordPattern | null): boolean {
  return pattern !== null && [pattern.table.rowidColumn, ...pattern.table.primaryKey].includes(column);
}
