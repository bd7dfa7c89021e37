import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { EvidenceFormat } from '../../shared/model/evidence.ts';
import { nativeFixture } from '../shared/evidence/journal/native/support.ts';
import { tempFolder, writeTree } from './bundles.ts';
import { timeoutJournal } from './journal-lines.ts';

/** How a format that is not read line by line is tested through the whole intake. */
export interface WholeFormat {
  /** A file as its real producer makes it. Archives hold `unit.txt` first, a log, and noise behind it. */
  readonly make: () => Uint8Array;
  /** The generator under test/fixtures/generators of a committed file; null where the real tool makes it in the test. */
  readonly generator: string | null;
  /** Whether the file has log entries or is a database; the others are only recognised and hashed. */
  readonly holds: 'entries' | 'database' | 'nothing';
  /** Which share of its bytes may be damaged with no entry lost, since they all lie before it. */
  readonly entriesBefore?: number;
}

/** Does not compress, so that the log in front of it lies in the first half of an archive. */
const NOISE = randomBytes(3000);
const ZIP =
  'import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED)\nfor name in sys.argv[2:]: z.write(name)\nz.close()';
/** The WAL index is there only as long as somebody has the database open. */
const SHM =
  'import sqlite3, sys, shutil\nc = sqlite3.connect("a.db")\nc.execute("PRAGMA journal_mode=WAL")\nc.execute("CREATE TABLE t (x)")\nc.commit()\nshutil.copy("a.db-shm", "out")';

function produced(run: (folder: string) => void, name: string): Uint8Array {
  const folder = writeTree(tempFolder(), { 'unit.txt': timeoutJournal(), 'noise.bin': NOISE });
  run(folder);
  return new Uint8Array(readFileSync(`${folder}/${name}`));
}

const python = (script: string, ...args: readonly string[]): Uint8Array =>
  produced((cwd) => execFileSync('python3', ['-c', script, ...args], { cwd }), 'out');
const tarred = (...flags: readonly string[]): WholeFormat => ({
  make: () => produced((cwd) => execFileSync('tar', [...flags, '-cf', 'out', 'unit.txt', 'noise.bin'], { cwd }), 'out'),
  generator: null,
  holds: 'entries',
});
const compressed = (tool: string, ending: string): WholeFormat => ({
  make: () => produced((cwd) => execFileSync(tool, ['-q', 'unit.txt'], { cwd }), `unit.txt.${ending}`),
  generator: null,
  holds: 'entries',
});
const committed = (path: string, generator: string, holds: WholeFormat['holds'] = 'nothing'): WholeFormat => ({
  make: () => new Uint8Array(readFileSync(new URL(`../fixtures/${path}`, import.meta.url))),
  generator,
  holds,
});

/** Every format that has no parser of lines. bzip2 and Zstandard keep nothing of a block that is damaged. */
export const WHOLE_FORMATS: Readonly<Partial<Record<EvidenceFormat, WholeFormat>>> = {
  tar: { ...tarred(), entriesBefore: 0.6 },
  'tar-gzip': { ...tarred('--gzip'), entriesBefore: 0.6 },
  'tar-bzip2': tarred('--bzip2'),
  'tar-xz': { ...tarred('--xz'), entriesBefore: 0.6 },
  'tar-zstd': tarred('--zstd'),
  gzip: compressed('gzip', 'gz'),
  bzip2: compressed('bzip2', 'bz2'),
  xz: compressed('xz', 'xz'),
  zstd: compressed('zstd', 'zst'),
  zip: {
    make: () => python(ZIP, 'out', 'unit.txt', 'noise.bin'),
    generator: null,
    holds: 'entries',
    entriesBefore: 0.6,
  },
  'journal-native': { make: () => nativeFixture('zstd'), generator: 'make-journal-fixtures.py', holds: 'entries' },
  'journal-empty': committed('evidence/journal-unit/no-entries.txt', 'make-journal-fixtures.py'),
  sqlite: committed('sqlite/import-killed/service.db', 'make-sqlite-fixtures.py', 'database'),
  'sqlite-wal': committed('sqlite/import-killed/service.db-wal', 'make-sqlite-fixtures.py'),
  'sqlite-journal': committed('sqlite/journal-hot/service.db-journal', 'make-sqlite-fixtures.py'),
  'sqlite-shm': { make: () => python(SHM), generator: null, holds: 'nothing' },
  'junit-xml': committed('junit/recorded-pytest.xml', 'make-junit-fixtures.py'),
  xml: committed('junit/not-junit.xml', 'make-junit-fixtures.py'),
  'utf-16': {
    make: () => Buffer.from(`\ufeff${timeoutJournal().replaceAll('\n', '\r\n')}`, 'utf16le'),
    generator: null,
    holds: 'entries',
  },
  desktop: { make: () => Buffer.from('0005160700020000', 'hex'), generator: null, holds: 'nothing' },
  empty: { make: () => new Uint8Array(0), generator: null, holds: 'nothing' },
  unknown: {
    make: () => new Uint8Array(readFileSync(process.execPath).subarray(0, 4096)),
    generator: null,
    holds: 'nothing',
  },
};
