import { existing } from '../../model/existing.ts';

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
/** Below it, the coder takes another byte. */
const LEAST_RANGE = 1 << 24;
/** Bytes that the coder begins with. */
const CODER_BYTES = 5;
/** Places in the coder. */
const RANGE = 0;
const CODE = 1;
/** A chunk gives at most this much. */
const CHUNK_LIMIT_BYTES = 2 * 1024 * 1024;
const FIRST_ROOM_BYTES = 64 * 1024;
/** Positions matter by their lowest four bits at most. */
const POSITIONS = 16;
const damaged = (): Error => new Error('its LZMA2 data is damaged');

/** What a chunk's header says. The end marker is one of no content. */
interface Lzma2Chunk {
  readonly headerBytes: number;
  /** Behind the header. */
  readonly packedBytes: number;
  readonly contentBytes: number;
}

/** How many bytes the header of a chunk has, by the first one of them. */
export function lzma2HeaderBytes(control: number): number {
  if (control >= 0xc0) return 6;
  if (control >= 0x80) return 5;
  return control === 1 || control === 2 ? 3 : 1;
}

/** The header of the chunk that begins at a place of `bytes`; null where they end before it does. */
export function lzma2Chunk(bytes: Uint8Array, at: number): Lzma2Chunk | null {
  const control = bytes[at];
  if (control === undefined) return null;
  const headerBytes = lzma2HeaderBytes(control);
  if (headerBytes > bytes.length - at) return null;
  if (headerBytes === 1) return { headerBytes, packedBytes: 0, contentBytes: 0 };
  const size = readPair(bytes, at + 1) + 1;
  if (headerBytes === 3) return { headerBytes, packedBytes: size, contentBytes: size };
  return {
    headerBytes,
    packedBytes: readPair(bytes, at + 3) + 1,
    contentBytes: ((control & 0x1f) << 16) + size,
  };
}

function readPair(bytes: Uint8Array, at: number): number {
  return existing(bytes[at], at) * 256 + existing(bytes[at + 1], at + 1);
}

/**
 * Decompresses LZMA2 data that is held whole, up to its end marker. Throws an Error when it is damaged or gives more than
 * `limitBytes`.
 */
export function decompressLzma2(input: Uint8Array, from: number, limitBytes: number): Uint8Array {
  const decoder = new Lzma2Decoder(limitBytes);
  let contentBytes = 0;
  for (let at = from; ; at = decoder.at) {
    const chunk = lzma2Chunk(input, at);
    if (chunk === null) throw damaged();
    contentBytes += chunk.contentBytes;
    if (contentBytes > limitBytes) throw new Error('it is too large');
    decoder.decode(input, at);
    if (chunk.contentBytes === 0) return decoder.held;
  }
}

/**
 * Decompresses LZMA2 chunk by chunk, with matches that reach back `dictionaryBytes` at most; of these no more room is taken
 * than there is content. Source: the LZMA specification (https://www.7-zip.org/sdk.html) and xz-embedded's xz_dec_lzma2.c
 * (https://tukaani.org/xz/embedded.html)
 */
export class Lzma2Decoder {
  readonly #dictionaryBytes: number;
  #input: Uint8Array = new Uint8Array(0);
  /** Where the input is read next; after damage, where it was noticed. */
  at = 0;
  #out = new Uint8Array(0);
  #to = 0;
  /** Where the content of the last chunk begins. */
  #from = 0;
  /** Matches reach back to here at most. */
  #dictionaryStart = 0;
  #hasDictionary = false;
  #hasProperties = false;

  /** The coder's range and code: in fields they would be boxed where they need 32 bits. */
  readonly #coder = new Uint32Array(2);

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

  constructor(dictionaryBytes: number) {
    this.#dictionaryBytes = dictionaryBytes;
  }

  /** What the last chunk gave, or gave before it broke. Good until the next one is decoded. */
  get given(): Uint8Array {
    return this.#out.subarray(this.#from, this.#to);
  }

  /** Of all content, what may still be needed. */
  get held(): Uint8Array {
    return this.#out.subarray(0, this.#to);
  }

  /** Decodes the chunk that begins at a place of `input`. Throws an Error when it is damaged or the input ends within it. */
  decode(input: Uint8Array, at: number): void {
    this.#input = input;
    this.at = at;
    this.#from = this.#to;
    const control = this.#byte();
    if (control === 0) return;
    if (control === 1 || control >= 0xe0) {
      this.#dictionaryStart = this.#to;
      this.#hasDictionary = true;
      this.#hasProperties = false;
    }
    const isCopied = control < 0x80;
    const reset = isCopied ? 0 : (control >> 5) & 3;
    if (!this.#hasDictionary || (isCopied && control > 2)) throw damaged();
    if (!isCopied && reset < 2 && !this.#hasProperties) throw damaged();
    const chunk = lzma2Chunk(input, at);
    if (chunk === null) throw damaged();
    this.at = at + chunk.headerBytes;
    if (isCopied) {
      this.#copy(chunk.contentBytes);
      return;
    }
    if (reset >= 2) this.#setProperties(existing(input[this.at - 1], this.at - 1));
    if (reset >= 1) this.#reset();
    this.#chunk(chunk.contentBytes);
    if (this.at !== at + chunk.headerBytes + chunk.packedBytes) throw damaged();
  }

  #byte(): number {
    const byte = this.#input[this.at];
    if (byte === undefined) throw damaged();
    this.at += 1;
    return byte;
  }

  /** Makes room behind the content: more of it, or that of what no match reaches any more. */
  #room(bytes: number): void {
    const wanted = this.#to + bytes;
    if (wanted <= this.#out.length) return;
    const most = this.#dictionaryBytes + Math.max(CHUNK_LIMIT_BYTES, this.#dictionaryBytes / 2);
    if (wanted > most) this.#forget();
    if (this.#to + bytes <= this.#out.length) return;
    const grown = new Uint8Array(Math.min(Math.max(this.#to + bytes, this.#out.length * 2, FIRST_ROOM_BYTES), most));
    grown.set(this.#out.subarray(0, this.#to));
    this.#out = grown;
  }

  /** Drops what lies before all that a match can reach. */
  #forget(): void {
    const dropped = Math.floor((this.#to - this.#dictionaryBytes) / POSITIONS) * POSITIONS;
    this.#out.copyWithin(0, dropped, this.#to);
    this.#to -= dropped;
    this.#from -= dropped;
    const start = this.#dictionaryStart - dropped;
    this.#dictionaryStart = start < 0 ? start % POSITIONS : start;
  }

  #copy(bytes: number): void {
    this.#room(bytes);
    const part = this.#input.subarray(this.at, this.at + bytes);
    this.#out.set(part, this.#to);
    this.at += part.length;
    this.#to += part.length;
    if (part.length < bytes) throw damaged();
  }

  #setProperties(byte: number): void {
    const literalContextBits = byte % 9;
    const literalPositionBits = Math.floor(byte / 9) % 5;
    const positionBits = Math.floor(byte / 45);
    if (positionBits > 4 || literalContextBits + literalPositionBits > 4) throw damaged();
    this.#literalContextBits = literalContextBits;
    this.#literalPositionMask = (1 << literalPositionBits) - 1;
    this.#positionMask = (1 << positionBits) - 1;
    this.#literals = probabilities(0x300 << (literalContextBits + literalPositionBits));
    this.#hasProperties = true;
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
    const coder = this.#coder;
    coder[RANGE] = 0xffff_ffff;
    coder[CODE] = 0;
    // The first of them says nothing.
    for (let count = 0; count < CODER_BYTES; count += 1) this.#shiftCode();
    while (this.#to < end) {
      const position = (this.#to - this.#dictionaryStart) & this.#positionMask;
      if (this.#bit(this.#isMatch, (this.#state << 4) + position) === 0) this.#literal();
      else this.#match(position, end);
    }
    // The encoder's last bytes belong to the chunk even when no bit needed them any more.
    this.#normalize();
    if (coder[CODE] !== 0) throw damaged();
  }

  #shiftCode(): void {
    this.#coder[CODE] = (existing(this.#coder[CODE], CODE) << 8) | this.#byte();
  }

  #normalize(): void {
    const range = existing(this.#coder[RANGE], RANGE);
    if (range >= LEAST_RANGE) return;
    this.#coder[RANGE] = range << 8;
    this.#shiftCode();
  }

  #bit(table: Uint16Array, index: number): number {
    const coder = this.#coder;
    let range = existing(coder[RANGE], RANGE);
    let code = existing(coder[CODE], CODE);
    if (range < LEAST_RANGE) {
      range = (range << 8) >>> 0;
      code = ((code << 8) | this.#byte()) >>> 0;
    }
    const probability = existing(table[index], index);
    const bound = Math.imul(range >>> PROBABILITY_BITS, probability) >>> 0;
    if (code < bound) {
      coder[RANGE] = bound;
      coder[CODE] = code;
      table[index] = probability + (((1 << PROBABILITY_BITS) - probability) >> 5);
      return 0;
    }
    coder[RANGE] = range - bound;
    coder[CODE] = code - bound;
    table[index] = probability - (probability >> 5);
    return 1;
  }

  #directBits(count: number): number {
    const coder = this.#coder;
    let value = 0;
    for (let left = count; left > 0; left -= 1) {
      this.#normalize();
      const range = existing(coder[RANGE], RANGE) >>> 1;
      const code = existing(coder[CODE], CODE);
      const bit = code >= range ? 1 : 0;
      coder[RANGE] = range;
      if (bit === 1) coder[CODE] = code - range;
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
    const before = done === 0 ? 0 : existing(this.#out[this.#to - 1], this.#to - 1);
    const context =
      ((done & this.#literalPositionMask) << this.#literalContextBits) + (before >> (8 - this.#literalContextBits));
    const offset = context * 0x300;
    let symbol = 1;
    if (this.#state >= 7) {
      if (this.#rep0 >= done) throw damaged();
      const matchedAt = this.#to - this.#rep0 - 1;
      let matched = existing(this.#out[matchedAt], matchedAt);
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
    const reach = Math.min(this.#to - this.#dictionaryStart, this.#dictionaryBytes);
    if (distance > reach) throw damaged();
    const out = this.#out;
    const until = Math.min(this.#to + length, end);
    for (let to = this.#to; to < until; to += 1) out[to] = existing(out[to - distance], to - distance);
    const isWhole = until === this.#to + length;
    this.#to = until;
    if (!isWhole) throw damaged();
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
