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
  readonly source: Provenance;
}

/** What a row of the service's database says about the job that was being imported; discovered, not assumed. */
export interface JobRecord {
  readonly table: string;
  readonly key: string;
  readonly values: Readonly<Record<string, number | string | null>>;
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
  /** `ok` or what PRAGMA integrity_check says of the committed state; null when it could not be run. */
  readonly integrity: string | null;
  readonly tables: readonly TableSize[];
  readonly jobHistory: JobHistory | null;
  readonly source: Provenance;
}
