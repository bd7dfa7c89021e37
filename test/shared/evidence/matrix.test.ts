import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PARSERS } from '../../../shared/evidence/parsers.ts';
import { ARCHIVE_FORMATS, EVIDENCE_FORMATS, type EvidenceFormat } from '../../../shared/model/evidence.ts';
import { NATIVE_FIXTURES } from './native-journal/support.ts';
import { FIXTURE_FORMATS, fixture } from './support.ts';

/*
 * Every format has a fixture of its real producer and the generator that makes it, and is read truncated, damaged, under a
 * meaningless name and in tiny chunks. Formats that a parser of PARSERS reads get all of that from their line in
 * FIXTURE_FORMATS: robustness.test.ts and detect.test.ts run over it. The others say here where it is tested.
 */

const ROOT = new URL('../../../', import.meta.url);
const GENERATORS: Readonly<Partial<Record<string, string>>> = {
  'journal-unit': 'make-journal-fixtures.py',
  'journal-oom': 'make-journal-fixtures.py',
  'journal-messages': 'make-journal-fixtures.py',
  gunicorn: 'make-gunicorn-log-fixtures.py',
  syslog: 'make-syslog-fixtures.py',
  dmesg: 'make-syslog-fixtures.py',
  systemd: 'make-host-fixtures.sh',
  host: 'make-host-fixtures.sh',
};

/** Where a format that is not read by lines is tested, and words that must stand in that test for each check. */
const ELSEWHERE: Readonly<
  Partial<Record<EvidenceFormat, { readonly test: string; readonly says: readonly string[] }>>
> = {
  'journal-native': {
    test: 'test/shared/evidence/native-journal/read.test.ts',
    says: ['never throws on damage', 'keeps the entries before a cut', 'journalctl reads'],
  },
  'journal-empty': { test: 'test/shared/evidence/detect.test.ts', says: ['No entries'] },
  sqlite: { test: 'test/shared/evidence/sqlite/mutation.test.ts', says: ['fc.'] },
  'sqlite-wal': { test: 'test/shared/evidence/sqlite/mutation.test.ts', says: ['wal'] },
  'sqlite-shm': { test: 'test/shared/evidence/detect.test.ts', says: ['sqlite-shm'] },
  'sqlite-journal': { test: 'test/shared/evidence/sqlite/rollback-journal.test.ts', says: ['journal'] },
  'junit-xml': { test: 'test/shared/evidence/detect.test.ts', says: ['junit-xml'] },
  xml: { test: 'test/shared/evidence/detect.test.ts', says: ["'xml'"] },
  tar: { test: 'test/electron/intake/unpack.test.ts', says: ['breaks off within a member', 'broken header'] },
  'tar-gzip': { test: 'test/electron/intake/unpack.test.ts', says: ['every cut of a small tar.gz', 'damaged'] },
  gzip: { test: 'test/electron/intake/compressions.test.ts', says: ['a cut anywhere', 'a byte that was changed'] },
  zip: { test: 'test/electron/intake/zip.test.ts', says: ['every cut and every change is survived'] },
  empty: { test: 'test/shared/evidence/detect.test.ts', says: ["'empty'"] },
  unknown: { test: 'test/shared/evidence/unknown.test.ts', says: ['it('] },
  ...Object.fromEntries(
    (['tar-bzip2', 'tar-xz', 'tar-zstd', 'bzip2', 'xz', 'zstd'] as const).map((format) => [
      format,
      {
        test: 'test/electron/intake/compressions.test.ts',
        says: [
          'chunks of any size',
          'a cut anywhere',
          'a byte that was changed',
          'half a tar',
          format.replace('tar-', ''),
        ],
      },
    ]),
  ),
};

describe.each(EVIDENCE_FORMATS)('%s', (format) => {
  const own = FIXTURE_FORMATS.filter(([, of]) => of === format).map(([path]) => path);

  if (PARSERS[format] !== undefined) {
    it('has fixtures, which go through every check, and their generators', () => {
      expect(own.length).toBeGreaterThan(0);
      for (const path of own) {
        expect(fixture(path).length, path).toBeGreaterThan(0);
        const generator = GENERATORS[path.slice(0, path.indexOf('/'))];
        expect(generator, path).toBeDefined();
        expect(existsSync(new URL(`test/fixtures/generators/${generator}`, ROOT)), path).toBe(true);
      }
    });
  } else {
    it('is tested where the table says', () => {
      const place = ELSEWHERE[format];
      if (place === undefined) throw new Error(`${format} is neither read by lines nor in the table`);
      const text = readFileSync(new URL(place.test, ROOT), 'utf8');
      for (const words of place.says) expect(text, place.test).toContain(words);
    });
  }
});

it('covers every variant of journalctl -o and of a native journal', () => {
  const names = FIXTURE_FORMATS.map(([path]) => path.replace(/^.*\//, '').replace('.txt', ''));
  const variants =
    'short short-precise short-iso short-iso-precise short-full short-unix short-monotonic with-unit verbose export json json-pretty json-seq json-sse';
  for (const variant of variants.split(' ')) expect(names, variant).toContain(variant);
  expect([...NATIVE_FIXTURES]).toEqual(['regular', 'compact', 'unkeyed', 'xz', 'lz4', 'zstd']);
  expect(ARCHIVE_FORMATS.filter((format) => ELSEWHERE[format] === undefined)).toEqual([]);
});
