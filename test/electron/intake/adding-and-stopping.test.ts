import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import initSqlJs from 'sql.js';
import { describe, expect, test } from 'vitest';
import { INTAKE_LIMITS, type IntakeLimits } from '../../../electron/files/limits.ts';
import { READ_CHUNK_BYTES } from '../../../electron/files/read-only.ts';
import { readGivenEvidence } from '../../../electron/intake/import-evidence.ts';
import { RunControl } from '../../../electron/intake/run-control.ts';
import type { ImportCommand } from '../../../shared/contract/worker-protocol.ts';
import type { Progress } from '../../../shared/model/job.ts';
import { nativeFixture } from '../../shared/evidence/journal/native/support.ts';
import { tarGzipOf, tempFolder, writeTree } from '../../support/bundles.ts';
import { isoPreciseLine, timeoutJournal } from '../../support/journal-lines.ts';
import { runs } from '../../support/properties.ts';

const JOURNAL = Array.from({ length: 12_000 }, (_each, index) =>
  isoPreciseLine(index * 500, 'app', 1000 + (index % 7), `request ${index} of the load test took ${index % 97} ms`),
)
  .map((line) => `${line}\n`)
  .join('');
const YEARLESS = 'Jan 28 04:12:15 vm app[7]: hello\nJan 28 04:12:16 vm app[7]: again\n';

/** Reads with commands that come by what the run last reported, each once, at the very next look. */
async function steered(
  paths: readonly string[],
  decide: (progress: Progress) => ImportCommand | null,
  limits: Partial<IntakeLimits> = {},
) {
  const waiting: ImportCommand[] = [];
  const taken: [number, readonly string[]][] = [];
  const steps: Progress[] = [];
  const imported = await readGivenEvidence(
    { paths, spoolDirectory: tempFolder() },
    (progress) => {
      steps.push(progress);
      const command = decide(progress);
      if (command !== null) waiting.push(command);
    },
    { ...INTAKE_LIMITS, ...limits },
    {
      control: new RunControl(() => waiting.shift() ?? null, 0),
      taken: (batch, added) => taken.push([batch, added]),
      reportIntervalMillis: 0,
    },
  );
  const file = (path: string) => imported.files.find((each) => each.path === path);
  return { ...imported, file, taken, steps };
}

const once = (command: (progress: Progress) => ImportCommand | null) => {
  let isSent = false;
  return (progress: Progress): ImportCommand | null => {
    const wanted = isSent ? null : command(progress);
    isSent ||= wanted !== null;
    return wanted;
  };
};
const idOf = (progress: Progress, path: string): string =>
  progress.sources?.listed.find((source) => source.path === path)?.id ?? '';

describe('stopping one source', () => {
  test('ends it between two chunks, keeps what was read, hashes that alone, and reads all others', async () => {
    const folder = writeTree(tempFolder(), { 'a.txt': JOURNAL, 'b.txt': timeoutJournal() });
    const stop = once((progress) =>
      progress.stage === 'reading' ? { type: 'stop', source: idOf(progress, 'a.txt') } : null,
    );
    const { file, columns, steps } = await steered([folder], stop);
    const stopped = file('a.txt');
    const readBytes = stopped?.hashedBytes ?? 0;
    // Told after the first chunk, seen after the second.
    expect(readBytes).toBe(2 * READ_CHUNK_BYTES);
    expect(stopped?.problems).toMatchObject([{ kind: 'stopped', byteOffset: readBytes }]);
    const part = readFileSync(join(folder, 'a.txt')).subarray(0, readBytes);
    expect(stopped?.sha256).toBe(createHash('sha256').update(part).digest('hex'));
    expect(stopped?.records).toBe(part.toString().split('\n').length - 1);
    expect(file('b.txt')).toMatchObject({ records: 6, problemCount: 0 });
    expect(file('b.txt')?.hashedBytes).toBeUndefined();
    expect(columns.count).toBe((stopped?.records ?? 0) + 6);
    expect(steps.at(-1)?.sources?.listed.map(({ state }) => state)).toEqual(['stopped', 'reading']);
  });

  test('before its turn leaves it unread and says that it has no hash', async () => {
    const folder = writeTree(tempFolder(), { 'a.txt': timeoutJournal(), 'b.txt': timeoutJournal() });
    const stop = once((progress) =>
      progress.stage === 'reading' ? { type: 'stop', source: idOf(progress, 'b.txt') } : null,
    );
    const { file } = await steered([folder], stop);
    expect(file('a.txt')).toMatchObject({ records: 6, problemCount: 0 });
    expect(file('b.txt')).toMatchObject({ records: 0, hashedBytes: 0, problems: [{ kind: 'stopped', byteOffset: 0 }] });
  });

  test('an archive keeps the members that were whole, and no hash of all of it', async () => {
    // Bytes that do not compress, so that the archive takes several chunks.
    const noise = Buffer.from(
      Array.from({ length: READ_CHUNK_BYTES * 3 }, (_each, at) => (at * at * 31 + (at >> 3)) & 255),
    );
    const members = Array.from({ length: 4 }, (_each, index) => ({
      name: `m${index}.bin`,
      content: shuffled(noise, index),
    }));
    const folder = writeTree(tempFolder(), {
      'case.tar.gz': await tarGzipOf([{ name: 'unit.txt', content: timeoutJournal() }, ...members]),
      'z.txt': timeoutJournal(),
    });
    const stop = once((progress) =>
      progress.stage === 'unpacking' && progress.doneBytes > 0
        ? { type: 'stop', source: idOf(progress, 'case.tar.gz') }
        : null,
    );
    const { file, files } = await steered([folder], stop);
    const archive = file('case.tar.gz');
    expect(archive?.problems).toMatchObject([{ kind: 'stopped' }]);
    expect(archive?.hashedBytes).toBeLessThan(archive?.bytes ?? 0);
    expect(file('case.tar.gz/unit.txt')).toMatchObject({ records: 6, problemCount: 0 });
    expect(file('z.txt')).toMatchObject({ records: 6, problemCount: 0 });
    expect(files.length).toBeLessThan(7);
  });
});

/** The same bytes in an order of its own, as incompressible as a checksum chain. */
function shuffled(bytes: Buffer, seed: number): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 32) {
    blocks.push(createHash('sha256').update(`${seed} ${at}`).digest());
  }
  return Buffer.concat(blocks);
}

describe('stopping a native journal', () => {
  const bytes = nativeFixture('regular');
  const stopAt = (share: number) =>
    once((progress) =>
      progress.item === 'a.journal' && progress.doneBytes >= share * bytes.length
        ? { type: 'stop', source: idOf(progress, 'a.journal') }
        : null,
    );

  test('while it is hashed leaves its entries unread, and says of which bytes its hash is', async () => {
    const folder = writeTree(tempFolder(), { 'a.journal': bytes, 'b.txt': timeoutJournal() });
    const { file } = await steered([folder], stopAt(0));
    const hashedBytes = file('a.journal')?.hashedBytes ?? 0;
    expect(hashedBytes).toBeGreaterThan(0);
    expect(hashedBytes).toBeLessThan(bytes.length);
    expect(file('a.journal')).toMatchObject({ records: 0, problems: [{ kind: 'stopped', byteOffset: hashedBytes }] });
    const part = bytes.subarray(0, hashedBytes);
    expect(file('a.journal')?.sha256).toBe(createHash('sha256').update(part).digest('hex'));
    expect(file('b.txt')).toMatchObject({ records: 6, problemCount: 0 });
  });

  test('when all of it was hashed reads no further entries, and keeps the hash of the whole', async () => {
    const folder = writeTree(tempFolder(), { 'a.journal': bytes, 'b.txt': timeoutJournal() });
    const { file, columns } = await steered([folder], stopAt(0.5));
    const { records, problems, sha256, hashedBytes } = file('a.journal') ?? {};
    expect(problems).toMatchObject([{ kind: 'stopped', message: expect.stringContaining('after 0 entries') }]);
    expect(records).toBe(0);
    expect(columns.count).toBe(6);
    expect([sha256, hashedBytes]).toEqual([createHash('sha256').update(bytes).digest('hex'), undefined]);
  });

  test('in the middle of its entries keeps those before, and the hash of the whole', async () => {
    const folder = writeTree(tempFolder(), { 'a.journal': bytes, 'b.txt': timeoutJournal() });
    const whole = await steered([folder], () => null);
    const all = whole.file('a.journal')?.records ?? 0;
    const stopped = await steered([folder], stopAt(0.501), { journalReportEntries: 3 });
    const { records = 0, problems, sha256, hashedBytes } = stopped.file('a.journal') ?? {};
    expect(records).toBeGreaterThan(0);
    expect(records).toBeLessThan(all);
    expect(records % 3).toBe(0);
    expect(problems).toMatchObject([
      { kind: 'stopped', message: expect.stringContaining(`after ${records} entries, which are kept`) },
    ]);
    expect([sha256, hashedBytes]).toEqual([createHash('sha256').update(bytes).digest('hex'), undefined]);
    expect(stopped.columns.count).toBe(records + 6);
    const timesOf = ({ columns: each, files }: typeof whole) => {
      const index = files.findIndex(({ path }) => path === 'a.journal');
      return [...each.time.subarray(0, each.count)].filter((_time, event) => each.fileIndex[event] === index);
    };
    expect(timesOf(whole).slice(0, records)).toEqual(timesOf(stopped));
  });
});

describe('stopping a database', () => {
  const stop = (path: string) =>
    once((progress) =>
      progress.stage === 'database' && progress.item === path ? { type: 'stop', source: idOf(progress, path) } : null,
    );

  test('leaves it uninspected, and hashes what was read', async () => {
    const db = await largeDatabase();
    const folder = writeTree(tempFolder(), { 'app.db': db, 'b.txt': timeoutJournal() });
    const { file, databases } = await steered([folder], stop('app.db'));
    expect(databases).toEqual([]);
    const hashedBytes = file('app.db')?.hashedBytes ?? db.length;
    expect(hashedBytes).toBeLessThan(db.length);
    expect(file('app.db')).toMatchObject({ records: 0, problems: [{ kind: 'stopped' }] });
    const part = db.subarray(0, hashedBytes);
    expect(file('app.db')?.sha256).toBe(createHash('sha256').update(part).digest('hex'));
    expect(file('b.txt')).toMatchObject({ records: 6, problemCount: 0 });
  });

  test('is not inspected without the write-ahead log that was stopped: that would be another state of it', async () => {
    const db = await largeDatabase();
    const frames = readFileSync(new URL('../../fixtures/sqlite/import-killed/service.db-wal', import.meta.url));
    const wal = Buffer.concat([frames, Buffer.alloc(3 * READ_CHUNK_BYTES)]);
    const folder = writeTree(tempFolder(), { 'app.db': db, 'app.db-wal': wal });
    const { file, databases } = await steered([folder], stop('app.db-wal'));
    expect(databases).toEqual([]);
    expect(file('app.db')?.problems).toMatchObject([
      { kind: 'stopped', message: expect.stringContaining('app.db-wal, which belongs to it') },
    ]);
    expect(file('app.db')?.sha256).toBe(createHash('sha256').update(db).digest('hex'));
    expect(file('app.db-wal')?.problems).toMatchObject([{ kind: 'stopped' }]);
  });
});

/** A database that is read in several chunks. */
async function largeDatabase(): Promise<Uint8Array> {
  const sql = await initSqlJs();
  const db = new sql.Database();
  db.run('CREATE TABLE jobs (id INTEGER PRIMARY KEY, log TEXT)');
  db.run('INSERT INTO jobs (log) VALUES (hex(zeroblob(600000)))');
  return db.export();
}

describe('adding to a running import', () => {
  test('at any look before others are dated gives what giving everything at once gives', async () => {
    const folder = writeTree(tempFolder(), {
      'first/unit.txt': timeoutJournal(),
      'first/app.db-wal': '',
      'first/yearless.log': YEARLESS,
      'second/more.txt': JOURNAL,
      'second/empty.txt': '',
    });
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    const whole = await steered([first, second], () => null);
    const comparable = ({ files, columns, problems }: typeof whole) => ({
      files,
      problems,
      time: [...columns.time],
      place: [...columns.byteOffset],
      source: [...columns.fileIndex],
    });
    // The journal is one chunk: one look while it is read, one after every other file.
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 }), async (look) => {
        let looks = 0;
        const imported = await readGivenEvidence(
          { paths: [first], spoolDirectory: tempFolder() },
          () => {},
          INTAKE_LIMITS,
          {
            control: new RunControl(() => {
              looks += 1;
              return looks === look + 1 ? { type: 'add', batch: 4, paths: [second] } : null;
            }, 0),
          },
        );
        expect(comparable({ ...whole, ...imported })).toEqual(comparable(whole));
      }),
      { numRuns: runs(6) },
    );
  });

  test('takes in what is there, and tells what is not', async () => {
    const folder = writeTree(tempFolder(), { 'a.txt': timeoutJournal(), 'b.txt': timeoutJournal() });
    const [given, more, gone] = ['a.txt', 'b.txt', 'gone.txt'].map((name) => join(folder, name));
    if (given === undefined || more === undefined || gone === undefined) throw new Error('three paths');
    const add = once(() => ({ type: 'add', batch: 9, paths: [more, gone, given] }));
    const { files, problems, taken, steps } = await steered([given], add);
    expect(taken).toEqual([[9, [more, given]]]);
    expect(files.map(({ id, records }) => [id, records])).toEqual([
      ['e1', 6],
      ['e2', 6],
    ]);
    expect(problems).toMatchObject([{ path: gone, kind: 'unreadable' }]);
    expect(steps.at(-1)?.sources).toMatchObject({ total: 2, addedPaths: 2 });
  });

  test('is left for later once a file is read that others date', async () => {
    const folder = writeTree(tempFolder(), { 'a.log': YEARLESS, 'b.txt': timeoutJournal() });
    const add = once((progress) =>
      progress.item === 'a.log' ? { type: 'add', batch: 1, paths: [join(folder, 'b.txt')] } : null,
    );
    const { files, taken } = await steered([join(folder, 'a.log')], add);
    expect(files).toHaveLength(1);
    expect(taken).toEqual([]);
  });
});

describe('thousands of sources', () => {
  test('are counted all and listed in part: small messages however many there are', async () => {
    const tree = Object.fromEntries(
      Array.from({ length: 3000 }, (_each, index) => [`d/${index}.txt`, `${index % 10}`]),
    );
    const folder = writeTree(tempFolder(), { ...tree, 'd/big.txt': JOURNAL, 'd/none.txt': '' });
    const { steps } = await steered([folder], () => null);
    const last = steps.at(-1);
    expect(last?.sources?.total).toBe(3002);
    expect(last?.sources?.listed.length).toBeLessThan(40);
    expect(last?.sources?.listed.some(({ path }) => path === 'd/big.txt')).toBe(true);
    expect(JSON.stringify(last).length).toBeLessThan(8_000);
  });
});
