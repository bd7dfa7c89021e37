import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EventStore } from '../../../../electron/events/event-store.ts';
import { INTAKE_LIMITS, type IntakeLimits } from '../../../../electron/files/limits.ts';
import { readGivenEvidence } from '../../../../electron/intake/import-evidence.ts';
import { EVERY_EVENT } from '../../../../shared/contract/event-filter.ts';
import { nativeFixture } from '../../../shared/evidence/journal/native/support.ts';
import { fixture } from '../../../shared/evidence/support.ts';
import { tempFolder, writeTree } from '../../../support/bundles.ts';

const BY_TIME = { column: 'time', descending: false } as const;

async function storeOf(files: Readonly<Record<string, Uint8Array>>, limits: Partial<IntakeLimits> = {}) {
  const folder = writeTree(tempFolder(), files);
  const imported = await readGivenEvidence({ paths: [folder], spoolDirectory: tempFolder() }, () => {}, {
    ...INTAKE_LIMITS,
    ...limits,
  });
  const store = new EventStore(imported);
  onTestFinished(() => store.close());
  return { store, imported, folder, events: store.page(EVERY_EVENT, BY_TIME, 0, 100).events };
}

describe('a native journal as evidence', () => {
  test.each(['regular', 'compact', 'lz4', 'xz', 'zstd'] as const)(
    '%s, under a meaningless name, shows what a JSON export of it shows',
    async (name) => {
      const bytes = nativeFixture(name);
      const { imported, events } = await storeOf({ 'copy.bin': bytes });
      const json = await storeOf({ 'export.txt': fixture('journal-native/expected.json.txt') });
      expect(imported.files).toMatchObject([
        {
          format: 'journal-native',
          records: 7,
          problems: [],
          sha256: createHash('sha256').update(bytes).digest('hex'),
          time: { offsetMinutes: null, zoneFrom: 'file' },
        },
      ]);
      expect(events.map(({ source: _source, ...event }) => event)).toEqual(
        json.events.map(({ source: _source, ...event }) => event),
      );
    },
  );

  test('comes out of gzip like any other file', async () => {
    const { imported, events } = await storeOf({ 'system.journal.gz': gzipSync(nativeFixture('zstd')) });
    expect(imported.files.map(({ format }) => format)).toEqual(['gzip', 'journal-native']);
    expect(events).toHaveLength(7);
  });

  test('is searched by text and shown by its fields', async () => {
    const { store } = await storeOf({ 'system.journal': nativeFixture('lz4') });
    const found = store.page({ ...EVERY_EVENT, text: 'insert_39' }, BY_TIME, 0, 10);
    expect(found.events).toHaveLength(1);
    const raw = store.raw(found.events[0]?.row ?? -1);
    expect(raw).toMatchObject({ path: 'system.journal', before: [], after: [], cut: false });
    expect(raw.text).toMatch(/^__REALTIME_TIMESTAMP=\d+\n/);
    expect(raw.text).toContain('line 127, in insert_39');
    const { evidenceId, byteOffset } = found.events[0]?.source ?? { evidenceId: '', byteOffset: 0 };
    expect(store.rowAt(evidenceId, byteOffset)).toBe(found.events[0]?.row);
  });

  test('is hashed but not read beyond a limit, which says what to do', async () => {
    const { imported, events } = await storeOf({ 'system.journal': nativeFixture('regular') }, { journalBytes: 4096 });
    expect(events).toEqual([]);
    expect(imported.files[0]?.problems).toMatchObject([
      { kind: 'limit-exceeded', message: expect.stringContaining('journalctl --file=FILE -o json') },
    ]);
    expect(imported.files[0]?.sha256).toMatch(/^(?!e3b0c442)[0-9a-f]{64}$/);
  });

  test('dates a yearless journal beside it', async () => {
    const { imported } = await storeOf({
      'a.txt': new TextEncoder().encode(
        'Nov 24 02:49:05 vm kernel: eth0: link is up\nNov 24 02:49:06 vm kernel: done\n',
      ),
      'system.journal': nativeFixture('compact'),
    });
    expect(imported.files[0]?.time).toMatchObject({ year: 2026, yearFrom: 'other-source' });
  });

  test('whose bytes changed after the import says so instead of the text', async () => {
    const { store, folder } = await storeOf({ 'system.journal': nativeFixture('regular') });
    store.close();
    writeFileSync(join(folder, 'system.journal'), 'gone');
    const fresh = store.raw(0);
    expect(fresh.text).toContain('has changed since it was imported');
  });
});
