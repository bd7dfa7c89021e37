import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readGivenEvidence } from '../../../electron/intake/import-evidence.ts';
import type { EvidenceFormat } from '../../../shared/model/evidence.ts';
import { nativeFixture } from '../../shared/evidence/native-journal/support.ts';
import { tempFolder, writeTree } from '../../support/bundles.ts';
import { timeoutJournal } from '../../support/journal-lines.ts';

/*
 * Formats that are not read by lines, each through the whole intake: made by the real producer, under a meaningless name,
 * cut anywhere and with bytes changed anywhere. Reading never throws and ends; what is lost is told.
 */

/** Does not compress, so that the log behind it lies far from the end of the archive's first half. */
const NOISE = randomBytes(3000);
const ZIP =
  'import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED)\nfor name in sys.argv[2:]: z.write(name)\nz.close()';

function archive(run: (folder: string) => void, name: string): Uint8Array {
  const folder = writeTree(tempFolder(), { 'unit.txt': timeoutJournal(), 'noise.bin': NOISE });
  run(folder);
  return new Uint8Array(readFileSync(`${folder}/${name}`));
}
const tarred = (...flags: readonly string[]): Uint8Array =>
  archive((cwd) => execFileSync('tar', [...flags, '-cf', 'out', 'unit.txt', 'noise.bin'], { cwd }), 'out');
const compressed = (tool: string, ending: string): Uint8Array =>
  archive((cwd) => execFileSync(tool, ['-q', 'unit.txt'], { cwd }), `unit.txt.${ending}`);
const database = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../fixtures/sqlite/${name}/service.db`, import.meta.url)));

const MADE: readonly (readonly [EvidenceFormat, () => Uint8Array])[] = [
  ['tar', () => tarred()],
  ['tar-gzip', () => tarred('--gzip')],
  ['tar-bzip2', () => tarred('--bzip2')],
  ['tar-xz', () => tarred('--xz')],
  ['tar-zstd', () => tarred('--zstd')],
  ['gzip', () => compressed('gzip', 'gz')],
  ['bzip2', () => compressed('bzip2', 'bz2')],
  ['xz', () => compressed('xz', 'xz')],
  ['zstd', () => compressed('zstd', 'zst')],
  ['zip', () => archive((cwd) => execFileSync('python3', ['-c', ZIP, 'out', 'unit.txt', 'noise.bin'], { cwd }), 'out')],
  ['journal-native', () => nativeFixture('zstd')],
  ['sqlite', () => database('import-killed')],
];

/** What is whole before a cut within a block is read. */
const STREAMED: ReadonlySet<EvidenceFormat> = new Set(['tar', 'tar-gzip', 'tar-xz', 'zip']);

async function read(bytes: Uint8Array) {
  const folder = writeTree(tempFolder(), { x: bytes });
  const { files, problems, databases, columns } = await readGivenEvidence(
    { paths: [folder], spoolDirectory: tempFolder() },
    () => {},
  );
  const told = files.reduce((sum, file) => sum + file.problemCount, problems.length);
  return { files, databases, told, events: columns.count };
}

describe.each(MADE)('%s of its real producer', (format, make) => {
  let made: { readonly bytes: Uint8Array; readonly whole: Awaited<ReturnType<typeof read>> } | null = null;
  const evidence = async () => {
    if (made !== null) return made;
    const bytes = make();
    made = { bytes, whole: await read(bytes) };
    return made;
  };

  test('is recognised under a meaningless name, and read', async () => {
    const { whole } = await evidence();
    expect(whole.files[0]?.format).toBe(format);
    if (format === 'sqlite') expect(whole.databases).toHaveLength(1);
    else expect(whole.events).toBeGreaterThan(0);
  });

  test('that is cut short is told, and what was whole before the cut is kept', async () => {
    const { bytes, whole } = await evidence();
    for (const share of [0.1, 0.5, 0.95]) {
      const cut = await read(bytes.subarray(0, Math.floor(bytes.length * share)));
      // The end of a native journal is space that was reserved and never written: there is nothing to miss in it.
      if (format !== 'journal-native' || cut.events < whole.events) expect(cut.told, `${share}`).toBeGreaterThan(0);
      // The log comes first and the noise behind it fills the end. bzip2 and Zstandard keep nothing of a block that is cut.
      if (share > 0.9 && STREAMED.has(format)) expect(cut.events).toBe(whole.events);
    }
  });

  test('in which bytes were changed never throws; a record is there or the loss is told', async () => {
    const { bytes, whole } = await evidence();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.uint8Array({ minLength: 1, maxLength: 20 }),
        async (at, garbage) => {
          const damaged = bytes.slice();
          damaged.set(garbage.subarray(0, bytes.length - at), at);
          const after = await read(damaged);
          expect(after.files.length).toBeGreaterThan(0);
          if (after.events < whole.events) expect(after.told).toBeGreaterThan(0);
        },
      ),
      { numRuns: 12 },
    );
  });
});
