import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMPRESSIONS, type CompressionFormat } from '../../../../electron/archives/compression/compressions.ts';
import type { DecompressEnd, OnGap } from '../../../../electron/archives/compression/decompress.ts';
import { tarOf } from '../../../support/bundles.ts';
import { runs } from '../../../support/properties.ts';
import { toolMissing } from '../../../support/tools.ts';
import { unpackBytes } from '../../../support/unpack-bytes.ts';

const FORMATS = ['gzip', 'bzip2', 'xz', 'zstd'] as const;
const ENDINGS = { gzip: 'gz', bzip2: 'bz2', xz: 'xz', zstd: 'zst' } as const;
const missing = FORMATS.some((tool) => toolMissing(tool, '--version'));

/** Compressed by the real tool. */
function pack(tool: CompressionFormat, content: Uint8Array | string, ...args: readonly string[]): Buffer {
  return execFileSync(tool, ['-c', ...args], { input: Buffer.from(content), maxBuffer: 256 * 1024 * 1024 });
}

interface Unpacked {
  readonly content: Buffer;
  readonly end: DecompressEnd;
}

async function unpack(
  format: CompressionFormat,
  packed: Uint8Array,
  chunkBytes = 1 << 18,
  onGap?: OnGap,
): Promise<Unpacked> {
  const from = (offset: number) => {
    let at = offset;
    return (): Uint8Array | null => {
      const chunk = packed.subarray(at, at + chunkBytes);
      at += chunk.length;
      return chunk.length === 0 ? null : chunk;
    };
  };
  const outputs: Uint8Array[] = [];
  const take = async (output: Uint8Array): Promise<boolean> => {
    outputs.push(output);
    return true;
  };
  const end = await COMPRESSIONS[format].decompress(from(0), from, take, onGap);
  return { content: Buffer.concat(outputs), end };
}

const sha256 = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex');
/** The same in every run, so that a counterexample is one in the next run, too. */
const lines = (count: number): string =>
  Array.from(
    { length: count },
    (_, index) => `2026-01-28T04:10:22.${index} host gunicorn[233]: ${sha256(`${count} ${index}`).slice(0, 18)}`,
  ).join('\n');

test.each([
  ['bzip2', 'QlpoOTFBWSZTWTc5wBAAAAfRgAAQQAAmZJaAIAAxANABE9RmkxpNkgzcMsbr0sQI0XckU4UJA3OcAQA='],
  [
    'xz',
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAVcmVhZCB3aXRob3V0IHRoZSB0b29sCgAAAAlTAbhpUYpMAAEuFlYJVd8ftvN9AQAAAAAEWVo=',
  ],
  ['zstd', 'KLUv/QRYsQAAcmVhZCB3aXRob3V0IHRoZSB0b29sCr57aKk='],
] as const)('%s is read where its tool is not installed', async (format, packed) => {
  const { content, end } = await unpack(format, Buffer.from(packed, 'base64'));
  expect(content.toString()).toBe('read without the tool\n');
  expect(end.damage).toBeNull();
});

test('the decoders load where the command line runs from source, too', () => {
  const script = `
    import { COMPRESSIONS } from './electron/archives/compression/compressions.ts';
    const packed = Buffer.from('/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAVcmVhZCB3aXRob3V0IHRoZSB0b29sCgAAAAlTAbhpUYpMAAEuFlYJVd8ftvN9AQAAAAAEWVo=', 'base64');
    const from = () => { let isGiven = false; return () => { if (isGiven) return null; isGiven = true; return packed; }; };
    await COMPRESSIONS.xz.decompress(from(), from, async (output) => { process.stdout.write(output); return true; });`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', script];
  expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe('read without the tool\n');
});

describe.skipIf(missing).each(FORMATS)('%s', (format) => {
  test('what the tool packs is what comes out, whatever it is', async () => {
    const contents: readonly (string | Uint8Array)[] = [
      '',
      'x',
      lines(10_000),
      randomBytes(100_000),
      Buffer.alloc(1_000_000),
      'aaaa'.repeat(70) + 'b'.repeat(259) + 'c'.repeat(1000),
      Buffer.concat([randomBytes(70_000), Buffer.alloc(100_000, 0x61), Buffer.from(lines(500))]),
    ];
    for (const content of contents) {
      for (const level of ['-1', '-9']) {
        const packed = pack(format, content, level);
        const { content: given, end } = await unpack(format, packed);
        expect(sha256(given)).toBe(sha256(content));
        expect(end).toEqual({ damage: null, complete: true, consumedBytes: packed.length, unsupported: false });
      }
    }
  });

  test('chunks of any size give the same', async () => {
    const content = lines(300);
    const packed = pack(format, content);
    for (const chunkBytes of [1, 3, 17, 1000]) {
      const { content: given, end } = await unpack(format, packed, chunkBytes);
      expect(given.toString()).toBe(content);
      expect(end.damage).toBeNull();
    }
  });

  test('several streams after one another are one content', async () => {
    const packed = Buffer.concat([pack(format, 'one '), pack(format, ''), pack(format, 'two')]);
    for (const chunkBytes of [1, 1 << 18]) {
      const { content, end } = await unpack(format, packed, chunkBytes);
      expect(content.toString()).toBe('one two');
      expect(end.damage).toBeNull();
    }
  });

  test('what follows the compressed data is named, and the content is whole', async () => {
    const { content, end } = await unpack(
      format,
      Buffer.concat([pack(format, 'whole'), Buffer.from('JUNKJUNKJUNKJUNK')]),
    );
    expect(content.toString()).toBe('whole');
    expect(end).toMatchObject({ complete: true, damage: `what follows the compressed data is not ${format}` });
  });

  test('a cut anywhere is told, and what came before it is kept', async () => {
    const content = Buffer.from(lines(10_000));
    const packed = pack(format, content, '-1');
    for (const share of [0.3, 0.6, 0.9]) {
      const { content: given, end } = await unpack(format, packed.subarray(0, Math.floor(packed.length * share)));
      expect(end.damage).not.toBeNull();
      expect(end.complete).toBe(false);
      expect(content.subarray(0, given.length).equals(given)).toBe(true);
      expect(given.length).toBeGreaterThan(content.length * (share - 0.2));
    }
    for (let bytes = 14; bytes < 120; bytes += 1) {
      expect((await unpack(format, packed.subarray(0, bytes))).end).toMatchObject({ complete: false });
    }
  });

  test('a byte that was changed is told', async () => {
    const content = lines(300);
    const packed = pack(format, content, ...(format === 'zstd' ? ['--check'] : []));
    for (let at = 20; at < packed.length; at += Math.ceil(packed.length / 7)) {
      const damaged = Buffer.from(packed);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      const { content: given, end } = await unpack(format, damaged);
      expect(end.damage !== null || given.toString() === content).toBe(true);
    }
  });

  test('whatever bytes follow its magic, it ends and throws nothing', async () => {
    const whole = pack(format, lines(40));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 20 }),
        fc.nat(whole.length),
        fc.uint8Array({ maxLength: 60 }),
        async (changes, cut, tail) => {
          const damaged = Buffer.concat([whole.subarray(0, cut), tail]);
          for (const [at, value] of changes) if (at >= 4 && at < damaged.length) damaged[at] = value;
          const { end } = await unpack(format, damaged);
          expect(end.consumedBytes).toBeLessThanOrEqual(damaged.length);
        },
      ),
      { numRuns: runs(60) },
    );
  });

  test('a single file is named after its archive, a tar is taken apart', async () => {
    const ending = ENDINGS[format];
    const single = await unpackBytes(pack(format, 'text\n'), `unit.log.${ending}`);
    expect(single.files.map((file) => [file.name, file.archive])).toEqual([
      [`unit.log.${ending}`, format],
      ['unit.log', null],
    ]);
    expect(readFileSync(single.files[1]?.absolutePath ?? '', 'utf8')).toBe('text\n');
    const members = [
      { name: 'case/unit.txt', content: lines(3000) },
      { name: '../climb.txt', content: 'x' },
      { name: 'case/link', type: 'symlink', linkname: '/etc/passwd' },
      { name: 'case/last.txt', content: 'last' },
    ] as const;
    const tar = pack(format, await tarOf(members));
    const unpacked = await unpackBytes(tar, `case.tar.${ending}`);
    expect(unpacked.files.map((file) => [file.name, file.archive])).toEqual([
      [`case.tar.${ending}`, `tar-${format}`],
      ['case/unit.txt', null],
      ['case/last.txt', null],
    ]);
    expect(unpacked.archive.sha256).toBe(sha256(tar));
    expect(unpacked.problems.map((problem) => problem.kind)).toEqual(['unsafe-path', 'link-refused']);
  });

  test('half a tar keeps its whole members', async () => {
    const first = lines(3000);
    const whole = await tarOf([
      { name: 'first.txt', content: first },
      { name: 'second.txt', content: lines(30_000) },
    ]);
    const tar = pack(format, whole, '-1');
    const { files, archive } = await unpackBytes(tar.subarray(0, Math.floor(tar.length * 0.7)), 'x.tar.z');
    expect(files.map((file) => file.name)).toEqual(['x.tar.z', 'first.txt', 'second.txt']);
    expect(readFileSync(files[1]?.absolutePath ?? '', 'utf8')).toBe(first);
    expect(archive.problems.list.map((problem) => problem.kind)).toEqual(['damaged-archive']);
    expect(archive.problems.list[0]?.message).toContain('1 members were read whole');
    expect(files[2]?.problems.has('truncated')).toBe(true);
  });

  test('a bomb is stopped and leaves nothing behind', async () => {
    const bomb = pack(format, Buffer.alloc(6 * 1024 * 1024), format === 'gzip' ? '-9' : '-6');
    const { files, archive, spoolFolder } = await unpackBytes(bomb, 'bomb', { unpackedBytes: 4 * 1024 * 1024 });
    expect(files).toEqual([archive]);
    expect(archive.problems.list.map((problem) => problem.kind)).toEqual(['limit-exceeded']);
    expect(readdirSync(spoolFolder)).toEqual([]);
  });
});

describe.skipIf(missing)('what the formats have of their own', () => {
  test('xz: several blocks, every check it can verify, and clear words for what it cannot read', async () => {
    const content = lines(4000);
    for (const args of [['--block-size=64KiB'], ['--check=none'], ['--check=crc32'], ['-T2', '--block-size=128KiB']]) {
      expect((await unpack('xz', pack('xz', content, ...args))).content.toString()).toBe(content);
    }
    const hashed = pack('xz', content, '--check=sha256');
    expect((await unpack('xz', hashed)).content.toString()).toBe(content);
    // The last byte of the hash lies before the index (of two sizes) and the footer.
    const hashAt = hashed.length - 12 - 12 - 1;
    hashed[hashAt] = (hashed[hashAt] ?? 0) ^ 1;
    expect((await unpack('xz', hashed)).end).toMatchObject({ damage: 'the compressed data is corrupt' });
    const dictionary = await unpackBytes(pack('xz', content, '--lzma2=preset=0,dict=65MiB'), 'x.xz');
    expect(dictionary.archive.problems.list[0]).toMatchObject({ kind: 'unreadable' });
    expect(dictionary.archive.problems.list[0]?.message).toContain('more than 64 MiB');
    for (const filter of ['--delta=dist=4', '--x86']) {
      expect((await unpack('xz', pack('xz', content, filter, '--lzma2'))).end).toMatchObject({ unsupported: true });
    }
    // Padding between streams and after the last one, in fours.
    const padded = Buffer.concat([pack('xz', 'a'), Buffer.alloc(8), pack('xz', 'b'), Buffer.alloc(4)]);
    expect(await unpack('xz', padded)).toMatchObject({ content: Buffer.from('ab'), end: { damage: null } });
  });

  test('xz: content of many times its dictionary, with bits of every kind of position', async () => {
    // A chunk gives 2 MiB at most: what no match reaches any more is dropped behind the second.
    const long = lines(5_000).repeat(8);
    const cases = [
      { settings: 'dict=4KiB,lc=0,lp=4,pb=4', content: long },
      { settings: 'dict=5KiB', content: lines(400) },
      { settings: 'dict=1MiB,lc=4,lp=0,pb=0', content: lines(400) },
    ];
    for (const { settings, content } of cases) {
      const { content: given, end } = await unpack('xz', pack('xz', content, `--lzma2=preset=0,${settings}`));
      expect(sha256(given)).toBe(sha256(content));
      expect(end.damage).toBeNull();
    }
  });

  test('xz: a dictionary that is stated takes no room before there is content', async () => {
    const packed = pack('xz', 'small', '--lzma2=preset=0,dict=64MiB');
    const before = process.memoryUsage().arrayBuffers;
    const held = await Promise.all(Array.from({ length: 20 }, () => unpack('xz', packed)));
    expect(held.map(({ content }) => content.toString())).toEqual(Array(20).fill('small'));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  });

  test('xz: an index or a footer of other blocks is told, and the content is whole', async () => {
    const [one, other] = [pack('xz', lines(300)), pack('xz', lines(310))];
    // Index (of two sizes) and footer.
    const tail = other.subarray(other.length - 24);
    for (const bytes of [tail, Buffer.concat([one.subarray(one.length - 24, one.length - 12), Buffer.alloc(12)])]) {
      const { content, end } = await unpack('xz', Buffer.concat([one.subarray(0, one.length - 24), bytes]));
      expect(content.toString()).toBe(lines(300));
      expect(end).toMatchObject({ damage: 'the compressed data is corrupt', complete: false });
    }
  });

  test('zstd: long windows, frames to skip, no checksum, and clear words for what it cannot read', async () => {
    const content = lines(10_000);
    for (const args of [['--long=27'], ['--no-check'], ['-19'], ['--fast=5'], ['--no-content-size']]) {
      expect(sha256((await unpack('zstd', pack('zstd', content, ...args))).content)).toBe(sha256(content));
    }
    const skippable = Buffer.from('502a4d180400000078563412', 'hex');
    const { files } = await unpackBytes(Buffer.concat([skippable, pack('zstd', 'read')]), 'a.zst');
    expect(files.map((file) => file.name)).toEqual(['a.zst', 'a']);
    // A frame that wants a window of 2 GiB, with one raw block of a byte.
    const wide = Buffer.concat([Buffer.from('28b52ffd00a8', 'hex'), Buffer.from([9, 0, 0, 0x61])]);
    expect((await unpack('zstd', wide)).end).toMatchObject({ unsupported: true });
  });

  test('zstd: whichever byte of a frame is damaged, what the other frames hold comes out', async () => {
    // Of a length that no damaged bit makes lead exactly to another frame: nobody could tell that from a whole one.
    const skippable = Buffer.from('502a4d180700000078563412785634', 'hex');
    const text = (of: string): string =>
      Array.from({ length: 9 }, (_, at) => `${of} ${sha256(`${of}${at}`).slice(0, 20)}`).join('\n');
    const stored = (of: string): Buffer =>
      Buffer.concat(['1', '2', '3'].map((at) => Buffer.from(sha256(of + at), 'hex')));
    const contents = ['a', 'b', 'c'].flatMap((of) => [Buffer.from(text(of)), stored(of)]);
    const frames = contents.flatMap((content) => [
      { content, packed: pack('zstd', content, '--check', `--stream-size=${content.length}`) },
      { content: null, packed: skippable },
    ]);
    const whole = Buffer.concat(frames.map(({ packed }) => packed));
    const lost: string[] = [];
    let frameAt = 0;
    for (const frame of frames) {
      const others = contents.filter((content) => content !== frame.content);
      for (let at = frameAt; at < frameAt + frame.packed.length; at += 1) {
        // Every bit of the headers, one in eight of the content.
        const isHeader = at < frameAt + 12;
        for (const bit of isHeader ? [1, 2, 4, 8, 16, 32, 64, 128] : [1 << (at % 8)]) {
          const damaged = Buffer.from(whole);
          damaged[at] = (damaged[at] ?? 0) ^ bit;
          const { content } = await unpack('zstd', damaged, 1 << 18, async () => {});
          if (others.some((other) => !content.includes(other))) lost.push(`${at} ^ ${bit}`);
        }
      }
      frameAt += frame.packed.length;
    }
    expect(lost).toEqual([]);
  });

  test('zstd: blocks far too small for their window are refused before they take hours', async () => {
    // 128 MiB of window, and blocks that each repeat one byte once.
    const blocks = Buffer.alloc(4 * 600, Buffer.from([(1 << 3) | (1 << 1), 0, 0, 0x61]));
    const { end } = await unpack('zstd', Buffer.concat([Buffer.from('28b52ffd0088', 'hex'), blocks]));
    expect(end).toMatchObject({ unsupported: true, damage: 'its blocks are too small for its window' });
  });

  test('bzip2: a run that overflows is corrupt, not endless', async () => {
    // Every bit that can be set in the symbols of a small block; a decoder that counts runs in 32 bits never ends.
    const packed = pack('bzip2', 'x'.repeat(50));
    for (let from = 20; from < packed.length - 10; from += 1) {
      const damaged = Buffer.concat([packed.subarray(0, from), Buffer.alloc(5000), Buffer.alloc(5000, 0xff)]);
      expect((await unpack('bzip2', damaged)).end.complete).toBe(false);
    }
  });

  test('archives of every kind in one another, three levels deep', async () => {
    const zst = pack('zstd', await tarOf([{ name: 'deep.log', content: 'deep' }]));
    const xz = pack('xz', await tarOf([{ name: 'three.tar.zst', content: zst }]));
    const bz2 = pack('bzip2', await tarOf([{ name: 'two.tar.xz', content: xz }]));
    const { files } = await unpackBytes(bz2, 'one.tar.bz2');
    expect(files.map((file) => [file.name, file.archive])).toEqual([
      ['one.tar.bz2', 'tar-bzip2'],
      ['two.tar.xz', 'tar-xz'],
      ['two.tar.xz/three.tar.zst', 'tar-zstd'],
      ['two.tar.xz/three.tar.zst/deep.log', null],
    ]);
  });
});
