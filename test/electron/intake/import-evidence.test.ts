import { createHash } from 'node:crypto';
import { appendFileSync, chmodSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import initSqlJs from 'sql.js';
import { describe, expect, test } from 'vitest';
import { INTAKE_LIMITS, type IntakeLimits } from '../../../electron/files/limits.ts';
import { readGivenEvidence } from '../../../electron/intake/import-evidence.ts';
import type { Progress } from '../../../shared/model/job.ts';
import { snapshotOf, tarGzipOf, tempFolder, writeTree } from '../../support/bundles.ts';
import { isoPreciseLine, timeoutJournal } from '../../support/journal-lines.ts';
import { unprivileged } from '../../support/unprivileged.ts';

async function read(paths: readonly string[], limits: Partial<IntakeLimits> = {}) {
  const progress: Progress[] = [];
  const imported = await readGivenEvidence(
    { paths, spoolDirectory: tempFolder() },
    (step) => progress.push(step),
    { ...INTAKE_LIMITS, ...limits },
    { reportIntervalMillis: 0 },
  );
  const formats = Object.fromEntries(imported.files.map((file) => [file.path, file.format]));
  const file = (path: string) => imported.files.find((candidate) => candidate.path === path);
  return { ...imported, formats, file, progress };
}

const CONFIG = 'bind = "127.0.0.1:8000"\nworkers = 2\ntimeout = 45\n';
const JUNIT = '<?xml version="1.0"?>\n<testsuites><testsuite name="s"><testcase name="t"/></testsuite></testsuites>\n';

async function database(): Promise<Uint8Array> {
  const sql = await initSqlJs();
  const db = new sql.Database();
  db.run('CREATE TABLE jobs (id INTEGER PRIMARY KEY, name TEXT)');
  db.run("INSERT INTO jobs (name) VALUES ('a'), ('b'), ('c')");
  return db.export();
}

describe('taking in evidence', () => {
  test('what a desktop left behind is listed with one notice for all of it', async () => {
    const ole = Buffer.from('d0cf11e0a1b11ae1', 'hex');
    const { formats, problems, files } = await read([
      writeTree(tempFolder(), {
        'journal/unit.txt': timeoutJournal(),
        'journal/._unit.txt': Buffer.from('0005160700020000', 'hex'),
        'journal/.DS_Store': Buffer.from('0000000142756431', 'hex'),
        'Thumbs.db': ole,
        'report.doc': ole,
        'desktop.ini': '[.ShellClassInfo]\r\nIconResource=a.ico\r\n',
      }),
    ]);
    expect(formats).toEqual({
      'Thumbs.db': 'desktop',
      'desktop.ini': 'desktop',
      'journal/.DS_Store': 'desktop',
      'journal/._unit.txt': 'desktop',
      'journal/unit.txt': 'journal-short-iso-precise',
      'report.doc': 'unknown',
    });
    expect(problems.map(({ message }) => message)).toEqual([expect.stringMatching(/^No evidence: .* 3 other files/)]);
    expect(files.filter(({ problemCount }) => problemCount > 0).map(({ path }) => path)).toEqual(['report.doc']);
  });

  test('a folder, a tar.gz and the loose files give the same evidence', async () => {
    const files = { 'journal/unit.txt': timeoutJournal(), 'gunicorn.conf.py': CONFIG, 'logs/results.xml': JUNIT };
    const folder = writeTree(tempFolder(), files);
    const archive = join(tempFolder(), 'case.tar.gz');
    writeFileSync(
      archive,
      await tarGzipOf(Object.entries(files).map(([name, content]) => ({ name: `case/${name}`, content }))),
    );
    const fromFolder = await read([folder]);
    const fromArchive = await read([archive]);
    const loose = await read(Object.keys(files).map((path) => join(folder, path)));

    expect(fromFolder.formats).toEqual({
      'gunicorn.conf.py': 'gunicorn-conf',
      'journal/unit.txt': 'journal-short-iso-precise',
      'logs/results.xml': 'junit-xml',
    });
    expect(fromArchive.formats).toEqual({
      'case.tar.gz': 'tar-gzip',
      'case/journal/unit.txt': 'journal-short-iso-precise',
      'case/gunicorn.conf.py': 'gunicorn-conf',
      'case/logs/results.xml': 'junit-xml',
    });
    expect(Object.keys(loose.formats)).toEqual(['unit.txt', 'gunicorn.conf.py', 'results.xml']);
    for (const imported of [fromFolder, fromArchive, loose]) {
      expect(imported.columns.count).toBe(6);
      expect(imported.problems).toEqual([]);
      expect(imported.configs[0]?.timeoutSeconds).toMatchObject({ kind: 'set', value: 45 });
      const unit = imported.files.find((file) => file.path.endsWith('unit.txt'));
      expect(unit?.sha256).toBe(createHash('sha256').update(timeoutJournal()).digest('hex'));
      expect(unit?.records).toBe(6);
    }
    expect(fromArchive.files.map((file) => file.containerId)).toEqual([null, 'e1', 'e1', 'e1']);
    expect(fromArchive.files[0]?.records).toBe(3);
    expect(fromArchive.locations[0]).toBeNull();
    expect([...fromArchive.columns.time]).toEqual([...fromFolder.columns.time]);
  });

  test('nothing of the evidence is touched', async () => {
    const folder = writeTree(tempFolder(), {
      'unit.txt': timeoutJournal(),
      'app.db': await database(),
      'inner.tar.gz': await tarGzipOf([{ name: 'a.txt', content: timeoutJournal() }]),
      'log.gz': gzipSync(timeoutJournal()),
      'results.xml': JUNIT,
    });
    symlinkSync('/etc/hostname', join(folder, 'link'));
    const before = snapshotOf(folder);
    await read([folder]);
    expect(snapshotOf(folder)).toEqual(before);
  });

  test('empty and unknown files are listed, hashed and reported', async () => {
    const folder = writeTree(tempFolder(), { 'empty.txt': '', 'blob.bin': Buffer.from([0, 1, 2, 3, 255, 254]) });
    const { file } = await read([folder]);
    expect(file('empty.txt')).toMatchObject({ format: 'empty', bytes: 0, problems: [{ kind: 'empty' }] });
    expect(file('blob.bin')).toMatchObject({ format: 'unknown', problems: [{ kind: 'unrecognised' }] });
    expect(file('blob.bin')?.problems[0]?.message).toContain('it begins with 00 01 02 03 ff fe (......)');
    expect(file('blob.bin')?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect((await read([tempFolder()])).files).toEqual([]);
  });

  test('a journal export without entries is evidence, and no problem', async () => {
    const folder = writeTree(tempFolder(), { 'kernel.txt': '-- No entries --\n' });
    expect((await read([folder])).file('kernel.txt')).toMatchObject({
      format: 'journal-empty',
      records: 0,
      problemCount: 0,
    });
  });

  test('a file that may not be read is a problem, the rest is read', async () => {
    const { problems, formats } = await unprivileged(() => {
      const folder = writeTree(tempFolder(), { 'secret.txt': 'x', 'unit.txt': timeoutJournal() });
      chmodSync(join(folder, 'secret.txt'), 0);
      return read([folder]);
    });
    expect(problems).toMatchObject([{ path: 'secret.txt', kind: 'unreadable' }]);
    expect(Object.keys(formats)).toEqual(['unit.txt']);
  });

  test('a file that is written to meanwhile is reported', async () => {
    const folder = writeTree(tempFolder(), { 'a.txt': timeoutJournal(), 'b.txt': timeoutJournal() });
    let touched = false;
    const imported = await readGivenEvidence({ paths: [folder], spoolDirectory: tempFolder() }, (step) => {
      if (step.stage !== 'reading' || touched) return;
      touched = true;
      appendFileSync(join(folder, 'a.txt'), 'one more line\n');
    });
    expect(imported.files.map((file) => file.problems.map((problem) => problem.kind))).toEqual([
      ['changed-during-reading'],
      [],
    ]);
  });

  test('the problems of a file are counted and the first ones kept', async () => {
    const lines = [timeoutJournal().trimEnd()];
    for (let index = 0; index < 50; index++)
      lines.push('not a journal line at all', isoPreciseLine(60_000_000 + index, 'app', 1, 'ok'));
    const folder = writeTree(tempFolder(), { 'unit.txt': `${lines.join('\n')}\n` });
    const all = (await read([folder])).file('unit.txt');
    const some = (await read([folder], { problems: 3 })).file('unit.txt');
    expect(some?.problemCount).toBe(all?.problemCount);
    expect(some?.problems).toEqual(all?.problems.slice(0, 3));
  });

  test('progress never runs backwards within a stage and ends at its total', async () => {
    const folder = writeTree(tempFolder(), {
      'unit.txt': timeoutJournal(),
      'inner.tar.gz': await tarGzipOf([{ name: 'a.txt', content: timeoutJournal() }]),
    });
    const { progress } = await read([folder]);
    const reading = progress.filter((step) => step.stage === 'reading').map((step) => step.doneBytes);
    expect(reading).toEqual([...reading].sort((a, b) => a - b));
    expect(reading.at(-1)).toBe(progress.at(-1)?.totalBytes);
    expect(progress[0]).toMatchObject({ stage: 'unpacking', item: 'inner.tar.gz' });
  });
});

describe('time', () => {
  const SHORT =
    'Jan 28 05:10:46 vm gunicorn[100]: [2026-01-28 04:10:46 +0000] [100] [ERROR] Worker (pid:101) was sent SIGKILL!\n';

  test('a yearless, zoneless export takes year and zone from a journal that has them', async () => {
    const folder = writeTree(tempFolder(), {
      'a-short.txt': 'Jan 28 05:10:46 vm app[7]: hello\nJan 28 05:10:47 vm app[7]: again\n',
      'b-iso.txt': timeoutJournal().replaceAll('+0000 vm', '+0100 vm').replaceAll('T04:', 'T05:'),
    });
    utimesSync(join(folder, 'a-short.txt'), 1_600_000_000, 1_600_000_000);
    const { file, columns } = await read([folder]);
    expect(file('a-short.txt')).toMatchObject({
      format: 'journal-short',
      problemCount: 0,
      time: { offsetMinutes: 60, zoneFrom: 'other-source', year: 2026, yearFrom: 'other-source' },
    });
    const short = [...columns.time].filter((_, row) => columns.fileIndex[row] === 0);
    expect(short[0]).toBe(Date.UTC(2026, 0, 28, 4, 10, 46) * 1000);
  });

  test('alone it takes the year of its modification time and says what was assumed', async () => {
    const folder = writeTree(tempFolder(), { 'short.txt': SHORT.replaceAll(/: \[2026.*/g, ': hello') });
    const saved = Date.UTC(2024, 1, 1) / 1000;
    utimesSync(join(folder, 'short.txt'), saved, saved);
    const { file } = await read([folder]);
    expect(file('short.txt')?.time).toMatchObject({
      year: 2024,
      yearFrom: 'assumed',
      zoneFrom: 'assumed',
      offsetMinutes: 0,
    });
    expect(file('short.txt')?.problems.map((problem) => problem.kind)).toEqual(['assumed-time']);
  });
});

describe('databases', () => {
  test('a database is inspected together with what lies beside it', async () => {
    const folder = writeTree(tempFolder(), {
      'app.db': await database(),
      'app.db-wal': '',
      'other/app.db-wal': '',
    });
    const { databases, formats, file } = await read([folder]);
    expect(formats).toEqual({ 'app.db': 'sqlite', 'app.db-wal': 'sqlite-wal', 'other/app.db-wal': 'empty' });
    expect(databases).toHaveLength(1);
    expect(databases[0]).toMatchObject({ path: 'app.db', evidenceId: 'e1', integrity: 'ok' });
    expect(file('app.db')?.records).toBe(3);
    expect(file('app.db-wal')).toMatchObject({ bytes: 0, problemCount: 0 });
    expect(readdirSync(folder).sort()).toEqual(['app.db', 'app.db-wal', 'other']);
  });

  test('a -wal belongs to the database of its own folder or archive', async () => {
    const db = await database();
    const folder = writeTree(tempFolder(), {
      'one.tar.gz': await tarGzipOf([{ name: 'app.db', content: db }]),
      'two.tar.gz': await tarGzipOf([{ name: 'app.db-wal', content: '' }]),
    });
    expect((await read([folder])).formats['two.tar.gz/app.db-wal']).toBe('empty');
    const loose = writeTree(tempFolder(), { 'app.db': db, 'app.db-wal': '' });
    expect((await read([join(loose, 'app.db'), join(loose, 'app.db-wal')])).formats['app.db-wal']).toBe('sqlite-wal');
  });

  test('one too large to inspect is hashed and says so', async () => {
    const db = await database();
    const folder = writeTree(tempFolder(), { 'app.db': db });
    const { databases, file } = await read([folder], { databaseBytes: 100 });
    expect(databases).toEqual([]);
    expect(file('app.db')).toMatchObject({ problems: [{ kind: 'limit-exceeded' }] });
    expect(file('app.db')?.sha256).toBe(createHash('sha256').update(db).digest('hex'));
  });
});
