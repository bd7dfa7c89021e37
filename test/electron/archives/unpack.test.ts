import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { isTarHeader, TarReader } from '../../../electron/archives/tar.ts';
import type { FoundFile } from '../../../electron/files/inventory.ts';
import { Spool, type SpoolFile } from '../../../electron/files/spool.ts';
import { shownPaths } from '../../../electron/intake/shown-paths.ts';
import { tarGzipOf, tarOf } from '../../support/bundles.ts';
import { unpackBytes } from '../../support/unpack-bytes.ts';

const contentOf = (file: FoundFile | undefined): string => readFileSync(file?.absolutePath ?? '', 'latin1');
const sha256 = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex');

describe('archives', () => {
  test('a tar.gz becomes itself and its members, each with its own hash', async () => {
    const archive = await tarGzipOf([
      { name: 'case/', type: 'directory' },
      { name: 'case/unit.txt', content: 'one' },
      { name: './case//empty.txt', content: '' },
    ]);
    const { files, problems } = await unpackBytes(archive, 'case.tar.gz');
    expect(files.map((file) => [file.name, file.archive, file.bytes, file.sha256])).toEqual([
      ['case.tar.gz', 'tar-gzip', archive.length, sha256(archive)],
      ['case/unit.txt', null, 3, sha256('one')],
      ['case/empty.txt', null, 0, sha256('')],
    ]);
    expect(files[1]?.container).toBe(files[0]);
    expect(files[1]?.modified).toBe(Date.parse('2026-01-28T05:00:00Z') * 1000);
    expect(problems).toEqual([]);
    expect(files[0]?.problems.list).toEqual([]);
  });

  test('content tells an archive, not its name', async () => {
    const { files } = await unpackBytes(await tarOf([{ name: 'a.txt', content: 'a' }]), 'evidence.bin');
    expect(files.map((file) => [file.name, file.archive])).toEqual([
      ['evidence.bin', 'tar'],
      ['a.txt', null],
    ]);
    const notOne = await unpackBytes(Buffer.from('no archive at all'), 'evidence.tar.gz');
    expect(notOne.files.map((file) => [file.name, file.archive])).toEqual([['evidence.tar.gz', null]]);
  });

  test('a single .gz is one file named after it', async () => {
    const { files } = await unpackBytes(gzipSync('text\n'), 'unit.log.gz');
    expect(files.map((file) => [file.name, file.archive])).toEqual([
      ['unit.log.gz', 'gzip'],
      ['unit.log', null],
    ]);
    expect(contentOf(files[1])).toBe('text\n');
  });

  test('several gzip members after one another are one content', async () => {
    const { files } = await unpackBytes(Buffer.concat([gzipSync('one '), gzipSync('two')]), 'unit.log.gz');
    expect(contentOf(files[1])).toBe('one two');
  });

  test('text in UTF-16 becomes a member in UTF-8, also where it only ends so', async () => {
    const text = '2026-03-02T07:10:00+00:00 vm app[7]: läuft\r\n';
    const wide = Buffer.from(text.repeat(100), 'utf16le');
    const { files } = await unpackBytes(wide, 'unit.txt');
    expect(files.map((file) => [file.name, file.archive])).toEqual([
      ['unit.txt', 'utf-16'],
      ['unit.txt', null],
    ]);
    expect(readFileSync(files[1]?.absolutePath ?? '', 'utf8')).toBe(text.repeat(100));
    const long = Buffer.concat([Buffer.from(text.repeat(2000)), wide]);
    const appended = await unpackBytes(long, 'unit.txt');
    expect(readFileSync(appended.files[1]?.absolutePath ?? '', 'utf8')).toBe(text.repeat(2100));
  });

  test('archives in archives are unpacked three levels deep', async () => {
    const level4 = await tarGzipOf([{ name: 'too-deep.txt', content: 'x' }]);
    const level3 = await tarOf([
      { name: 'c.txt', content: 'c' },
      { name: 'four.tgz', content: level4 },
    ]);
    const level2 = await tarGzipOf([{ name: 'three.tar', content: level3 }]);
    const { files } = await unpackBytes(await tarOf([{ name: 'two.tgz', content: level2 }]), 'one.tar');
    expect(files.map((file) => file.name)).toEqual([
      'one.tar',
      'two.tgz',
      'two.tgz/three.tar',
      'two.tgz/three.tar/c.txt',
      'two.tgz/three.tar/four.tgz',
    ]);
    expect(files[4]?.problems.list.map((problem) => problem.kind)).toEqual(['limit-exceeded']);
    expect(files[4]?.sha256).toBe(sha256(level4));
    expect(files[3]?.container).toBe(files[2]);
  });

  test('a name that an archive holds twice gives two files', async () => {
    const entries = Array.from({ length: 3 }, (_, index) => ({ name: 'same.txt', content: `${index}` }));
    const { files } = await unpackBytes(await tarOf([...entries, { name: 'same.txt (2)', content: '' }]), 'x.tar');
    expect(shownPaths(files, ['x.tar'])).toEqual([
      'x.tar',
      'same.txt',
      'same.txt (2)',
      'same.txt (3)',
      'same.txt (2) (2)',
    ]);
  });

  test('unpacked copies have names of the spool and are for the user alone', async () => {
    const { spoolFolder, files } = await unpackBytes(await tarOf([{ name: 'a/b.txt', content: 'b' }]), 'x.tar');
    expect(readdirSync(spoolFolder)).toEqual(['m000001']);
    expect(statSync(files[1]?.absolutePath ?? '').mode & 0o777).toBe(0o600);
  });
});

describe('hostile archives', () => {
  test('absolute names are read without their root, and the archive says so once', async () => {
    const { files, archive, problems } = await unpackBytes(
      await tarOf([
        { name: '/srv/tracker/unit.txt', content: 'unit' },
        { name: 'C:\\kernel.txt', content: 'kernel' },
        { name: 'fine.txt', content: 'fine' },
      ]),
      'x.tar',
    );
    expect(files.slice(1).map((file) => [file.name, contentOf(file)])).toEqual([
      ['srv/tracker/unit.txt', 'unit'],
      ['kernel.txt', 'kernel'],
      ['fine.txt', 'fine'],
    ]);
    expect(problems).toEqual([]);
    expect(archive.problems.list.map(({ kind, message }) => `${kind}: ${message}`)).toEqual([
      expect.stringMatching(/^unsafe-path: .*\/srv\/tracker\/unit\.txt.* without their root/),
    ]);
  });

  test('climbing names are refused, the rest is read', async () => {
    const { files, problems, spoolFolder } = await unpackBytes(
      await tarGzipOf([
        { name: '../../climb.txt', content: 'x'.repeat(2000) },
        { name: 'a/../../b.txt', content: 'x' },
        { name: '/../etc/cron.d/job', content: 'x' },
        { name: 'C:\\..\\windows.txt', content: 'x' },
        { name: 'a..b/fine.txt', content: 'fine' },
      ]),
      'x.tar.gz',
    );
    expect(files.map((file) => file.name)).toEqual(['x.tar.gz', 'a..b/fine.txt']);
    expect(contentOf(files[1])).toBe('fine');
    expect(problems.map((problem) => problem.kind)).toEqual([
      'unsafe-path',
      'unsafe-path',
      'unsafe-path',
      'unsafe-path',
    ]);
    expect(problems[0]?.path).toBe('x.tar.gz: ../../climb.txt');
    expect(readdirSync(spoolFolder)).toHaveLength(1);
  });

  test.each([
    ['a folder', '00000001000\0', []],
    ['a number beyond all', Buffer.from('80ffffffffffffffffffffff', 'hex'), ['damaged-archive']],
    ['no number', Buffer.from('810000000000000000000004', 'hex'), ['damaged-archive']],
  ])('a size that %s has does not keep the rest from being read', async (_, size, told) => {
    const tar = Buffer.from(
      await tarOf([
        { name: 'logs/', type: 'directory' },
        { name: 'logs/unit.txt', content: 'unit' },
      ]),
    );
    Buffer.from(size).copy(tar, 124);
    if (told.length > 0) tar.write('0', 156);
    tar.fill(' ', 148, 156);
    const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    const { files, archive } = await unpackBytes(tar, 'x.tar');
    expect(files.slice(1).map((file) => [file.name, contentOf(file)])).toEqual([['logs/unit.txt', 'unit']]);
    expect(archive.problems.list.map(({ kind }) => kind)).toEqual(told);
  });

  test('links and devices are refused, the rest is read', async () => {
    const { files, problems } = await unpackBytes(
      await tarOf([
        { name: 'link', type: 'symlink', linkname: '/etc/passwd' },
        { name: 'hard', type: 'link', linkname: 'fine.txt' },
        { name: 'device', type: 'character-device' },
        { name: 'pipe', type: 'fifo' },
        { name: 'fine.txt', content: 'fine' },
      ]),
      'x.tar',
    );
    expect(files.map((file) => file.name)).toEqual(['x.tar', 'fine.txt']);
    expect(problems.map((problem) => problem.kind)).toEqual(Array(4).fill('link-refused'));
    expect(problems[0]?.message).toContain('/etc/passwd');
  });

  test('control characters in names are made visible in problems', async () => {
    const { problems } = await unpackBytes(await tarOf([{ name: '../\x1b[31mred\u202e.txt', content: '' }]), 'x.tar');
    expect(problems[0]?.path).toBe('x.tar: ../\\x1b[31mred\\u202e.txt');
  });

  test('a decompression bomb is stopped and its half-unpacked member removed', async () => {
    const bomb = gzipSync(Buffer.alloc(6 * 1024 * 1024));
    const { files, archive, spoolFolder } = await unpackBytes(bomb, 'bomb.gz', { unpackedBytes: 4 * 1024 * 1024 });
    expect(files).toEqual([archive]);
    expect(archive.problems.list.map((problem) => problem.kind)).toEqual(['limit-exceeded']);
    expect(archive.sha256).toBe(sha256(bomb));
    expect(readdirSync(spoolFolder)).toEqual([]);
  });

  test('a file that packs well is read, however well', async () => {
    const content = '<testcase name="a"/>\n'.repeat(200_000);
    const packed = gzipSync(content);
    expect(content.length / packed.length).toBeGreaterThan(200);
    const { files, archive } = await unpackBytes(packed, 'report.xml.gz');
    expect(files.map((file) => [file.name, file.bytes])).toEqual([
      ['report.xml.gz', packed.length],
      ['report.xml', content.length],
    ]);
    expect(archive.problems.list).toEqual([]);
  });

  test('a full disk stops unpacking, and what was whole before stays', async () => {
    class FullSpool extends Spool {
      override create(): SpoolFile {
        const file = super.create();
        const write = file.write.bind(file);
        file.write = (content) => {
          if (content.length > 1000) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
          write(content);
        };
        return file;
      }
    }
    const tar = await tarOf([
      { name: 'before.txt', content: 'kept' },
      { name: 'large.txt', content: 'x'.repeat(2000) },
    ]);
    const { files, archive, spoolFolder } = await unpackBytes(tar, 'x.tar', {}, FullSpool);
    expect(files.map((file) => file.name)).toEqual(['x.tar', 'before.txt']);
    expect(archive.problems.list.map(({ kind, message }) => `${kind}: ${message}`)).toEqual([
      expect.stringMatching(/^limit-exceeded: The disk .* is full/),
    ]);
    expect(readdirSync(spoolFolder)).toHaveLength(1);
  });

  test('a bomb within a tar.gz keeps the members before it', async () => {
    const { files, archive } = await unpackBytes(
      await tarGzipOf([
        { name: 'before.txt', content: 'kept' },
        { name: 'zeros.bin', content: Buffer.alloc(6 * 1024 * 1024) },
      ]),
      'x.tar.gz',
      { unpackedBytes: 4 * 1024 * 1024 },
    );
    expect(files.map((file) => file.name)).toEqual(['x.tar.gz', 'before.txt']);
    expect(archive.problems.list.map((problem) => problem.kind)).toEqual(['limit-exceeded']);
  });

  test('the number of entries, the unpacked bytes and the length of paths are limited', async () => {
    const many = await tarOf(Array.from({ length: 20 }, (_, index) => ({ name: `${index}.txt`, content: 'x' })));
    const entries = await unpackBytes(many, 'x.tar', { entries: 10 });
    expect(entries.files).toHaveLength(1 + 10);
    expect(entries.archive.problems.list.map((problem) => problem.kind)).toEqual(['limit-exceeded']);

    const large = await tarGzipOf([
      { name: 'a', content: 'a' },
      { name: 'b', content: randomBytes(300_000) },
    ]);
    const bytes = await unpackBytes(large, 'x.tgz', { unpackedBytes: 200_000 });
    expect(bytes.files.map((file) => file.name)).toEqual(['x.tgz', 'a']);
    expect(bytes.archive.problems.list.map((problem) => problem.kind)).toEqual(['limit-exceeded']);

    const long = await unpackBytes(
      await tarOf([
        { name: `${'d/'.repeat(3000)}x`, content: 'x' },
        { name: 'y', content: 'y' },
      ]),
      'x.tar',
    );
    expect(long.files.map((file) => file.name)).toEqual(['x.tar', 'y']);
    expect(long.problems.map((problem) => problem.kind)).toEqual(['limit-exceeded']);
  });
});

/** What the whole members of a tar hold that comes in chunks of a size. */
async function membersOf(archive: Buffer, chunkBytes: number): Promise<readonly string[]> {
  const whole: string[] = [];
  const tar = new TarReader(() => {
    const parts: Uint8Array[] = [];
    return {
      write: (content) => parts.push(content),
      end: (isWhole) => {
        if (isWhole) whole.push(Buffer.concat(parts).toString());
      },
    };
  });
  for (let at = 0; at < archive.length; at += chunkBytes) await tar.feed(archive.subarray(at, at + chunkBytes));
  await tar.end();
  return whole;
}

describe('damaged archives', () => {
  const lines = (count: number): string =>
    Array.from({ length: count }, () => randomBytes(20).toString('hex')).join('\n');

  test('a truncated tar.gz keeps what was whole, and the piece of the member that was cut', async () => {
    const [first, second] = [lines(2000), lines(20_000)];
    const archive = await tarGzipOf([
      { name: 'first.txt', content: first },
      { name: 'second.txt', content: second },
      { name: 'third.txt', content: 'lost' },
    ]);
    const cut = archive.subarray(0, Math.floor(archive.length / 2));
    const { files, archive: container } = await unpackBytes(cut, 'x.tar.gz');
    expect(files.map((file) => file.name)).toEqual(['x.tar.gz', 'first.txt', 'second.txt']);
    expect(contentOf(files[1])).toBe(first);
    expect(second.startsWith(contentOf(files[2]))).toBe(true);
    // About half of the compressed bytes were there, and all that came out of them must have been kept.
    expect(contentOf(files[2]).length).toBeGreaterThan(second.length * 0.4);
    expect(files[2]?.problems.list.map((problem) => problem.kind)).toEqual(['truncated']);
    const [damage] = container.problems.list;
    expect(damage?.kind).toBe('damaged-archive');
    expect(damage?.message).toContain('1 members were read whole');
    expect(damage?.byteOffset).toBe(cut.length);
    expect(container.sha256).toBe(sha256(cut));
  });

  test('every cut of a small tar.gz is survived, and whole members are kept', async () => {
    const content = lines(40);
    const archive = await tarGzipOf([
      { name: 'first.txt', content },
      { name: 'second.txt', content: lines(40) },
    ]);
    for (let bytes = 3; bytes < archive.length; bytes += 97) {
      const { files, archive: container } = await unpackBytes(archive.subarray(0, bytes), 'x.tar.gz');
      expect(container.problems.list.map((problem) => problem.kind)).toEqual(['damaged-archive']);
      for (const file of files.slice(1)) expect(file.problems.count === 0 || file.problems.has('truncated')).toBe(true);
      if (files.length === 3) expect(contentOf(files[1])).toBe(content);
    }
  });

  test('a plain tar that breaks off within a member keeps its piece', async () => {
    const archive = await tarOf([{ name: 'a.txt', content: 'x'.repeat(5000) }]);
    const { files, archive: container } = await unpackBytes(archive.subarray(0, 3000), 'x.tar');
    expect(files.map((file) => [file.name, file.bytes])).toEqual([
      ['x.tar', 3000],
      ['a.txt', 3000 - 512],
    ]);
    expect(container.problems.list[0]).toMatchObject({ kind: 'damaged-archive', byteOffset: 3000 });
  });

  test('a tar with a broken header keeps what came before and names the byte', async () => {
    const archive = await tarOf([
      { name: 'a.txt', content: 'a' },
      { name: 'b.txt', content: 'b' },
    ]);
    archive.fill(0xff, 1024, 1100);
    const { files, archive: container } = await unpackBytes(archive, 'x.tar');
    expect(files.map((file) => file.name)).toEqual(['x.tar', 'a.txt']);
    expect(container.problems.list[0]).toMatchObject({ kind: 'damaged-archive', byteOffset: 1024 });
    expect(container.sha256).toBe(sha256(archive));
  });

  test('behind damaged headers a tar goes on at the next header, in chunks of any size', async () => {
    const long = `${'d'.repeat(90)}/${'e'.repeat(90)}/long.txt`;
    const archive = await tarOf([
      { name: 'a.txt', content: 'a' },
      { name: 'b.txt', content: lines(60) },
      { name: 'c.txt', content: 'c' },
      { name: 'd.txt', content: 'd' },
      { name: long, content: 'long' },
      { name: 'f.txt', content: 'f' },
    ]);
    const starts = [...archive.keys()].filter((at) => at % 512 === 0 && isTarHeader(archive.subarray(at, at + 512)));
    for (const at of [starts[1] ?? 0, starts[3] ?? 0]) archive.fill(0xff, at, at + 100);
    const { files, archive: container } = await unpackBytes(archive, 'x.tar');
    expect(files.map((file) => file.name)).toEqual(['x.tar', 'a.txt', 'c.txt', long, 'f.txt']);
    expect(container.problems.list).toMatchObject([{ kind: 'damaged-archive', byteOffset: starts[1] }]);
    expect(container.problems.list[0]?.message).toContain('4 members were read whole');
    for (const chunkBytes of [1, 100, 513])
      expect(await membersOf(archive, chunkBytes)).toEqual(['a', 'c', 'long', 'f']);
  });

  test('a tar whose first header is damaged is still one', async () => {
    const archive = await tarOf([
      { name: 'a.txt', content: 'a' },
      { name: 'b.txt', content: 'b' },
    ]);
    archive.fill(0x41, 0, 20);
    const { files, archive: container } = await unpackBytes(archive, 'x');
    expect(files.map((file) => [file.name, file.archive])).toEqual([
      ['x', 'tar'],
      ['b.txt', null],
    ]);
    expect(container.problems.list).toMatchObject([{ kind: 'damaged-archive', byteOffset: 0 }]);
  });

  test('a gzip stream damaged in the middle gives what came before', async () => {
    const content = lines(50_000);
    const packed = gzipSync(content);
    const middle = Math.floor(packed.length / 2);
    packed.fill(0, middle, middle + 64);
    const { files, archive } = await unpackBytes(packed, 'unit.log.gz');
    expect(archive.problems.list.map((problem) => problem.kind)).toEqual(['damaged-archive']);
    expect(files[1]?.bytes).toBeGreaterThan(content.length * 0.4);
    expect(archive.sha256).toBe(sha256(packed));
  });

  test('a small gzip whose checksum does not hold gives all its content', async () => {
    const packed = gzipSync('a few lines of a log\n');
    packed[packed.length - 6] = (packed[packed.length - 6] ?? 0) ^ 0xff;
    const { files, archive } = await unpackBytes(packed, 'unit.log.gz');
    expect(contentOf(files[1])).toBe('a few lines of a log\n');
    expect(archive.problems.list[0]?.message).toContain('incorrect data check');
  });

  test('what follows the compressed data is named', async () => {
    const { files, archive } = await unpackBytes(Buffer.concat([gzipSync('whole'), Buffer.from('JUNKJUNK')]), 'a.gz');
    expect(contentOf(files[1])).toBe('whole');
    expect(files[1]?.problems.count).toBe(0);
    expect(archive.problems.list[0]?.message).toContain('not gzip');
    const padded = await unpackBytes(Buffer.concat([gzipSync('whole'), Buffer.alloc(512)]), 'a.gz');
    expect(contentOf(padded.files[1])).toBe('whole');
    expect(padded.archive.problems.count).toBe(0);
  });
});
