import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readDatabaseInput } from '../../../electron/databases/database-image.ts';
import { readGivenEvidence } from '../../../electron/intake/import-evidence.ts';
import { tarGzipOf, tempFolder, writeTree } from '../../support/bundles.ts';

const STATES = fileURLToPath(new URL('../../fixtures/sqlite/states/', import.meta.url));

function part(state: string, suffix = ''): Uint8Array {
  return new Uint8Array(gunzipSync(readFileSync(join(STATES, state, `service.db${suffix}.gz`))));
}

async function taken(path: string) {
  const { databases, files, locations } = await readGivenEvidence(
    { paths: [path], spoolDirectory: tempFolder() },
    () => {},
  );
  const words = (name: string): string =>
    (files.find((file) => file.path.endsWith(name))?.problems ?? []).map(({ message }) => message).join(' ');
  return { database: databases[0] ?? null, files, locations, words };
}

function listing(folder: string): readonly string[] {
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const path = join(folder, name);
      return `${name} ${createHash('sha256').update(readFileSync(path)).digest('hex')} ${statSync(path).mtimeMs}`;
    });
}

describe('a database with any of the files beside it', () => {
  const subsets = [[], ['-wal'], ['-shm'], ['-wal', '-shm']];
  it.each(subsets.map((suffixes) => [suffixes.join(' ') || 'alone', suffixes]))('%s', async (_name, suffixes) => {
    const content = Object.fromEntries(['', ...suffixes].map((end) => [`kept.bin${end}`, part('wal-committed', end)]));
    const folder = writeTree(tempFolder(), content);
    const before = listing(folder);
    const { database, files, locations } = await taken(folder);
    // 40 rows in the main file; the -wal adds 3 and takes one away.
    expect(database?.tables.find(({ name }) => name === 'results')?.rows).toBe(suffixes.includes('-wal') ? 42 : 40);
    expect(database).toMatchObject({ journalMode: 'wal', integrity: 'ok', hasShm: suffixes.includes('-shm') });
    expect(database?.shm?.isValid ?? false).toBe(suffixes.includes('-shm'));
    expect(listing(folder)).toEqual(before);
    expect(files.map(({ sha256 }) => sha256)).toEqual(before.map((line) => line.split(' ')[1]));

    const pathOf = (id: string) => locations[files.findIndex((file) => file.id === id)]?.absolutePath ?? null;
    const again = database === null ? null : readDatabaseInput(database, pathOf);
    expect(again?.main).toEqual(part('wal-committed'));
    expect(again?.wal?.bytes).toEqual(suffixes.includes('-wal') ? part('wal-committed', '-wal') : undefined);
    expect(listing(folder)).toEqual(before);
  });

  it('inside an archive, with a hot journal', async () => {
    const path = join(tempFolder(), 'copy.tar.gz');
    const members = ['', '-journal'].map((end) => ({
      name: `data/service.db${end}`,
      content: part('journal-hot', end),
    }));
    writeFileSync(path, await tarGzipOf(members));
    const { database } = await taken(path);
    expect(database).toMatchObject({ hotJournal: true, integrity: 'ok', journal: { state: 'hot' } });
    expect(database?.tables.find(({ name }) => name === 'results')?.rows).toBe(40);
  });
});

describe('files that are no readable database get a clear word', () => {
  const random = Uint8Array.from(
    { length: 8192 },
    (_, at) =>
      createHash('sha256')
        .update(`${at >> 5}`)
        .digest()[at & 31] ?? 0,
  );
  const words = async (content: Readonly<Record<string, Uint8Array>>, name = 'service.db') => {
    const { database, words: of } = await taken(writeTree(tempFolder(), content));
    return { database, text: of(name) };
  };

  it('encrypted, by itself and beside its -wal', async () => {
    expect((await words({ 'service.db': random })).text).toMatch(/may be an encrypted SQLite database/);
    const beside = await words({ 'service.db': random, 'service.db-wal': part('wal-spilled', '-wal') });
    expect(beside).toMatchObject({ database: null, text: expect.stringMatching(/encrypted/) });
  });

  it('empty, alone and beside its -wal', async () => {
    expect((await words({ 'service.db': new Uint8Array(0) })).text).toMatch(/no content/);
    const beside = await words({ 'service.db': new Uint8Array(0), 'service.db-wal': part('wal-flushed', '-wal') });
    expect(beside.text).toMatch(/empty/);
  });

  it('something else beside its -wal', async () => {
    const text = new TextEncoder().encode(`${'not a database at all, '.repeat(60)}\n`);
    const beside = await words({ 'service.db': text, 'service.db-wal': part('wal-flushed', '-wal') });
    expect(beside).toMatchObject({
      database: null,
      text: expect.stringMatching(/signature "SQLite format 3" is missing/),
    });
  });

  it('cut short', async () => {
    const main = part('wal-clean');
    const { database, text } = await words({ 'service.db': main.subarray(0, main.length / 2) });
    expect(text).toMatch(/pages are missing/);
    expect(database?.header).toMatchObject({ headerPages: main.length / 1024 });
  });

  it('a -wal without its database', async () => {
    const { text } = await words({ 'service.db-wal': part('wal-committed', '-wal') }, 'service.db-wal');
    expect(text).toMatch(/The database it belongs to \(service\.db/);
  });
});

it('reads the pages of a sparse file of 1 GB as bytes and says why SQLite was not asked', async () => {
  const folder = tempFolder();
  const path = join(folder, 'service.db');
  const main = part('page-65536');
  // As many pages as the file has, as a database whose free pages were never written.
  new DataView(main.buffer).setUint32(28, 2 ** 30 / 65536);
  writeFileSync(path, main);
  const descriptor = openSync(path, 'r+');
  ftruncateSync(descriptor, 2 ** 30);
  closeSync(descriptor);
  const memory = process.memoryUsage().rss;
  const { database, words } = await taken(folder);
  expect(database).toMatchObject({ bytes: 2 ** 30, pages: 16384, integrity: null });
  expect(database?.tables.find(({ name }) => name === 'results')?.rows).toBe(40);
  expect(words('service.db')).toMatch(/inspected as bytes only/);
  expect(process.memoryUsage().rss - memory).toBeLessThan(300e6);
}, 120_000);
