import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FoundFile } from '../../../electron/files/inventory.ts';
import { tarGzipOf, tempFolder, writeTree } from '../../support/bundles.ts';
import { runs } from '../../support/properties.ts';
import { toolMissing } from '../../support/tools.ts';
import { unpackBytes } from '../../support/unpack-bytes.ts';

const missing = toolMissing('zip', '-v');

/** A ZIP of a folder's files, by the real tool. */
function zipOf(files: Readonly<Record<string, string | Uint8Array>>, ...args: readonly string[]): Buffer {
  const folder = writeTree(tempFolder(), files);
  execFileSync('zip', ['-q', '-X', ...args, 'case.zip', ...Object.keys(files)], { cwd: folder });
  return readFileSync(join(folder, 'case.zip'));
}

interface Member {
  readonly name: Uint8Array;
  readonly data: Uint8Array;
  readonly bytes?: number;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  /** Where the directory says that it lies, when not where it does. */
  readonly headerAt?: number;
  readonly unixMode?: number;
}

/** A ZIP with whatever headers: what no tool writes. */
function forgedZip(members: readonly Member[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, data, bytes = data.length, method = 0, flags = 0, crc, headerAt, unixMode = 0 } of members) {
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(flags, 2);
    fields.writeUInt16LE(method, 4);
    fields.writeUInt32LE(0x5c3c_2800, 6);
    fields.writeUInt32LE(crc ?? crc32(data), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(bytes, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, name, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(unixMode * 65_536, 6);
    tail.writeUInt32LE(headerAt ?? at, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), fields, tail, name]));
    parts.push(local);
    at += local.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

const text = (content: string): Buffer => Buffer.from(content);
const names = (files: readonly FoundFile[]): string[] => files.map((file) => file.name);
const contentOf = (file: FoundFile | undefined): string => readFileSync(file?.absolutePath ?? '', 'latin1');
const kinds = (file: FoundFile | undefined): string[] => file?.problems.list.map((problem) => problem.kind) ?? [];
/** The same in every run, so that a counterexample is one in the next run, too. */
const lines = (count: number): string =>
  Array.from({ length: count }, (_, at) => createHash('sha1').update(`${count} ${at}`).digest('hex')).join('\n');

describe.skipIf(missing)('ZIP archives', () => {
  test('stored and deflated members come out whole, folders do not count', async () => {
    const log = lines(20_000);
    for (const level of ['-0', '-9']) {
      const { files, problems, archive } = await unpackBytes(
        zipOf({ 'case/unit.txt': log, 'case/empty.txt': '' }, level, '-r'),
        'case.zip',
      );
      expect(files.map((file) => [file.name, file.archive])).toEqual([
        ['case.zip', 'zip'],
        ['case/unit.txt', null],
        ['case/empty.txt', null],
      ]);
      expect(contentOf(files[1])).toBe(log);
      expect(files[1]?.container).toBe(archive);
      expect([...problems, ...archive.problems.list]).toEqual([]);
    }
  });

  test('bzip2 members, ZIP64, and sizes that follow the data are read', async () => {
    const log = lines(3000);
    const bzip2 = await unpackBytes(zipOf({ 'unit.txt': log }, '-Z', 'bzip2'), 'a.zip');
    expect(contentOf(bzip2.files[1])).toBe(log);
    // zip writes ZIP64 and data descriptors when neither end is a file that it could seek.
    const piped = execFileSync('zip', ['-q', '-', '-'], { input: log });
    for (const archive of [piped, piped.subarray(0, piped.length - 30)]) {
      const { files } = await unpackBytes(archive, 'piped.zip');
      expect(names(files)).toEqual(['piped.zip', '-']);
      expect(contentOf(files[1])).toBe(log);
      expect(kinds(files[1])).toEqual([]);
    }
  });

  test('where the directory says otherwise, a member is read by its own header if its content bears that out', async () => {
    const archive = Buffer.from(zipOf({ 'unit.txt': lines(100), 'more.txt': 'more' }));
    const { files: whole } = await unpackBytes(archive, 'a.zip');
    // Of the first entry: the method, the checksum and the two sizes.
    for (const field of [10, 16, 20, 24]) {
      const damaged = Buffer.from(archive);
      const at = damaged.indexOf('PK\x01\x02') + field;
      damaged[at] = (damaged[at] ?? 0) ^ 0x05;
      const { files } = await unpackBytes(damaged, 'a.zip');
      expect(files.slice(1).map(contentOf), `${field}`).toEqual(whole.slice(1).map(contentOf));
      expect(files.flatMap(kinds)).toEqual([]);
    }
  });

  test('encrypted members are refused with the way out, the rest is read', async () => {
    const { files, problems } = await unpackBytes(zipOf({ 'secret.txt': 'x'.repeat(99) }, '-P', 'pass'), 'a.zip');
    expect(names(files)).toEqual(['a.zip']);
    expect(problems).toMatchObject([{ path: 'a.zip: secret.txt', kind: 'unreadable' }]);
    expect(problems[0]?.message).toContain('password');
  });

  test('links are refused', async () => {
    const folder = writeTree(tempFolder(), { 'fine.txt': 'fine' });
    symlinkSync('/etc/passwd', join(folder, 'link'));
    execFileSync('zip', ['-q', '-y', 'a.zip', 'fine.txt', 'link'], { cwd: folder });
    const { files, problems } = await unpackBytes(readFileSync(join(folder, 'a.zip')), 'a.zip');
    expect(names(files)).toEqual(['a.zip', 'fine.txt']);
    expect(problems).toMatchObject([{ path: 'a.zip: link', kind: 'link-refused' }]);
  });

  test('archives within it are unpacked', async () => {
    const inner = await tarGzipOf([{ name: 'deep.txt', content: 'deep' }]);
    const { files } = await unpackBytes(zipOf({ 'b.zip': zipOf({ 'c.tgz': inner }) }), 'a.zip');
    expect(names(files)).toEqual(['a.zip', 'b.zip', 'b.zip/c.tgz', 'b.zip/c.tgz/deep.txt']);
  });

  test('half a download keeps the whole members and the piece of the one that was cut', async () => {
    const [first, second] = [lines(2000), lines(20_000)];
    for (const level of ['-0', '-6']) {
      const whole = zipOf({ 'first.txt': first, 'second.txt': second, 'third.txt': 'lost' }, level);
      const { files, archive } = await unpackBytes(whole.subarray(0, Math.floor(whole.length / 2)), 'x.zip');
      expect(names(files)).toEqual(['x.zip', 'first.txt', 'second.txt']);
      expect(contentOf(files[1])).toBe(first);
      expect(kinds(files[1])).toEqual([]);
      expect(second.startsWith(contentOf(files[2]))).toBe(true);
      expect(contentOf(files[2]).length).toBeGreaterThan(second.length * 0.4);
      expect(kinds(files[2])).toEqual(['truncated']);
      expect(kinds(archive)).toEqual(['damaged-archive']);
      expect(archive.problems.list[0]?.message).toContain('1 members were read whole');
    }
  });

  test('a member whose bytes are damaged is told, its neighbours are whole', async () => {
    const content = lines(5000);
    const archive = zipOf({ 'a.txt': content, 'b.txt': lines(5001), 'c.txt': content });
    const middle = Math.floor(archive.length / 2);
    archive.fill(0, middle, middle + 40);
    const { files, archive: container } = await unpackBytes(archive, 'x.zip');
    expect(names(files)).toEqual(['x.zip', 'a.txt', 'b.txt', 'c.txt']);
    expect([contentOf(files[1]), contentOf(files[3])]).toEqual([content, content]);
    expect(kinds(files[2])).toEqual(['damaged-archive']);
    expect(kinds(container)).toEqual(['damaged-archive']);
  });

  test("wrong lengths in a member's own header take no other member away", async () => {
    const [first, third] = [lines(30), lines(50)];
    const archive = zipOf({ 'first.txt': first, 'second.txt': lines(40), 'third.txt': third });
    const second = archive.indexOf('PK\x03\x04', 4);
    for (const [at, value] of [
      [26, 200],
      [27, 2],
      [28, 255],
      [29, 255],
    ] as const) {
      const damaged = Buffer.from(archive);
      damaged[second + at] = value;
      const { files } = await unpackBytes(damaged, 'x.zip');
      const whole = files.filter((file) => file.problems.count === 0).map(contentOf);
      expect(whole).toEqual(expect.arrayContaining([first, third]));
    }
  });

  test('every cut and every change is survived', async () => {
    const content = lines(20);
    const whole = zipOf({ 'first.txt': content, 'second.txt': lines(30) });
    for (let bytes = 4; bytes < whole.length; bytes += 41) {
      const { files, archive } = await unpackBytes(whole.subarray(0, bytes), 'x.zip');
      expect(kinds(archive)).toContain('damaged-archive');
      if (files.length === 3) expect(contentOf(files[1])).toBe(content);
    }
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 30 }),
        async (changes) => {
          const damaged = Buffer.from(whole);
          for (const [at, value] of changes) if (at >= 4) damaged[at] = value;
          const { files, archive, problems } = await unpackBytes(damaged, 'x.zip');
          const isUnchanged = damaged.equals(whole);
          const told = problems.length + files.reduce((sum, file) => sum + file.problems.count, 0);
          // Times, names and attributes may change unseen; content may not.
          const sameContent = files[1] !== undefined && contentOf(files[1]) === content;
          expect(isUnchanged || told > 0 || sameContent).toBe(true);
          expect(archive.sha256).toMatch(/^[0-9a-f]{64}$/);
        },
      ),
      { numRuns: runs(60) },
    );
  });
});

describe('hostile ZIP archives', () => {
  test('climbing names are refused, absolute ones lose their root, names of any encoding are shown', async () => {
    const members = ['../climb.txt', '/etc/passwd', 'C:\\x.txt', '..\\up.txt', 'fine.txt'].map(
      (name): Member => ({ name: text(name), data: text('x') }),
    );
    const cp437 = { name: Buffer.from([0x81, 0x2e, 0x74, 0x78, 0x74]), data: text('u') };
    const notUtf8 = { name: Buffer.from([0xff, 0xfe, 0x1b, 0x61]), data: text('b'), flags: 0x800 };
    const { files, problems } = await unpackBytes(forgedZip([...members, cp437, notUtf8]), 'x.zip');
    expect(names(files)).toEqual(['x.zip', 'etc/passwd', 'x.txt', 'fine.txt', 'ü.txt', '\ufffd\ufffd\x1ba']);
    expect(problems.map((problem) => problem.kind)).toEqual(Array(2).fill('unsafe-path'));
    expect(files[3]?.modified).toBe(Date.UTC(2026, 0, 28, 5, 0, 0) * 1000);
  });

  test('members that share their bytes are unpacked once', async () => {
    const data = deflateRawSync(Buffer.alloc(1000));
    const one: Member = { name: text('a'), data, method: 8, bytes: 1000, crc: crc32(Buffer.alloc(1000)) };
    const shared = ['b', 'c', 'd'].map((name): Member => ({ ...one, name: text(name), headerAt: 0 }));
    const { files, problems } = await unpackBytes(forgedZip([one, ...shared]), 'x.zip');
    expect(names(files)).toEqual(['x.zip', 'a']);
    expect(problems.map((problem) => problem.kind)).toEqual(Array(3).fill('damaged-archive'));
  });

  test('members that have nothing but the bytes of another are refused, even where the directory is damaged', async () => {
    const data = deflateRawSync(Buffer.alloc(1000));
    const one: Member = { name: text('a'), data, method: 8, bytes: 1000, crc: crc32(Buffer.alloc(1000)) };
    const shared = ['b', 'c'].map((name): Member => ({ ...one, name: text(name), headerAt: 0 }));
    const archive = forgedZip([one, ...shared]);
    // Their own headers are gone, and the end record counts too few.
    archive.fill(0, archive.indexOf('PK\x03\x04', 4), archive.indexOf('PK\x01\x02'));
    archive[archive.lastIndexOf('PK\x05\x06') + 10] = 1;
    const { files, problems } = await unpackBytes(archive, 'x.zip');
    expect(names(files)).toEqual(['x.zip', 'a']);
    expect(problems.map((problem) => problem.kind)).toEqual(Array(2).fill('damaged-archive'));
  });

  test('a member marked as a link that holds lines is read and told', async () => {
    const marked: Member = { name: text('unit.txt'), data: text('one\ntwo\n'), unixMode: 0xa1a4 };
    const { files, archive } = await unpackBytes(forgedZip([marked]), 'x.zip');
    expect(names(files)).toEqual(['x.zip', 'unit.txt']);
    expect(archive.problems.list[0]?.message).toContain('marked as a link');
  });

  test('what the directory does not lead to is found again and named', async () => {
    const members = ['a.txt', 'b.txt', 'c.txt'].map((name): Member => ({ name: text(name), data: text(`${name}\n`) }));
    const astray = forgedZip(members.map((member, at) => (at === 1 ? { ...member, headerAt: 3_000_000 } : member)));
    const { files, archive } = await unpackBytes(astray, 'x.zip');
    expect(names(files)).toEqual(['x.zip', 'a.txt', 'c.txt', 'b.txt']);
    expect(archive.problems.list).toHaveLength(1);
    expect(archive.problems.list[0]?.message).toContain(
      'its directory misplaces b.txt; found again by its own header: b.txt',
    );
    const headless = forgedZip(members);
    headless.fill(0, 0, 4);
    const { files: kept, archive: container } = await unpackBytes(headless, 'x');
    expect(names(kept)).toEqual(['x', 'a.txt', 'b.txt', 'c.txt']);
    expect(container.problems.list[0]?.message).toContain('the header of a.txt is damaged');
  });

  test('the end of the directory may be gone, from anywhere in its last entry on', async () => {
    const logs = { 'a.log': lines(3), 'b.log': lines(4), 'c.log': lines(5) };
    const packed = zipOf(logs, '-9');
    const lastEntryAt = packed.lastIndexOf('PK\x01\x02', undefined, 'latin1');
    for (let from = lastEntryAt; from < packed.length; from++) {
      const damaged = Buffer.from(packed);
      damaged.fill(0, from);
      const { files } = await unpackBytes(damaged, 'x');
      expect(Object.fromEntries(files.slice(1).map((file) => [file.name, contentOf(file)]))).toEqual(logs);
    }
  });

  test('a member that unpacks to another size or checksum than stated is told', async () => {
    const data = deflateRawSync(Buffer.alloc(200_000));
    const more: Member = { name: text('more'), data, method: 8, bytes: 10 };
    const less: Member = { name: text('less'), data, method: 8, bytes: 300_000 };
    const other: Member = { name: text('other'), data: text('abc'), crc: 1 };
    const { files } = await unpackBytes(forgedZip([more, less, other]), 'x.zip');
    expect(files.slice(1).map((file) => file.problems.list[0]?.message)).toEqual([
      expect.stringContaining('more than the 10 bytes'),
      expect.stringContaining('less than the 300000 bytes'),
      expect.stringContaining('checksum'),
    ]);
    expect(files[1]?.bytes).toBeLessThan(100_000);
  });

  test('methods that are not read and members that are not there are refused with words', async () => {
    const odd: Member = { name: text('odd'), data: text('abc'), method: 14 };
    const gone: Member = { name: text('gone'), data: text('abc'), headerAt: 5_000_000 };
    const archive = forgedZip([odd, gone]);
    archive.fill(0, archive.lastIndexOf('PK\x03\x04'), archive.indexOf('PK\x01\x02'));
    const { files, problems } = await unpackBytes(archive, 'x.zip');
    expect(names(files)).toEqual(['x.zip']);
    expect(problems.map(({ path, kind }) => [path, kind])).toEqual([
      ['x.zip: odd', 'unreadable'],
      ['x.zip: gone', 'unreadable'],
    ]);
    expect(problems[0]?.message).toContain('method 14');
  });

  test('a bomb is stopped, what was whole before it stays, and entries are limited', async () => {
    const bomb = deflateRawSync(Buffer.alloc(6 * 1024 * 1024));
    const members: Member[] = [
      { name: text('before.txt'), data: text('kept') },
      { name: text('bomb'), data: bomb, method: 8, bytes: 6 * 1024 * 1024 },
    ];
    const { files, archive, spoolFolder } = await unpackBytes(forgedZip(members), 'x.zip', {
      unpackedBytes: 4 * 1024 * 1024,
    });
    expect(names(files)).toEqual(['x.zip', 'before.txt']);
    expect(kinds(archive)).toEqual(['limit-exceeded']);
    expect(readdirSync(spoolFolder)).toHaveLength(1);

    const many = forgedZip(Array.from({ length: 30 }, (_, at) => ({ name: text(`${at}`), data: text('x') })));
    const limited = await unpackBytes(many, 'x.zip', { entries: 10 });
    expect(limited.files).toHaveLength(1 + 10);
    expect(kinds(limited.archive)).toEqual(['limit-exceeded']);
  });

  test('an archive without members is one', async () => {
    const { files, archive } = await unpackBytes(forgedZip([]), 'x.zip');
    expect(files.map((file) => file.archive)).toEqual(['zip']);
    expect(archive.problems.count).toBe(0);
  });
});
