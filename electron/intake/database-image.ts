import { readUint32 } from '../../shared/evidence/sqlite/bytes.ts';
import { parseDatabaseHeader } from '../../shared/evidence/sqlite/header.ts';
import { createProblemLog } from '../../shared/evidence/sqlite/problems.ts';
import { parseRollbackJournal } from '../../shared/evidence/sqlite/rollback-journal.ts';
import {
  committedView,
  type DatabaseFiles,
  mainFileView,
  type PageView,
  uncommittedWalView,
} from '../../shared/evidence/sqlite/views.ts';
import { parseWal } from '../../shared/evidence/sqlite/wal.ts';
import type { DatabaseViewId } from '../../shared/model/database.ts';
import { imageOf } from './inspect-database.ts';
import { EvidenceReader, failureReason } from './read-only.ts';

/** Where a database copy and what lay beside it can be read. */
export interface DatabasePaths {
  readonly main: string;
  readonly wal: string | null;
  readonly journal: string | null;
}

/**
 * A view of a database copy as one file in memory, read from its evidence files, which are opened for reading only. Throws
 * an Error whose message says for people why there is none.
 */
export function readDatabaseImage(paths: DatabasePaths, view: DatabaseViewId): Uint8Array {
  const problems = createProblemLog();
  const main = wholeFile(paths.main);
  const wal = paths.wal === null || view === 'main' ? null : wholeFile(paths.wal);
  const journal = paths.journal === null || view === 'main' ? null : wholeFile(paths.journal);
  const log = wal === null ? null : parseWal(wal, problems);
  const rollback = journal === null ? null : parseRollbackJournal(journal, problems);
  const header = parseDatabaseHeader(main);
  const pageSize = header.ok ? header.header.pageSize : (log?.pageSize ?? rollback?.pageSize ?? null);
  if (pageSize === null) throw new Error('the main file has no database header');
  const files: DatabaseFiles = {
    main,
    pageSize,
    wal: wal === null || log === null ? null : { bytes: wal, log },
    journal: journal === null || rollback === null ? null : { bytes: journal, journal: rollback },
  };
  const pages = pagesOf(files, view, header.ok ? header.header.pageCount : null);
  if (pages.page(1) === null) throw new Error('its first page is missing');
  const image = imageOf(pages);
  // An unfinished transaction writes page 1 last, so its own pages lie behind the end that the header tells; and SQLite
  // opens nothing whose header tells more pages than there are.
  if (view === 'open-transaction' || headerPagesOf(image) > pages.readablePages) tellPages(image, pages.readablePages);
  return image;
}

/** Offsets in the database header. Source: https://www.sqlite.org/fileformat2.html#the_database_header */
const CHANGE_COUNTER = 24;
const PAGE_COUNT = 28;
const VALID_FOR = 92;

function headerPagesOf(image: Uint8Array): number {
  return readUint32(image, PAGE_COUNT);
}

/** The page count counts while the number it is valid for is the change counter. */
function tellPages(image: Uint8Array, pages: number): void {
  const header = new DataView(image.buffer, image.byteOffset, image.byteLength);
  header.setUint32(PAGE_COUNT, pages);
  header.setUint32(VALID_FOR, header.getUint32(CHANGE_COUNTER));
}

function pagesOf(files: DatabaseFiles, view: DatabaseViewId, headerPages: number | null): PageView {
  const committed = committedView(files, headerPages);
  switch (view) {
    case 'main':
      return mainFileView(files);
    case 'open-transaction':
      // A rollback journal holds what was there before: what its transaction has written lies in the main file.
      return files.wal === null ? mainFileView(files) : uncommittedWalView(files, committed);
    case 'committed':
    case 'after-rollback':
      return committed;
  }
}

function wholeFile(path: string): Uint8Array {
  try {
    const reader = new EvidenceReader(path);
    try {
      return reader.at(0, reader.stamp.bytes);
    } finally {
      reader.close();
    }
  } catch (thrown) {
    throw new Error(`its file cannot be read again: ${failureReason(thrown)}`);
  }
}
