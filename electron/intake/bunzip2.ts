import { ByteQueue } from './byte-queue.ts';
import { type ByteSource, Damage, type Decompress, endOf } from './decompress.ts';

/*
 * Format: https://github.com/dsnet/compress/blob/master/doc/bzip2-format.pdf, and decompress.c of bzip2 1.0.8
 * (https://sourceware.org/git/?p=bzip2.git). The packages on the registry all descend from one decoder that loops for ever
 * when a run length overflows and holds a decoded block (46 MB of it for zeros) as an array of numbers.
 */
const BLOCK_MAGIC = 0x314159265359;
const END_MAGIC = 0x177245385090;
const UNIT_BYTES = 100_000;
const GROUP_SYMBOLS = 50;
const MAX_CODE_BITS = 20;
/** Values of a byte, two run symbols and the end of block, less the one that a run always means. */
const MAX_SYMBOLS = 258;
/** bzip2 reads more selectors than it can use and forgets them; so may files of other writers. */
const MAX_SELECTORS = 18_002;
const OUTPUT_CHUNK_BYTES = 64 * 1024;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit += 1) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value >>> 0;
});

/** bzip2, several streams after one another (as `cat`, pbzip2 and lbzip2 write them) included. */
export const bunzip2: Decompress = async (next, _from, write) => {
  const decoder = new Bzip2Decoder(next);
  return endOf(
    async () => {
      for (const output of decoder.decode()) if (!(await write(output, decoder.consumedBytes))) return;
    },
    () => decoder.consumedBytes,
  );
};

/** A Huffman table of one group: codes of each length are consecutive numbers. */
interface Codes {
  readonly minBits: number;
  readonly maxBits: number;
  /** By length: the largest code of it, -1 when there is none. */
  readonly limit: Int32Array;
  /** By length: what turns a code of it into an index of `symbols`. */
  readonly base: Int32Array;
  readonly symbols: Uint16Array;
}

/** One block between its Huffman decoding and its output. */
interface Block {
  /** Each entry: a byte, and above it where the next one lies. */
  readonly links: Uint32Array;
  readonly length: number;
  readonly origin: number;
  readonly checksum: number;
}

class Bzip2Decoder {
  readonly #input: ByteQueue;
  #bitBuffer = 0;
  #bitCount = 0;

  constructor(next: ByteSource) {
    this.#input = new ByteQueue(next);
  }

  get consumedBytes(): number {
    return this.#input.takenBytes;
  }

  /** The content in chunks of their own. Throws Damage; what came before it has been given. */
  *decode(): Generator<Uint8Array, void> {
    for (let isFirst = true; !this.#input.atEnd; isFirst = false) {
      const magic = this.#input.upTo(4);
      const level = (magic[3] ?? 0) - 0x30;
      if (magic.length < 4 || magic[0] !== 0x42 || magic[1] !== 0x5a || magic[2] !== 0x68 || level < 1 || level > 9) {
        throw new Damage('what follows the compressed data is not bzip2', { complete: !isFirst });
      }
      yield* this.#decodeStream(level * UNIT_BYTES);
    }
  }

  *#decodeStream(blockLimit: number): Generator<Uint8Array, void> {
    let streamChecksum = 0;
    let links: Uint32Array | null = null;
    for (;;) {
      const magic = this.#bits(24) * 2 ** 24 + this.#bits(24);
      const checksum = (this.#bits(16) * 2 ** 16 + this.#bits(16)) >>> 0;
      if (magic === END_MAGIC) {
        this.#bitCount = 0;
        this.#bitBuffer = 0;
        if (checksum !== streamChecksum) throw new Damage('the checksum of the stream does not hold');
        return;
      }
      if (magic !== BLOCK_MAGIC) throw new Damage('a block header is corrupt');
      links ??= new Uint32Array(blockLimit);
      const block = this.#readBlock(links, checksum);
      yield* outputOf(block);
      streamChecksum = (((streamChecksum << 1) | (streamChecksum >>> 31)) ^ block.checksum) >>> 0;
    }
  }

  /** Up to 24 bits. */
  #bits(count: number): number {
    while (this.#bitCount < count) {
      this.#bitBuffer = ((this.#bitBuffer << 8) | this.#input.byte()) >>> 0;
      this.#bitCount += 8;
    }
    this.#bitCount -= count;
    const value = this.#bitBuffer >>> this.#bitCount;
    this.#bitBuffer &= (1 << this.#bitCount) - 1;
    return value;
  }

  #readBlock(links: Uint32Array, checksum: number): Block {
    if (this.#bits(1) === 1) throw new Damage('it was packed by a bzip2 before 0.9.5', { unsupported: true });
    const origin = this.#bits(24);
    const values = this.#readValues();
    const symbolCount = values.length + 2;
    const groupCount = this.#bits(3);
    if (groupCount < 2 || groupCount > 6) throw corrupt();
    const selectors = this.#readSelectors(groupCount);
    const groups = Array.from({ length: groupCount }, () => this.#readCodes(symbolCount));
    const length = this.#readSymbols(links, values, selectors, groups);
    if (origin >= length) throw corrupt();
    linkUp(links, length);
    return { links, length, origin, checksum };
  }

  /** The byte values that occur in the block, in order. */
  #readValues(): Uint8Array {
    const rows = this.#bits(16);
    const values: number[] = [];
    for (let row = 0; row < 16; row += 1) {
      if ((rows & (0x8000 >> row)) === 0) continue;
      const columns = this.#bits(16);
      for (let column = 0; column < 16; column += 1) {
        if ((columns & (0x8000 >> column)) !== 0) values.push(row * 16 + column);
      }
    }
    if (values.length === 0) throw corrupt();
    return Uint8Array.from(values);
  }

  /** Which table decodes each fifty symbols. */
  #readSelectors(groupCount: number): Uint8Array {
    const count = this.#bits(15);
    if (count === 0) throw corrupt();
    const order = Uint8Array.from({ length: groupCount }, (_, index) => index);
    const selectors = new Uint8Array(Math.min(count, MAX_SELECTORS));
    for (let at = 0; at < count; at += 1) {
      let place = 0;
      while (this.#bits(1) === 1) {
        place += 1;
        if (place >= groupCount) throw corrupt();
      }
      const group = toFront(order, place);
      if (at < MAX_SELECTORS) selectors[at] = group;
    }
    return selectors;
  }

  #readCodes(symbolCount: number): Codes {
    const lengths = new Uint8Array(symbolCount);
    let bits = this.#bits(5);
    for (let symbol = 0; symbol < symbolCount; symbol += 1) {
      for (;;) {
        if (bits < 1 || bits > MAX_CODE_BITS) throw corrupt();
        if (this.#bits(1) === 0) break;
        bits += this.#bits(1) === 0 ? 1 : -1;
      }
      lengths[symbol] = bits;
    }
    return codesOf(lengths);
  }

  /** Undoes Huffman coding, runs and move-to-front; returns how many bytes the block has. */
  #readSymbols(links: Uint32Array, values: Uint8Array, selectors: Uint8Array, groups: readonly Codes[]): number {
    const order = values.slice();
    const endOfBlock = values.length + 1;
    let length = 0;
    let run = 0;
    let runUnit = 1;
    for (let at = 0; ; at += 1) {
      const group = groups[selectors[Math.floor(at / GROUP_SYMBOLS)] ?? -1];
      if (group === undefined) throw corrupt();
      const symbol = this.#symbol(group);
      if (symbol <= 1) {
        // A run is written in digits 1 and 2 of base 2, lowest first.
        run += runUnit * (symbol + 1);
        runUnit *= 2;
        if (length + run > links.length) throw corrupt();
        continue;
      }
      if (run > 0) {
        links.fill(order[0] ?? 0, length, length + run);
        length += run;
        run = 0;
        runUnit = 1;
      }
      if (symbol === endOfBlock) return length;
      if (length >= links.length || symbol > endOfBlock) throw corrupt();
      links[length] = toFront(order, symbol - 1);
      length += 1;
    }
  }

  #symbol(codes: Codes): number {
    let bits = codes.minBits;
    let code = this.#bits(bits);
    while (code > (codes.limit[bits] ?? -1)) {
      bits += 1;
      if (bits > codes.maxBits) throw corrupt();
      code = (code << 1) | this.#bits(1);
    }
    const symbol = codes.symbols[code - (codes.base[bits] ?? 0)];
    if (symbol === undefined) throw corrupt();
    return symbol;
  }
}

function corrupt(): Damage {
  return new Damage('a block is corrupt');
}

/** Moves what is at `place` to the front and returns it. */
function toFront(order: Uint8Array, place: number): number {
  const value = order[place] ?? 0;
  order.copyWithin(1, 0, place);
  order[0] = value;
  return value;
}

function codesOf(lengths: Uint8Array): Codes {
  const limit = new Int32Array(MAX_CODE_BITS + 1).fill(-1);
  const base = new Int32Array(MAX_CODE_BITS + 1);
  const symbols = new Uint16Array(MAX_SYMBOLS);
  const minBits = Math.min(...lengths);
  const maxBits = Math.max(...lengths);
  let code = 0;
  let count = 0;
  for (let bits = minBits; bits <= maxBits; bits += 1) {
    base[bits] = code - count;
    for (const [symbol, length] of lengths.entries()) {
      if (length !== bits) continue;
      symbols[count] = symbol;
      count += 1;
      code += 1;
    }
    limit[bits] = code - 1;
    code *= 2;
  }
  return { minBits, maxBits, limit, base, symbols: symbols.subarray(0, count) };
}

/** Makes the sorted column into links from each byte to the next. */
function linkUp(links: Uint32Array, length: number): void {
  const starts = new Uint32Array(256);
  for (let at = 0; at < length; at += 1) {
    const value = (links[at] ?? 0) & 0xff;
    starts[value] = (starts[value] ?? 0) + 1;
  }
  let sum = 0;
  for (let value = 0; value < 256; value += 1) {
    const count = starts[value] ?? 0;
    starts[value] = sum;
    sum += count;
  }
  for (let at = 0; at < length; at += 1) {
    const value = (links[at] ?? 0) & 0xff;
    const place = starts[value] ?? 0;
    starts[value] = place + 1;
    links[place] = ((links[place] ?? 0) | (at << 8)) >>> 0;
  }
}

/** Follows the links, undoes the first run-length coding (four equal bytes are followed by a count) and checks the sum. */
function* outputOf({ links, length, origin, checksum }: Block): Generator<Uint8Array, void> {
  let output = new Uint8Array(OUTPUT_CHUNK_BYTES);
  let filled = 0;
  let crc = 0xffffffff;
  let position = (links[origin] ?? 0) >>> 8;
  let previous = -1;
  let equal = 0;
  for (let at = 0; at < length; at += 1) {
    const link = links[position] ?? 0;
    position = link >>> 8;
    const value = link & 0xff;
    let copies = 1;
    let byte = value;
    if (equal === 4) {
      copies = value;
      byte = previous;
      equal = 0;
    } else {
      equal = value === previous ? equal + 1 : 1;
      previous = value;
    }
    for (; copies > 0; copies -= 1) {
      crc = ((crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0;
      output[filled] = byte;
      filled += 1;
      if (filled === OUTPUT_CHUNK_BYTES) {
        yield output;
        output = new Uint8Array(OUTPUT_CHUNK_BYTES);
        filled = 0;
      }
    }
  }
  if (filled > 0) yield output.subarray(0, filled);
  if ((crc ^ 0xffffffff) >>> 0 !== checksum) throw new Damage('the checksum of a block does not hold');
}
