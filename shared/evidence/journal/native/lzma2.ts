/** Length of a match, coded with three trees by its size. */
interface LengthProbabilities {
  readonly choice: Uint16Array;
  readonly low: Uint16Array;
  readonly middle: Uint16Array;
  readonly high: Uint16Array;
}

const STATES = 12;
const PROBABILITY_BITS = 11;
const HALF = 1 << (PROBABILITY_BITS - 1);
const MIN_MATCH = 2;
const damaged = (): Error => new Error('its LZMA2 data is damaged');

/**
 * Decompresses LZMA2 chunks up to their end marker. Throws an Error when they are damaged or give more than `limitBytes`.
 * Source: the LZMA specification (https://www.7-zip.org/sdk.html) and xz-embedded's xz_dec_lzma2.c (https://tukaani.org/xz/embedded.html)
 */
export function decompressLzma2(
  input: Uint8Array,
  from: number,
  limitBytes: number,
): { readonly out: Uint8Array; readonly end: number } {
  return new Lzma2Decoder(input, from, limitBytes).decode();
}

class Lzma2Decoder {
  readonly #input: Uint8Array;
  readonly #limitBytes: number;
  #at: number;
  #out = new Uint8Array(64 * 1024);
  #to = 0;
  /** Matches reach back to here at most. */
  #dictionaryStart = 0;

  #range = 0;
  #code = 0;

  #literalContextBits = 0;
  #literalPositionMask = 0;
  #positionMask = 0;
  #state = 0;
  #rep0 = 0;
  #rep1 = 0;
  #rep2 = 0;
  #rep3 = 0;
  #isMatch = new Uint16Array(0);
  #isRep = new Uint16Array(0);
  #isRep0 = new Uint16Array(0);
  #isRep1 = new Uint16Array(0);
  #isRep2 = new Uint16Array(0);
  #isRep0Long = new Uint16Array(0);
  #slots = new Uint16Array(0);
  #special = new Uint16Array(0);
  #align = new Uint16Array(0);
  #literals = new Uint16Array(0);
  #matchLength = lengthProbabilities();
  #repLength = lengthProbabilities();

  constructor(input: Uint8Array, from: number, limitBytes: number) {
    this.#input = input;
    this.#at = from;
    this.#limitBytes = limitBytes;
  }

  decode(): { readonly out: Uint8Array; readonly end: number } {
    let hasState = false;
    let hasDictionary = false;
    for (;;) {
      const control = this.#byte();
      if (control === 0) return { out: this.#out.subarray(0, this.#to), end: this.#at };
      if (control === 1 || control >= 0xe0) {
        this.#dictionaryStart = this.#to;
        hasDictionary = true;
      }
      if (!hasDictionary) throw damaged();
      if (control < 0x80) {
        if (control > 2) throw damaged();
        this.#copy(this.#pair() + 1);
        continue;
      }
      const size = ((control & 0x1f) << 16) + this.#pair() + 1;
      const packedBytes = this.#pair() + 1;
      const reset = (control >> 5) & 3;
      if (reset >= 2) this.#properties(this.#byte());
      else if (reset === 1 && hasState) this.#reset();
      else if (!hasState) throw damaged();
      hasState = true;
      const end = this.#at + packedBytes;
      if (end > this.#input.length) throw damaged();
      this.#chunk(size);
      if (this.#at !== end) throw damaged();
    }
  }

  #byte(): number {
    const byte = this.#input[this.#at];
    if (byte === undefined) throw damaged();
    this.#at += 1;
    return byte;
  }

  #pair(): number {
    return this.#byte() * 256 + this.#byte();
  }

  #room(bytes: number): void {
    const wanted = this.#to + bytes;
    if (wanted > this.#limitBytes) throw new Error('it is too large');
    if (wanted <= this.#out.length) return;
    const grown = new Uint8Array(Math.max(wanted, this.#out.length * 2));
    grown.set(this.#out.subarray(0, this.#to));
    this.#out = grown;
  }

  #copy(bytes: number): void {
    if (bytes > this.#input.length - this.#at) throw damaged();
    this.#room(bytes);
    this.#out.set(this.#input.subarray(this.#at, this.#at + bytes), this.#to);
    this.#at += bytes;
    this.#to += bytes;
  }

  #properties(byte: number): void {
    const literalContextBits = byte % 9;
    const literalPositionBits = Math.floor(byte / 9) % 5;
    const positionBits = Math.floor(byte / 45);
    if (positionBits > 4 || literalContextBits + literalPositionBits > 4) throw damaged();
    this.#literalContextBits = literalContextBits;
    this.#literalPositionMask = (1 << literalPositionBits) - 1;
    this.#positionMask = (1 << positionBits) - 1;
    this.#literals = probabilities(0x300 << (literalContextBits + literalPositionBits));
    this.#reset();
  }

  #reset(): void {
    this.#state = 0;
    this.#rep0 = 0;
    this.#rep1 = 0;
    this.#rep2 = 0;
    this.#rep3 = 0;
    this.#isMatch = probabilities(STATES << 4);
    this.#isRep = probabilities(STATES);
    this.#isRep0 = probabilities(STATES);
    this.#isRep1 = probabilities(STATES);
    this.#isRep2 = probabilities(STATES);
    this.#isRep0Long = probabilities(STATES << 4);
    this.#slots = probabilities(4 << 6);
    this.#special = probabilities(128);
    this.#align = probabilities(16);
    this.#literals.fill(HALF);
    this.#matchLength = lengthProbabilities();
    this.#repLength = lengthProbabilities();
  }

  #chunk(size: number): void {
    this.#room(size);
    const end = this.#to + size;
    this.#range = 0xffff_ffff;
    this.#code = 0;
    if (this.#byte() !== 0) throw damaged();
    for (let count = 0; count < 4; count += 1) this.#code = ((this.#code << 8) | this.#byte()) >>> 0;
    while (this.#to < end) {
      const position = (this.#to - this.#dictionaryStart) & this.#positionMask;
      if (this.#bit(this.#isMatch, (this.#state << 4) + position) === 0) this.#literal();
      else this.#match(position, end);
    }
    // The encoder's last bytes belong to the chunk even when no bit needed them any more.
    this.#normalize();
  }

  #normalize(): void {
    if (this.#range >= 0x100_0000) return;
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | this.#byte()) >>> 0;
  }

  #bit(table: Uint16Array, index: number): number {
    this.#normalize();
    const probability = table[index] ?? HALF;
    const bound = (this.#range >>> PROBABILITY_BITS) * probability;
    if (this.#code < bound) {
      this.#range = bound;
      table[index] = probability + (((1 << PROBABILITY_BITS) - probability) >> 5);
      return 0;
    }
    this.#range = (this.#range - bound) >>> 0;
    this.#code = (this.#code - bound) >>> 0;
    table[index] = probability - (probability >> 5);
    return 1;
  }

  #directBits(count: number): number {
    let value = 0;
    for (let left = count; left > 0; left -= 1) {
      this.#normalize();
      this.#range >>>= 1;
      const bit = this.#code >= this.#range ? 1 : 0;
      if (bit === 1) this.#code = (this.#code - this.#range) >>> 0;
      value = value * 2 + bit;
    }
    return value;
  }

  #tree(table: Uint16Array, offset: number, bits: number): number {
    let symbol = 1;
    for (let left = bits; left > 0; left -= 1) symbol = symbol * 2 + this.#bit(table, offset + symbol);
    return symbol - (1 << bits);
  }

  #reverseTree(table: Uint16Array, offset: number, bits: number): number {
    let symbol = 1;
    let value = 0;
    for (let at = 0; at < bits; at += 1) {
      const bit = this.#bit(table, offset + symbol);
      symbol = symbol * 2 + bit;
      value |= bit << at;
    }
    return value;
  }

  #literal(): void {
    const done = this.#to - this.#dictionaryStart;
    const before = done === 0 ? 0 : (this.#out[this.#to - 1] ?? 0);
    const context =
      ((done & this.#literalPositionMask) << this.#literalContextBits) + (before >> (8 - this.#literalContextBits));
    const offset = context * 0x300;
    let symbol = 1;
    if (this.#state >= 7) {
      if (this.#rep0 >= done) throw damaged();
      let matched = this.#out[this.#to - this.#rep0 - 1] ?? 0;
      while (symbol < 0x100) {
        const wanted = (matched >> 7) & 1;
        matched <<= 1;
        const bit = this.#bit(this.#literals, offset + ((1 + wanted) << 8) + symbol);
        symbol = symbol * 2 + bit;
        if (bit !== wanted) break;
      }
    }
    while (symbol < 0x100) symbol = symbol * 2 + this.#bit(this.#literals, offset + symbol);
    this.#out[this.#to] = symbol & 0xff;
    this.#to += 1;
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
  }

  #match(position: number, end: number): void {
    const state = this.#state;
    let length: number;
    if (this.#bit(this.#isRep, state) === 0) {
      this.#rep3 = this.#rep2;
      this.#rep2 = this.#rep1;
      this.#rep1 = this.#rep0;
      length = this.#length(this.#matchLength, position);
      this.#rep0 = this.#distance(length);
      this.#state = state < 7 ? 7 : 10;
    } else {
      if (this.#bit(this.#isRep0, state) === 0) {
        if (this.#bit(this.#isRep0Long, (state << 4) + position) === 0) {
          this.#state = state < 7 ? 9 : 11;
          this.#repeat(1, end);
          return;
        }
      } else {
        this.#takeOlderDistance(state);
      }
      length = this.#length(this.#repLength, position);
      this.#state = state < 7 ? 8 : 11;
    }
    this.#repeat(length + MIN_MATCH, end);
  }

  #takeOlderDistance(state: number): void {
    let distance: number;
    if (this.#bit(this.#isRep1, state) === 0) distance = this.#rep1;
    else {
      if (this.#bit(this.#isRep2, state) === 0) distance = this.#rep2;
      else {
        distance = this.#rep3;
        this.#rep3 = this.#rep2;
      }
      this.#rep2 = this.#rep1;
    }
    this.#rep1 = this.#rep0;
    this.#rep0 = distance;
  }

  #length(table: LengthProbabilities, position: number): number {
    if (this.#bit(table.choice, 0) === 0) return this.#tree(table.low, position << 3, 3);
    if (this.#bit(table.choice, 1) === 0) return 8 + this.#tree(table.middle, position << 3, 3);
    return 16 + this.#tree(table.high, 0, 8);
  }

  #distance(length: number): number {
    const slot = this.#tree(this.#slots, Math.min(length, 3) << 6, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return base + this.#reverseTree(this.#special, base - slot, bits);
    return base + this.#directBits(bits - 4) * 16 + this.#reverseTree(this.#align, 0, 4);
  }

  #repeat(length: number, end: number): void {
    const distance = this.#rep0 + 1;
    if (distance > this.#to - this.#dictionaryStart || length > end - this.#to) throw damaged();
    const out = this.#out;
    for (const until = this.#to + length; this.#to < until; this.#to += 1) {
      out[this.#to] = out[this.#to - distance] ?? 0;
    }
  }
}

function probabilities(count: number): Uint16Array<ArrayBuffer> {
  return new Uint16Array(count).fill(HALF);
}

function lengthProbabilities(): LengthProbabilities {
  return {
    choice: probabilities(2),
    low: probabilities(16 << 3),
    middle: probabilities(16 << 3),
    high: probabilities(256),
  };
}
