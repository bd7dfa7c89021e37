/** RFC 8878, section 3.1.1.3.1.1: a block's first two bits tell how its literals are packed; this is with a Huffman tree. */
const COMPRESSED_LITERALS = 2;
/** RFC 8878, section 4.2.1: from here on, weights come without entropy coding. */
const DIRECT_WEIGHTS = 128;
const MAX_ACCURACY_LOG = 6;
/** One for each value that a byte can have, without the last, which is not stated. */
const WEIGHTS_LIMIT = 255;

/** Where the decoder goes from each state of an FSE table: how many bits it reads, and what they are added to. */
interface States {
  readonly accuracyLog: number;
  readonly bits: Uint8Array;
  readonly next: Uint8Array;
  /** The bit behind the table. */
  readonly endBit: number;
}

/**
 * Whether the content of a compressed zstd block has a Huffman tree of more weights than there can be. The decoder of fzstd
 * 0.1.1 counts them only when it has read all: where damage has made states that take no bits, it never ends.
 * Source: RFC 8878, sections 4.1 and 4.2.1
 */
export function hasEndlessWeights(block: Uint8Array): boolean {
  const head = block[0] ?? 0;
  if ((head & 3) !== COMPRESSED_LITERALS) return false;
  const treeAt = [3, 3, 4, 5][(head >> 2) & 3] ?? 3;
  const treeBytes = block[treeAt] ?? 0;
  const states = treeBytes < DIRECT_WEIGHTS ? readStates(block, treeAt + 1) : null;
  if (states === null) return false;
  const lastByte = block[treeAt + treeBytes] ?? 0;
  // The highest bit that is set marks the end; the bits are read from there to the front, for two states by turns.
  let bitAt = (treeAt + treeBytes) * 8 + (31 - Math.clz32(lastByte));
  const state = [0, 0];
  const wanted = [states.accuracyLog, states.accuracyLog];
  for (let count = 0; lastByte !== 0 && count <= WEIGHTS_LIMIT; count += 1) {
    const turn = count % 2;
    const bits = wanted[turn] ?? 0;
    bitAt -= bits;
    if (bitAt < states.endBit) return false;
    const at = (state[turn] ?? 0) + bitsAt(block, bitAt, bits);
    wanted[turn] = states.bits[at] ?? 0;
    state[turn] = states.next[at] ?? 0;
  }
  return lastByte !== 0;
}

/** The FSE table at a place; null when it is damaged, which the decoder tells. */
function readStates(block: Uint8Array, at: number): States | null {
  const accuracyLog = ((block[at] ?? 0) & 15) + 5;
  if (accuracyLog > MAX_ACCURACY_LOG) return null;
  const size = 1 << accuracyLog;
  const frequencies: number[] = [];
  let bitAt = at * 8 + 4;
  for (let left = size; left > 0; ) {
    if (frequencies.length > WEIGHTS_LIMIT) return null;
    const bits = 31 - Math.clz32(left + 1);
    const low = bitsAt(block, bitAt, bits);
    const shortValues = (1 << (bits + 1)) - 2 - left;
    let value = low;
    if (low >= shortValues) {
      value = bitsAt(block, bitAt, bits + 1);
      if (value >= 1 << bits) value -= shortValues;
      bitAt += 1;
    }
    bitAt += bits;
    const frequency = value - 1;
    left -= Math.abs(frequency);
    frequencies.push(frequency);
    for (let repeat = frequency === 0 ? 3 : 0; repeat === 3; bitAt += 2) {
      repeat = bitsAt(block, bitAt, 2);
      for (let count = 0; count < repeat; count += 1) frequencies.push(0);
    }
    if (left < 0) return null;
  }
  return { accuracyLog, endBit: Math.ceil(bitAt / 8) * 8, ...spread(frequencies, size, accuracyLog) };
}

function spread(frequencies: readonly number[], size: number, accuracyLog: number) {
  const symbols = new Uint8Array(size);
  let rareAt = size;
  for (const [symbol, frequency] of frequencies.entries()) {
    if (frequency !== -1) continue;
    rareAt -= 1;
    symbols[rareAt] = symbol;
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let place = 0;
  for (const [symbol, frequency] of frequencies.entries()) {
    for (let count = 0; count < frequency; count += 1) {
      symbols[place] = symbol;
      do place = (place + step) % size;
      while (place >= rareAt);
    }
  }
  const bits = new Uint8Array(size);
  const next = new Uint8Array(size);
  const seen = frequencies.map(Math.abs);
  for (const [at, symbol] of symbols.entries()) {
    const count = seen[symbol] ?? 1;
    seen[symbol] = count + 1;
    const taken = accuracyLog - (31 - Math.clz32(count));
    bits[at] = taken;
    next[at] = (count << taken) - size;
  }
  return { bits, next };
}

/** Bits of a little-endian stream; zeros behind its end. */
function bitsAt(bytes: Uint8Array, bitAt: number, count: number): number {
  const at = bitAt >> 3;
  const word = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
  return (word >> (bitAt & 7)) & ((1 << count) - 1);
}
