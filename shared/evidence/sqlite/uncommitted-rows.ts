import { findRow, LEAF_TABLE, readCell, readPayload, readTreePage } from './btree.ts';
import { readColumn, readRecordLayout, type SqliteValue } from './record.ts';
import { recordPatterns } from './record-pattern.ts';
import { DigestBudget, rowDigest } from './row-digest.ts';
import type { WalkedView } from './view-difference.ts';

/** An unfinished transaction with the table or index of every page that it had written. */
export interface WrittenPages {
  readonly committed: WalkedView;
  readonly uncommitted: WalkedView;
  readonly pageOwners: ReadonlyMap<number, string>;
}

/** A row of a table that the transaction had written. */
export interface UncommittedRow {
  readonly table: string;
  readonly rowid: number | bigint;
  readonly kind: 'inserted' | 'changed';
  /** By stored column, in the order of the table; undefined where a value could not be read. */
  readonly values: readonly (SqliteValue | undefined)[];
  /** Byte of the page where its cell begins. */
  readonly pageNumber: number;
}

const MAX_ROW_BYTES = 1024 * 1024;

/**
 * The rows that an unfinished transaction had inserted or changed, as far as they had reached the files, at most `limit`.
 * They are read from the pages themselves: a transaction that spills writes leaves before the pages that lead to them.
 * Rows of WITHOUT ROWID tables are not among them.
 */
export function* uncommittedRows(written: WrittenPages, limit: number): Generator<UncommittedRow> {
  const { committed, uncommitted, pageOwners } = written;
  const { header, view } = uncommitted;
  const trees = [...committed.owners.trees, ...uncommitted.owners.trees];
  const patterns = recordPatterns(trees);
  const budget = new DigestBudget();
  const met = new Set<string>();
  for (const [pageNumber, table] of pageOwners) {
    const found = readTreePage(view, pageNumber);
    const index = trees.findIndex((tree) => tree.type === 'table' && tree.name === table);
    if (found?.header.type !== LEAF_TABLE || index < 0) continue;
    const root = committed.owners.trees.find((tree) => tree.type === 'table' && tree.name === table)?.rootPage;
    const definition = patterns[index]?.table;
    const stored = definition?.columns.filter((column) => !column.virtual) ?? [];
    for (let at = 0; at < found.header.cells; at += 1) {
      const cell = readCell(found.page, found.header, at, header.usableBytes);
      if (cell === null || cell.rowid === null || met.has(`${table}\0${cell.rowid}`)) continue;
      if (met.size >= limit || budget.isSpent) return;
      met.add(`${table}\0${cell.rowid}`);
      const before = root === undefined ? null : findRow(committed.view, header.usableBytes, root, cell.rowid);
      if (before?.found === true) {
        const old = readTreePage(committed.view, before.leaf);
        const oldCell = old === null ? null : readCell(old.page, old.header, before.index, header.usableBytes);
        if (old === null || oldCell === null) continue;
        const digest = rowDigest(view, found.page, cell, header.usableBytes, budget);
        if (digest === rowDigest(committed.view, old.page, oldCell, header.usableBytes, budget)) continue;
      }
      const payload = readPayload(view, found.page, cell, header.usableBytes, MAX_ROW_BYTES);
      const layout = readRecordLayout(payload);
      const values = stored.map((column, position) =>
        column.name === definition?.rowidColumn
          ? (cell.rowid ?? undefined)
          : layout === null
            ? undefined
            : readColumn(payload, layout, position, header.encoding),
      );
      yield { table, rowid: cell.rowid, kind: before?.found === true ? 'changed' : 'inserted', values, pageNumber };
    }
  }
}
