import type { Detector, WholeFormat } from '../reading/format.ts';

type Traits = Pick<WholeFormat, 'holds' | 'savedAs'> & { readonly detect: Detector };

/** What SQLite writes. It is not read by lines: see sqlite/. */
function ofSqlite(traits: Traits): WholeFormat {
  return { ...traits, dated: 'undated', printsHostZone: false, create: null, readAgain: null };
}

const WAL_INDEX_PAGE_BYTES = 32 * 1024;
const WAL_INDEX_VERSION = 3_007_000;

/** The WAL index has no magic; it begins with its version, twice, in the byte order of its host. Source: https://www.sqlite.org/walformat.html */
function isWalIndex(head: Uint8Array, totalBytes: number): boolean {
  if (head.length < 52 || totalBytes === 0 || totalBytes % WAL_INDEX_PAGE_BYTES !== 0) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return [true, false].some((littleEndian) => view.getUint32(0, littleEndian) === WAL_INDEX_VERSION);
}

const WAL_WHY = 'begins with the magic number of an SQLite WAL';

/** Source of the magic numbers: https://www.sqlite.org/fileformat2.html */
export const SQLITE = ofSqlite({
  holds: 'database',
  savedAs: 'the SQLite file',
  detect: {
    by: 'bytes',
    magics: [
      {
        at: 0,
        bytes: [...'SQLite format 3\0'].map((char) => char.charCodeAt(0)),
        why: 'begins with the header of an SQLite database',
      },
    ],
    shape: null,
    name: null,
  },
});

export const SQLITE_WAL = ofSqlite({
  holds: 'database-part',
  savedAs: '`-wal`',
  detect: {
    by: 'bytes',
    magics: [
      { at: 0, bytes: [0x37, 0x7f, 0x06, 0x82], why: WAL_WHY },
      { at: 0, bytes: [0x37, 0x7f, 0x06, 0x83], why: WAL_WHY },
    ],
    shape: null,
    name: null,
  },
});

export const SQLITE_SHM = ofSqlite({
  holds: 'database-part',
  savedAs: '`-shm`',
  detect: {
    by: 'bytes',
    magics: [],
    shape: (head, totalBytes) =>
      isWalIndex(head, totalBytes) ? 'is a WAL index: version 3007000, whole 32 KiB pages' : null,
    // Its header is zeroed when the last connection closes.
    name: (fileName, totalBytes) =>
      /-shm$/.test(fileName) && totalBytes % WAL_INDEX_PAGE_BYTES === 0
        ? 'is named and sized like a WAL index; its header is zeroed'
        : null,
  },
});

export const SQLITE_JOURNAL = ofSqlite({
  holds: 'database-part',
  savedAs: '`-journal`',
  detect: {
    by: 'bytes',
    magics: [
      {
        at: 0,
        bytes: [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7],
        why: 'begins with the magic number of an SQLite rollback journal',
      },
    ],
    shape: null,
    // Its header is zeroed when a transaction ends.
    name: (fileName) => (/-journal$/.test(fileName) ? 'is named like a rollback journal; its header is zeroed' : null),
  },
});
