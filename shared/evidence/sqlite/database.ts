import type {
  DatabaseHeaderFacts,
  DatabaseReport,
  DatabaseViewId,
  JournalReport,
  OpenTransaction,
} from '../../model/database.ts';
import type { EvidenceId, ParseProblem } from '../../model/evidence.ts';
import { DATABASE_HEADER_BYTES, type DatabaseHeader, parseDatabaseHeader } from './header.ts';
import { chooseJobTable, type JobTable } from './job-table.ts';
import { describeOpenTransaction } from './open-transaction.ts';
import { findPageOwners } from './page-owners.ts';
import { createProblemLog, type ProblemLog, SILENT_LOG } from './problems.ts';
import { parseRollbackJournal, type RollbackJournal } from './rollback-journal.ts';
import { readSchema } from './schema.ts';
import { tableSizes } from './table-sizes.ts';
import type { WrittenPages } from './uncommitted-rows.ts';
import { unknowableFrom } from './unknowable.ts';
import type { WalkedView } from './view-difference.ts';
import {
  committedView,
  type DatabaseFiles,
  mainFileView,
  type PageView,
  type SidecarBytes,
  uncommittedWalView,
} from './views.ts';
import { summariseViews, type WalkedViews } from './views-summary.ts';
import { parseWal, type WalLog } from './wal.ts';
import { shmReport, walReport } from './wal-report.ts';

/** A database copy with what lay beside it, as bytes. */
export interface DatabaseInput {
  readonly evidenceId: EvidenceId;
  readonly path: string;
  readonly main: Uint8Array;
  readonly wal: SidecarBytes | null;
  readonly journal: SidecarBytes | null;
  readonly shm?: SidecarBytes | null;
  readonly hasShm: boolean;
}

export interface InspectedDatabase {
  /** Without what only SQLite itself can say (`integrity`, `jobHistory`: both null here). Null when nothing can be read. */
  readonly report: DatabaseReport | null;
  /** The state of the last commit, for running SQLite on a copy; null with the report. */
  readonly committed: PageView | null;
  /** Every state in which the files can be read; none without a report. */
  readonly views: ReadonlyMap<DatabaseViewId, PageView>;
  /** What an unfinished transaction had written, or null. */
  readonly written: WrittenPages | null;
  readonly jobTable: JobTable | null;
  readonly problems: readonly ParseProblem[];
}

/**
 * Reads a SQLite database from its bytes alone: header, WAL, rollback journal, table sizes, an open transaction and the
 * states that can be told apart. Nothing is copied but single records. Never throws on content; damage becomes problems.
 * Source: https://www.sqlite.org/fileformat2.html
 */
export function readDatabase(input: DatabaseInput): InspectedDatabase {
  const problems = createProblemLog();
  const nothing = (): InspectedDatabase => ({
    report: null,
    committed: null,
    views: new Map(),
    written: null,
    jobTable: null,
    problems: problems.list(),
  });
  const log = input.wal === null ? null : parseWal(input.wal.bytes, problems);
  const journal = input.journal === null ? null : parseRollbackJournal(input.journal.bytes, problems);
  const pageSize = findPageSize(input, log, journal, problems);
  if (pageSize === null) return nothing();

  const files: DatabaseFiles = {
    main: input.main,
    pageSize,
    wal: input.wal === null || log === null ? null : { bytes: input.wal.bytes, log },
    journal: input.journal === null || journal === null ? null : { bytes: input.journal.bytes, journal },
  };
  if (log !== null && log.pageSize !== null && log.pageSize !== pageSize) {
    const message = `The -wal has pages of ${log.pageSize} bytes, the database of ${pageSize}: they do not belong together, and the -wal is not applied.`;
    problems.add('damaged-database', message, null);
  }
  const firstPage = committedView(files, 1).page(1);
  const parsed = parseDatabaseHeader(firstPage ?? input.main);
  if (!parsed.ok) {
    problems.add('damaged-database', parsed.message, 0);
    return nothing();
  }
  const { header } = parsed;
  const committedPages = committedView(files, header.pageCount);
  reportMissingPages(committedPages, input.main, header, problems);
  if (firstPage === null) return nothing();

  const committed = walked(committedPages, header, problems);
  const views: WalkedViews = new Map([['committed', committed]]);
  const main = walkMain(files);
  if (main !== null) views.set('main', main);
  const change = openChange(files, committed);
  let transaction: OpenTransaction | null = null;
  let written: WrittenPages | null = null;
  if (change !== null) {
    const mixed = walked(change.uncommitted, header, SILENT_LOG);
    if (change.hasWritten) views.set('open-transaction', mixed);
    const described = describeOpenTransaction(
      {
        committed: committedPages,
        uncommitted: change.uncommitted,
        changedPages: change.pages,
        frames: change.frames,
        header,
        committedOwners: committed.owners,
        mixedOwners: mixed.owners,
        source: change.isWal
          ? { evidenceId: input.wal?.evidenceId ?? '', ...change.range, line: null }
          : { evidenceId: input.journal?.evidenceId ?? '', ...change.range, line: null },
      },
      problems,
    );
    transaction = described.transaction;
    written = { committed, uncommitted: mixed, pageOwners: described.pageOwners };
  }
  if (journal !== null) checkJournalPageSize(journal, pageSize, problems);
  if (journal?.state === 'hot' && journal.pageSize === pageSize) views.set('after-rollback', committed);
  const fileBytes = input.main.length;
  const { owners } = committed;
  const journalTransaction = change?.isWal === false ? transaction : null;
  const report: DatabaseReport = {
    evidenceId: input.evidenceId,
    path: input.path,
    bytes: fileBytes,
    pageSize,
    pages: committedPages.pageCount,
    freelistPages: header.freelistPages,
    journalMode: header.readVersion === 2 || header.writeVersion === 2 ? 'wal' : 'delete',
    wal: input.wal === null || log === null ? null : walReport(input.wal, log, change?.isWal ? transaction : null),
    hotJournal: journal?.state === 'hot',
    journalTransaction,
    journalEvidenceId: input.journal?.evidenceId ?? null,
    hasShm: input.hasShm,
    header: headerFacts(header, fileBytes),
    freelist: {
      trunkPages: owners.freelist.trunkPages,
      walkedPages: owners.freelist.pages,
      bytes: owners.freelist.pages * pageSize,
    },
    shm: input.shm === null || input.shm === undefined ? null : shmReport(input.shm, log),
    journal:
      input.journal === null || journal === null ? null : journalReport(input.journal, journal, journalTransaction),
    ...summariseViews(views, transaction, change?.pages ?? [], [...(log?.committedPages.keys() ?? [])]),
    integrity: null,
    tables: tableSizes(owners, pageSize),
    jobHistory: null,
    source: { evidenceId: input.evidenceId, byteOffset: 0, byteLength: DATABASE_HEADER_BYTES, line: null },
  };
  return {
    report: { ...report, unknowable: unknowableFrom(report) },
    committed: committedPages,
    views: new Map([...views].map(([id, { view }]) => [id, view])),
    written,
    jobTable: chooseJobTable(owners.trees),
    problems: problems.list(),
  };
}

function walked(view: PageView, header: DatabaseHeader, problems: ProblemLog): WalkedView {
  return { view, header, owners: findPageOwners(view, header, readSchema(view, header, problems), problems) };
}

/** The main file as SQLite reads it with nothing beside it; null when its own first page is no database. */
function walkMain(files: DatabaseFiles): WalkedView | null {
  const parsed = parseDatabaseHeader(files.main);
  if (!parsed.ok || files.main.length < files.pageSize) return null;
  const alone = { main: files.main, pageSize: files.pageSize, wal: null, journal: null };
  return walked(committedView(alone, parsed.header.pageCount), parsed.header, SILENT_LOG);
}

/** The pages of an unfinished write transaction. */
interface OpenChange {
  readonly isWal: boolean;
  readonly uncommitted: PageView;
  readonly pages: readonly number[];
  readonly frames: number;
  /** False when all it changed was still in the cache of its process. */
  readonly hasWritten: boolean;
  readonly range: { readonly byteOffset: number; readonly byteLength: number };
}

/**
 * Frames behind the WAL's last commit, or else a hot or unsynced rollback journal, mean that a write transaction was open.
 * The journal lists the pages that were about to change; new rows show only as far as they were written to the main file.
 */
function openChange(files: DatabaseFiles, committed: WalkedView): OpenChange | null {
  const { wal, journal, pageSize } = files;
  if (wal !== null && wal.log.uncommittedFrames > 0 && wal.log.pageSize === pageSize) {
    return {
      isWal: true,
      uncommitted: uncommittedWalView(files, committed.view),
      pages: [...wal.log.uncommittedPages.keys()],
      frames: wal.log.uncommittedFrames,
      hasWritten: true,
      range: wal.log.uncommittedRange,
    };
  }
  if (journal === null || journal.journal.pageSize !== pageSize) return null;
  const { state, originalPages, originalPageCount, records } = journal.journal;
  if (state !== 'hot' && state !== 'unsynced') return null;
  const uncommitted = mainFileView(files);
  const changed = new Set([...originalPages.keys()].filter((page) => page <= uncommitted.pageCount));
  for (let page = (originalPageCount ?? uncommitted.pageCount) + 1; page <= uncommitted.pageCount; page += 1)
    changed.add(page);
  return {
    isWal: false,
    uncommitted,
    pages: [...changed],
    frames: records,
    // SQLite writes no page before the journal that could undo it is synced.
    hasWritten: state === 'hot',
    range: { byteOffset: 0, byteLength: journal.bytes.length },
  };
}

function checkJournalPageSize(journal: RollbackJournal, pageSize: number, problems: ProblemLog): void {
  if (journal.state !== 'hot' && journal.state !== 'unsynced') return;
  if (journal.pageSize === pageSize) return;
  const message = `The -journal has pages of ${journal.pageSize} bytes, the database of ${pageSize}: they do not belong together, and the -journal is not applied.`;
  problems.add('damaged-database', message, null);
}

function journalReport(
  { evidenceId, bytes }: SidecarBytes,
  journal: RollbackJournal,
  transaction: OpenTransaction | null,
): JournalReport {
  const { state, records, pageSize, originalPageCount, superJournal } = journal;
  return {
    evidenceId,
    bytes: bytes.length,
    state,
    records,
    pageSize,
    originalPages: originalPageCount,
    superJournal,
    touched: transaction?.touched ?? [],
    source: { evidenceId, byteOffset: 0, byteLength: bytes.length, line: null },
  };
}

function headerFacts(header: DatabaseHeader, fileBytes: number): DatabaseHeaderFacts {
  const { encoding, userVersion, applicationId, changeCounter, schemaCookie, schemaFormat, reservedBytes } = header;
  const { writerVersion, pageSize } = header;
  return {
    encoding,
    autoVacuum: !header.autoVacuum ? 'none' : header.incrementalVacuum ? 'incremental' : 'full',
    userVersion,
    applicationId,
    changeCounter,
    schemaCookie,
    schemaFormat,
    reservedBytes,
    // SQLITE_VERSION_NUMBER: 3045001 is 3.45.1.
    sqliteVersion:
      writerVersion === 0
        ? null
        : [Math.floor(writerVersion / 1_000_000), Math.floor(writerVersion / 1000) % 1000, writerVersion % 1000].join(
            '.',
          ),
    headerPages: header.pageCount,
    filePages: Math.floor(fileBytes / pageSize),
    trailingBytes: fileBytes % pageSize,
  };
}

/** From the main file; where its beginning is lost, from what lies beside it (page 1 may then come from there too). */
function findPageSize(
  input: DatabaseInput,
  log: WalLog | null,
  journal: RollbackJournal | null,
  problems: ProblemLog,
): number | null {
  const parsed = parseDatabaseHeader(input.main);
  if (parsed.ok) return parsed.header.pageSize;
  problems.add(
    input.main.length === 0 ? 'empty' : 'damaged-database',
    parsed.message,
    input.main.length === 0 ? null : 0,
  );
  if (log?.committedPages.has(1) && log.pageSize !== null) {
    problems.add(
      'damaged-database',
      'Page 1 is taken from the committed frames of the -wal instead; what the -wal does not hold is missing.',
      null,
    );
    return log.pageSize;
  }
  if (journal?.state === 'hot' && journal.originalPages.has(1)) return journal.pageSize;
  return null;
}

function reportMissingPages(committed: PageView, main: Uint8Array, header: DatabaseHeader, problems: ProblemLog): void {
  if (committed.readablePages < committed.pageCount) {
    const message =
      `The database should have ${committed.pageCount} pages of ${header.pageSize} bytes, but the copy ends after ` +
      `${committed.readablePages} (${main.length} bytes): ${committed.pageCount - committed.readablePages} pages are missing. Copy it again, with nothing writing to it.`;
    problems.add('truncated', message, main.length);
  } else if (main.length % header.pageSize !== 0) {
    const message = `The file ends inside a page: ${main.length % header.pageSize} bytes behind the last whole page are left out.`;
    problems.add('truncated', message, main.length - (main.length % header.pageSize));
  }
}
