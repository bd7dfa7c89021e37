import type { DatabaseReport, OpenTransaction, WalReport } from '../../model/database.ts';
import type { EvidenceId, ParseProblem } from '../../model/evidence.ts';
import { DATABASE_HEADER_BYTES, type DatabaseHeader, parseDatabaseHeader } from './header.ts';
import { chooseJobTable, type JobTable } from './job-table.ts';
import { describeOpenTransaction } from './open-transaction.ts';
import { findPageOwners, type PageOwners } from './page-owners.ts';
import { createProblemLog, type ProblemLog } from './problems.ts';
import { parseRollbackJournal, type RollbackJournal } from './rollback-journal.ts';
import { readSchema } from './schema.ts';
import { tableSizes } from './table-sizes.ts';
import { committedView, type DatabaseFiles, mainFileView, type PageView, uncommittedWalView } from './views.ts';
import { parseWal, WAL_HEADER_BYTES, type WalLog } from './wal.ts';

/** A database copy with what lay beside it, as bytes. */
export interface DatabaseInput {
  readonly evidenceId: EvidenceId;
  readonly path: string;
  readonly main: Uint8Array;
  readonly wal: { readonly evidenceId: EvidenceId; readonly bytes: Uint8Array } | null;
  readonly journal: { readonly evidenceId: EvidenceId; readonly bytes: Uint8Array } | null;
  readonly hasShm: boolean;
}

export interface DatabaseReading {
  /** Without what only SQLite itself can say (`integrity`, `jobHistory`: both null here). Null when nothing can be read. */
  readonly report: DatabaseReport | null;
  /** The state of the last commit, for running SQLite on a copy; null with the report. */
  readonly committed: PageView | null;
  readonly jobTable: JobTable | null;
  readonly problems: readonly ParseProblem[];
}

/**
 * Reads a SQLite database from its bytes alone: header, WAL, rollback journal, table sizes and an open transaction.
 * Nothing is copied but single records. Never throws on content; damage becomes problems.
 * Source: https://www.sqlite.org/fileformat2.html
 */
export function readDatabase(input: DatabaseInput): DatabaseReading {
  const problems = createProblemLog();
  const nothing = (): DatabaseReading => ({
    report: null,
    committed: null,
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
  const committed = committedView(files, header.pageCount);
  reportMissingPages(committed, input.main, header, problems);
  if (firstPage === null) return nothing();

  const owners = findPageOwners(committed, header, readSchema(committed, header, problems), problems);
  const wal =
    input.wal === null || log === null ? null : walReport(input.wal, log, files, committed, header, owners, problems);
  const journalTransaction =
    input.journal === null || journal === null
      ? null
      : describeJournalTransaction(input.journal, journal, files, committed, header, owners, problems);
  return {
    report: {
      evidenceId: input.evidenceId,
      path: input.path,
      bytes: input.main.length,
      pageSize,
      pages: committed.pageCount,
      freelistPages: header.freelistPages,
      journalMode: header.readVersion === 2 || header.writeVersion === 2 ? 'wal' : 'delete',
      wal,
      hotJournal: journal?.state === 'hot',
      journalTransaction,
      journalEvidenceId: input.journal?.evidenceId ?? null,
      hasShm: input.hasShm,
      integrity: null,
      tables: tableSizes(owners, pageSize),
      jobHistory: null,
      source: { evidenceId: input.evidenceId, byteOffset: 0, byteLength: DATABASE_HEADER_BYTES, line: null },
    },
    committed,
    jobTable: chooseJobTable(owners.trees),
    problems: problems.list(),
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

function walReport(
  wal: { readonly evidenceId: EvidenceId; readonly bytes: Uint8Array },
  log: WalLog,
  files: DatabaseFiles,
  committed: PageView,
  header: DatabaseHeader,
  committedOwners: PageOwners,
  problems: ProblemLog,
): WalReport {
  const belongs = log.pageSize === files.pageSize;
  return {
    evidenceId: wal.evidenceId,
    bytes: wal.bytes.length,
    pageSize: log.pageSize,
    validFrames: log.validFrames,
    committedFrames: log.committedFrames,
    uncommittedFrames: log.uncommittedFrames,
    staleFrames: log.staleFrames,
    tornBytes: log.tornBytes,
    openTransaction:
      log.uncommittedFrames === 0 || !belongs
        ? null
        : describeOpenTransaction(
            {
              committed,
              uncommitted: uncommittedWalView(files, committed),
              changedPages: [...log.uncommittedPages.keys()],
              frames: log.uncommittedFrames,
              header,
              committedOwners,
              source: { evidenceId: wal.evidenceId, ...log.uncommittedRange, line: null },
            },
            problems,
          ),
    source: {
      evidenceId: wal.evidenceId,
      byteOffset: 0,
      byteLength: Math.min(wal.bytes.length, WAL_HEADER_BYTES),
      line: null,
    },
  };
}

/**
 * A hot or unsynced rollback journal means a write transaction was open: it lists the pages that were about to change.
 * New rows show only as far as the transaction had already written them to the main file.
 */
function describeJournalTransaction(
  file: { readonly evidenceId: EvidenceId; readonly bytes: Uint8Array },
  journal: RollbackJournal,
  files: DatabaseFiles,
  committed: PageView,
  header: DatabaseHeader,
  committedOwners: PageOwners,
  problems: ProblemLog,
): OpenTransaction | null {
  if (journal.state !== 'hot' && journal.state !== 'unsynced') return null;
  if (journal.pageSize !== files.pageSize) {
    const message = `The -journal has pages of ${journal.pageSize} bytes, the database of ${files.pageSize}: they do not belong together, and the -journal is not applied.`;
    problems.add('damaged-database', message, null);
    return null;
  }
  const uncommitted = mainFileView(files);
  const changed = new Set([...journal.originalPages.keys()].filter((page) => page <= uncommitted.pageCount));
  const before = journal.originalPageCount ?? uncommitted.pageCount;
  for (let page = before + 1; page <= uncommitted.pageCount; page += 1) changed.add(page);
  return describeOpenTransaction(
    {
      committed,
      uncommitted,
      changedPages: [...changed],
      frames: journal.records,
      header,
      committedOwners,
      source: { evidenceId: file.evidenceId, byteOffset: 0, byteLength: file.bytes.length, line: null },
    },
    problems,
  );
}
