import type { EvidenceId, Provenance } from './evidence.ts';

/** A table or index with its size, from walking its b-tree. */
export interface TableSize {
  readonly name: string;
  readonly type: 'table' | 'index';
  readonly tableName: string;
  /** Rows of a table as of the last commit; null for an index or where the b-tree is damaged. */
  readonly rows: number | null;
  readonly pages: number;
  readonly bytes: number;
  /** Pages of overflow chains, which are among `pages`. */
  readonly overflowPages?: number;
  /** Bytes of its pages that hold nothing: gaps, free blocks and fragments (`unused` of SQLite's dbstat). */
  readonly unusedBytes?: number;
  /** Bytes of the records stored in it (`payload` of dbstat). */
  readonly payloadBytes?: number;
  /**
   * Share of its leaf pages, 0 to 1, that do not lie right behind the leaf before them: a scan in key order jumps there.
   * Null for a tree of one leaf.
   */
  readonly fragmentation?: number | null;
}

/** The header of the database as of the last commit. Source: https://www.sqlite.org/fileformat2.html#the_database_header */
export interface DatabaseHeaderFacts {
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be';
  readonly autoVacuum: 'none' | 'full' | 'incremental';
  readonly userVersion: number;
  readonly applicationId: number;
  readonly changeCounter: number;
  readonly schemaCookie: number;
  /** 1 to 4; 4 in anything that a current SQLite made. */
  readonly schemaFormat: number;
  readonly reservedBytes: number;
  /** Version of the library that wrote last, as `3.45.1`; null where the field is zero. */
  readonly sqliteVersion: string | null;
  /** The header's own count of pages; null where it is not valid (written by SQLite before 3.7.0). */
  readonly headerPages: number | null;
  /** Whole pages in the main file. More than `headerPages` after a copy in mid-transaction, fewer when cut short. */
  readonly filePages: number;
  /** Bytes behind the last whole page of the main file. */
  readonly trailingBytes: number;
}

/** Free pages of the committed state, counted by walking the list. */
interface FreelistReport {
  readonly trunkPages: number;
  /** Trunk and leaf pages that the list leads to; it is sound when the header's `freelistPages` is the same. */
  readonly walkedPages: number;
  readonly bytes: number;
}

/** Rows that refer to a row which does not exist. Source: https://www.sqlite.org/pragma.html#pragma_foreign_key_check */
export interface ForeignKeyCheck {
  readonly violations: number;
  /** True when the check was ended at its limit, so that there may be more. */
  readonly isLimited: boolean;
  /** Few; `rowid` is null for a WITHOUT ROWID table. */
  readonly listed: readonly {
    readonly table: string;
    readonly rowid: number | null;
    readonly parent: string;
  }[];
}

/** A state in which the files can be read. */
export const DATABASE_VIEW_IDS = ['committed', 'main', 'open-transaction', 'after-rollback'] as const;
/**
 * - `committed`: as of the last commit, what readers saw: the main file, rolled back by a hot journal, with the committed
 *   frames of the -wal.
 * - `main`: the main file alone, as a tool sees it that knows nothing of the files beside it.
 * - `open-transaction`: the committed state with what the unfinished transaction had written so far.
 * - `after-rollback`: what the next open leaves when it rolls back a hot journal.
 */
export type DatabaseViewId = (typeof DATABASE_VIEW_IDS)[number];
export interface DatabaseViewSummary {
  readonly id: DatabaseViewId;
  readonly pages: number;
  /** False where pages are missing or interior pages had not been written, so that SQL may not reach all rows. */
  readonly isWhole: boolean;
  /** The other view with the same content, or null. */
  readonly sameAs: DatabaseViewId | null;
}

/** How a table differs between two views. */
export interface TableDifference {
  readonly table: string;
  readonly inserted: number;
  /** Null where rows of pages that were not yet written cannot be told from deleted ones. */
  readonly deleted: number | null;
  readonly changed: number;
  /** True when counting was ended at its limit. */
  readonly isLimited: boolean;
}
export interface ViewDifference {
  readonly from: DatabaseViewId;
  readonly to: DatabaseViewId;
  /** Tables that differ, most rows first; empty when the two views have the same rows. */
  readonly tables: readonly TableDifference[];
}

/** Frames of a WAL that were written under one pair of salts. The first generation of a log that begins again is live. */
interface WalGeneration {
  readonly salt1: number;
  readonly salt2: number;
  readonly state: 'live' | 'stale';
  /** Counted from 1, both included. */
  readonly firstFrame: number;
  readonly lastFrame: number;
  readonly commits: number;
  readonly source: Provenance;
}

export interface WalCommit {
  /** Counted from 1. */
  readonly frame: number;
  /** Frames of this transaction. */
  readonly frames: number;
  /** Size of the database after it, in pages. */
  readonly databasePages: number;
}

/** Where SQLite stops to read a WAL. */
export interface WalStop {
  /** The first frame that does not count, from 1. */
  readonly frame: number;
  /**
   * - `salt`: of another generation, left from before the log was begun again.
   * - `checksum`: of this generation, with a checksum that fails.
   * - `unwritten`: zeros, or a page number of 0.
   * - `torn`: cut short at the end of the file.
   */
  readonly reason: 'salt' | 'checksum' | 'unwritten' | 'torn';
  readonly source: Provenance;
}

/** The shared-memory index of a WAL. Source: https://www.sqlite.org/walformat.html#the_wal_index_file_format */
export interface ShmReport {
  readonly evidenceId: EvidenceId;
  readonly bytes: number;
  /** False when the two copies of its header differ or it was never filled: a reader then rebuilds it from the -wal. */
  readonly isValid: boolean;
  /** The last committed frame that connections knew of; null where it is not valid. */
  readonly maxFrame: number | null;
  /** Frames that a checkpoint had copied into the main file. */
  readonly backfilledFrames: number | null;
  /** Frames up to which a checkpoint was about to copy; above `backfilledFrames` when it was under way or died. */
  readonly backfillAttemptedFrames: number | null;
  /** Frames at which readers had pinned the log; the checkpoint cannot pass the lowest. Unused marks are left out. */
  readonly readMarks: readonly number[];
  /** Whether its salts are those of the -wal beside it; null without one. */
  readonly belongsToWal: boolean | null;
  readonly source: Provenance;
}

/** A rollback journal beside a database. Source: https://www.sqlite.org/fileformat2.html#the_rollback_journal */
export interface JournalReport {
  readonly evidenceId: EvidenceId;
  readonly bytes: number;
  /**
   * - `hot`: the next open rolls it back.
   * - `unsynced`: a transaction had begun to write and had not yet synced its journal; SQLite ignores it.
   * - `finished`: empty or its header zeroed, as a commit leaves it in the modes TRUNCATE and PERSIST.
   * - `unreadable`: none of these.
   */
  readonly state: 'hot' | 'unsynced' | 'finished' | 'unreadable';
  readonly records: number;
  readonly pageSize: number | null;
  /** Pages of the database before the transaction. */
  readonly originalPages: number | null;
  /** The file that decides over a transaction on several databases, or null. */
  readonly superJournal: string | null;
  /** Tables and indexes whose pages it restores, most pages first; only for `hot` and `unsynced`. */
  readonly touched: readonly { readonly name: string; readonly pages: number }[];
  readonly source: Provenance;
}

/** What the frames after a WAL's last commit touched. Source: https://www.sqlite.org/fileformat2.html#walformat */
export interface OpenTransaction {
  readonly frames: number;
  /** Distinct pages that those frames rewrite. */
  readonly pages: number;
  readonly bytes: number;
  /** Tables and indexes whose pages are among them, most pages first; `(unassigned)` for pages no b-tree owns yet. */
  readonly touched: readonly { readonly name: string; readonly pages: number }[];
  /** Rows that could be read from its table leaves and that the committed state does not have, by table. */
  readonly newRows: readonly { readonly table: string; readonly rows: number }[];
  /** Distinct values of integer foreign-key-like columns (`*_id`, `*_no`) in those new rows, few per table. */
  readonly newKeys: readonly {
    readonly table: string;
    readonly column: string;
    readonly values: readonly (number | string)[];
  }[];
  /** Rows that it had inserted, changed and deleted by what had reached the files. */
  readonly changes?: readonly TableDifference[];
  readonly source: Provenance;
}

/** The write-ahead log beside a database. */
export interface WalReport {
  readonly evidenceId: EvidenceId;
  readonly bytes: number;
  readonly pageSize: number | null;
  /** Committed and uncommitted frames together. */
  readonly validFrames: number;
  /** Frames up to and including the last commit; their salts and running checksum hold. */
  readonly committedFrames: number;
  /**
   * Frames of the same generation after the last commit: a write transaction was open (or had been rolled back after it had
   * spilled). Where it rewrote a page that it had already spilled, SQLite leaves checksums undone until the commit.
   */
  readonly uncommittedFrames: number;
  /** Frames with the salts of an earlier generation, left over after a restart of the log. */
  readonly staleFrames: number;
  /** Bytes of a last frame that is cut short. */
  readonly tornBytes: number;
  readonly openTransaction: OpenTransaction | null;
  /** In the order of the file; at most 100. */
  readonly generations?: readonly WalGeneration[];
  /** Commits of the live generation; `commits` lists the last 1,000 of them, oldest first. */
  readonly commitCount?: number;
  readonly commits?: readonly WalCommit[];
  /** Null when every frame counts. */
  readonly stop?: WalStop | null;
  /** Checkpoints since the log's file was created (`checkpoint sequence` of its header). */
  readonly checkpointSequence?: number;
  readonly source: Provenance;
}

/** What a row of the service's database says about the job that was being imported; discovered, not assumed. */
export interface JobRecord {
  readonly table: string;
  readonly key: string;
  readonly values: Readonly<Record<string, number | string | null>>;
  /** Rows that it refers to, by its foreign keys and theirs: the module of a job and the release of that module. */
  readonly related?: readonly RelatedRecord[];
}
export interface RelatedRecord {
  /** Columns that lead there: `module_id`, or `module_id`, `release_id`. */
  readonly path: readonly string[];
  readonly table: string;
  readonly key: string;
  readonly values: Readonly<Record<string, number | string | null>>;
}

/** Rows of a table that refers to the list of jobs: what an import of each had written. */
export interface JobChildren {
  readonly table: string;
  /** The column that holds a job's key. */
  readonly column: string;
  /** Committed rows by job, for the most recent jobs. */
  readonly rows: readonly { readonly key: number | string; readonly rows: number }[];
}

/** History of a table that looks like a list of jobs: how many rows, and how large earlier ones were. */
export interface JobHistory {
  readonly table: string;
  readonly keyColumn: string;
  readonly rows: number;
  /** The numeric column that counts tests or results, when there is one. */
  readonly sizeColumn: string | null;
  readonly medianSize: number | null;
  readonly maxSize: number | null;
  /** Newest first, at most 10,000. */
  readonly keys: readonly (number | string)[];
  /** The most recent rows, newest first, for showing the job in question; few. */
  readonly recent?: readonly JobRecord[];
  /** The column that says when a job ran, when there is one. */
  readonly timeColumn?: string | null;
  /** The column by which jobs are of one kind (`module_id`, `module`), when there is one. */
  readonly groupColumn?: string | null;
  readonly children?: readonly JobChildren[];
}

/** The job that the operation was about, as the database has it. */
export interface JobInQuestion {
  /** Its number in the log. */
  readonly key: string;
  /**
   * - `committed`: its row is there.
   * - `uncommitted`: only the open transaction has it, or rows that refer to it.
   * - `absent`: neither has it.
   */
  readonly state: 'committed' | 'uncommitted' | 'absent';
  readonly record: JobRecord | null;
  /** What identifies it, for people: release, module, build, in the schema's own words. */
  readonly identity: readonly { readonly name: string; readonly value: string }[];
  readonly timestamp: string | null;
  /** Numeric columns that count something: total, passed, failed. */
  readonly counts: readonly { readonly name: string; readonly value: number }[];
  /** Rows that its import had written, by table. */
  readonly imported: readonly {
    readonly table: string;
    readonly committedRows: number | null;
    readonly uncommittedRows: number | null;
  }[];
  /** Rows that a whole import would have written (tests of the artifact), or null. */
  readonly expectedRows: number | null;
  /** Jobs of the same kind (all jobs when the kind is not known), oldest first, and how large each was. */
  readonly history: JobGrowth;
}
export interface JobGrowth {
  /** `VPN`, or null when the jobs are of all kinds. */
  readonly group: string | null;
  readonly points: readonly { readonly key: string; readonly timestamp: string | null; readonly size: number }[];
  /** Size of the job in question, or null. */
  readonly size: number | null;
  readonly medianSize: number | null;
  /** `size` as a multiple of the median; null where one is missing. */
  readonly ratio: number | null;
}

/** One SQLite database with what lay beside it. */
export interface DatabaseReport {
  readonly evidenceId: EvidenceId;
  readonly path: string;
  readonly bytes: number;
  readonly pageSize: number;
  readonly pages: number;
  readonly freelistPages: number;
  /** `wal` when bytes 18 and 19 of the header are 2, else `delete` (the header cannot tell delete, truncate and persist). */
  readonly journalMode: 'wal' | 'delete';
  readonly wal: WalReport | null;
  /** A rollback journal that SQLite would roll back at the next open. */
  readonly hotJournal: boolean;
  /**
   * The write transaction that a rollback journal shows to have been open: a hot journal, or one whose header was not yet
   * synced (SQLite does not roll that one back, but its writer held the lock). `frames` counts the journal's records.
   */
  readonly journalTransaction?: OpenTransaction | null;
  readonly journalEvidenceId: EvidenceId | null;
  readonly hasShm: boolean;
  readonly header?: DatabaseHeaderFacts;
  readonly freelist?: FreelistReport;
  readonly shm?: ShmReport | null;
  readonly journal?: JournalReport | null;
  /** The states in which the files can be read; `committed` and `main` always, others where they differ. */
  readonly views?: readonly DatabaseViewSummary[];
  readonly differences?: readonly ViewDifference[];
  /** Null when it could not be run. */
  readonly foreignKeyCheck?: ForeignKeyCheck | null;
  /** Sentences: what these files cannot tell, whoever reads them. */
  readonly unknowable?: readonly string[];
  /** `ok` or what PRAGMA integrity_check says of the committed state; null when it could not be run. */
  readonly integrity: string | null;
  readonly tables: readonly TableSize[];
  readonly jobHistory: JobHistory | null;
  readonly source: Provenance;
}

/** A database of its own process: its locks show in its own views, and no file that can be copied tells of them. */
export type DatabaseServer = 'PostgreSQL' | 'MySQL';
