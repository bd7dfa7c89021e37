import { describe, expect, it } from 'vitest';
import { readDatabase } from '../../../../shared/evidence/sqlite/database.ts';
import { SILENT_LOG } from '../../../../shared/evidence/sqlite/problems.ts';
import { parseWal } from '../../../../shared/evidence/sqlite/wal.ts';
import type { OpenTransaction } from '../../../../shared/model/database.ts';
import { fixtureInput, fixturePageOwners } from './support.ts';

function openTransaction(folder: string): OpenTransaction {
  const { report } = readDatabase(fixtureInput(folder));
  const found = report?.wal?.openTransaction ?? report?.journalTransaction;
  if (found === null || found === undefined) throw new Error('no open transaction');
  return found;
}

describe('an open transaction in the WAL', () => {
  it.each(['import-killed', 'import-with-run-killed', 'maintenance-killed'])(
    '%s: pages belong to the tables and indexes that SQLite says they belong to',
    (folder) => {
      const { wal } = fixtureInput(folder);
      const owners = fixturePageOwners(folder);
      const expected = new Map<string, number>();
      for (const page of parseWal(wal?.bytes ?? new Uint8Array(0), SILENT_LOG).uncommittedPages.keys()) {
        const owner = owners.get(page) ?? '(unassigned)';
        expected.set(owner, (expected.get(owner) ?? 0) + 1);
      }
      const { touched, pages } = openTransaction(folder);
      expect(new Map(touched.map(({ name, pages: count }) => [name, count]))).toEqual(expected);
      expect(touched.reduce((sum, each) => sum + each.pages, 0)).toBe(pages);
      expect(touched.map((each) => each.pages)).toEqual(touched.map((each) => each.pages).toSorted((a, b) => b - a));
    },
  );

  it('tells the run that an import was writing results for, from the rows alone', () => {
    const { newRows, newKeys } = openTransaction('import-killed');
    expect(newRows.map((each) => each.table)).toEqual(['outcomes']);
    // 181 rows were inserted; the last of them were still in the cache of the process.
    expect(newRows[0]?.rows).toBeGreaterThan(120);
    expect(newRows[0]?.rows).toBeLessThanOrEqual(181);
    expect(newKeys).toEqual([{ table: 'outcomes', column: 'run_id', values: [7] }]);
  });

  it('shows the row of the run itself when that is part of the transaction', () => {
    const { newRows, newKeys } = openTransaction('import-with-run-killed');
    expect(newRows).toContainEqual({ table: 'import_runs', rows: 1 });
    expect(newKeys).toContainEqual({ table: 'import_runs', column: 'id', values: [7] });
    expect(newKeys).toContainEqual({ table: 'outcomes', column: 'run_id', values: [7] });
  });

  it('does not take the writing of another process for an import', () => {
    const { touched, newRows, newKeys } = openTransaction('maintenance-killed');
    expect(touched[0]?.name).toBe('audit_entries');
    expect(newRows.map((each) => each.table)).toEqual(['audit_entries']);
    expect(newKeys).toEqual([]);
  });

  it('points to its frames', () => {
    const { wal } = fixtureInput('import-killed');
    const { frames, bytes, pages, source } = openTransaction('import-killed');
    expect(source).toEqual({ evidenceId: 'e2', byteOffset: 32 + 536, byteLength: frames * 536, line: null });
    expect(source.byteOffset + source.byteLength).toBe(wal?.bytes.length);
    expect(bytes).toBe(pages * 512);
  });
});

describe('an open transaction in a rollback journal', () => {
  it('hot: pages, and the rows that had reached the main file', () => {
    const { touched, newRows, newKeys } = openTransaction('journal-hot');
    expect(touched.find((each) => each.name === '(unassigned)')).toBeUndefined();
    expect(touched[0]?.name).toBe('outcomes');
    expect(newRows).toContainEqual({ table: 'import_runs', rows: 1 });
    expect(newKeys).toContainEqual({ table: 'outcomes', column: 'run_id', values: [7] });
  });

  it('unsynced: the table that was about to change', () => {
    expect(openTransaction('journal-unsynced')).toMatchObject({
      frames: 1,
      pages: 1,
      touched: [{ name: 'import_runs', pages: 1 }],
      newRows: [],
      newKeys: [],
    });
  });
});
