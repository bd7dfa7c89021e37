import { READ_CHUNK_BYTES } from './read-only.ts';

/** Bytes from the start of a file that its format is told from. */
export const HEAD_BYTES = 64 * 1024;

/**
 * What intake takes in at most. Evidence is hostile: each number bounds a loop, a buffer or the disk, and reaching one is
 * reported as `limit-exceeded`, never met with silence.
 */
export interface IntakeLimits {
  /** Folder entries and archive members looked at, over everything given. */
  readonly entries: number;
  /** Evidence files of a case; their index is kept in 16 bits per event. */
  readonly files: number;
  /** Folders within folders. */
  readonly folderDepth: number;
  /** Archives within archives; what was given is level 1. */
  readonly archiveDepth: number;
  /** Bytes written to the spool over everything given. How well something packs is no limit: reports do, hundreds of times. */
  readonly unpackedBytes: number;
  /** Bytes of a path within a folder or archive; PATH_MAX of Linux. */
  readonly pathBytes: number;
  /** A database is inspected in memory. */
  readonly databaseBytes: number;
  /** Native journals: as large as their offsets can be told exactly. */
  readonly journalBytes: number;
  /** Bytes of a file that are read at once. */
  readonly readChunkBytes: number;
  /** From this size on two threads read a log of which that can be done. */
  readonly partFromBytes: number;
  /** Entries of a native journal between two looks at whether it is to be stopped. */
  readonly journalReportEntries: number;
  /** Problems kept per file, and for the case as a whole; beyond that they are counted. */
  readonly problems: number;
  /** Process, vmstat and memory samples, each. */
  readonly samples: number;
}

const MIB = 1024 * 1024;

export const INTAKE_LIMITS: IntakeLimits = {
  entries: 100_000,
  files: 65_535,
  folderDepth: 64,
  archiveDepth: 3,
  unpackedBytes: 16 * 1024 * MIB,
  pathBytes: 4096,
  databaseBytes: 1536 * MIB,
  journalBytes: Number.MAX_SAFE_INTEGER,
  readChunkBytes: READ_CHUNK_BYTES,
  partFromBytes: 128 * MIB,
  journalReportEntries: 4096,
  problems: 100,
  samples: 200_000,
};
