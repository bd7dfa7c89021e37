import { ByteQueue } from './byte-queue.ts';
import { type ByteSource, type BytesFrom, Damage, type Decompress, type DecompressEnd } from './decompress.ts';

/*
 * Format: https://github.com/dsnet/compress/blob/master/doc/bzip2-format.pdf, and decompress.c of bzip2 1.0.8
 * (https://sourceware.org/git/?p=bzip2.git). The packages on the registry all descend from one decoder that loops for ever
 * when a run length overflows and holds a decoded block (46 MB of it for zeros) as an array of numbers.
 */
const BLOCK_MAGIC = 0x314159265359;
const END_MAGIC = 0x177245385090;
const UNIT_BYTES = 100_000;
const MAX_LEVEL = 9;
const HEADER_BYTES = 4;
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

/** Bytes of blocks that may turn out to be none, before the search for further ones behind damage is given up. */
const FAILED_LIMIT_BYTES = 256 * 1024 * 1024;

/**
 * bzip2, several streams after one another (as `cat`, pbzip2 and lbzip2 write them) included. A block is given when its
 * checksum holds. Behind a damaged one, reading goes on at the next whose checksum does: each is packed by itself.
 */
export const bunzip2: Decompress = async (next, from, write, onGap) => {
  const decoder = new Bzip2Decoder(next);
  const end = (damage: Damage | null): DecompressEnd => ({
    damage: damage?.message ?? decoder.harmless,
    complete: (damage?.complete ?? true) && !hasGap,
    consumedBytes: decoder.consumedBytes,
    unsupported: damage?.unsupported ?? false,
  });
  let hasGap = false;
  let failedBytes = 0;
  /** Where the damage begins that is being passed over, and what it is. */
  let broken: Broken | null = null;
  for (;;) {
    try {
      const output = decoder.next();
      if (broken !== null) {
        const { atByte, damage, isHeader } = broken;
        const passed = isHeader && decoder.partAtBit === (atByte + HEADER_BYTES) * 8;
        hasGap ||= !passed;
        const to = Math.floor(decoder.partAtBit / 8);
        await onGap?.({ from: atByte, to, damage: damage.message, isHeader: passed });
        broken = null;
      }
      if (output === null) return end(null);
      for (const chunk of output) if (!(await write(chunk, decoder.consumedBytes))) return end(null);
    } catch (thrown) {
      if (!(thrown instanceof Damage)) throw thrown;
      const { partAtBit, consumedBytes } = decoder;
      broken ??= { damage: thrown, atByte: Math.floor(partAtBit / 8), consumedBytes, isHeader: decoder.isAtHeader };
      failedBytes += consumedBytes - Math.floor(partAtBit / 8);
      const isEnd = onGap === undefined || failedBytes > FAILED_LIMIT_BYTES;
      const foundBit = isEnd ? null : findBlock(from, partAtBit + 1);
      // What was found out first is what is said when there is nothing more.
      if (foundBit === null) return { ...end(broken.damage), consumedBytes: broken.consumedBytes };
      decoder.seek(from, foundBit);
    }
  }
};

/** The signature of an end, its checksum and the bits that fill the last byte. */
const END_LIMIT_BYTES = 11;

/** Damage that is being passed over. */
interface Broken {
  readonly damage: Damage;
  readonly atByte: number;
  readonly consumedBytes: number;
  readonly isHeader: boolean;
}

/** Whether a block of bzip2 begins with some bytes. */
export function isBlockOfBzip2(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 6)).toString('hex') === BLOCK_MAGIC.toString(16);
}

/** Whether a file ends as a bzip2 stream does; `tail` are its last bytes (16 suffice). */
export function endsAsBzip2(tail: Uint8Array): boolean {
  const last = tail.subarray(Math.max(0, tail.length - END_LIMIT_BYTES));
  const bits = [...last].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const at = bits.lastIndexOf(END_MAGIC.toString(2).padStart(48, '0'));
  return at !== -1 && Math.ceil((at + 80) / 8) === last.length;
}

/** One of the two signatures as it lies in bytes when it begins at a bit of the first one. */
interface ShiftedMagic {
  readonly bit: number;
  readonly mask: readonly number[];
  readonly bytes: readonly number[];
}

const MAGIC_BYTES = 7;
/** The signatures at every bit, by their second byte, which is always a whole one. */
const MAGICS_BY_SECOND_BYTE: readonly (readonly ShiftedMagic[])[] = (() => {
  const table: ShiftedMagic[][] = Array.from({ length: 256 }, () => []);
  for (const magic of [BLOCK_MAGIC, END_MAGIC]) {
    for (let bit = 0; bit < 8; bit += 1) {
      const shifted = (value: number): number[] => {
        const whole = BigInt(value) << BigInt(8 - bit);
        return Array.from({ length: MAGIC_BYTES }, (_, at) => Number((whole >> BigInt(8 * (6 - at))) & 0xffn));
      };
      const bytes = shifted(magic);
      table[bytes[1] ?? 0]?.push({ bit, mask: shifted(2 ** 48 - 1), bytes });
    }
  }
  return table;
})();

/** The bit at which the next block, or the end of a stream, begins; null when there is none. */
function findBlock(from: BytesFrom, fromBit: number): number | null {
  let at = Math.floor(fromBit / 8);
  const next = from(at);
  let bytes: Uint8Array = new Uint8Array(0);
  for (let chunk = next(); chunk !== null; chunk = next()) {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    for (let index = 0; index + MAGIC_BYTES <= bytes.length; index += 1) {
      for (const { bit, mask, bytes: magic } of MAGICS_BY_SECOND_BYTE[bytes[index + 1] ?? 0] ?? []) {
        const found = (at + index) * 8 + bit;
        const isThere = magic.every((byte, place) => ((bytes[index + place] ?? 0) & (mask[place] ?? 0)) === byte);
        if (isThere && found >= fromBit) return found;
      }
    }
    const past = Math.max(0, bytes.length - MAGIC_BYTES + 1);
    bytes = bytes.subarray(past);
    at += past;
  }
  return null;
}

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
  #input: ByteQueue;
  /** Where the input at hand begins. */
  #inputAt = 0;
  #bitBuffer = 0;
  #bitCount = 0;
  #links: Uint32Array | null = null;
  #blockLimit = 0;
  /** That of the stream so far; null when it cannot be told, since blocks of it were passed over. */
  #streamChecksum: number | null = 0;
  #isFirst = true;
  #isInStream = false;
  /** The bit at which the part begins that was read last: a header, a block or the end of a stream. */
  partAtBit = 0;
  /** Damage that has cost nothing. */
  harmless: string | null = null;

  constructor(next: ByteSource) {
    this.#input = new ByteQueue(next);
  }

  get consumedBytes(): number {
    return this.#inputAt + this.#input.takenBytes;
  }

  get #atBit(): number {
    return this.consumedBytes * 8 - this.#bitCount;
  }

  /** Whether the part that was read last is the header of a stream. */
  get isAtHeader(): boolean {
    return !this.#isInStream;
  }

  /** Goes on at a bit where a block or the end of a stream begins. */
  seek(from: BytesFrom, bit: number): void {
    this.#inputAt = Math.floor(bit / 8);
    this.#input = new ByteQueue(from(this.#inputAt));
    this.#bitCount = 0;
    this.#bitBuffer = 0;
    this.#bits(bit % 8);
    this.#isInStream = true;
    this.#streamChecksum = null;
    this.#blockLimit = MAX_LEVEL * UNIT_BYTES;
    if (this.#links !== null && this.#links.length < this.#blockLimit) this.#links = null;
  }

  /** The content of the next block in chunks of their own; null at the end. Throws Damage. */
  next(): readonly Uint8Array[] | null {
    for (;;) {
      this.partAtBit = this.#atBit;
      if (this.#isInStream) {
        const output = this.#readPart();
        if (output !== null) return output;
      } else {
        if (this.#input.atEnd) return null;
        this.#readHeader();
      }
    }
  }

  #readHeader(): void {
    const magic = this.#input.upTo(4);
    const level = (magic[3] ?? 0) - 0x30;
    const isHeader = magic.length === 4 && magic[0] === 0x42 && magic[1] === 0x5a && magic[2] === 0x68;
    if (!isHeader || level < 1 || level > MAX_LEVEL) {
      throw new Damage('what follows the compressed data is not bzip2', { complete: !this.#isFirst });
    }
    this.#isFirst = false;
    this.#isInStream = true;
    this.#streamChecksum = 0;
    this.#blockLimit = level * UNIT_BYTES;
    if (this.#links !== null && this.#links.length < this.#blockLimit) this.#links = null;
  }

  /** A block, or null for the end of a stream. */
  #readPart(): readonly Uint8Array[] | null {
    const magic = this.#bits(24) * 2 ** 24 + this.#bits(24);
    const checksum = (this.#bits(16) * 2 ** 16 + this.#bits(16)) >>> 0;
    if (magic === END_MAGIC) {
      this.#bitCount = 0;
      this.#bitBuffer = 0;
      this.#isInStream = false;
      this.#isFirst = false;
      if (this.#streamChecksum !== null && checksum !== this.#streamChecksum) {
        this.harmless ??= 'the checksum of a stream does not hold, those of its blocks do';
      }
      return null;
    }
    let output: readonly Uint8Array[];
    try {
      this.#links ??= new Uint32Array(this.#blockLimit);
      output = outputOf(this.#readBlock(this.#links.subarray(0, this.#blockLimit), checksum));
    } catch (thrown) {
      if (magic === BLOCK_MAGIC || !(thrown instanceof Damage)) throw thrown;
      throw new Damage('a block header is corrupt');
    }
    // A block whose checksum holds is one, whatever its signature has become.
    if (magic !== BLOCK_MAGIC) this.harmless ??= 'the signature of a block is damaged, its content is whole';
    const sum = this.#streamChecksum;
    if (sum !== null) this.#streamChecksum = (((sum << 1) | (sum >>> 31)) ^ checksum) >>> 0;
    return output;
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

/**
 * Follows the links, undoes the first run-length coding (four equal bytes are followed by a count) and checks the sum. A
 * block gives 46 MB at most. Throws Damage when its checksum does not hold.
 */
function outputOf({ links, length, origin, checksum }: Block): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
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
        chunks.push(output);
        output = new Uint8Array(OUTPUT_CHUNK_BYTES);
        filled = 0;
      }
    }
  }
  if (filled > 0) chunks.push(output.subarray(0, filled));
  if ((crc ^ 0xffffffff) >>> 0 !== checksum) throw new Damage('the checksum of a block does not hold');
  return chunks;
}
