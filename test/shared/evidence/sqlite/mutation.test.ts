import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCreateTable } from '../../../../shared/evidence/sqlite/create-statement.ts';
import { readDatabase } from '../../../../shared/evidence/sqlite/database.ts';
import { runs } from '../../../support/properties.ts';
import { databaseInput, fixtureInput } from './support.ts';

/** Changed bytes, most of them where structure is: the page and frame headers at the beginnings of things. */
const changes = fc.array(
  fc.record({
    file: fc.constantFrom('main', 'wal', 'journal'),
    at: fc.oneof(
      fc.nat(30_000),
      fc.nat(60).map((page) => page * 512),
      fc.nat(60).map((frame) => 32 + frame * 536),
      fc.nat(120),
    ),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
  }),
  { minLength: 1, maxLength: 12 },
);
const cut = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: 1, freq: 3 });

function mutated(
  bytes: Uint8Array | undefined,
  edits: readonly { at: number; bytes: Uint8Array }[],
  keep: number,
): Uint8Array | null {
  if (bytes === undefined) return null;
  const copy = bytes.slice(0, Math.floor(bytes.length * keep));
  for (const edit of edits)
    copy.set(edit.bytes.subarray(0, Math.max(0, copy.length - edit.at)), Math.min(edit.at, copy.length));
  return copy;
}

describe('damaged bytes', () => {
  it.each(['import-killed', 'maintenance-killed', 'journal-hot', 'wal-restarted'])(
    '%s: never throw, always end',
    (folder) => {
      const input = fixtureInput(folder);
      fc.assert(
        fc.property(changes, cut, (edits, keep) => {
          const of = (file: string) => edits.filter((edit) => edit.file === file);
          const { report, problems } = readDatabase(
            databaseInput(
              mutated(input.main, of('main'), keep) ?? new Uint8Array(0),
              mutated(input.wal?.bytes, of('wal'), 1),
              mutated(input.journal?.bytes, of('journal'), 1),
            ),
          );
          if (report === null) expect(problems.length).toBeGreaterThan(0);
          else {
            const owned = report.tables.reduce((sum, table) => sum + table.pages, 0);
            expect(owned).toBeLessThanOrEqual(report.pages);
            if (report.wal !== null) {
              expect(report.wal.committedFrames + report.wal.uncommittedFrames).toBe(report.wal.validFrames);
            }
          }
          expect(problems.length).toBeLessThanOrEqual(51);
        }),
        { numRuns: runs(1000) },
      );
    },
  );

  it('reads any text as a CREATE statement without throwing', () => {
    const word = fc.constantFrom(
      'CREATE ',
      'TABLE ',
      '(',
      ')',
      ',',
      '"',
      "'",
      '[',
      'PRIMARY KEY',
      ' a ',
      '--',
      '/*',
      'REFERENCES ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => `CREATE TABLE t(${words.join('')}`),
        ),
        (sql) => {
          const table = parseCreateTable(sql);
          if (table !== null) expect(table.columns.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});

describe('hostile sizes', () => {
  it('takes no memory for page numbers that nothing vouches for', () => {
    const input = fixtureInput('import-killed');
    const wal = input.wal?.bytes.slice() ?? new Uint8Array(0);
    // Page number of the last, uncommitted frame.
    new DataView(wal.buffer).setUint32(wal.length - 536, 0xfffffff0);
    const { report, committed } = readDatabase(databaseInput(input.main, wal));
    expect(committed?.readablePages).toBe(report?.pages);
    expect(report?.wal?.openTransaction?.newKeys).toEqual([{ table: 'outcomes', column: 'run_id', values: [7] }]);
  });

  it('does not believe a page count that the file cannot hold', () => {
    const main = fixtureInput('journal-finished').main.slice();
    new DataView(main.buffer).setUint32(28, 0xffffffff);
    const { report, committed, problems } = readDatabase(databaseInput(main));
    expect(committed?.readablePages).toBe(21);
    expect(report?.tables.find((table) => table.name === 'import_runs')?.rows).toBe(6);
    expect(problems).toContainEqual(expect.objectContaining({ kind: 'truncated' }));
  });
});
