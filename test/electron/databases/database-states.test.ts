import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import initSqlJs from 'sql.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DatabaseChecks } from '../../../electron/databases/database-checks.ts';
import { databaseImage } from '../../../electron/databases/database-image.ts';
import { inspectDatabase } from '../../../electron/databases/inspect-database.ts';
import { type DatabaseInput, readDatabase } from '../../../shared/evidence/sqlite/database.ts';
import { uncommittedRows } from '../../../shared/evidence/sqlite/uncommitted-rows.ts';
import type { DatabaseViewId } from '../../../shared/model/database.ts';
import { databaseInput } from '../../shared/evidence/sqlite/support.ts';

/** Made by processes that were killed, with what SQLite reads from a copy: generators/make-sqlite-states.py. */
const STATES = fileURLToPath(new URL('../../fixtures/sqlite/states/', import.meta.url));
const names = readdirSync(STATES).sort();

const rowsByTable = z.record(z.string(), z.array(z.string()));
const expectedSchema = z.object({
  committed: rowsByTable,
  main: rowsByTable.nullable(),
  mainIsCommitted: z.boolean(),
  integrity: z.string(),
  written: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
  sizes: z.record(z.string(), z.tuple([z.number(), z.number(), z.number()])),
});

function unpacked(name: string, file: string): Uint8Array | null {
  const path = join(STATES, name, `${file}.gz`);
  return existsSync(path) ? new Uint8Array(gunzipSync(readFileSync(path))) : null;
}

function expectedOf(name: string) {
  return expectedSchema.parse(JSON.parse(new TextDecoder().decode(unpacked(name, 'expected.json') ?? undefined)));
}

function inputOf(name: string): DatabaseInput {
  const main = unpacked(name, 'service.db');
  if (main === null) throw new Error(`${name} has no database`);
  const shm = unpacked(name, 'service.db-shm');
  return {
    ...databaseInput(main, unpacked(name, 'service.db-wal'), unpacked(name, 'service.db-journal')),
    shm: shm === null ? null : { evidenceId: 'e4', bytes: shm },
    hasShm: shm !== null,
  };
}

function hashes({ main, wal, journal, shm }: DatabaseInput): readonly string[] {
  const parts = [main, wal?.bytes, journal?.bytes, shm?.bytes];
  return parts.map((bytes) => (bytes === undefined ? '' : createHash('sha256').update(bytes).digest('hex')));
}

let SQL: Awaited<ReturnType<typeof initSqlJs>>;
beforeAll(async () => {
  SQL = await initSqlJs();
});

/** Rows of every table of an image, as the generator has SQLite print them. */
function rowsOf(image: Uint8Array | null): Record<string, string[]> {
  if (image === null) throw new Error('no such view');
  const database = new SQL.Database(image);
  const texts = (sql: string): string[] => database.exec(sql)[0]?.values.map(([value]) => String(value)) ?? [];
  const tables = texts("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'");
  const rows = tables.map((table): [string, string[]] => {
    const columns = texts(`SELECT name FROM pragma_table_info('${table}')`).map((column) => `quote("${column}")`);
    return [table, texts(`SELECT ${columns.join(" || '|' || ")} FROM "${table}"`).sort()];
  });
  database.close();
  return Object.fromEntries(rows);
}

function inOrder(rows: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(rows).map(([table, list]) => [table, list.toSorted()]));
}

/** Rows of results that the open transaction had written, in the generator's form. */
function writtenRows(name: string) {
  const { written } = readDatabase(inputOf(name));
  const rows = written === null ? [] : [...uncommittedRows(written, 10_000)].filter(({ table }) => table === 'results');
  return rows
    .map(({ values }) =>
      values.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value)),
    )
    .sort((one, other) => Number(one[0]) - Number(other[0]));
}

const checks = new DatabaseChecks();
afterAll(() => checks.close());

describe.each(names)('%s', (name) => {
  it('is read as SQLite reads it: rows and sizes as of the last commit, rows of the main file alone', async () => {
    const expected = expectedOf(name);
    const input = inputOf(name);
    const before = hashes(input);
    const { report } = await inspectDatabase(input, checks);
    expect(rowsOf(databaseImage(input, 'committed'))).toEqual(inOrder(expected.committed));
    expect(report?.integrity).toBe(expected.integrity);
    const sizes = report?.tables.map(({ name: tree, bytes, unusedBytes, payloadBytes }) => [
      tree,
      [bytes, unusedBytes, payloadBytes],
    ]);
    expect(Object.fromEntries(sizes ?? [])).toEqual(expected.sizes);
    const main = expected.mainIsCommitted ? expected.committed : expected.main;
    if (main !== null) expect(rowsOf(databaseImage(input, 'main'))).toEqual(inOrder(main));
    const pages = (report?.tables ?? []).reduce((sum, table) => sum + table.pages, 0);
    const pointerMaps = (report?.pages ?? 0) - pages - (report?.freelist?.walkedPages ?? 0);
    expect(report?.freelist?.walkedPages).toBe(report?.freelistPages);
    expect(pointerMaps > 0).toBe(report?.header?.autoVacuum !== 'none');
    expect(hashes(input)).toEqual(before);
  });

  it('gives back the rows that its killed process had written, and tells how the views differ', () => {
    const expected = expectedOf(name);
    const rows = writtenRows(name);
    const isFlushed = !/spilled|hot$|unsynced/.test(name);
    if (isFlushed) expect(rows).toEqual(expected.written);
    else expect(expected.written).toEqual(expect.arrayContaining(rows));
    expect(rows.length > 0).toBe(expected.written.length > 0 && name !== 'journal-unsynced');

    const { report } = readDatabase(inputOf(name));
    const written = report?.differences?.find(({ to }) => to === 'open-transaction')?.tables ?? [];
    expect(written.find(({ table }) => table === 'results')?.inserted ?? 0).toBe(rows.length);
    const commits = report?.differences?.find(({ to }) => to === 'committed')?.tables;
    if (expected.mainIsCommitted) expect(commits ?? []).toEqual([]);
    if (expected.main !== null) expect(counted(commits)).toEqual(differing(expected.main, expected.committed));
  });
});

function counted(tables: readonly { table: string; inserted: number; deleted: number | null; changed: number }[] = []) {
  return Object.fromEntries(
    tables
      .filter(({ table }) => table !== 'sqlite_schema')
      .map(({ table, inserted, deleted, changed }) => [
        table,
        { gone: (deleted ?? 0) + changed, come: inserted + changed },
      ]),
  );
}

/** Rows that stand in one of two states only: a changed one stands in both, differently. */
function differing(before: Record<string, string[]>, after: Record<string, string[]>) {
  const tables = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return Object.fromEntries(
    tables.flatMap((table) => {
      const [old, now] = [new Set(before[table]), new Set(after[table])];
      const gone = [...old].filter((row) => !now.has(row)).length;
      const come = [...now].filter((row) => !old.has(row)).length;
      return gone + come === 0 ? [] : [[table, { gone, come }]];
    }),
  );
}

describe('what a state is called', () => {
  const reportOf = (name: string) => readDatabase(inputOf(name)).report;
  const viewsOf = (name: string): readonly DatabaseViewId[] => reportOf(name)?.views?.map(({ id }) => id) ?? [];

  it('tells generations, the frame at which SQLite stops, and why', () => {
    expect(reportOf('wal-committed')?.wal).toMatchObject({ stop: null, staleFrames: 0, uncommittedFrames: 0 });
    const stale = reportOf('wal-stale')?.wal;
    expect(stale?.generations?.map(({ state }) => state)).toEqual(['live', 'stale']);
    expect(stale?.stop).toMatchObject({ reason: 'salt', frame: (stale?.committedFrames ?? 0) + 1 });
    expect(stale?.checkpointSequence).toBe(1);
    const torn = reportOf('wal-torn')?.wal;
    expect(torn?.stop).toMatchObject({ reason: 'torn', source: { byteLength: 1024 + 24 - 300 } });
    expect(torn?.tornBytes).toBe(1024 + 24 - 300);
    const broken = reportOf('wal-bad-checksum')?.wal;
    expect(broken?.stop?.reason).toBe('checksum');
    expect(broken?.stop?.frame).toBeGreaterThan(broken?.committedFrames ?? 0);
    expect(broken?.openTransaction).toBeNull();
    const committed = reportOf('wal-committed')?.wal;
    expect(committed?.commitCount).toBe(committed?.commits?.length);
    expect(committed?.commits?.reduce((sum, commit) => sum + commit.frames, 0)).toBe(committed?.committedFrames);
  });

  it('reads the -shm: commits that connections knew of and what was checkpointed', () => {
    const { wal, shm } = reportOf('wal-committed') ?? {};
    expect(shm).toMatchObject({
      isValid: true,
      belongsToWal: true,
      maxFrame: wal?.committedFrames,
      backfilledFrames: 0,
    });
    expect(reportOf('wal-stale')?.shm).toMatchObject({
      isValid: true,
      maxFrame: reportOf('wal-stale')?.wal?.committedFrames,
    });
    const input = inputOf('wal-committed');
    const shmBytes = input.shm?.bytes.slice() ?? new Uint8Array();
    shmBytes[17] = (shmBytes[17] ?? 0) ^ 1;
    const damaged = readDatabase({ ...input, shm: { evidenceId: 'e4', bytes: shmBytes } }).report?.shm;
    expect(damaged).toMatchObject({ isValid: false, maxFrame: null });
  });

  it('tells a hot journal from one that is zeroed, cut or not yet synced', () => {
    const states = ['journal-hot', 'journal-zeroed', 'journal-truncated', 'journal-unsynced'].map(
      (name) => reportOf(name)?.journal?.state,
    );
    expect(states).toEqual(['hot', 'finished', 'finished', 'unsynced']);
    expect(reportOf('journal-hot')?.journal?.touched.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['results', 'results_job', 'results_name']),
    );
    expect(viewsOf('journal-hot')).toEqual(['committed', 'main', 'open-transaction', 'after-rollback']);
    expect(viewsOf('journal-zeroed')).toEqual(['committed', 'main']);
  });

  it('reads the header', () => {
    expect(reportOf('utf16be')?.header).toMatchObject({ encoding: 'utf-16be', userVersion: 7, schemaFormat: 4 });
    expect(reportOf('incremental-vacuum-hot')?.header?.autoVacuum).toBe('incremental');
    expect(reportOf('auto-vacuum')?.header?.autoVacuum).toBe('full');
  });

  it('opens what a transaction had written where its interior pages had been written too', () => {
    const summary = reportOf('wal-flushed')?.views?.find(({ id }) => id === 'open-transaction');
    expect(summary?.isWhole).toBe(true);
    const expected = expectedOf('wal-flushed');
    const rows = rowsOf(databaseImage(inputOf('wal-flushed'), 'open-transaction'));
    expect(rows.results).toHaveLength((expected.committed.results?.length ?? 0) + expected.written.length);
  });
});
