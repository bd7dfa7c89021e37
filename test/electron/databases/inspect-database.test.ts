import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { DatabaseChecks } from '../../../electron/databases/database-checks.ts';
import {
  type DatabaseInput,
  type DatabaseInspection,
  inspectDatabase as inspect,
} from '../../../electron/databases/inspect-database.ts';
import { loadSqlite } from '../../../electron/databases/load-sqlite.ts';
import {
  databaseInput,
  fixtureInput,
  NEEDS_SHELL,
  runShell,
  SHELL_MISSING,
} from '../../shared/evidence/sqlite/support.ts';
import { runs } from '../../support/properties.ts';

const checks = new DatabaseChecks();
afterAll(() => checks.close());
const inspectDatabase = (input: DatabaseInput): Promise<DatabaseInspection> => inspect(input, checks);

describe('inspectDatabase', () => {
  it('checks the committed state, not the main file alone', async () => {
    const { report, problems } = await inspectDatabase(fixtureInput('import-killed'));
    expect(problems).toEqual([]);
    expect(report?.integrity).toBe('ok');
    // Run 7 stands in a committed frame of the -wal only; its results are uncommitted.
    expect(report?.jobHistory).toMatchObject({
      table: 'import_runs',
      keyColumn: 'id',
      rows: 7,
      sizeColumn: 'test_count',
      medianSize: 30,
      maxSize: 60,
      keys: [7, 6, 5, 4, 3, 2, 1],
    });
    expect(report?.jobHistory?.recent?.[1]).toEqual({
      table: 'import_runs',
      key: '6',
      values: { id: 6, product_id: 1, started: '2026-03-06 02:00:00', test_count: 60, failed: 0 },
      related: [{ path: ['product_id'], table: 'products', key: '1', values: { id: 1, title: 'router' } }],
    });
    expect(report?.tables.find((table) => table.name === 'import_runs')?.rows).toBe(7);
    expect(report?.wal?.openTransaction?.newKeys).toEqual([{ table: 'outcomes', column: 'run_id', values: [7] }]);
  });

  it.each(['import-with-run-killed', 'journal-hot', 'journal-unsynced'])(
    '%s: a run that was never committed is not among the jobs',
    async (folder) => {
      const { report, problems } = await inspectDatabase(fixtureInput(folder));
      expect(problems).toEqual([]);
      expect(report?.integrity).toBe('ok');
      expect(report?.jobHistory?.keys).toEqual([6, 5, 4, 3, 2, 1]);
    },
  );

  it('leaves the bytes it was given as they were', async () => {
    const input = fixtureInput('journal-hot');
    const before = { main: input.main.slice(), journal: input.journal?.bytes.slice() };
    await inspectDatabase(input);
    expect(input.main).toEqual(before.main);
    expect(input.journal?.bytes).toEqual(before.journal);
  });

  it('gives SQLite its say on damage that the sizes do not show', async () => {
    const { main } = fixtureInput('journal-finished');
    const copy = main.slice();
    const text = new TextDecoder('latin1').decode(copy);
    // One entry of the index over (suite, name) no longer equals its row.
    const places = [...text.matchAll(/case 00305/g)].map((match) => match.index);
    expect(places).toHaveLength(2);
    copy[(places[1] ?? 0) + 9] = 0x39;
    const { report } = await inspectDatabase(databaseInput(copy));
    expect(report?.integrity).toMatch(/outcomes_by_name/);
    expect(report?.jobHistory?.rows).toBe(6);
  });

  it.each([
    ['a check', ", CHECK (instr(replace(hex(zeroblob(25000000)), '0', 'a'), name || 'b') = 0)"],
    ['a computed column', ", x AS (printf('%.*c', 500000000, 'x'))"],
  ])('does not run %s that makes much out of nothing', async (_, hostile) => {
    const SQL = await loadSqlite();
    const made = new SQL.Database();
    made.run(`CREATE TABLE runs (id INTEGER PRIMARY KEY, name TEXT ${hostile})`);
    const { report, problems } = await inspectDatabase(databaseInput(made.export()));
    made.close();
    expect(report?.integrity).toBeNull();
    expect(problems.map(({ kind, message }) => `${kind}: ${message}`)[0]).toMatch(
      /^limit-exceeded: runs computes with (?:replace|printf)\(\)/,
    );
  });

  // Nothing in these makes much out of nothing by a name that could be looked for: only time and memory tell.
  it('stops a check that has no end, and asks the others', async () => {
    const SQL = await loadSqlite();
    const made = new SQL.Database();
    made.run(
      `CREATE TABLE runs (id INTEGER PRIMARY KEY, name TEXT, CHECK (instr(name || name || name, name || 'b') = 0))`,
    );
    made.run('PRAGMA ignore_check_constraints = ON');
    const name = `${'a'.repeat(400_000)}`;
    for (let row = 0; row < 4; row += 1) made.run('INSERT INTO runs (name) VALUES (?)', [name]);
    const limited = new DatabaseChecks({ millis: 1_000, heapBytes: 128 * 1024 * 1024 });
    const { report, problems } = await inspect(databaseInput(made.export()), limited);
    made.close();
    await limited.close();
    expect(report?.integrity).toBeNull();
    expect(problems).toEqual([
      {
        kind: 'limit-exceeded',
        message: 'PRAGMA integrity_check was stopped at its limit of 1 s and is left out.',
        byteOffset: null,
      },
    ]);
    expect(report?.foreignKeyCheck).toMatchObject({ violations: 0 });
    expect(report?.jobHistory).toMatchObject({ table: 'runs', rows: 4 });
  });

  it('stops a check that needs too much memory, and asks the others', async () => {
    const SQL = await loadSqlite();
    const made = new SQL.Database();
    const doubled = `${'hex('.repeat(24)}name${')'.repeat(24)}`;
    made.run(`CREATE TABLE runs (id INTEGER PRIMARY KEY, name TEXT, CHECK (length(${doubled}) > 0))`);
    made.run('PRAGMA ignore_check_constraints = ON');
    made.run("INSERT INTO runs (name) VALUES ('0123456789abcdef')");
    const { report, problems } = await inspectDatabase(databaseInput(made.export()));
    made.close();
    expect(problems).toEqual([
      {
        kind: 'limit-exceeded',
        message: 'PRAGMA integrity_check was stopped at its limit of 128 MiB of memory and is left out.',
        byteOffset: null,
      },
    ]);
    expect(report?.integrity).toBeNull();
    expect(report?.jobHistory).toMatchObject({ table: 'runs', rows: 1 });
  });

  it('says in words what cannot be read', async () => {
    const random = Uint8Array.from({ length: 8192 }, (_, index) => (Math.imul(index + 1, 2654435761) >>> 13) & 0xff);
    const { report, problems } = await inspectDatabase(databaseInput(random));
    expect(report).toBeNull();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ kind: 'damaged-database', byteOffset: 0 });
    const cut = await inspectDatabase(databaseInput(fixtureInput('journal-finished').main.subarray(0, 3000)));
    expect(cut.report?.tables.length).toBeGreaterThan(0);
    expect(cut.problems.some((problem) => problem.kind === 'truncated')).toBe(true);
  });

  it.skipIf(SHELL_MISSING)(`bounds the list of jobs and quotes hostile names${NEEDS_SHELL}`, async () => {
    const { main } = runShell(`
      CREATE TABLE "test ""runs"(id INTEGER PRIMARY KEY, "total tests" INT, log TEXT, raw BLOB);
      CREATE TABLE details(id INTEGER PRIMARY KEY, run_id INT);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
      INSERT INTO "test ""runs" SELECT i, i % 101, CASE i WHEN 12000 THEN substr(hex(zeroblob(5000)), 1, 9000) END, x'0102' FROM n;`);
    const { report, problems } = await inspectDatabase(databaseInput(main));
    expect(problems).toEqual([]);
    const history = report?.jobHistory;
    expect(history).toMatchObject({
      table: 'test "runs',
      rows: 12000,
      sizeColumn: 'total tests',
      maxSize: 100,
      medianSize: 50,
    });
    expect(history?.keys).toHaveLength(10_000);
    expect(history?.keys[0]).toBe(12000);
    expect(history?.recent).toHaveLength(200);
    expect(String(history?.recent?.[0]?.values.log)).toHaveLength(500);
    expect(history?.recent?.[0]?.values.raw).toBe('(2 bytes)');
  });

  it('works inside a worker thread', async () => {
    const source = new URL('../../../electron/databases/inspect-database.ts', import.meta.url).href;
    const client = new URL('../../../electron/databases/database-checks.ts', import.meta.url).href;
    const bootstrap = `
      const { parentPort, workerData } = require('node:worker_threads');
      import('tsx/esm/api')
        .then(({ register }) => { register(); return import(${JSON.stringify(source)}); })
        .then(async ({ inspectDatabase }) => {
          const { DatabaseChecks } = await import(${JSON.stringify(client)});
          const checks = new DatabaseChecks();
          return inspectDatabase(workerData, checks).finally(() => checks.close());
        })
        .then((inspection) => parentPort.postMessage(inspection));`;
    const worker = new Worker(bootstrap, { eval: true, workerData: fixtureInput('import-killed') });
    const inspection = await new Promise<DatabaseInspection>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await worker.terminate();
    expect(inspection).toEqual(await inspectDatabase(fixtureInput('import-killed')));
  });

  it('never rejects on damaged bytes', async () => {
    const input = fixtureInput('wal-restarted');
    const edits = fc.array(fc.tuple(fc.nat(input.main.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(edits, async (changes) => {
        const main = input.main.slice();
        for (const [at, byte] of changes) main[at] = byte;
        const { report, problems } = await inspectDatabase({ ...input, main });
        expect(report !== null || problems.length > 0).toBe(true);
      }),
      { numRuns: runs(60) },
    );
  });
});
