const LOWER_CASE = 0x20;

/** The bytes of a text of ASCII. */
export function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** Whether `wanted` stands at bytes[from..to). */
export function hasAt(bytes: Uint8Array, from: number, to: number, wanted: Uint8Array): boolean {
  if (from + wanted.length > to) return false;
  for (let at = 0; at < wanted.length; at++) if (bytes[from + at] !== wanted[at]) return false;
  return true;
}

/** Whether bytes[from..to) are `wanted` and nothing more. */
export function isSameAt(bytes: Uint8Array, from: number, to: number, wanted: Uint8Array): boolean {
  return to - from === wanted.length && hasAt(bytes, from, to, wanted);
}

const ZERO = 0x30;

/** The number that bytes[from..to) are the digits of; -1 when they have another character, more than `mostDigits`, or none. */
export function numberAt(bytes: Uint8Array, from: number, to: number, mostDigits: number): number {
  if (from === to || to - from > mostDigits) return -1;
  let number = 0;
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

/** The number that two digits make; -1 when they are none. */
export function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = ((bytes[at] ?? 0) - ZERO) | 0;
  const ones = ((bytes[at + 1] ?? 0) - ZERO) | 0;
  return tens >>> 0 <= 9 && ones >>> 0 <= 9 ? tens * 10 + ones : -1;
}

/** The number that six digits make, as those of microseconds behind a point; -1 when they are none. */
export function sixDigits(bytes: Uint8Array, at: number): number {
  const high = twoDigits(bytes, at);
  const middle = twoDigits(bytes, at + 2);
  const low = twoDigits(bytes, at + 4);
  return high < 0 || middle < 0 || low < 0 ? -1 : high * 10_000 + middle * 100 + low;
}

/** Finds a text of ASCII in bytes, as a rule in steps of its length (Horspool's rule). */
export class ByteSearch {
  readonly #wanted: Uint8Array;
  readonly #last: number;
  readonly #fold: number;
  /** How far the window may move on when it ends in this byte. */
  readonly #skip: Uint8Array;

  /** `text` has less than 256 characters; with `anyCase`, letters and blanks only, in lower case. */
  constructor(text: string, anyCase = false) {
    this.#wanted = asciiBytes(text);
    this.#fold = anyCase ? LOWER_CASE : 0;
    const { length } = this.#wanted;
    this.#last = this.#wanted[length - 1] ?? 0;
    this.#skip = new Uint8Array(256).fill(length);
    for (let at = 0; at < length - 1; at++) {
      const byte = this.#wanted[at] ?? 0;
      this.#skip[byte] = length - 1 - at;
      if (anyCase) this.#skip[byte & ~LOWER_CASE] = length - 1 - at;
    }
  }

  isIn(bytes: Uint8Array, from: number, to: number): boolean {
    const wanted = this.#wanted;
    const skip = this.#skip;
    const fold = this.#fold;
    const last = this.#last;
    const { length } = wanted;
    for (let end = from + length - 1; end < to; ) {
      const byte = bytes[end] ?? 0;
      if ((byte | fold) === last) {
        let at = length - 2;
        const start = end - length + 1;
        while (at >= 0 && ((bytes[start + at] ?? 0) | fold) === (wanted[at] ?? 0)) at -= 1;
        if (at < 0) return true;
      }
      end += skip[byte] ?? 1;
    }
    return false;
  }
}

const SLOTS = 4096;
const NAME_LIMIT_BYTES = 255;

/**
 * Makes texts of names in bytes, the same text for the same bytes without decoding them again as a rule: names of units
 * stand in millions of entries. Keeps a fixed number of them.
 */
export class NameTexts {
  /** Made with the first name: many a reader reads but one record. */
  #texts: string[] = [];
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  /** The text of bytes[from..to). */
  textOf(bytes: Uint8Array, from: number, to: number): string {
    if (to - from > NAME_LIMIT_BYTES) return this.#decoder.decode(bytes.subarray(from, to));
    let hash = 0;
    for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0;
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    if (this.#texts.length === 0) this.#texts = new Array<string>(SLOTS).fill('');
    const known = this.#texts[slot] ?? '';
    if (isSameAscii(known, bytes, from, to)) return known;
    const text = this.#decoder.decode(bytes.subarray(from, to));
    this.#texts[slot] = text;
    return text;
  }
}

/** Whether a text consists of the characters that bytes are, all of them ASCII. */
function isSameAscii(text: string, bytes: Uint8Array, from: number, to: number): boolean {
  if (text.length !== to - from) return false;
  for (let at = 0; at < text.length; at++) {
    const byte = bytes[from + at] ?? 0;
    if (byte >= 0x80 || text.charCodeAt(at) !== byte) return false;
  }
  return true;
}
