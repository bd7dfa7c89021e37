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
  /** Frames of the current generation that lie behind a failed checksum: SQLite ignores them. */
  readonly unreachableFrames: number;
  /** Size of the database after the last commit, in pages; null when nothing was committed in this log. */
  readonly committedPageCount: number | null;
  /** Page number to byte offset, in the log, of the page as of the last commit. */
  readonly committedPages: ReadonlyMap<number, number>;
  /** The same for the frames after the last commit. */
  readonly uncommittedPages: ReadonlyMap<number, number>;
  /** Bytes of the frames after the last commit; empty range when there are none. */
  readonly uncommittedRange: { readonly byteOffset: number; readonly byteLength: number };
}

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
};

/**
 * Reads a `-wal` file: which frames hold, which of them are committed, what each page was at the last commit and after it.
 * A file of 0 bytes is a valid, empty log (a clean checkpoint with TRUNCATE leaves it). Never throws.
 *
 * Frames after the last commit come from a transaction that was not committed: still open, or rolled back after it had
 * spilled its cache. The file alone cannot tell the two apart, because a rollback rewrites nothing (sqlite3WalUndo).
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
  let pending = new Map<number, number>();
  let committedPageCount: number | null = null;
  let committedFrames = 0;
  let validFrames = 0;
  for (; validFrames < slots; validFrames += 1) {
    const offset = WAL_HEADER_BYTES + validFrames * frameBytes;
    const pageNumber = readUint32(bytes, offset);
    if (pageNumber === 0 || readUint32(bytes, offset + 8) !== salt1 || readUint32(bytes, offset + 12) !== salt2) break;
    // The salts are not summed: only page number, commit size and the page itself are.
    sum.add(offset, offset + 8);
    sum.add(offset + WAL_FRAME_HEADER_BYTES, offset + frameBytes);
    if (!sum.equals(readUint32(bytes, offset + 16), readUint32(bytes, offset + 20))) break;
    pending.set(pageNumber, offset + WAL_FRAME_HEADER_BYTES);
    const pageCountAfterCommit = readUint32(bytes, offset + 4);
    if (pageCountAfterCommit !== 0) {
      for (const [page, at] of pending) committedPages.set(page, at);
      pending = new Map();
      committedPageCount = pageCountAfterCommit;
      committedFrames = validFrames + 1;
    }
  }

  const rest = countRest(bytes, validFrames, slots, frameBytes, salt1, salt2);
  const tornBytes = bytes.length - WAL_HEADER_BYTES - slots * frameBytes;
  reportRest(rest, validFrames, committedFrames, frameBytes, tornBytes, problems);
  const uncommittedFrames = validFrames - committedFrames;
  return {
    pageSize,
    validFrames,
    committedFrames,
    uncommittedFrames,
    staleFrames: rest.stale,
    tornBytes,
    unreachableFrames: rest.sameGeneration,
    committedPageCount,
    committedPages,
    uncommittedPages: pending,
    uncommittedRange: {
      byteOffset: WAL_HEADER_BYTES + committedFrames * frameBytes,
      byteLength: uncommittedFrames * frameBytes,
    },
  };
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

/** The checksum of the WAL: two 32-bit sums over pairs of words (fileformat2, section 4.2). */
class RunningChecksum {
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

interface Rest {
  readonly stale: number;
  readonly zeroed: number;
  readonly sameGeneration: number;
  readonly commits: number;
}

/** What the whole frames behind the valid ones are. A checkpointed log is overwritten from its start, under new salts. */
function countRest(
  bytes: Uint8Array,
  validFrames: number,
  slots: number,
  frameBytes: number,
  salt1: number,
  salt2: number,
): Rest {
  let stale = 0;
  let zeroed = 0;
  let sameGeneration = 0;
  let commits = 0;
  for (let frame = validFrames; frame < slots; frame += 1) {
    const offset = WAL_HEADER_BYTES + frame * frameBytes;
    if (isZero(bytes, offset, offset + WAL_FRAME_HEADER_BYTES)) {
      zeroed += 1;
    } else if (readUint32(bytes, offset + 8) === salt1 && readUint32(bytes, offset + 12) === salt2) {
      sameGeneration += 1;
      if (readUint32(bytes, offset + 4) !== 0) commits += 1;
    } else {
      stale += 1;
    }
  }
  return { stale, zeroed, sameGeneration, commits };
}

function reportRest(
  rest: Rest,
  validFrames: number,
  committedFrames: number,
  frameBytes: number,
  tornBytes: number,
  problems: ProblemLog,
): void {
  const place = `byte ${WAL_HEADER_BYTES + validFrames * frameBytes} of the -wal`;
  if (rest.sameGeneration === 1 && rest.commits === 0) {
    // SQLite writes a frame's header before its page; a process that dies in between leaves exactly this.
    problems.add(
      'truncated',
      `The last frame (${validFrames + 1}, ${place}) is only half written; it is left out.`,
      null,
    );
  } else if (rest.sameGeneration > 0) {
    problems.add(
      'damaged-database',
      `Frame ${validFrames + 1} (${place}) fails its checksum. As SQLite does, it and the ${rest.sameGeneration - 1} frames ` +
        `of the same generation behind it (${rest.commits} of them commits) are left out; the committed state is that of frame ${committedFrames}.`,
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
