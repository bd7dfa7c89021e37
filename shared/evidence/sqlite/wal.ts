import type { WalCommit, WalStop } from '../../model/database.ts';
import { isPageSize, isZero, readUint32 } from './bytes.ts';
import type { ProblemLog } from './problems.ts';

/**
 * The write-ahead log. Sources: https://www.sqlite.org/fileformat2.html#the_write_ahead_log and
 * https://www.sqlite.org/walformat.html; recovery as in walIndexRecover() of https://sqlite.org/src/file/src/wal.c
 */
export const WAL_HEADER_BYTES = 32;
export const WAL_FRAME_HEADER_BYTES = 24;
/** The low bit tells the byte order of the words that the checksum adds: 0 little-endian, 1 big-endian. */
const MAGIC_LITTLE_ENDIAN = 0x377f0682;
const MAGIC_BIG_ENDIAN = 0x377f0683;
const FORMAT_VERSION = 3007000;

export interface WalLog {
  /** null when the header cannot be read (and in an empty log); SQLite then ignores the whole file. */
  readonly pageSize: number | null;
  readonly validFrames: number;
  readonly committedFrames: number;
  readonly uncommittedFrames: number;
  readonly staleFrames: number;
  readonly tornBytes: number;
  /** Frames of the current generation behind a failed checksum with commits among them: damage, which SQLite ignores. */
  readonly unreachableFrames: number;
  /** Size of the database after the last commit, in pages; null when nothing was committed in this log. */
  readonly committedPageCount: number | null;
  /** Page number to byte offset, in the log, of the page as of the last commit. */
  readonly committedPages: ReadonlyMap<number, number>;
  /** The same for the frames after the last commit. */
  readonly uncommittedPages: ReadonlyMap<number, number>;
  /** Bytes of the frames after the last commit; empty range when there are none. */
  readonly uncommittedRange: { readonly byteOffset: number; readonly byteLength: number };
  readonly salts: readonly [number, number] | null;
  readonly checkpointSequence: number | null;
  /** The last 1,000, oldest first. */
  readonly commits: readonly WalCommit[];
  readonly commitCount: number;
  /** In the order of the file, at most 100. */
  readonly generations: readonly FrameRun[];
  /** Null when every frame is whole and holds. */
  readonly stop: { readonly frame: number; readonly reason: WalStop['reason']; readonly byteOffset: number } | null;
}

/** Consecutive frames with the same salts; frames count from 1. */
interface FrameRun {
  readonly salt1: number;
  readonly salt2: number;
  readonly firstFrame: number;
  readonly lastFrame: number;
  readonly commits: number;
}

const MAX_LISTED_COMMITS = 1000;
const MAX_LISTED_RUNS = 100;

const EMPTY: WalLog = {
  pageSize: null,
  validFrames: 0,
  committedFrames: 0,
  uncommittedFrames: 0,
  staleFrames: 0,
  tornBytes: 0,
  unreachableFrames: 0,
  committedPageCount: null,
  committedPages: new Map(),
  uncommittedPages: new Map(),
  uncommittedRange: { byteOffset: 0, byteLength: 0 },
  salts: null,
  checkpointSequence: null,
  commits: [],
  commitCount: 0,
  generations: [],
  stop: null,
};

/**
 * Reads a `-wal` file: which frames hold, which of them are committed, what each page was at the last commit and after it.
 * A file of 0 bytes is a valid, empty log (a clean checkpoint with TRUNCATE leaves it). Never throws.
 *
 * Frames after the last commit come from a transaction that was not committed: open when the copy was made, or ended by the
 * death of its process or by a rollback, which rewrites nothing (sqlite3WalUndo). Their checksums need not hold: when a
 * transaction spills a page for the second time, SQLite overwrites the page in its frame and leaves the frame's checksum,
 * writes further frames with salts and checksums of zero, and makes up for all of it at the commit (iReCksum in wal.c).
 * Recovery ignores such frames as it ignores all that are not committed, so they say nothing against the file.
 */
export function parseWal(bytes: Uint8Array, problems: ProblemLog): WalLog {
  if (bytes.length === 0) return EMPTY;
  if (bytes.length < WAL_HEADER_BYTES) {
    problems.add('truncated', `The -wal is cut off inside its header: ${bytes.length} of 32 bytes.`, null);
    return { ...EMPTY, tornBytes: bytes.length };
  }
  const magic = readUint32(bytes, 0);
  const pageSize = readUint32(bytes, 8);
  const refusal = refuseHeader(bytes, magic, pageSize);
  if (refusal !== null) {
    problems.add('damaged-database', `${refusal} SQLite ignores such a -wal, and so does this report.`, null);
    return EMPTY;
  }
  const sum = new RunningChecksum(bytes, magic === MAGIC_LITTLE_ENDIAN);
  sum.add(0, 24);
  if (!sum.equals(readUint32(bytes, 24), readUint32(bytes, 28))) {
    problems.add('damaged-database', 'The header of the -wal fails its checksum. SQLite ignores such a -wal.', null);
    return { ...EMPTY, pageSize };
  }

  const salt1 = readUint32(bytes, 16);
  const salt2 = readUint32(bytes, 20);
  const frameBytes = WAL_FRAME_HEADER_BYTES + pageSize;
  const slots = Math.floor((bytes.length - WAL_HEADER_BYTES) / frameBytes);
  const committedPages = new Map<number, number>();
  const pending = new Map<number, number>();
  let committedPageCount: number | null = null;
  let committedFrames = 0;
  let commits: WalCommit[] = [];
  let commitCount = 0;
  let frame = 0;
  let reason: WalStop['reason'] = 'torn';
  for (; frame < slots; frame += 1) {
    const offset = WAL_HEADER_BYTES + frame * frameBytes;
    const pageNumber = readUint32(bytes, offset);
    if (pageNumber === 0 || readUint32(bytes, offset + 8) !== salt1 || readUint32(bytes, offset + 12) !== salt2) {
      // Salts of zero on a written page: a frame that the open transaction sums up at its commit only.
      const undone = pageNumber !== 0 && isZero(bytes, offset + 8, offset + 16);
      reason = pageNumber === 0 ? 'unwritten' : undone ? 'checksum' : 'salt';
      break;
    }
    // The salts are not summed: only page number, commit size and the page itself are.
    sum.add(offset, offset + 8);
    sum.add(offset + WAL_FRAME_HEADER_BYTES, offset + frameBytes);
    if (!sum.equals(readUint32(bytes, offset + 16), readUint32(bytes, offset + 20))) {
      reason = 'checksum';
      break;
    }
    pending.set(pageNumber, offset + WAL_FRAME_HEADER_BYTES);
    const pageCountAfterCommit = readUint32(bytes, offset + 4);
    if (pageCountAfterCommit !== 0) {
      for (const [page, at] of pending) committedPages.set(page, at);
      pending.clear();
      committedPageCount = pageCountAfterCommit;
      commitCount += 1;
      commits.push({ frame: frame + 1, frames: frame + 1 - committedFrames, databasePages: pageCountAfterCommit });
      if (commits.length >= 2 * MAX_LISTED_COMMITS) commits = commits.slice(-MAX_LISTED_COMMITS);
      committedFrames = frame + 1;
    }
  }

  const rest = readRest(bytes, committedFrames, slots, frameBytes, salt1, salt2);
  const tornBytes = bytes.length - WAL_HEADER_BYTES - slots * frameBytes;
  reportRest(rest, committedFrames, frameBytes, tornBytes, problems);
  return {
    pageSize,
    validFrames: committedFrames + rest.uncommitted,
    committedFrames,
    uncommittedFrames: rest.uncommitted,
    staleFrames: rest.stale,
    tornBytes,
    unreachableFrames: rest.unreachable,
    committedPageCount,
    committedPages,
    uncommittedPages: rest.pages,
    uncommittedRange: {
      byteOffset: WAL_HEADER_BYTES + committedFrames * frameBytes,
      byteLength: rest.uncommitted * frameBytes,
    },
    salts: [salt1, salt2],
    checkpointSequence: readUint32(bytes, 12),
    commits: commits.slice(-MAX_LISTED_COMMITS),
    commitCount,
    generations: frameRuns(bytes, slots, frameBytes),
    stop:
      frame === slots && tornBytes === 0
        ? null
        : { frame: frame + 1, reason, byteOffset: WAL_HEADER_BYTES + frame * frameBytes },
  };
}

/** Frames by their salts. Frames without salts belong to the transaction in front of them; those of zeros to nobody. */
function frameRuns(bytes: Uint8Array, slots: number, frameBytes: number): readonly FrameRun[] {
  const runs: { salt1: number; salt2: number; firstFrame: number; lastFrame: number; commits: number }[] = [];
  for (let frame = 1; frame <= slots; frame += 1) {
    const offset = WAL_HEADER_BYTES + (frame - 1) * frameBytes;
    if (readUint32(bytes, offset) === 0) continue;
    const salt1 = readUint32(bytes, offset + 8);
    const salt2 = readUint32(bytes, offset + 12);
    const commits = readUint32(bytes, offset + 4) === 0 ? 0 : 1;
    const last = runs.at(-1);
    const isUnsummed = salt1 === 0 && salt2 === 0;
    if (last !== undefined && (isUnsummed || (last.salt1 === salt1 && last.salt2 === salt2))) {
      last.lastFrame = frame;
      last.commits += commits;
    } else if (runs.length < MAX_LISTED_RUNS) {
      runs.push({ salt1, salt2, firstFrame: frame, lastFrame: frame, commits });
    } else break;
  }
  return runs;
}

function refuseHeader(bytes: Uint8Array, magic: number, pageSize: number): string | null {
  if (isZero(bytes, 0, WAL_HEADER_BYTES)) return 'The header of the -wal is all zeros.';
  if (magic !== MAGIC_LITTLE_ENDIAN && magic !== MAGIC_BIG_ENDIAN) {
    return `The -wal does not begin with a WAL signature (found ${magic.toString(16).padStart(8, '0')}).`;
  }
  if (!isPageSize(pageSize)) return `The header of the -wal names an impossible page size: ${pageSize}.`;
  const version = readUint32(bytes, 4);
  if (version !== FORMAT_VERSION) return `The -wal has format version ${version}; only ${FORMAT_VERSION} is known.`;
  return null;
}

/** The checksum of the WAL and of its index: two 32-bit sums over pairs of words (fileformat2, section 4.2). */
export class RunningChecksum {
  readonly #view: DataView;
  readonly #littleEndian: boolean;
  #sum1 = 0;
  #sum2 = 0;

  constructor(bytes: Uint8Array, littleEndian: boolean) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#littleEndian = littleEndian;
  }

  /** Adds bytes[from, to); the length is a multiple of 8. */
  add(from: number, to: number): void {
    let sum1 = this.#sum1;
    let sum2 = this.#sum2;
    for (let offset = from; offset < to; offset += 8) {
      sum1 = (sum1 + this.#view.getUint32(offset, this.#littleEndian) + sum2) | 0;
      sum2 = (sum2 + this.#view.getUint32(offset + 4, this.#littleEndian) + sum1) | 0;
    }
    this.#sum1 = sum1;
    this.#sum2 = sum2;
  }

  equals(stored1: number, stored2: number): boolean {
    return this.#sum1 >>> 0 === stored1 && this.#sum2 >>> 0 === stored2;
  }
}

/** The whole frames behind the last commit that holds. */
interface Rest {
  readonly uncommitted: number;
  readonly pages: ReadonlyMap<number, number>;
  readonly unreachable: number;
  readonly unreachableCommits: number;
  readonly stale: number;
  readonly zeroed: number;
}

function readRest(
  bytes: Uint8Array,
  committedFrames: number,
  slots: number,
  frameBytes: number,
  salt1: number,
  salt2: number,
): Rest {
  const pages = new Map<number, number>();
  let uncommitted = 0;
  let sameGeneration = 0;
  let unreachableCommits = 0;
  let zeroed = 0;
  let running = true;
  for (let frame = committedFrames; frame < slots; frame += 1) {
    const offset = WAL_HEADER_BYTES + frame * frameBytes;
    const pageNumber = readUint32(bytes, offset);
    const ofGeneration = readUint32(bytes, offset + 8) === salt1 && readUint32(bytes, offset + 12) === salt2;
    // Salts and checksum of zero: written behind a rewritten frame. The first frames of a transaction carry salts, so
    // such a frame without them in front is a leftover of an older transaction.
    const unsummed = pageNumber !== 0 && isZero(bytes, offset + 8, offset + WAL_FRAME_HEADER_BYTES) && uncommitted > 0;
    if (ofGeneration) {
      sameGeneration += 1;
      if (readUint32(bytes, offset + 4) !== 0) unreachableCommits += 1;
    }
    running = running && pageNumber !== 0 && (ofGeneration || unsummed);
    if (running) {
      uncommitted += 1;
      pages.set(pageNumber, offset + WAL_FRAME_HEADER_BYTES);
    } else if (isZero(bytes, offset, offset + WAL_FRAME_HEADER_BYTES)) {
      zeroed += 1;
    }
  }
  const behind = slots - committedFrames;
  if (unreachableCommits > 0) {
    // A later commit shows that the frames in front of it were no open transaction: one of them is damaged.
    const stale = behind - sameGeneration - zeroed;
    return { uncommitted: 0, pages: new Map(), unreachable: sameGeneration, unreachableCommits, stale, zeroed };
  }
  return { uncommitted, pages, unreachable: 0, unreachableCommits, stale: behind - uncommitted - zeroed, zeroed };
}

function reportRest(
  rest: Rest,
  committedFrames: number,
  frameBytes: number,
  tornBytes: number,
  problems: ProblemLog,
): void {
  if (rest.unreachableCommits > 0) {
    problems.add(
      'damaged-database',
      `The -wal is damaged behind frame ${committedFrames} (byte ${WAL_HEADER_BYTES + committedFrames * frameBytes} of the -wal): a checksum fails ` +
        `although commits follow. As SQLite does, the ${rest.unreachable} frames from there on (${rest.unreachableCommits} of them commits) are left out; ` +
        `the committed state is that of frame ${committedFrames}.`,
      null,
    );
  }
  if (rest.zeroed > 0) {
    problems.add(
      'truncated',
      `${rest.zeroed} frames of the -wal are zeros: space that was never written, or lost.`,
      null,
    );
  }
  if (tornBytes > 0) {
    problems.add('truncated', `The -wal ends inside a frame: its last ${tornBytes} bytes are left out.`, null);
  }
}
