import { utimesSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isTarHeader } from '../../../electron/archives/tar.ts';
import { INTAKE_LIMITS, type IntakeLimits } from '../../../electron/files/limits.ts';
import { readGivenEvidence } from '../../../electron/intake/import-evidence.ts';
import { FORMATS } from '../../../shared/evidence/formats/table.ts';
import { EVIDENCE_FORMATS } from '../../../shared/model/evidence.ts';
import { tarOf, tempFolder, writeTree } from '../../support/bundles.ts';
import { isoPreciseLine } from '../../support/journal-lines.ts';
import { runs } from '../../support/properties.ts';
import { WHOLE_FORMATS } from '../../support/whole-formats.ts';

/*
 * Formats that are not read by lines, each through the whole intake: made by the real producer, under a meaningless name,
 * in tiny chunks, cut anywhere and with bytes changed anywhere. Reading never throws and ends; what is lost is told.
 */

const MODIFIED = new Date('2026-01-28T05:00:00Z');

async function read(bytes: Uint8Array, limits: Partial<IntakeLimits> = {}) {
  const folder = writeTree(tempFolder(), { x: bytes });
  utimesSync(`${folder}/x`, MODIFIED, MODIFIED);
  const { files, problems, databases, columns } = await readGivenEvidence(
    { paths: [folder], spoolDirectory: tempFolder() },
    () => {},
    { ...INTAKE_LIMITS, ...limits },
  );
  const told = files.reduce((sum, file) => sum + file.problemCount, problems.length);
  return { files, databases, told, events: columns.count };
}
type Read = Awaited<ReturnType<typeof read>>;

describe.each(EVIDENCE_FORMATS.filter((format) => FORMATS[format].create === null))(
  '%s of its real producer',
  (format) => {
    let made: { readonly bytes: Uint8Array; readonly whole: Read } | null = null;
    const row = () => {
      const found = WHOLE_FORMATS[format];
      if (found === undefined) throw new Error(`${format} is neither read by lines nor in WHOLE_FORMATS`);
      return found;
    };
    const evidence = async () => {
      if (made !== null) return made;
      const bytes = row().make();
      made = { bytes, whole: await read(bytes) };
      return made;
    };

    test('is recognised under a meaningless name, and read', async () => {
      const { whole } = await evidence();
      expect(whole.files[0]?.format).toBe(format);
      expect(whole.databases).toHaveLength(row().holds === 'database' ? 1 : 0);
      if (row().holds === 'entries') expect(whole.events).toBeGreaterThan(0);
      else expect(whole.events).toBe(0);
    });

    test('gives the same in tiny chunks', async () => {
      const { bytes, whole } = await evidence();
      // A byte at a time where that ends soon.
      const tiny = await read(bytes, { readChunkBytes: bytes.length > 50_000 ? 1000 : 1 });
      const comparable = ({ files, events, told }: Read) => ({ files, events, told });
      expect(comparable(tiny)).toEqual(comparable(whole));
    });

    test('that is cut short is told, and what was whole before the cut is kept', async () => {
      const { bytes, whole } = await evidence();
      for (const share of [0.1, 0.5, 0.95]) {
        const cut = await read(bytes.subarray(0, Math.floor(bytes.length * share)));
        expect(cut.files).not.toEqual([]);
        // The end of a native journal is space that was reserved and never written: there is nothing to miss in it.
        if (cut.events < whole.events) expect(cut.told, `${share}`).toBeGreaterThan(0);
        // The log comes first and the noise behind it fills the end.
        if (share > (row().entriesBefore ?? 1)) expect(cut.events).toBe(whole.events);
      }
    });

    test('in which bytes were changed never throws; a record is there or the loss is told', async () => {
      const { bytes, whole } = await evidence();
      if (bytes.length === 0) return;
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
            if (at > bytes.length * (row().entriesBefore ?? 1)) expect(after.events).toBe(whole.events);
          },
        ),
        { numRuns: runs(10) },
      );
    });
  },
);

const MEMBERS = Array.from({ length: 6 }, (_each, index) => ({
  name: `m${index}.txt`,
  content: `${isoPreciseLine(index, 'app', 7, `member ${index}`)}\n`,
}));
test('a tar keeps every member that damage does not touch', async () => {
  const bytes = await tarOf(MEMBERS);
  const starts = [...bytes.keys()].filter((at) => at % 512 === 0 && isTarHeader(bytes.subarray(at, at + 512)));
  expect(starts).toHaveLength(MEMBERS.length);
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.uint8Array({ minLength: 1, maxLength: 600 }), async (at, garbage) => {
      const damaged = Uint8Array.from(bytes);
      damaged.set(garbage.subarray(0, bytes.length - at), at);
      const { files } = await read(damaged);
      expect(files[0]?.format).toBe('tar');
      for (const [index, from] of starts.entries()) {
        if (from + 1024 > at && from < at + garbage.length) continue;
        const kept = files.filter(({ path, records }) => path === `x/m${index}.txt` && records === 1);
        expect(kept, `m${index} with ${garbage.length} bytes from ${at} damaged`).toHaveLength(1);
      }
    }),
    { numRuns: runs(40) },
  );
});
