import { describe, expect, it } from 'vitest';
import { readDatabase } from '../../../../shared/evidence/sqlite/database.ts';
import type { PageView } from '../../../../shared/evidence/sqlite/views.ts';
import type { DatabaseReport } from '../../../../shared/model/database.ts';
import { databaseInput, fixtureBytes, fixtureInput, NEEDS_SHELL, runShell, SHELL_MISSING } from './support.ts';

/** A database with everything that makes b-trees differ: overflow, WITHOUT ROWID, wide indexes, free pages, odd types. */
function variedSql(pageSize: number, pragmas: string): string {
  return `
PRAGMA page_size=${pageSize}; ${pragmas}
CREATE TABLE jobs(id INTEGER PRIMARY KEY, name TEXT UNIQUE, total INT);
CREATE TABLE results(id INTEGER PRIMARY KEY, job_id INT REFERENCES jobs(id), name TEXT, output TEXT, raw BLOB);
CREATE TABLE tags(result_id INT, tag TEXT, note TEXT, PRIMARY KEY(result_id, tag)) WITHOUT ROWID;
CREATE TABLE gone(a, b);
CREATE TABLE empty(a PRIMARY KEY);
CREATE INDEX results_name ON results(name, output);
CREATE INDEX results_job ON results(job_id) WHERE job_id > 2;
CREATE VIEW failures AS SELECT * FROM results WHERE name LIKE 'f%';
CREATE TRIGGER t AFTER DELETE ON jobs BEGIN DELETE FROM results WHERE job_id = old.id; END;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
INSERT INTO results SELECT NULL, i % 7, 'näme ' || (i * 7919 % 400), substr(hex(zeroblob(3000)), 1, (i * 37) % 5000), zeroblob(CASE WHEN i % 97 = 0 THEN 200000 ELSE i % 50 END) FROM n;
INSERT INTO jobs SELECT DISTINCT job_id, 'job ' || job_id, 60 FROM results;
INSERT INTO tags SELECT id, 'tag ' || (id % 5), substr(output, 1, 2500) FROM results;
INSERT INTO gone SELECT id, output FROM results;
DELETE FROM gone WHERE rowid % 3 > 0;
DROP TABLE gone;
`;
}

function sizes(report: DatabaseReport | null): Record<string, number> {
  return Object.fromEntries((report?.tables ?? []).map((table) => [table.name, table.bytes]));
}

function shellSizes(output: string): Record<string, number> {
  // Some pragmas of the set-up answer with a line of their own.
  const lines = output.split('\n').filter((line) => line.includes('|'));
  return Object.fromEntries(
    lines.map((line) => {
      const [name = '', bytes = ''] = line.split('|');
      return [name, Number(bytes)];
    }),
  );
}

describe(`table sizes against dbstat${NEEDS_SHELL}`, () => {
  const cases: readonly (readonly [number, string])[] = [
    [512, ''],
    [1024, 'PRAGMA auto_vacuum=1;'],
    [2048, "PRAGMA encoding='UTF-16le';"],
    [4096, "PRAGMA encoding='UTF-16be'; PRAGMA auto_vacuum=2;"],
    [8192, 'PRAGMA secure_delete=1;'],
    [16384, ''],
    [32768, 'PRAGMA auto_vacuum=2;'],
    [65536, ''],
  ];
  it.skipIf(SHELL_MISSING).each(cases)('page size %i, %s', (pageSize, pragmas) => {
    const { output, main } = runShell(
      `${variedSql(pageSize, pragmas)}
       SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY name;`,
    );
    const { report, problems } = readDatabase(databaseInput(main));
    expect(problems).toEqual([]);
    expect(report?.pageSize).toBe(pageSize);
    expect(sizes(report)).toEqual(shellSizes(output));
    const rows = Object.fromEntries((report?.tables ?? []).map((table) => [table.name, table.rows]));
    expect(rows).toMatchObject({ jobs: 7, results: 400, tags: 400, empty: 0, results_name: null });
    const counts = runShell('PRAGMA page_count; PRAGMA freelist_count;', { 'service.db': main }).output;
    expect(`${report?.pages}\n${report?.freelistPages}\n`).toBe(counts);
  });
});

function imageOf(view: PageView | null): Uint8Array {
  if (view === null) throw new Error('no view');
  const image = new Uint8Array(view.pageCount * view.pageSize);
  for (let page = 1; page <= view.pageCount; page += 1) {
    image.set(view.page(page) ?? [], (page - 1) * view.pageSize);
  }
  image[18] = 1;
  image[19] = 1;
  return image;
}

describe(`the committed state against what SQLite reads from the same files${NEEDS_SHELL}`, () => {
  it
    .skipIf(SHELL_MISSING)
    .each([
      'import-killed',
      'import-with-run-killed',
      'maintenance-killed',
      'wal-restarted',
      'journal-hot',
      'journal-unsynced',
      'journal-finished',
    ])('%s', (folder) => {
    const input = fixtureInput(folder);
    const files: Record<string, Uint8Array> = { 'service.db': input.main };
    if (input.wal !== null) files['service.db-wal'] = input.wal.bytes;
    if (input.journal !== null) files['service.db-journal'] = input.journal.bytes;
    const { committed, problems } = readDatabase(input);
    expect(problems).toEqual([]);
    const dump = runShell('.dump', files).output;
    expect(dump).toContain('CREATE TABLE import_runs');
    expect(runShell('PRAGMA integrity_check', { 'service.db': imageOf(committed) }).output).toBe('ok\n');
    expect(runShell('.dump', { 'service.db': imageOf(committed) }).output).toBe(dump);
  });
});

describe('readDatabase', () => {
  it('reports journal mode, hot journal and what lies beside the file', () => {
    expect(readDatabase(fixtureInput('import-killed')).report).toMatchObject({
      journalMode: 'wal',
      hotJournal: false,
      journalEvidenceId: null,
      wal: { evidenceId: 'e2', committedFrames: 1 },
    });
    expect(readDatabase(fixtureInput('journal-hot')).report).toMatchObject({
      journalMode: 'delete',
      hotJournal: true,
      journalEvidenceId: 'e3',
      wal: null,
    });
    expect(readDatabase(fixtureInput('journal-finished')).report).toMatchObject({
      hotJournal: false,
      journalTransaction: null,
    });
    expect(readDatabase(fixtureInput('journal-unsynced')).report?.hotJournal).toBe(false);
  });

  it('takes an empty WAL for what it is: no transaction was open', () => {
    const { report, problems } = readDatabase(
      databaseInput(fixtureBytes('import-killed/service.db'), new Uint8Array(0)),
    );
    expect(report?.wal).toMatchObject({ bytes: 0, validFrames: 0, openTransaction: null });
    expect(problems).toEqual([]);
  });

  it('does not apply a WAL of another page size', () => {
    const wal = fixtureBytes('import-killed/service.db-wal').slice();
    const other = databaseInput(new Uint8Array(fixtureBytes('journal-hot/service.db')), wal);
    const main = other.main.slice();
    // The same database claims pages of 1024 bytes.
    main.set([4, 0], 16);
    const { problems } = readDatabase({ ...other, main });
    expect(problems.map((problem) => problem.message).join('\n')).toContain('do not belong together');
  });

  it('reads on where the file is cut short and says how much is missing', () => {
    const main = fixtureBytes('journal-finished/service.db');
    const { report, problems } = readDatabase(databaseInput(main.subarray(0, 512 * 12 + 17)));
    expect(report?.pages).toBe(21);
    expect(problems[0]).toMatchObject({ kind: 'truncated', byteOffset: 512 * 12 + 17 });
    expect(problems[0]?.message).toContain('9 pages are missing');
    expect(report?.tables.some((table) => table.rows === null)).toBe(true);
    expect(report?.tables.find((table) => table.name === 'import_runs')?.rows).toBe(6);
  });

  it.each([
    ['an empty file', new Uint8Array(0), 'empty'],
    ['something else', new TextEncoder().encode('not a database at all'), 'damaged-database'],
  ])('gives no report for %s', (_what, bytes, kind) => {
    const { report, problems } = readDatabase(databaseInput(bytes));
    expect(report).toBeNull();
    expect(problems.map((problem) => problem.kind)).toEqual([kind]);
  });

  it('names the page of damage inside a b-tree and reads the rest', () => {
    const main = fixtureBytes('journal-finished/service.db').slice();
    const intact = readDatabase(databaseInput(main)).report;
    // The root of outcomes becomes nonsense.
    const schema = runRoot(main, 'outcomes');
    main.fill(0xee, (schema - 1) * 512, schema * 512);
    const { report, problems } = readDatabase(databaseInput(main));
    expect(report?.tables.find((table) => table.name === 'outcomes')?.rows).toBeNull();
    expect(report?.tables.find((table) => table.name === 'import_runs')).toEqual(
      intact?.tables.find((table) => table.name === 'import_runs'),
    );
    expect(problems).toContainEqual(
      expect.objectContaining({ kind: 'damaged-database', byteOffset: (schema - 1) * 512 }),
    );
  });

  it('ends in b-trees that lead back to themselves', () => {
    const main = fixtureBytes('journal-finished/service.db').slice();
    const root = runRoot(main, 'outcomes');
    // Right-most child of the interior root: the root itself.
    expect(main[(root - 1) * 512]).toBe(5);
    new DataView(main.buffer).setUint32((root - 1) * 512 + 8, root);
    const { problems } = readDatabase(databaseInput(main));
    expect(problems.map((problem) => problem.message)).toContainEqual(
      expect.stringContaining(`page ${root} is used twice`),
    );
  });
});

/** Root page of a table, from the fixture's own first page: read through the reader's sizes would be circular. */
function runRoot(main: Uint8Array, table: string): number {
  const text = new TextDecoder('latin1').decode(main);
  // sqlite_schema record: ... `outcomes` `outcomes` root(1 byte) `CREATE TABLE outcomes(`
  const at = text.indexOf(`${table}${table}`) + 2 * table.length;
  expect(text.slice(at + 1, at + 1 + 13 + table.length)).toBe(`CREATE TABLE ${table}`);
  return main[at] ?? 0;
}
