import { Decompress as FrameDecoder } from 'fzstd';
import type { XXHashAPI } from 'xxhash-wasm';
import { hasEndlessWeights } from '../../../shared/evidence/reading/zstd-weights.ts';
import { ByteQueue } from './byte-queue.ts';
import { type BytesFrom, Damage, type Decompress, type DecompressEnd } from './decompress.ts';
import { ByteWindow, type PartEnd, runsBehind } from './runs.ts';

const MIB = 1024 * 1024;
/** RFC 8878, section 3.1.1 and 3.1.2. */
const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
/** zstd's own decoder refuses larger windows too, unless told otherwise: ZSTD_WINDOWLOG_LIMIT_DEFAULT in zstd.h. */
const WINDOW_LIMIT_BYTES = 128 * MIB;
/** RFC 8878, section 3.1.1.2.4. */
const BLOCK_LIMIT_BYTES = 128 * 1024;
const RLE_BLOCK = 1;
const COMPRESSED_BLOCK = 2;
const RESERVED_BLOCK = 3;
/**
 * The decoder shifts its whole window at every block. Blocks far too small for the window would keep it busy for hours:
 * beyond this many shifted bytes, and this many per byte of output (the largest window with blocks of 32 KiB), it is refused.
 */
const SHIFTED_LIMIT_BYTES = 64 * 1024 * MIB;
const SHIFTED_PER_OUTPUT_BYTE = 4096;
/** Sooner where blocks give next to nothing: the largest window with blocks of 64 bytes. */
const FUTILE_LIMIT_BYTES = 8 * 1024 * MIB;
const FUTILE_PER_OUTPUT_BYTE = 2 * MIB;

interface FrameHeader {
  readonly bytes: Uint8Array;
  readonly windowBytes: number;
  readonly contentBytes: number | null;
  readonly hasChecksum: boolean;
}

/**
 * How far behind a damaged length it may be noticed: what it leads to is read as the header of a block, of which one in
 * twenty would pass, and leads on by at most one block.
 */
const OVERRUN_BYTES = 8 * BLOCK_LIMIT_BYTES;
const ANYWHERE = Number.POSITIVE_INFINITY;
/** Blocks looked at in search of further frames behind damage, before the search is given up. */
const WALKED_BLOCKS_LIMIT = 1_000_000;
const MAGIC_BYTES = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);

/** Loaded with the first frames to read, then kept: compiling it takes longer than a small log. */
let hashes: Promise<XXHashAPI> | null = null;

/**
 * zstd, several frames after one another and skippable ones included. The frames are walked here and decoded block by block,
 * so that a cut file gives every whole block; content checksums are verified, which the decoder leaves out. Behind damage,
 * reading goes on at the next frame: the blocks of one rest on those before them.
 */
export const unzstd: Decompress = async (next, from, write, onGap) => {
  hashes ??= import('xxhash-wasm').then(({ default: xxhash }) => xxhash());
  const { create64 } = await hashes;
  const frames = new FrameWalk(from);
  let input = new ByteQueue(next);
  let inputAt = 0;
  let outputBytes = 0;
  let shiftedBytes = 0;
  let hasGap = false;
  /** Damage behind which nothing was passed over. */
  let doubt: string | null = null;
  const position = (): number => inputAt + input.takenBytes;
  /** Where what is read at the moment begins. */
  const part = { frameAt: 0, blockAt: 0, isHeaded: true, hasChecksum: false, isOver: false };
  /** Where the frame begins that was read last, when nothing confirms that it ends where its lengths say. */
  let unconfirmedAt: number | null = null;
  /** Damage of a frame that was read to its end. */
  const overAt = (message: string): Damage => {
    Object.assign(part, { blockAt: position(), isOver: true });
    return new Damage(message);
  };

  /** False when no more is wanted. */
  const decodeFrame = async (header: FrameHeader): Promise<boolean> => {
    const decoded: Uint8Array[] = [];
    const decoder = new FrameDecoder((output) => decoded.push(output));
    const hash = create64();
    let frameBytes = 0;
    let prefix = header.bytes;
    part.hasChecksum = header.hasChecksum;
    for (let last = false; !last; ) {
      part.blockAt = position();
      const head = input.take(3);
      const { isLast, type, blockBytes } = blockOf(head);
      last = isLast;
      if (type === RESERVED_BLOCK || blockBytes > BLOCK_LIMIT_BYTES) throw new Damage('a block header is corrupt');
      const content = input.take(type === RLE_BLOCK ? 1 : blockBytes);
      if (type === COMPRESSED_BLOCK && hasEndlessWeights(content)) throw new Damage('a block is corrupt');
      const checksum = last && header.hasChecksum ? input.upTo(4) : new Uint8Array(0);
      const missing = new Uint8Array(last && header.hasChecksum ? 4 - checksum.length : 0);
      shiftedBytes += header.windowBytes;
      const isSlow = shiftedBytes > SHIFTED_LIMIT_BYTES && shiftedBytes > SHIFTED_PER_OUTPUT_BYTE * outputBytes;
      if (isSlow || (shiftedBytes > FUTILE_LIMIT_BYTES && shiftedBytes > FUTILE_PER_OUTPUT_BYTE * outputBytes)) {
        throw new Damage('its blocks are too small for its window', { unsupported: true });
      }
      try {
        decoder.push(Buffer.concat([prefix, head, content, checksum, missing]), last);
      } catch {
        // Whatever the decoder throws on bad data (some of it is a RangeError), the block is what is wrong.
        throw new Damage('a block is corrupt');
      }
      prefix = new Uint8Array(0);
      for (const output of decoded.splice(0)) {
        if (output.length === 0) continue;
        hash.update(output);
        frameBytes += output.length;
        outputBytes += output.length;
        if (!(await write(output, position()))) return false;
      }
      if (missing.length > 0) throw new Damage('the checksum at its end is cut off');
      if (checksum.length === 4 && uint32(checksum) !== Number(hash.digest() & 0xffffffffn)) {
        throw overAt('the content checksum does not hold');
      }
    }
    if (header.contentBytes !== null && frameBytes !== header.contentBytes) {
      throw overAt(`a frame gives ${frameBytes} bytes, not the ${header.contentBytes} it states`);
    }
    if (header.hasChecksum || header.contentBytes !== null) unconfirmedAt = null;
    return true;
  };
  /** False when no more is wanted. */
  const decodeNext = async (isFirst: boolean): Promise<boolean> => {
    Object.assign(part, { frameAt: position(), blockAt: position(), isHeaded: false, isOver: false });
    const magic = input.upTo(4);
    const word = magic.length === 4 ? uint32(magic) : 0;
    const isSkippable = (word & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC;
    // One whose signature alone is damaged is a frame all the same where its blocks lead to what follows frames.
    const isFrame = word === FRAME_MAGIC || (onGap !== undefined && magic.length === 4 && frames.isFrame(part.frameAt));
    if (!isSkippable && !isFrame) {
      // Damaged lengths of the frame in front may have led here over others.
      if (unconfirmedAt !== null) Object.assign(part, { frameAt: unconfirmedAt, blockAt: unconfirmedAt });
      throw new Damage('what follows the compressed data is not zstd', { complete: !isFirst });
    }
    unconfirmedAt = part.frameAt;
    if (isSkippable) {
      input.skip(uint32(input.take(4)));
      return true;
    }
    if (word !== FRAME_MAGIC) doubt ??= `the signature of the frame at byte ${part.frameAt} is damaged`;
    const header = readFrameHeader(MAGIC_BYTES, input);
    part.isHeaded = true;
    return decodeFrame(header);
  };
  const end = (damage: Damage | null): DecompressEnd => ({
    damage: damage?.message ?? doubt,
    complete: (damage?.complete ?? doubt === null) && !hasGap,
    consumedBytes: position(),
    unsupported: damage?.unsupported ?? false,
  });
  for (let isFirst = true; ; isFirst = false) {
    try {
      if (input.atEnd || !(await decodeNext(isFirst))) return end(null);
    } catch (thrown) {
      if (!(thrown instanceof Damage)) throw thrown;
      if (onGap === undefined) return end(thrown);
      const to = await frames.nextFrame(part);
      if (to === null) return end(thrown);
      hasGap = true;
      unconfirmedAt = null;
      const isWholeFrame = part.isOver || to <= part.blockAt;
      await onGap({ from: isWholeFrame ? part.frameAt : part.blockAt, to, damage: thrown.message });
      input = new ByteQueue(from(to));
      inputAt = to;
    }
  }
};

function blockOf(head: Uint8Array) {
  const word = (head[0] ?? 0) | ((head[1] ?? 0) << 8) | ((head[2] ?? 0) << 16);
  return { isLast: (word & 1) === 1, type: (word >> 1) & 3, blockBytes: word >> 3 };
}

/** Goes over frames by the lengths of their blocks, without decoding any. */
export class FrameWalk {
  readonly #window: ByteWindow;
  #walkedBlocks = 0;

  constructor(from: BytesFrom) {
    this.#window = new ByteWindow(from);
  }

  /** Whether, its signature aside, a frame begins at a place: it ends where another begins, or the file does. */
  isFrame(at: number): boolean {
    const end = this.#frameEnd(at);
    return end !== null && !end.isCut && (this.#isEnd(end.end) || this.#begins(end.end));
  }

  /**
   * Where the next frame begins behind the beginning of another in which damage was noticed, at a block or, when it is over,
   * at its end; null when there is none. Damaged lengths lead into the frames that follow, so the next one may begin in
   * front of the place where the damage was noticed.
   */
  async nextFrame(broken: {
    readonly frameAt: number;
    readonly blockAt: number;
    readonly isHeaded: boolean;
    readonly hasChecksum: boolean;
    readonly isOver: boolean;
  }): Promise<number | null> {
    const end = this.#endByLengths(broken);
    if (end === null) {
      return this.frameFrom(Math.max(broken.frameAt + 1, broken.blockAt - OVERRUN_BYTES), ANYWHERE);
    }
    // Frames that end together with it are frames that it was led over: those within its content end before its own end.
    const runs = await runsBehind(
      broken.frameAt + 1,
      (place) => this.#candidate(place, end),
      (place) => {
        const part = this.#beginningEnd(place);
        return part === null || part.isCut || part.end > end ? null : part;
      },
      (place) => place === end,
    );
    return runs[0]?.starts[0] ?? (this.#isEnd(end) ? null : end);
  }

  /** Where the first frame begins, between two places, of those that lead to the end of the file; null when there is none. */
  async frameFrom(at: number, to: number): Promise<number | null> {
    const runs = await runsBehind(
      at,
      (place) => this.#candidate(place, to),
      (place) => this.#beginningEnd(place),
      (place) => this.#isEnd(place),
    );
    return runs[0]?.starts[0] ?? null;
  }

  /** Where a damaged frame ends by the lengths of its blocks, if another begins there, or the file ends. */
  #endByLengths(broken: {
    readonly blockAt: number;
    readonly isHeaded: boolean;
    readonly hasChecksum: boolean;
    readonly isOver: boolean;
  }): number | null {
    // Damage of a block's content leaves the lengths that lead on.
    const rest = broken.isHeaded && !broken.isOver ? this.#blocksEnd(broken.blockAt, broken.hasChecksum) : null;
    const end = broken.isOver ? broken.blockAt : rest === null || rest.isCut ? null : rest.end;
    return end !== null && (this.#isEnd(end) || this.#begins(end)) ? end : null;
  }

  #candidate(at: number, to: number): number | null {
    const found = this.#window.find(MAGIC_BYTES, at, to);
    return found === null || found >= to ? null : found;
  }

  #beginningEnd(at: number): PartEnd {
    return this.#begins(at) ? this.#frameEnd(at) : null;
  }

  #isEnd(at: number): boolean {
    return this.#window.bytes(at, 1).length === 0;
  }

  #begins(at: number): boolean {
    const magic = this.#window.bytes(at, 4);
    const word = magic.length === 4 ? uint32(magic) : 0;
    return word === FRAME_MAGIC || (word & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC;
  }

  #frameEnd(at: number): PartEnd {
    const start = this.#window.bytes(at, 24);
    if (start.length >= 8 && (uint32(start) & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
      const end = at + 8 + uint32(start.subarray(4));
      return { end, isCut: this.#window.bytes(end - 1, 1).length === 0 };
    }
    let taken = false;
    const header = new ByteQueue(() => {
      if (taken) return null;
      taken = true;
      return start.subarray(4);
    });
    try {
      const { hasChecksum } = readFrameHeader(MAGIC_BYTES, header);
      return this.#blocksEnd(at + 4 + header.takenBytes, hasChecksum);
    } catch {
      return null;
    }
  }

  #blocksEnd(blockAt: number, hasChecksum: boolean): PartEnd {
    for (let at = blockAt; ; ) {
      this.#walkedBlocks += 1;
      if (this.#walkedBlocks > WALKED_BLOCKS_LIMIT) return null;
      const head = this.#window.bytes(at, 3);
      if (head.length < 3) return { end: at + head.length, isCut: true };
      const { isLast, type, blockBytes } = blockOf(head);
      if (type === RESERVED_BLOCK || blockBytes > BLOCK_LIMIT_BYTES) return null;
      at += 3 + (type === RLE_BLOCK ? 1 : blockBytes);
      if (!isLast) continue;
      if (hasChecksum) at += 4;
      return { end: at, isCut: this.#window.bytes(at - 1, 1).length === 0 };
    }
  }
}

/** RFC 8878, section 3.1.1.1. */
function readFrameHeader(magic: Uint8Array, input: ByteQueue): FrameHeader {
  const descriptor = input.byte();
  if ((descriptor & 8) !== 0) throw new Damage('a frame header is corrupt');
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const window = input.take(isSingleSegment ? 0 : 1);
  const dictionary = input.take([0, 1, 2, 4][descriptor & 3] ?? 0);
  const size = input.take([isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0);
  if (dictionary.some((byte) => byte !== 0)) {
    throw new Damage('it was packed with a dictionary that is kept elsewhere', { unsupported: true });
  }
  const contentBytes = size.length === 0 ? null : littleEndian(size) + (size.length === 2 ? 256 : 0);
  const windowByte = window[0] ?? 0;
  const base = 2 ** (10 + (windowByte >> 3));
  const windowBytes = isSingleSegment ? (contentBytes ?? 0) : base + (base / 8) * (windowByte & 7);
  if (windowBytes > WINDOW_LIMIT_BYTES) {
    throw new Damage(`it needs a window of more than ${WINDOW_LIMIT_BYTES / MIB} MiB`, { unsupported: true });
  }
  const bytes = Buffer.concat([magic, Uint8Array.of(descriptor), window, dictionary, size]);
  return { bytes, windowBytes, contentBytes, hasChecksum: (descriptor & 4) !== 0 };
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}

function uint32(bytes: Uint8Array): number {
  return littleEndian(bytes.subarray(0, 4));
}
