import { Decompress as FrameDecoder } from 'fzstd';
import { ByteQueue } from './byte-queue.ts';
import { Damage, type Decompress, endOf } from './decompress.ts';

const MIB = 1024 * 1024;
/** RFC 8878, section 3.1.1 and 3.1.2. */
const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
/** zstd's own decoder refuses larger windows too, unless told otherwise: ZSTD_WINDOWLOG_LIMIT_DEFAULT in zstd.h. */
const WINDOW_LIMIT_BYTES = 128 * MIB;
/** RFC 8878, section 3.1.1.2.4. */
const BLOCK_LIMIT_BYTES = 128 * 1024;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;
/**
 * The decoder shifts its whole window at every block. Blocks far too small for the window would keep it busy for hours:
 * beyond this many shifted bytes, and this many per byte of output (the largest window with blocks of 32 KiB), it is refused.
 */
const SHIFTED_LIMIT_BYTES = 64 * 1024 * MIB;
const SHIFTED_PER_OUTPUT_BYTE = 4096;

interface FrameHeader {
  readonly bytes: Uint8Array;
  readonly windowBytes: number;
  readonly contentBytes: number | null;
  readonly hasChecksum: boolean;
}

/**
 * zstd, several frames after one another and skippable ones included. The frames are walked here and decoded block by block,
 * so that a cut file gives every whole block; content checksums are verified, which the decoder leaves out.
 */
export const unzstd: Decompress = async (next, _from, write) => {
  const { default: xxhash } = await import('xxhash-wasm');
  const { create64 } = await xxhash();
  const input = new ByteQueue(next);
  let outputBytes = 0;
  let shiftedBytes = 0;

  /** False when no more is wanted. */
  const decodeFrame = async (header: FrameHeader): Promise<boolean> => {
    const decoded: Uint8Array[] = [];
    const decoder = new FrameDecoder((output) => decoded.push(output));
    const hash = create64();
    let frameBytes = 0;
    let prefix = header.bytes;
    for (let last = false; !last; ) {
      const head = input.take(3);
      const word = (head[0] ?? 0) | ((head[1] ?? 0) << 8) | ((head[2] ?? 0) << 16);
      last = (word & 1) === 1;
      const type = (word >> 1) & 3;
      const blockBytes = word >> 3;
      if (type === RESERVED_BLOCK || blockBytes > BLOCK_LIMIT_BYTES) throw new Damage('a block header is corrupt');
      const content = input.take(type === RLE_BLOCK ? 1 : blockBytes);
      const checksum = last && header.hasChecksum ? input.upTo(4) : new Uint8Array(0);
      const missing = new Uint8Array(last && header.hasChecksum ? 4 - checksum.length : 0);
      shiftedBytes += header.windowBytes;
      if (shiftedBytes > SHIFTED_LIMIT_BYTES && shiftedBytes > SHIFTED_PER_OUTPUT_BYTE * outputBytes) {
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
        if (!(await write(output, input.takenBytes))) return false;
      }
      if (missing.length > 0) throw new Damage('the checksum at its end is cut off');
      if (checksum.length === 4 && uint32(checksum) !== Number(hash.digest() & 0xffffffffn)) {
        throw new Damage('the content checksum does not hold');
      }
    }
    if (header.contentBytes !== null && frameBytes !== header.contentBytes) {
      throw new Damage(`a frame gives ${frameBytes} bytes, not the ${header.contentBytes} it states`);
    }
    return true;
  };

  return endOf(
    async () => {
      for (let isFirst = true; !input.atEnd; isFirst = false) {
        const magic = input.upTo(4);
        const word = magic.length === 4 ? uint32(magic) : 0;
        if ((word & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) input.skip(uint32(input.take(4)));
        else if (word !== FRAME_MAGIC) {
          throw new Damage('what follows the compressed data is not zstd', { complete: !isFirst });
        } else if (!(await decodeFrame(readFrameHeader(magic, input)))) return;
      }
    },
    () => input.takenBytes,
  );
};

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
