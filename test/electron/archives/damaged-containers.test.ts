import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isTarHeader } from '../../../electron/archives/tar.ts';
import { tarOf, tempFolder, writeTree } from '../../support/bundles.ts';
import { isoPreciseLine } from '../../support/journal-lines.ts';
import { runs } from '../../support/properties.ts';
import { toolMissing } from '../../support/tools.ts';
import { unpackBytes } from '../../support/unpack-bytes.ts';

/*
 * Containers of every kind by their real producers, with bytes damaged anywhere: in the first ones, in headers, content,
 * directory and end. What lies outside the damage comes out whole and once, and what is lost is told.
 */

/** Something that is to come out whole unless bytes of its own are damaged. */
interface Part {
  readonly content: string;
  readonly from: number;
  readonly to: number;
}

interface Container {
  readonly bytes: Buffer;
  readonly parts: readonly Part[];
}

const MEMBERS = 5;
/** The same in every run, so that a counterexample is one in the next run, too. */
const noise = (of: string): string => createHash('sha256').update(of).digest('hex');
const lines = (tag: string, count: number): string =>
  Array.from({ length: count }, (_, at) => `${tag}-${at} ${noise(`${tag}-${at}`).slice(0, 18)}\n`).join('');
const contents = (): string[] => Array.from({ length: MEMBERS }, (_, at) => lines(`m${at}`, 12 + at));
const files = (all: readonly string[]): Record<string, string> =>
  Object.fromEntries(all.map((content, at) => [`m${at}.txt`, content]));

/** A ZIP of a producer run in a folder; its local headers tell where the content of each member lies. */
function zipped(command: string): Container {
  const all = contents();
  const inner = writeTree(tempFolder(), { 'deep.txt': lines('deep', 10), 'more.txt': lines('more', 10) });
  execFileSync('sh', ['-c', 'touch -d @1769573422 * && zip -q -0 n.zip deep.txt more.txt'], { cwd: inner });
  const cwd = writeTree(tempFolder(), { ...files(all), 'n.zip': new Uint8Array(readFileSync(`${inner}/n.zip`)) });
  execFileSync('sh', ['-c', `touch -d @1769573422 * && ${command}`], { cwd });
  const places = execFileSync('python3', ['-c', ZIP_PLACES], { cwd, encoding: 'utf8' }).trim().split('\n');
  const parts = places.flatMap((line): Part[] => {
    const [name, from, to] = line.split(' ');
    const content = files(all)[name ?? ''];
    return content === undefined ? [] : [{ content, from: Number(from), to: Number(to) }];
  });
  expect(parts).toHaveLength(MEMBERS);
  return { bytes: readFileSync(`${cwd}/out.zip`), parts };
}

const ZIP_PLACES = `
import struct, zipfile
data = open("out.zip", "rb").read()
for i in zipfile.ZipFile("out.zip").infolist():
    name, extra = struct.unpack_from("<HH", data, i.header_offset + 26)
    at = i.header_offset + 30 + name + extra
    print(i.filename, at, at + i.compress_size)
`;
const PYTHON_ZIP = (method: string): string =>
  `python3 -c 'import zipfile; z = zipfile.ZipFile("out.zip", "w", zipfile.${method}); [z.write(n) for n in ["m0.txt", "m1.txt", "n.zip", "m2.txt", "m3.txt", "m4.txt"]]; z.close()'`;

function tarParts(tar: Buffer, all: readonly string[]): Part[] {
  const starts = [...tar.keys()].filter((at) => at % 512 === 0 && isTarHeader(tar.subarray(at, at + 512)));
  return all.map((content, at) => {
    const from = starts[at] ?? 0;
    return { content, from, to: from + 512 + content.length };
  });
}

async function tarred(): Promise<Container> {
  const all = contents();
  const bytes = await tarOf(all.map((content, at) => ({ name: `m${at}.txt`, content })));
  return { bytes, parts: tarParts(bytes, all) };
}

const packed = (tool: string, content: Uint8Array): Buffer => execFileSync(tool, ['-c', '-q'], { input: content });

/** Streams of one log after one another, as `cat` of rotated ones. */
function streams(tool: string): Container {
  const all = contents();
  const packs = all.map((content) => packed(tool, Buffer.from(content)));
  let at = 0;
  const parts = packs.map((pack, index): Part => {
    const from = at;
    at += pack.length;
    return { content: all[index] ?? '', from, to: at };
  });
  return { bytes: Buffer.concat(packs), parts };
}

/** A tar in pieces that are compressed by themselves, as pbzip2, pzstd and `xz -T` do it with large ones. */
async function tarStreams(tool: string): Promise<Container> {
  const { bytes: tar, parts } = await tarred();
  const pieceBytes = 1800;
  const places: { readonly tarAt: number; readonly at: number; readonly bytes: number }[] = [];
  const packs: Buffer[] = [];
  let at = 0;
  for (let tarAt = 0; tarAt < tar.length; tarAt += pieceBytes) {
    const pack = packed(tool, tar.subarray(tarAt, tarAt + pieceBytes));
    places.push({ tarAt, at, bytes: pack.length });
    packs.push(pack);
    at += pack.length;
  }
  const inPacks = parts.map((part): Part => {
    const held = places.filter(({ tarAt }) => tarAt < part.to && tarAt + pieceBytes > part.from);
    const last = held.at(-1) ?? { at: 0, bytes: 0 };
    return { content: part.content, from: held[0]?.at ?? 0, to: last.at + last.bytes };
  });
  return { bytes: Buffer.concat(packs), parts: inPacks };
}

const CONTAINERS: Readonly<Record<string, () => Container | Promise<Container>>> = {
  'zip of Info-ZIP': () => zipped('zip -q out.zip m0.txt m1.txt n.zip m2.txt m3.txt m4.txt'),
  'zip of Info-ZIP, stored': () => zipped('zip -q -0 -X out.zip m0.txt n.zip m1.txt m2.txt m3.txt m4.txt'),
  'zip with sizes behind the content': () => zipped('zip -q -fd out.zip m0.txt m1.txt n.zip m2.txt m3.txt m4.txt'),
  'zip with sizes behind what is stored': () =>
    zipped('zip -q -0 -fd out.zip m0.txt n.zip m1.txt m2.txt m3.txt m4.txt'),
  'zip of Python': () => zipped(PYTHON_ZIP('ZIP_DEFLATED')),
  'zip of Python with bzip2': () => zipped(PYTHON_ZIP('ZIP_BZIP2')),
  tar: tarred,
  gzip: () => streams('gzip'),
  bzip2: () => streams('bzip2'),
  xz: () => streams('xz'),
  zstd: () => streams('zstd'),
  'tar in gzip': () => tarStreams('gzip'),
  'tar in bzip2': () => tarStreams('bzip2'),
  'tar in xz': () => tarStreams('xz'),
  'tar in zstd': () => tarStreams('zstd'),
};

/** Damage that once lost more than it touched: where it begins, and its bytes. */
const ONCE_LOST: Readonly<Record<string, readonly [number, Uint8Array][]>> = {
  'tar in zstd': [
    // Of the first block: its length, which leads into the frames that follow, and sequences that make too much of it.
    [6, Uint8Array.of(0xd0)],
    [6, Uint8Array.of(0xad)],
    [6, Uint8Array.of(0xfd)],
    [411, Uint8Array.of(0xc9)],
  ],
};

const missing = ['zip', 'gzip', 'bzip2', 'xz', 'zstd'].some((tool) => toolMissing(tool, '--version'));

describe.skipIf(missing).each(Object.keys(CONTAINERS))('%s', (kind) => {
  const at = (bytes: number) =>
    fc.oneof(
      fc.nat(Math.min(40, bytes - 1)),
      fc.nat(bytes - 1),
      fc.nat(Math.min(600, bytes - 1)).map((before) => bytes - 1 - before),
    );
  const damage = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 16 }),
    fc.constantFrom(new Uint8Array(12), new Uint8Array(4).fill(0xff)),
  );

  test('keeps everything outside damage, once, and tells what is lost', async () => {
    const make = CONTAINERS[kind];
    if (make === undefined) throw new Error(`no container ${kind}`);
    const { bytes, parts } = await make();
    const linesOf = async (archive: Uint8Array) => {
      const unpacked = await unpackBytes(archive, 'x');
      const counts = new Map<string, number>();
      const texts: string[] = [];
      for (const file of unpacked.files.filter(({ archive: held }) => held === null)) {
        const text = file === unpacked.archive ? '' : readFileSync(file.absolutePath, 'latin1');
        texts.push(text);
        for (const line of text.split('\n')) counts.set(line, (counts.get(line) ?? 0) + 1);
      }
      const told = unpacked.files.reduce((sum, file) => sum + file.problems.count, unpacked.problems.length);
      return { counts, texts, told };
    };
    const all = parts.flatMap(({ content }) => content.trimEnd().split('\n'));
    const whole = await linesOf(bytes);
    expect(all.filter((line) => whole.counts.get(line) !== 1)).toEqual([]);
    expect(whole.told).toBe(0);
    await fc.assert(
      fc.asyncProperty(at(bytes.length), damage, async (from, garbage) => {
        const damaged = Buffer.from(bytes);
        damaged.set(garbage.subarray(0, bytes.length - from), from);
        const { counts, texts, told } = await linesOf(damaged);
        const untouched = parts.filter((part) => part.from >= from + garbage.length || part.to <= from);
        const expected = untouched.flatMap(({ content }) => content.trimEnd().split('\n'));
        expect(expected.filter((line) => counts.get(line) !== 1)).toEqual([]);
        // Damage can repeat what lies in front of it in content that is compressed; nothing gives a whole part again.
        const isTwice = ({ content }: Part): boolean => texts.filter((text) => text.includes(content)).length > 1;
        expect(parts.filter(isTwice)).toEqual([]);
        // A plain tar has no checksum of content: of what is changed in it nobody can tell.
        const isLost = (content: string): boolean => {
          const isMissing = content
            .trimEnd()
            .split('\n')
            .map((line) => !counts.has(line));
          return kind === 'tar' ? isMissing.every(Boolean) : isMissing.some(Boolean);
        };
        if (parts.some(({ content }) => isLost(content))) expect(told).toBeGreaterThan(0);
      }),
      { numRuns: runs(60), examples: [...(ONCE_LOST[kind] ?? [])] },
    );
  });
});

describe.skipIf(missing)('files that are no damaged archive', () => {
  let made: Buffer | null = null;
  const zip = (): Buffer => {
    made ??= zipped(PYTHON_ZIP('ZIP_STORED')).bytes;
    return made;
  };
  const database = (): Buffer => {
    const cwd = tempFolder();
    writeFileSync(`${cwd}/a.zip`, zip());
    const script =
      'import sqlite3; c = sqlite3.connect("a.db"); c.execute("create table t (b)"); c.execute("insert into t values (?)", (open("a.zip", "rb").read(),)); c.commit()';
    execFileSync('python3', ['-c', script], { cwd });
    return readFileSync(`${cwd}/a.db`);
  };
  const OTHERS: Readonly<Record<string, () => Buffer | Promise<Buffer>>> = {
    'a database that holds a ZIP': database,
    'an old Office document that ends with a ZIP': () => Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), zip()]),
    'a text that ends with a ZIP': () => Buffer.concat([Buffer.from(lines('text', 40)), zip()]),
    'JSON with the signature of a ZIP': () => Buffer.from(`{"magic": "PK\x03\x04", "end": "PK\x05\x06"}\n`.repeat(9)),
    'random bytes': () => randomBytes(5000),
    'a script that ends with a gzip': () =>
      Buffer.concat([Buffer.from(lines('echo', 40)), packed('gzip', Buffer.from('x'))]),
  };
  test.each(Object.keys(OTHERS))('%s', async (kind) => {
    const bytes = await OTHERS[kind]?.();
    const { files: found } = await unpackBytes(bytes ?? Buffer.alloc(0), 'x');
    expect(found.map(({ archive }) => archive)).toEqual([null]);
  });

  test('a tar whose last member is a stored ZIP stays a tar, its first header damaged or not', async () => {
    const bytes = await tarOf([
      { name: 'a.txt', content: lines('a', 30) },
      { name: 'n.zip', content: zip() },
    ]);
    for (const garbage of [0, 300]) {
      const damaged = Buffer.from(bytes).fill(0xaa, 0, garbage);
      const { archive } = await unpackBytes(damaged, 'x');
      expect(archive.archive).toBe('tar');
    }
  });
});

describe.skipIf(missing)('gaps', () => {
  const log = (from: number, count: number): string =>
    Array.from({ length: count }, (_, at) => isoPreciseLine(from + at, 'app', 7, randomBytes(30).toString('hex'))).join(
      '\n',
    );

  test('a log with a lost block has no line of two halves, and what is lost is named', async () => {
    const text = `${log(0, 4000)}\n`;
    const pack = execFileSync('bzip2', ['-1', '-c'], { input: text });
    pack.fill(0xaa, Math.floor(pack.length / 2), Math.floor(pack.length / 2) + 20);
    const { files: found, archive } = await unpackBytes(pack, 'unit.log.bz2');
    const kept = readFileSync(found[1]?.absolutePath ?? '', 'latin1')
      .trimEnd()
      .split('\n');
    const all = new Set(text.trimEnd().split('\n'));
    const strange = kept.filter((line) => !all.has(line));
    // The line that the gap cut off, which is the beginning of one.
    expect(strange.length).toBeLessThanOrEqual(1);
    for (const line of strange) expect([...all].some((whole) => whole.startsWith(line))).toBe(true);
    expect(kept.length).toBeGreaterThan(all.size / 2);
    expect(archive.problems.list.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Bytes \d+ to \d+ of \d+ are damaged .*unpacking went on behind them/),
    ]);
    expect(found[1]?.problems.list[0]?.message).toMatch(/^Something is missing in front of byte \d+ of it/);
  });

  test('what lies behind a gap in a tar is a member of its own, up to the next header', async () => {
    const [first, last] = [`${log(0, 4000)}\n`, `${log(9000, 20)}\n`];
    const tar = await tarOf([
      { name: 'unit.log', content: first },
      { name: 'last.log', content: last },
    ]);
    const pack = execFileSync('bzip2', ['-1', '-c'], { input: tar });
    pack.fill(0xaa, Math.floor(pack.length / 2), Math.floor(pack.length / 2) + 20);
    const { files: found } = await unpackBytes(pack, 'case.tar.bz2');
    expect(found.map(({ name }) => name)).toEqual(['case.tar.bz2', 'unit.log', 'unit.log (behind damage)', 'last.log']);
    const [, front, behind, whole] = found.map(({ absolutePath }) => readFileSync(absolutePath, 'latin1'));
    expect(first.startsWith(front ?? '-')).toBe(true);
    expect(first.endsWith(behind ?? '-')).toBe(true);
    expect(whole).toBe(last);
    expect(found.map(({ problems }) => problems.count)).toEqual([1, 1, 1, 0]);
  });
});
