import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Lzma2Decoder, lzma2Chunk, lzma2HeaderBytes } from '../../../shared/evidence/reading/lzma2.ts';
import { existing } from '../../../shared/model/existing.ts';
import { ByteQueue } from './byte-queue.ts';
import { Crc64 } from './crc64.ts';
import { type ByteSource, Damage, type DecompressEnd, type TakeOutput, UNEXPECTED_END } from './decompress.ts';

/*
 * Format: https://tukaani.org/xz/xz-file-format.txt. Where that leaves a decoder free, this one does as xz-embedded does
 * (https://git.tukaani.org/?p=xz-embedded.git;a=blob;f=linux/lib/xz/xz_dec_stream.c).
 */
const HEADER_MAGIC = Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00);
const FOOTER_MAGIC = Uint8Array.of(0x59, 0x5a);
const FLAGS_BYTES = 2;
const CRC_BYTES = 4;
const LZMA2_FILTER = 0x21;
/** Of a block's flags: how many filters, less one, and what is reserved. */
const OTHER_FILTERS = 0x3f;
const HAS_PACKED_BYTES = 0x40;
const HAS_CONTENT_BYTES = 0x80;
const NUMBER_BYTES = 9;
const DICTIONARY_LIMIT_BYTES = 64 * 1024 * 1024;
/** By a byte of the filter's: 4 GiB, and nothing behind. */
const DICTIONARY_SIZES = 40;
const OUTPUT_BYTES = 64 * 1024;
const CORRUPT = 'the compressed data is corrupt';

/** An integrity check over a block's content. */
interface Check {
  readonly bytes: number;
  readonly begin: () => { readonly update: (content: Uint8Array) => void; readonly digest: () => Uint8Array };
}

/** By their number in a stream's header. Source: section 2.1.1.2 */
const CHECKS: ReadonlyMap<number, Check> = new Map<number, Check>([
  [0, { bytes: 0, begin: () => ({ update: () => {}, digest: () => new Uint8Array(0) }) }],
  [
    1,
    {
      bytes: 4,
      begin: () => {
        let sum = 0;
        return {
          update: (content) => {
            sum = crc32(content, sum);
          },
          digest: () => littleEndian(sum),
        };
      },
    },
  ],
  [4, { bytes: 8, begin: () => new Crc64() }],
  [
    10,
    {
      bytes: 32,
      begin: () => {
        const hash = createHash('sha256');
        return { update: (content) => void hash.update(content), digest: () => hash.digest() };
      },
    },
  ],
]);

/**
 * xz, several streams after one another and padding between them included, up to the first damage. All that can be
 * decompressed before it is written.
 */
export async function decodeXz(next: ByteSource, write: TakeOutput): Promise<DecompressEnd> {
  const input = new ByteQueue(next);
  const reader = new XzReader(input);
  const end = (damage: Damage | null): DecompressEnd => ({
    damage: damage?.message ?? null,
    complete: damage?.complete ?? true,
    consumedBytes: reader.consumedBytes,
    unsupported: damage?.unsupported ?? false,
  });
  try {
    for (let isWanted = true, isFirst = true; isWanted && reader.nextStream(isFirst); isFirst = false) {
      while (isWanted && reader.nextBlock()) isWanted = await reader.writeBlock(write);
    }
    return end(null);
  } catch (thrown) {
    if (!(thrown instanceof Damage)) throw thrown;
    return end(thrown);
  }
}

/** Sizes of blocks, summed up as they are read: what the index says of them must give the same. */
class BlockSizes {
  #sum = 0;
  count = 0;

  add(bytes: number, contentBytes: number): void {
    this.count += 1;
    this.#sum = crc32(new Uint8Array(Float64Array.of(bytes, contentBytes).buffer), this.#sum);
  }

  isSame(other: BlockSizes): boolean {
    return this.count === other.count && this.#sum === other.#sum;
  }
}

/** A block that is about to be decompressed, as its header has it. */
interface BlockHeader {
  readonly bytes: number;
  readonly packedBytes: number | null;
  readonly contentBytes: number | null;
  readonly dictionaryBytes: number;
}

class XzReader {
  readonly #input: ByteQueue;
  #flags: Uint8Array = new Uint8Array(FLAGS_BYTES);
  #check: Check | undefined;
  #blocks = new BlockSizes();
  #block: BlockHeader | null = null;
  /** Of what was taken from the input, what lies behind the place that decoding has come to. */
  #aheadBytes = 0;

  constructor(input: ByteQueue) {
    this.#input = input;
  }

  get consumedBytes(): number {
    return this.#input.takenBytes - this.#aheadBytes;
  }

  /** Goes over padding to the next stream and reads its header. False when there is none. Throws Damage. */
  nextStream(isFirst: boolean): boolean {
    let first = 0;
    for (let padding = 0; !isFirst && first === 0; padding += 1) {
      if (this.#input.atEnd) {
        if (padding % 4 !== 0) throw new Damage(UNEXPECTED_END);
        return false;
      }
      first = this.#input.byte();
      if (first !== 0 && padding % 4 !== 0) throw new Damage(CORRUPT);
    }
    if (isFirst) first = this.#input.byte();
    const magic = Uint8Array.of(first, ...this.#input.take(HEADER_MAGIC.length - 1));
    // Intake has seen the first header itself, so a stream was whole before this one.
    if (!isSame(magic, HEADER_MAGIC))
      throw new Damage('what follows the compressed data is not xz', { complete: true });
    this.#flags = this.#checked(this.#input.take(FLAGS_BYTES));
    const check = CHECKS.get(existing(this.#flags[1], 1));
    if (this.#flags[0] !== 0 || check === undefined) throw unsupported();
    this.#check = check;
    this.#blocks = new BlockSizes();
    return true;
  }

  /** Reads the header of the next block. False at the end of the stream, which has been read then. Throws Damage. */
  nextBlock(): boolean {
    const size = this.#input.byte();
    if (size === 0) {
      this.#readIndex();
      return false;
    }
    const header = this.#checked(Uint8Array.of(size, ...this.#input.take(size * 4 - 1)));
    const fields = new ByteQueue(onceOf(header.subarray(1)));
    const flags = fields.byte();
    if ((flags & OTHER_FILTERS) !== 0) throw unsupported();
    const packedBytes = (flags & HAS_PACKED_BYTES) === 0 ? null : readNumber(fields);
    const contentBytes = (flags & HAS_CONTENT_BYTES) === 0 ? null : readNumber(fields);
    if (readNumber(fields) !== LZMA2_FILTER || readNumber(fields) !== 1) throw unsupported();
    const dictionary = fields.byte();
    if (dictionary >= DICTIONARY_SIZES) throw unsupported();
    const dictionaryBytes = (2 | (dictionary & 1)) * 2 ** ((dictionary >> 1) + 11);
    if (dictionaryBytes > DICTIONARY_LIMIT_BYTES) {
      throw new Damage('it needs a dictionary of more than 64 MiB', { unsupported: true });
    }
    while (!fields.atEnd) if (fields.byte() !== 0) throw unsupported();
    this.#block = { bytes: header.length + CRC_BYTES, packedBytes, contentBytes, dictionaryBytes };
    return true;
  }

  /** Decompresses the block whose header has been read. False when no more is wanted. Throws Damage. */
  async writeBlock(write: TakeOutput): Promise<boolean> {
    const block = this.#block;
    const check = this.#check;
    if (block === null || check === undefined) throw new Error('no block has begun');
    const sum = check.begin();
    const decoder = new Lzma2Decoder(block.dictionaryBytes);
    const beginsAt = this.#input.takenBytes;
    let contentBytes = 0;
    for (let isLast = false; !isLast; ) {
      const chunk = this.#takeChunk();
      const damage = this.#decode(decoder, chunk);
      const { given } = decoder;
      contentBytes += given.length;
      sum.update(given);
      for (let at = 0; at < given.length; at += OUTPUT_BYTES) {
        if (!(await write(given.slice(at, at + OUTPUT_BYTES), this.consumedBytes))) return false;
      }
      if (damage !== null) throw damage;
      const packedBytes = this.#input.takenBytes - beginsAt;
      if (packedBytes > (block.packedBytes ?? packedBytes)) throw new Damage(CORRUPT);
      if (contentBytes > (block.contentBytes ?? contentBytes)) throw new Damage(CORRUPT);
      isLast = chunk[0] === 0;
    }
    const packedBytes = this.#input.takenBytes - beginsAt;
    if (packedBytes !== (block.packedBytes ?? packedBytes)) throw new Damage(CORRUPT);
    if (contentBytes !== (block.contentBytes ?? contentBytes)) throw new Damage(CORRUPT);
    this.#passPadding(packedBytes);
    if (!isSame(this.#input.take(check.bytes), sum.digest())) throw new Damage(CORRUPT);
    this.#blocks.add(block.bytes + packedBytes + check.bytes, contentBytes);
    return true;
  }

  /** The next chunk, or as much of it as there is. Throws Damage when its header is not whole. */
  #takeChunk(): Uint8Array {
    const control = this.#input.byte();
    const header = Uint8Array.of(control, ...this.#input.take(lzma2HeaderBytes(control) - 1));
    const packed = this.#input.upTo(lzma2Chunk(header, 0)?.packedBytes ?? 0);
    const chunk = new Uint8Array(header.length + packed.length);
    chunk.set(header);
    chunk.set(packed, header.length);
    return chunk;
  }

  /** What is wrong with a chunk, after all that it gives before that is decoded; null: nothing. */
  #decode(decoder: Lzma2Decoder, chunk: Uint8Array): Damage | null {
    this.#aheadBytes = 0;
    try {
      decoder.decode(chunk, 0);
      return null;
    } catch {
      this.#aheadBytes = chunk.length - decoder.at;
      return new Damage(this.#aheadBytes === 0 && this.#input.atEnd ? UNEXPECTED_END : CORRUPT);
    }
  }

  #passPadding(bytes: number): void {
    for (let at = bytes; at % 4 !== 0; at += 1) if (this.#input.byte() !== 0) throw new Damage(CORRUPT);
  }

  /** The index, whose first byte has been read, and the footer. */
  #readIndex(): void {
    const beginsAt = this.#input.takenBytes - 1;
    let sum = crc32(Uint8Array.of(0));
    const input = {
      byte: (): number => {
        const byte = this.#input.byte();
        sum = crc32(Uint8Array.of(byte), sum);
        return byte;
      },
    };
    const count = readNumber(input);
    if (count !== this.#blocks.count) throw new Damage(CORRUPT);
    const listed = new BlockSizes();
    for (let record = 0; record < count; record += 1) listed.add(readNumber(input), readNumber(input));
    if (!listed.isSame(this.#blocks)) throw new Damage(CORRUPT);
    while ((this.#input.takenBytes - beginsAt) % 4 !== 0) if (input.byte() !== 0) throw new Damage(CORRUPT);
    const indexBytes = this.#input.takenBytes - beginsAt + CRC_BYTES;
    if (!isSame(this.#input.take(CRC_BYTES), littleEndian(sum))) throw new Damage(CORRUPT);
    const footerSum = this.#input.take(CRC_BYTES);
    const footer = this.#input.take(4 + FLAGS_BYTES);
    const isWhole = isSame(this.#input.take(FOOTER_MAGIC.length), FOOTER_MAGIC) && isSame(footerSum, sumOf(footer));
    const isOfStream = isSame(footer.subarray(0, 4), littleEndian(indexBytes / 4 - 1));
    if (!isWhole || !isOfStream || !isSame(footer.subarray(4), this.#flags)) throw new Damage(CORRUPT);
  }

  /** Bytes whose CRC32 follows. */
  #checked(bytes: Uint8Array): Uint8Array {
    if (!isSame(this.#input.take(CRC_BYTES), sumOf(bytes))) throw new Damage(CORRUPT);
    return bytes;
  }
}

function unsupported(): Damage {
  return new Damage('it uses a filter or an integrity check other than LZMA2 with CRC32, CRC64 or SHA-256', {
    unsupported: true,
  });
}

/** Seven bits a byte, the lowest first; the highest bit says that more follow. Throws Damage. */
function readNumber(input: Pick<ByteQueue, 'byte'>): number {
  let value = 0;
  for (let place = 0; place < NUMBER_BYTES; place += 1) {
    const byte = input.byte();
    value += (byte & 0x7f) * 2 ** (7 * place);
    if (byte === 0 && place > 0) break;
    if (byte < 0x80) return value;
  }
  throw new Damage(CORRUPT);
}

function onceOf(bytes: Uint8Array): ByteSource {
  let left: Uint8Array | null = bytes;
  return () => {
    const given = left;
    left = null;
    return given;
  };
}

function sumOf(bytes: Uint8Array): Uint8Array {
  return littleEndian(crc32(bytes));
}

function littleEndian(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

function isSame(some: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(some, other) === 0;
}
