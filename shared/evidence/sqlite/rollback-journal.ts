import { isPageSize, isZero, readUint32 } from './bytes.ts';
import type { ProblemLog } from './problems.ts';

/** Source: https://www.sqlite.org/fileformat2.html#the_rollback_journal; playback in https://sqlite.org/src/file/src/pager.c */
const MAGIC = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
/** The header's fields; the header itself is padded to a sector. */
const HEADER_FIELD_BYTES = 28;
/** SQLite takes the number of records from the file's size when the header says this (journals that are never synced). */
const COUNT_FROM_FILE_SIZE = 0xffffffff;

/**
 * - `hot`: valid header; SQLite rolls it back at the next open (when nobody holds the lock any more).
 * - `unsynced`: a transaction had begun to write but had not yet synced its journal: the signature and the count are zeros
 *   while salt, size, sector and page size are there (writeJournalHdr in pager.c). Not hot, and yet a write transaction was open.
 * - `finished`: empty, or the header zeroed as `journal_mode=PERSIST` does at a commit.
 * - `unreadable`: none of these.
 */
type JournalState = 'hot' | 'unsynced' | 'finished' | 'unreadable';

export interface RollbackJournal {
  readonly state: JournalState;
  readonly pageSize: number | null;
  /** Size of the database before the transaction, in pages. */
  readonly originalPageCount: number | null;
  /** Page number to byte offset, in the journal, of the page as it was before the transaction; the first copy counts. */
  readonly originalPages: ReadonlyMap<number, number>;
  readonly records: number;
  /** The super-journal that decides over a transaction on several databases, or null. */
  readonly superJournal: string | null;
}

const NOTHING = { pageSize: null, originalPageCount: null, originalPages: new Map(), records: 0, superJournal: null };

/** Reads a `-journal` file. Never throws. */
export function parseRollbackJournal(bytes: Uint8Array, problems: ProblemLog): RollbackJournal {
  if (isZero(bytes, 0, HEADER_FIELD_BYTES)) return { state: 'finished', ...NOTHING };
  const signed = hasMagic(bytes, 0);
  if (!signed && !isZero(bytes, 0, 12)) {
    problems.add(
      'damaged-database',
      'The -journal does not begin with a rollback journal signature; it is not applied.',
      null,
    );
    return { state: 'unreadable', ...NOTHING };
  }
  const sectorBytes = readUint32(bytes, 20);
  const pageSize = readUint32(bytes, 24);
  // pager.c, readJournalHdr: sector size 32..65536 and a power of two.
  const sectorValid = sectorBytes >= 32 && sectorBytes <= 65536 && Number.isInteger(Math.log2(sectorBytes));
  if (bytes.length < HEADER_FIELD_BYTES || !isPageSize(pageSize) || !sectorValid) {
    problems.add(
      'damaged-database',
      'The header of the -journal is damaged or cut off; the journal is not applied.',
      null,
    );
    return { state: 'unreadable', ...NOTHING };
  }
  const originalPages = new Map<number, number>();
  const records = readRecords(bytes, sectorBytes, pageSize, signed, originalPages, problems);
  const superJournal = readSuperJournal(bytes);
  if (superJournal !== null) {
    problems.add(
      'damaged-database',
      `The -journal belongs to a transaction over several databases (super-journal ${superJournal}); whether it is to be rolled back depends on that file.`,
      null,
    );
  }
  return {
    state: signed ? 'hot' : 'unsynced',
    pageSize,
    originalPageCount: readUint32(bytes, 16),
    originalPages,
    records,
    superJournal,
  };
}

function hasMagic(bytes: Uint8Array, offset: number): boolean {
  return MAGIC.every((byte, index) => bytes[offset + index] === byte);
}

/** Reads the segments: a header at a sector boundary, then records of page number, page and checksum. */
function readRecords(
  bytes: Uint8Array,
  sectorBytes: number,
  pageSize: number,
  signed: boolean,
  pages: Map<number, number>,
  problems: ProblemLog,
): number {
  const recordBytes = pageSize + 8;
  let records = 0;
  let headerAt = 0;
  while (headerAt + HEADER_FIELD_BYTES <= bytes.length) {
    const isFirst = headerAt === 0;
    if (!(isFirst && !signed) && !hasMagic(bytes, headerAt)) break;
    const nonce = readUint32(bytes, headerAt + 12);
    const stated = readUint32(bytes, headerAt + 8);
    const available = Math.max(0, Math.floor((bytes.length - headerAt - sectorBytes) / recordBytes));
    const open = stated === COUNT_FROM_FILE_SIZE || (isFirst && !signed);
    const expected = open ? available : stated;
    let offset = headerAt + sectorBytes;
    for (let read = 0; read < expected; read += 1, offset += recordBytes) {
      const whole = offset + recordBytes <= bytes.length;
      if (!whole || !checksumHolds(bytes, offset, pageSize, nonce)) {
        // Records that were never synced are expected to be incomplete at the end.
        if (!open) {
          problems.add(
            'damaged-database',
            `Record ${records + 1} of the -journal (byte ${offset} of the -journal) is ${whole ? 'damaged' : 'cut off'}; it and what follows are not applied.`,
            null,
          );
        }
        return records;
      }
      const pageNumber = readUint32(bytes, offset);
      if (pageNumber === 0) return records;
      if (!pages.has(pageNumber)) pages.set(pageNumber, offset + 4);
      records += 1;
    }
    if (open) return records;
    headerAt = Math.ceil(offset / sectorBytes) * sectorBytes;
  }
  return records;
}

/** pager_cksum: the nonce plus every 200th byte, counted down from the page's end; the record's last four bytes. */
function checksumHolds(bytes: Uint8Array, recordAt: number, pageSize: number, nonce: number): boolean {
  let sum = nonce;
  for (let index = pageSize - 200; index > 0; index -= 200) sum = (sum + (bytes[recordAt + 4 + index] ?? 0)) >>> 0;
  return sum === readUint32(bytes, recordAt + 4 + pageSize);
}

/** readSuperJournal in pager.c: at the end stand name, its length, the sum of its bytes, and the signature. */
function readSuperJournal(bytes: Uint8Array): string | null {
  const end = bytes.length;
  if (end < 16 || !hasMagic(bytes, end - 8)) return null;
  const length = readUint32(bytes, end - 16);
  if (length === 0 || length > 4096 || end - 16 - length < 0) return null;
  const name = bytes.subarray(end - 16 - length, end - 16);
  let sum = 0;
  // SQLite adds `char`, which is signed on the platforms at hand.
  for (const byte of name) sum = (sum + ((byte << 24) >> 24)) >>> 0;
  return sum === readUint32(bytes, end - 12) ? new TextDecoder().decode(name) : null;
}
