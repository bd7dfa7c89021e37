import type { EvidenceId } from '../../model/evidence.ts';
import type { RollbackJournal } from './rollback-journal.ts';
import type { WalLog } from './wal.ts';

/** The pages of a database at one moment, read where they lie: nothing is copied. */
export interface PageView {
  readonly pageSize: number;
  /** Pages that the database has by its own account. */
  readonly pageCount: number;
  /** Highest page that can be read: never above `pageCount`, lower when the main file is cut short. */
  readonly readablePages: number;
  /** Bytes of page `pageNumber` (from 1), always a whole page; null when it is not there. */
  page(pageNumber: number): Uint8Array | null;
  /** Where a page lies in the main file, or null when it comes from the -wal or -journal. */
  mainOffset(pageNumber: number): number | null;
}

/** Pages that replace those of the file below: page number to byte offset in `bytes`. */
interface Overlay {
  readonly bytes: Uint8Array;
  readonly pages: ReadonlyMap<number, number>;
}

interface Stack {
  readonly main: Uint8Array;
  readonly pageSize: number;
  readonly pageCount: number;
  /** Topmost first. */
  readonly overlays: readonly Overlay[];
}

function stackView({ main, pageSize, pageCount, overlays }: Stack): PageView {
  const filePages = Math.floor(main.length / pageSize);
  // Page numbers of uncommitted frames are not vouched for by a checksum, and memory is taken per readable page. A
  // transaction that has allocated pages without writing them leaves gaps, but not many times what it wrote.
  const held = overlays.reduce((sum, overlay) => sum + overlay.pages.size, filePages);
  const believable = 4 * held + 65_536;
  let readable = filePages;
  for (const overlay of overlays) {
    for (const page of overlay.pages.keys()) if (page > readable && page <= believable) readable = page;
  }
  return {
    pageSize,
    pageCount,
    readablePages: Math.min(readable, pageCount),
    page(pageNumber) {
      if (!Number.isInteger(pageNumber) || pageNumber < 1 || pageNumber > pageCount) return null;
      for (const overlay of overlays) {
        const at = overlay.pages.get(pageNumber);
        if (at !== undefined) return overlay.bytes.subarray(at, at + pageSize);
      }
      const at = (pageNumber - 1) * pageSize;
      return at + pageSize <= main.length ? main.subarray(at, at + pageSize) : null;
    },
    mainOffset(pageNumber) {
      return overlays.some((overlay) => overlay.pages.has(pageNumber)) ? null : (pageNumber - 1) * pageSize;
    },
  };
}

/** A file that SQLite keeps beside a database. */
export interface SidecarBytes {
  readonly evidenceId: EvidenceId;
  readonly bytes: Uint8Array;
}

/** What lay together: the main file and, where present, its WAL and rollback journal with their bytes. */
export interface DatabaseFiles {
  readonly main: Uint8Array;
  readonly pageSize: number;
  readonly wal: { readonly bytes: Uint8Array; readonly log: WalLog } | null;
  readonly journal: { readonly bytes: Uint8Array; readonly journal: RollbackJournal } | null;
}

/**
 * The database as of the last commit: the main file, rolled back by a hot journal, with the committed frames of the WAL.
 * `headerPageCount` is the header's valid size in pages, or null; then the file's size decides (fileformat2, 1.3.7).
 */
export function committedView(files: DatabaseFiles, headerPageCount: number | null): PageView {
  const { main, pageSize } = files;
  const overlays: Overlay[] = [];
  const wal = usableWal(files);
  if (wal !== null) overlays.push({ bytes: wal.bytes, pages: wal.log.committedPages });
  const hot = hotJournal(files);
  if (hot !== null) overlays.push({ bytes: hot.bytes, pages: hot.journal.originalPages });
  const pageCount =
    wal?.log.committedPageCount ??
    hot?.journal.originalPageCount ??
    headerPageCount ??
    Math.floor(main.length / pageSize);
  return stackView({ main, pageSize, pageCount, overlays });
}

/** The WAL's committed state with the frames after its last commit on top: what the open transaction had written so far. */
export function uncommittedWalView(files: DatabaseFiles, committed: PageView): PageView {
  const wal = usableWal(files);
  if (wal === null) return committed;
  const overlays: Overlay[] = [
    { bytes: wal.bytes, pages: wal.log.uncommittedPages },
    { bytes: wal.bytes, pages: wal.log.committedPages },
  ];
  let pageCount = committed.pageCount;
  for (const page of wal.log.uncommittedPages.keys()) if (page > pageCount) pageCount = page;
  return stackView({ main: files.main, pageSize: files.pageSize, pageCount, overlays });
}

/** The main file as it lies there, without what a rollback journal would restore: what its open transaction had written. */
export function mainFileView(files: DatabaseFiles): PageView {
  const pageCount = Math.floor(files.main.length / files.pageSize);
  return stackView({ main: files.main, pageSize: files.pageSize, pageCount, overlays: [] });
}

function usableWal(files: DatabaseFiles): DatabaseFiles['wal'] {
  return files.wal !== null && files.wal.log.pageSize === files.pageSize ? files.wal : null;
}

function hotJournal(files: DatabaseFiles): DatabaseFiles['journal'] {
  const { journal } = files;
  return journal !== null && journal.journal.state === 'hot' && journal.journal.pageSize === files.pageSize
    ? journal
    : null;
}
