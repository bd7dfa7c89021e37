import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventStore } from '../../electron/events/event-store.ts';
import { INTAKE_LIMITS } from '../../electron/files/limits.ts';
import { readGivenEvidence } from '../../electron/intake/import-evidence.ts';
import { RunControl } from '../../electron/intake/run-control.ts';
import type { EvidenceEvent } from '../../shared/model/event.ts';
import type { ImportedEvidence } from '../../shared/model/imported-evidence.ts';
import { epochMicros, formatIsoMicros } from '../../shared/model/time.ts';
import { tempFolder, writeTree } from '../support/bundles.ts';
import { keepBundle } from '../support/keep-bundle.ts';
import { runs } from '../support/properties.ts';

const EVIDENCE = fileURLToPath(new URL('../fixtures/evidence/', import.meta.url));
const read = (path: string): Uint8Array => new Uint8Array(readFileSync(join(EVIDENCE, path)));
type Files = Readonly<Record<string, string | Uint8Array>>;

async function take(
  files: Files,
): Promise<{ readonly imported: ImportedEvidence; readonly events: readonly EvidenceEvent[] }> {
  const folder = writeTree(tempFolder(), files);
  keepBundle(folder);
  const imported = await readGivenEvidence({ paths: [folder], spoolDirectory: tempFolder('spool-') }, () => {});
  const store = new EventStore(imported);
  const events = Array.from({ length: store.count }, (_, row) => store.event(row));
  store.close();
  return { imported, events };
}

/** Evidence ids of all places where an entry stands. */
const placesOf = (event: EvidenceEvent): readonly string[] =>
  [event.source, ...(event.copies ?? [])].map(({ evidenceId }) => evidenceId).sort();
const problemsOf = ({ files }: ImportedEvidence): readonly string[] =>
  files.flatMap(({ problems }) => problems.map(({ message }) => message));

/**
 * Exports of one journal that do not date themselves for certain: beside none of the others, they may be placed by a guess
 * at the zone (Berlin prints none), so that one of the others is always with them.
 */
const EXPORTS: Readonly<Record<string, { readonly entries: number; readonly anchors: readonly string[] }>> = {
  'journal-unit': { entries: 10, anchors: ['json.txt', 'short-iso-precise.txt', 'export.txt', 'verbose.txt'] },
  'journal-oom': { entries: 15, anchors: ['json.txt', 'short-iso-precise.txt', 'export.txt', 'short-unix.txt'] },
  'journal-messages': { entries: 6, anchors: ['json.txt', 'json-pretty.txt', 'export.txt', 'short-unix.txt'] },
};

describe.each(Object.entries(EXPORTS))('exports of %s', (folder, { entries, anchors }) => {
  const names = readdirSync(join(EVIDENCE, folder)).filter((name) => !/no-entries|delta|full-berlin/.test(name));

  it('give each entry once, from every file that has it', async () => {
    const { imported, events } = await take(Object.fromEntries(names.map((name) => [name, read(`${folder}/${name}`)])));
    const all = imported.files.map(({ id }) => id).sort();
    expect(events).toHaveLength(entries);
    for (const event of events) expect(placesOf(event)).toEqual(all);
    // Records are counted in each file as before.
    expect(imported.files.map(({ records }) => records)).toEqual(all.map(() => entries));
  });

  it('do so in any selection, under any names', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...anchors), fc.subarray(names), async (anchor, selected) => {
        const chosen = [...new Set([anchor, ...selected])];
        const files = Object.fromEntries(chosen.map((name, index) => [`part-${index}`, read(`${folder}/${name}`)]));
        const { imported, events } = await take(files);
        expect(events).toHaveLength(entries);
        for (const event of events) expect(placesOf(event)).toHaveLength(imported.files.length);
      }),
      { numRuns: runs(12) },
    );
  });
});

describe('a native journal and an export of it', () => {
  it('are one', async () => {
    const { events } = await take({
      'system.journal': new Uint8Array(gunzipSync(read('journal-native/regular.journal.gz'))),
      'short.txt': read('journal-messages/short.txt'),
      'a.json': read('journal-native/expected.json.txt'),
    });
    expect(events).toHaveLength(7);
    expect(events.filter((event) => placesOf(event).length === 3)).toHaveLength(6);
    // The file itself says most.
    expect(new Set(events.map(({ source }) => source.evidenceId))).toEqual(new Set(['e3']));
  });
});

describe('an export that is added while another is read', () => {
  it('is merged with what was read before it came', async () => {
    const first = writeTree(tempFolder(), { 'a.txt': read('journal-unit/short-unix.txt') });
    const second = writeTree(tempFolder(), { 'b.json': read('journal-unit/json.txt') });
    let isReading = false;
    let isAdded = false;
    const control = new RunControl(() => {
      if (!isReading || isAdded) return null;
      isAdded = true;
      return { type: 'add', batch: 1, paths: [second] };
    }, 0);
    const imported = await readGivenEvidence(
      { paths: [first], spoolDirectory: tempFolder('spool-') },
      ({ stage }) => {
        isReading ||= stage === 'reading';
      },
      INTAKE_LIMITS,
      { control, reportIntervalMillis: 0 },
    );
    const store = new EventStore(imported);
    const events = Array.from({ length: store.count }, (_, row) => store.event(row));
    store.close();
    expect(imported.files.map(({ records }) => records)).toEqual([10, 10]);
    expect(events.map(placesOf)).toEqual(Array.from({ length: 10 }, () => ['e1', 'e2']));
  });
});

const entry = (stamp: string, message: string): string => `${stamp} vm app[7]: ${message}\n`;
const PRECISE = [
  entry('2026-01-01T00:00:10.000001+0000', 'first of the year'),
  entry('2026-01-01T00:00:11.000002+0000', 'second of the year'),
].join('');

describe('a source that does not date itself is dated by the same entries in another', () => {
  it('finds the zone of stamps without one, across New Year', async () => {
    const local = [
      entry('Dec 31 18:45:09', 'before the others'),
      entry('Dec 31 18:45:10', 'first of the year'),
      entry('Dec 31 18:45:11', 'second of the year'),
    ];
    const { imported, events } = await take({ 'a.txt': PRECISE, 'b.txt': local.join('') });
    expect(imported.files[1]?.time).toMatchObject({ offsetMinutes: -315, zoneFrom: 'other-source', year: 2025 });
    expect(events.map(({ time, message }) => `${formatIsoMicros(time)} ${message}`)).toEqual([
      '2026-01-01T00:00:09.000000Z before the others',
      '2026-01-01T00:00:10.000001Z first of the year',
      '2026-01-01T00:00:11.000002Z second of the year',
    ]);
    expect(problemsOf(imported)).toEqual([]);
  });

  it('does not take another message for a sign', async () => {
    const { imported } = await take({ 'a.txt': PRECISE, 'b.txt': entry('Dec 31 18:45:10', 'something else') });
    expect(imported.files[1]?.time).toMatchObject({ offsetMinutes: 0 });
  });

  it('ties uptime to wall time, and believes no messages that every boot has', async () => {
    const at = (seconds: number): string =>
      formatIsoMicros(epochMicros(1_767_225_600e6 + seconds * 1e6)).replace('Z', '+0000');
    const kernel = (stamp: string, message: string): string => `${stamp} vm kernel: ${message}\n`;
    const journal = [
      kernel(at(1), 'Linux version 6.1.0-18-amd64'),
      kernel(at(2), 'Command line: root=/dev/sda1'),
      kernel(at(500), 'EXT4-fs (sdb1): mounted filesystem'),
      kernel(at(700.25), 'usb 1-1: new high-speed USB device number 4'),
    ];
    const monotonic = (offset: number): string =>
      [
        kernel('[    1.000000]', 'Linux version 6.1.0-18-amd64'),
        kernel('[    2.000000]', 'Command line: root=/dev/sda1'),
        kernel(`[${String(500 + offset).padStart(5)}.000000]`, 'EXT4-fs (sdb1): mounted filesystem'),
        kernel(`[${String(700 + offset).padStart(5)}.250000]`, 'usb 1-1: new high-speed USB device number 4'),
      ].join('');
    const tied = await take({ 'a.txt': journal.join(''), 'b.txt': monotonic(4000) });
    // The boot's zero lies 4,000 s before the journal's: so do the messages of its beginning, which are another boot's.
    expect(tied.imported.files[1]?.time).toMatchObject({ zoneFrom: 'other-source' });
    expect(tied.events.map(({ time }) => (time - 1_767_225_600e6) / 1e6)).toEqual([-3999, -3998, 1, 2, 500, 700.25]);

    const early = await take({ 'a.txt': journal.slice(0, 2).join(''), 'b.txt': monotonic(4000) });
    expect(early.imported.files[1]?.records).toBe(0);
    expect(problemsOf(early.imported)[0]).toMatch(/have only the uptime of their boot/);
  });

  it('ties uptime through the clock of the one boot that other entries tell of', async () => {
    const monotonic = `[ 3500.000000] vm kernel: something of the same boot\n`;
    const { events, imported } = await take({ 'a.json': read('journal-unit/json.txt'), 'b.txt': monotonic });
    // The first entry: 1764542464.539733 at 3496.197332.
    const found = events.find(({ message }) => message === 'something of the same boot');
    expect(found?.time).toBe(1_764_542_464_539_733 - 3_496_197_332 + 3_500_000_000);
    expect(problemsOf(imported).join()).toMatch(/the one boot that other evidence tells of/);
  });

  it('dates messages without stamps, and says which it could not', async () => {
    const precise = PRECISE + entry('2026-01-01T00:00:12.000003+0000', 'third of the year');
    const cat = 'first of the year\nunheard of\n  with a line below\nsecond of the year\nthird of the year\n';
    const { imported, events } = await take({ 'a.txt': precise, 'b.txt': cat });
    expect(imported.files[1]?.format).toBe('journal-cat');
    expect(events.map(({ message, resolutionMicros }) => [message, resolutionMicros])).toEqual([
      ['first of the year', 1],
      ['unheard of\n  with a line below', 1_000_000],
      ['second of the year', 1],
      ['third of the year', 1],
    ]);
    expect(problemsOf(imported)).toEqual([expect.stringMatching(/^1 entries of b\.txt have no stamps/)]);
  });

  it("dates the kernel's bare word of a kill by gunicorn's word of the SIGKILL", async () => {
    const { imported, events } = await take({
      'unit.txt': read('journal-unit/short.txt'),
      'kernel.txt': read('journal-oom/cat.txt'),
    });
    expect(imported.files[0]?.format).toBe('journal-cat');
    const kill = events.find(({ kind }) => kind === 'oom-kill');
    expect(kill?.detail.targetPid).toBe(24020);
    expect(formatIsoMicros(kill?.time ?? epochMicros(0))).toBe('2025-11-30T22:41:09.000000Z');
  });

  it('leaves a text that shares no line with a log unrecognised', async () => {
    const { imported } = await take({
      'a.txt': PRECISE,
      'notes.txt': 'first of the year\nask Mia\nbuy milk\nring Tom\n',
    });
    expect(imported.files[1]?.format).toBe('unknown');
    expect(imported.files[1]?.problems[0]?.kind).toBe('unrecognised');
  });
});
