import { ByteAttributes, ENCODED, PLAIN } from './byte-attributes.ts';
import { type JUnitDocument, KEPT_CHARACTERS, MAX_ATTRIBUTES, MAX_DEPTH, type XmlPlace } from './junit-document.ts';
import { isName } from './junit-names.ts';
import type { LeftOff } from './sax-pass.ts';
import { utf8Character } from './xml-decoder.ts';
import { FAULTS } from './xml-strictness.ts';

/** Kinds of bytes. All that need no look in text are 0, so that the longest stretches are one short loop. */
const NOTHING = 0;
const LINE_FEED = 1;
const OPEN = 2;
const AMPERSAND = 3;
const BRACKET = 4;
const QUOTE = 5;
const APOSTROPHE = 6;
const FORBIDDEN = 7;
const BEYOND_ASCII = 8;

const IN_TEXT = classes({ '\n': LINE_FEED, '<': OPEN, '&': AMPERSAND });
const IN_CDATA = classes({ '\n': LINE_FEED, ']': BRACKET });
const IN_VALUE = classes({ '\n': LINE_FEED, '<': OPEN, '&': AMPERSAND, '"': QUOTE, "'": APOSTROPHE });
const NAME_START = 1;
const NAME_REST = 2;
const SPACE = 4;
const COLON = 8;
const IN_TAG = tagClasses();

/** A tag or a reference that is cut where the bytes end is kept for the next ones; a longer tag is left to sax. */
const MAX_TAG_BYTES = 1024 * 1024;
const CDATA_BEGIN = Uint8Array.from('<![CDATA[', (character) => character.charCodeAt(0));

/** What is left to another reader. */
export interface HandedOver {
  readonly leftOff: LeftOff;
  readonly rest: Uint8Array;
}

/*
 * Bytes are read with `?? 0`, not with `existing`: loops end before the bytes do, and the check costs 3 to 8 % of the pass.
 */

/** How a look at some bytes ended, where it is not the place after them. */
const CUT = -1;
const DOUBT = -2;

/**
 * Reads the inside of a document's root from bytes of UTF-8, without making text of what nobody asks for. It takes only what
 * is beyond doubt: tags with quoted values, text, CDATA, references to characters. Whatever else there is (comments,
 * declarations, damage, names beyond ASCII, the end of the root) is handed over to sax, which says what it means, and takes
 * back where the next text begins. Statistics and damage are the same as if sax had read everything.
 */
export class Utf8Pass {
  readonly #document: JUnitDocument;
  readonly #attributes = new ByteAttributes();
  /** Holds what was kept of the bytes before, then those pushed; written to again with each push. */
  #buffer = new Uint8Array(0);
  #keptBytes = 0;
  /** `#buffer`, four bytes a number. */
  #words = new Int32Array(0);
  /** The part of `#buffer` that is being read. */
  #bytes = this.#buffer;
  /** Offset in the document of the first of `#bytes`. */
  #base: number;
  #at = 0;
  #inCdata = false;
  /** Where in `#bytes` the next `]` stands, as far as it was looked for. */
  #nextBracket = -1;
  #line: number;
  /** Offset at which the line begins, as far as its characters are one byte each. */
  #lineStart: number;
  /** Bytes of the line beyond one for each UTF-16 code unit. */
  #extra = 0;

  // Of the tag at hand, taken over when it is whole.
  #predefined = 0;
  #characters = 0;
  #tagLine = 0;
  #tagLineStart = 0;
  #tagExtra = 0;

  /** `from`: a place in the text of the innermost open element. */
  constructor(document: JUnitDocument, from: XmlPlace) {
    this.#document = document;
    this.#base = from.byteOffset;
    this.#line = from.line;
    this.#lineStart = from.byteOffset - from.column + 1;
  }

  /** Reads on. Null when everything was read or kept for later, else what another reader must look at. */
  push(chunk: Uint8Array): HandedOver | null {
    this.#fill(chunk);
    this.#at = 0;
    const line = this.#line;
    for (;;) {
      const found = this.#inCdata ? this.#cdata() : this.#watchedText();
      if (found >= 0) {
        this.#at = found;
        if (this.#document.openNames.length > 0) continue;
      }
      this.#document.lines += this.#line - line;
      if (found !== CUT) return { leftOff: this.#leftOff(), rest: this.#bytes.slice(this.#at) };
      this.#base += this.#at;
      this.#keptBytes = this.#bytes.length - this.#at;
      this.#buffer.copyWithin(0, this.#at, this.#bytes.length);
      return null;
    }
  }

  /** At the end of the document: what was kept is for another reader. */
  end(): HandedOver {
    this.#at = 0;
    return { leftOff: this.#leftOff(), rest: this.#buffer.slice(0, this.#keptBytes) };
  }

  #fill(chunk: Uint8Array): void {
    const length = this.#keptBytes + chunk.length;
    if (length > this.#buffer.length) {
      const kept = this.#buffer.subarray(0, this.#keptBytes);
      this.#buffer = new Uint8Array(length + length / 4);
      this.#buffer.set(kept);
      this.#words = new Int32Array(this.#buffer.buffer, 0, this.#buffer.length >>> 2);
    }
    this.#buffer.set(chunk, this.#keptBytes);
    this.#bytes = this.#buffer.subarray(0, length);
    this.#nextBracket = -1;
  }

  #leftOff(): LeftOff {
    return { ...this.#placeOf(this.#at), in: this.#inCdata ? 'cdata' : 'text' };
  }

  #placeOf(at: number): XmlPlace {
    const byteOffset = this.#base + at;
    return { byteOffset, line: this.#line, column: byteOffset - this.#lineStart - this.#extra + 1 };
  }

  /** Reads text and what comes after it, and looks through the text for what may only end a CDATA section. */
  #watchedText(): number {
    const from = this.#at;
    const start = { line: this.#line, lineStart: this.#lineStart, extra: this.#extra };
    const found = this.#text();
    const to = this.#at;
    const bytes = this.#bytes;
    let trail = this.#document.textTrail;
    let at = from;
    while (trail > 0 || this.#bracketFrom(at) < to) {
      if (trail === 0) at = this.#nextBracket;
      for (; at < to && bytes[at] === 0x5d; at++) trail++;
      if (at >= to) break;
      if (trail >= 2 && bytes[at] === 0x3e) this.#noteCdataEnd(from, at, start);
      trail = 0;
    }
    this.#document.textTrail = bytes[to] === 0x3c ? 0 : Math.min(2, trail);
    return found;
  }

  /** Where the next `]` stands, beyond all bytes without one. */
  #bracketFrom(at: number): number {
    if (this.#nextBracket < at) {
      const found = this.#bytes.indexOf(0x5d, at);
      this.#nextBracket = found < 0 ? Number.MAX_SAFE_INTEGER : found;
    }
    return this.#nextBracket;
  }

  #noteCdataEnd(from: number, at: number, start: { line: number; lineStart: number; extra: number }): void {
    const byteOffset = this.#base + at - 2;
    if ((this.#document.firstDamage?.byteOffset ?? Number.MAX_SAFE_INTEGER) <= byteOffset) return;
    let { line, lineStart, extra } = start;
    for (let i = from; i < at; i++) {
      const byte = this.#bytes[i] ?? 0;
      if (byte === 0x0a) {
        line++;
        lineStart = this.#base + i + 1;
        extra = 0;
      } else if (byte >= 0x80 && byte < 0xc0) extra++;
      // A character of four bytes takes two code units.
      else if (byte >= 0xf0) extra--;
    }
    this.#document.keepFirst({
      message: `${FAULTS.cdataEnd}.`,
      byteOffset,
      line,
      column: byteOffset - lineStart - extra + 1,
    });
  }

  /** Reads text and the tag or the beginning of CDATA after it. */
  #text(): number {
    const bytes = this.#bytes;
    const end = bytes.length;
    let at = this.#at;
    for (;;) {
      at = this.#skipText(at, end);
      this.#at = at;
      if (at >= end) return CUT;
      switch (IN_TEXT[bytes[at] ?? 0]) {
        case LINE_FEED:
          at++;
          this.#breakLine(at);
          break;
        case OPEN:
          return this.#markup(at);
        case AMPERSAND: {
          const after = this.#reference(at);
          if (after < 0) return after;
          this.#count(at);
          at = after;
          break;
        }
        case FORBIDDEN:
          this.#document.forbid(bytes[at] ?? 0, this.#placeOf(at));
          at++;
          break;
        default: {
          const after = this.#character(at);
          if (after < 0) return after;
          at = after;
        }
      }
    }
  }

  /** Where the first byte from `at` on is that text has to be looked at for, or `end`. */
  #skipText(from: number, end: number): number {
    const bytes = this.#bytes;
    const words = this.#words;
    const wholeWords = end >>> 2;
    let at = from;
    for (;;) {
      if ((at & 3) === 0) {
        let word = at >>> 2;
        while (word < wholeWords && isPlainWord(words[word] ?? 0)) word++;
        at = word << 2;
      }
      if (at >= end || IN_TEXT[bytes[at] ?? 0] !== NOTHING) return at;
      at++;
    }
  }

  #cdata(): number {
    const bytes = this.#bytes;
    const end = bytes.length;
    let at = this.#at;
    for (;;) {
      while (at < end && IN_CDATA[bytes[at] ?? 0] === NOTHING) at++;
      this.#at = at;
      if (at >= end) return CUT;
      switch (IN_CDATA[bytes[at] ?? 0]) {
        case LINE_FEED:
          at++;
          this.#breakLine(at);
          break;
        case BRACKET:
          if (at + 1 < end && bytes[at + 1] !== 0x5d) at += 1;
          else if (at + 2 >= end) return CUT;
          else if (bytes[at + 2] !== 0x3e) at += 1;
          else {
            this.#inCdata = false;
            this.#document.counts.cdata(this.#base + at + 3 - this.#document.cdataStartByte);
            return at + 3;
          }
          break;
        case FORBIDDEN:
          this.#document.forbid(bytes[at] ?? 0, this.#placeOf(at));
          at++;
          break;
        default: {
          const after = this.#character(at);
          if (after < 0) return after;
          at = after;
        }
      }
    }
  }

  #breakLine(next: number): void {
    this.#line++;
    this.#lineStart = this.#base + next;
    this.#extra = 0;
  }

  /** A character of several bytes. */
  #character(at: number): number {
    const { wanted, present } = utf8Character(this.#bytes, at, this.#bytes.length);
    if (wanted === 0) return DOUBT;
    if (present < wanted) return at + present >= this.#bytes.length ? CUT : DOUBT;
    if (wanted === 3 && this.#isNoCharacter(at))
      this.#document.forbid(0xff00 | ((this.#bytes[at + 2] ?? 0) + 0x40), this.#placeOf(at));
    this.#extra += wanted - (wanted === 4 ? 2 : 1);
    return at + wanted;
  }

  /** U+FFFE and U+FFFF. */
  #isNoCharacter(at: number): boolean {
    return this.#bytes[at] === 0xef && this.#bytes[at + 1] === 0xbf && (this.#bytes[at + 2] ?? 0) >= 0xbe;
  }

  #count(at: number): void {
    if (this.#bytes[at + 1] === 0x23) this.#document.references.characters++;
    else this.#document.references.predefined++;
  }

  /** A reference that is no doubt one to a character. */
  #reference(at: number): number {
    const bytes = this.#bytes;
    const end = bytes.length;
    if (bytes[at + 1] === 0x23) return this.#numeric(at + 2);
    for (const name of ENTITIES) {
      let i = 0;
      while (i < name.length && at + 1 + i < end && bytes[at + 1 + i] === name[i]) i++;
      if (i === name.length) return at + 1 + i;
      if (at + 1 + i >= end) return CUT;
    }
    return DOUBT;
  }

  /** `#10;` or `#xA;` without leading zeros, after the `#`. */
  #numeric(from: number): number {
    const bytes = this.#bytes;
    const end = bytes.length;
    const radix = bytes[from] === 0x78 ? 16 : 10;
    const first = radix === 16 ? from + 1 : from;
    let code = 0;
    for (let at = first; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === 0x3b) return code > 0 && code <= 0x10ffff ? at + 1 : DOUBT;
      const digit = digitOf(byte, radix);
      if (digit < 0 || at - first >= 7 || (digit === 0 && at === first)) return DOUBT;
      code = code * radix + digit;
    }
    return CUT;
  }

  #markup(at: number): number {
    const bytes = this.#bytes;
    if (at + 1 >= bytes.length) return CUT;
    const next = bytes[at + 1] ?? 0;
    if (next === 0x2f) return this.#closeTag(at);
    if (((IN_TAG[next] ?? 0) & NAME_START) !== 0) return this.#openTag(at);
    if (next !== 0x21) return DOUBT;
    for (let i = 2; i < CDATA_BEGIN.length; i++) {
      if (at + i >= bytes.length) return CUT;
      if (bytes[at + i] !== CDATA_BEGIN[i]) return DOUBT;
    }
    this.#inCdata = true;
    this.#document.cdataStartByte = this.#base + at;
    return at + CDATA_BEGIN.length;
  }

  #closeTag(at: number): number {
    const bytes = this.#bytes;
    const innermost = this.#document.openNames.at(-1)?.name;
    if (innermost === undefined) return DOUBT;
    const after = at + 2 + innermost.bytes.length;
    if (after >= bytes.length) return bytes.indexOf(0x3e, at) < 0 ? CUT : DOUBT;
    if (bytes[after] !== 0x3e || !isName(innermost, bytes, at + 2, after)) return DOUBT;
    this.#document.closeTag(this.#base + at, this.#base + after + 1);
    return after + 1;
  }

  #openTag(at: number): number {
    const end = this.#readTag(at);
    if (end === CUT) return this.#bytes.length - at > MAX_TAG_BYTES ? DOUBT : CUT;
    return end;
  }

  #readTag(start: number): number {
    const bytes = this.#bytes;
    const end = bytes.length;
    const nameEnd = this.#nameEnd(start + 1);
    if (nameEnd < 0) return nameEnd;
    if (nameEnd - start - 1 > KEPT_CHARACTERS) return DOUBT;
    let at = nameEnd;
    const attributes = this.#attributes;
    attributes.begin(bytes);
    this.#predefined = 0;
    this.#characters = 0;
    this.#tagLine = this.#line;
    this.#tagLineStart = this.#lineStart;
    this.#tagExtra = this.#extra;
    for (;;) {
      const before = at;
      for (; at < end && ((IN_TAG[bytes[at] ?? 0] ?? 0) & SPACE) !== 0; at++)
        if (bytes[at] === 0x0a) this.#breakTag(at);
      if (at >= end) return CUT;
      const byte = bytes[at] ?? 0;
      if (byte === 0x3e) return this.#takeTag(start, nameEnd, at, at + 1);
      if (byte === 0x2f) {
        if (at + 1 >= end) return CUT;
        return bytes[at + 1] === 0x3e ? this.#takeTag(start, nameEnd, at, at + 2) : DOUBT;
      }
      if (at === before || attributes.count >= MAX_ATTRIBUTES) return DOUBT;
      at = this.#readAttribute(at);
      if (at < 0) return at;
    }
  }

  /** Where a name ends; what has a prefix is for who knows the prefixes. */
  #nameEnd(start: number): number {
    const bytes = this.#bytes;
    const end = bytes.length;
    let seen = 0;
    let at = start;
    for (; at < end; at++) {
      const kind = IN_TAG[bytes[at] ?? 0] ?? 0;
      if ((kind & NAME_REST) === 0) break;
      seen |= kind;
    }
    if (at >= end) return CUT;
    return (seen & COLON) !== 0 ? DOUBT : at;
  }

  #breakTag(at: number): void {
    this.#tagLine++;
    this.#tagLineStart = this.#base + at + 1;
    this.#tagExtra = 0;
  }

  #readAttribute(nameStart: number): number {
    const bytes = this.#bytes;
    const end = bytes.length;
    if (((IN_TAG[bytes[nameStart] ?? 0] ?? 0) & NAME_START) === 0) return DOUBT;
    const nameEnd = this.#nameEnd(nameStart);
    if (nameEnd < 0) return nameEnd;
    let at = nameEnd;
    if (at + 1 >= end) return CUT;
    const quote = bytes[at + 1];
    if (bytes[at] !== 0x3d || (quote !== 0x22 && quote !== 0x27)) return DOUBT;
    const valueStart = at + 2;
    at = valueStart;
    let encoded: number = PLAIN;
    for (;;) {
      while (at < end && IN_VALUE[bytes[at] ?? 0] === NOTHING) at++;
      if (at >= end) return CUT;
      const byte = bytes[at] ?? 0;
      if (byte === quote) break;
      switch (IN_VALUE[byte]) {
        case LINE_FEED:
          this.#breakTag(at);
          at++;
          break;
        case AMPERSAND: {
          const after = this.#reference(at);
          if (after < 0) return after;
          if (bytes[at + 1] === 0x23) this.#characters++;
          else this.#predefined++;
          encoded = ENCODED;
          at = after;
          break;
        }
        case BEYOND_ASCII: {
          const { wanted, present } = utf8Character(bytes, at, end);
          if (wanted === 0) return DOUBT;
          if (present < wanted) return at + present >= end ? CUT : DOUBT;
          if (wanted === 3 && this.#isNoCharacter(at)) return DOUBT;
          this.#tagExtra += wanted - (wanted === 4 ? 2 : 1);
          encoded = ENCODED;
          at += wanted;
          break;
        }
        case OPEN:
        case FORBIDDEN:
          return DOUBT;
        default:
          at++;
      }
    }
    if (isMemberName(bytes, nameStart, nameEnd)) return DOUBT;
    return this.#attributes.add(nameStart, nameEnd, valueStart, at, encoded) ? at + 1 : DOUBT;
  }

  /** `contentEnd`: where the `>` or `/>` begins; `after`: behind it. */
  #takeTag(start: number, nameEnd: number, contentEnd: number, after: number): number {
    const document = this.#document;
    if (document.openNames.length >= MAX_DEPTH) return DOUBT;
    this.#line = this.#tagLine;
    this.#lineStart = this.#tagLineStart;
    this.#extra = this.#tagExtra;
    document.references.predefined += this.#predefined;
    document.references.characters += this.#characters;
    const byteOffset = this.#base + start;
    const byteEnd = this.#base + after;
    const name = document.names.ofBytes(this.#bytes, start + 1, nameEnd);
    const attributeBytes = contentEnd - nameEnd;
    document.openTag(name, this.#attributes, { byteOffset, byteEnd, attributeBytes, line: this.#line });
    if (after - contentEnd === 2) document.closeTag(byteOffset, byteEnd);
    return after;
  }
}

/**
 * Whether none of four bytes is a control character, `<`, `&` or beyond ASCII, or a false "no" now and then: a byte below
 * another borrows when that is taken off it. Source: https://graphics.stanford.edu/~seander/bithacks.html#HasLessInWord
 */
function isPlainWord(word: number): boolean {
  const notOpen = word ^ 0x3c3c3c3c;
  const notAmpersand = word ^ 0x26262626;
  const borrows =
    ((word - 0x20202020) & ~word) | ((notOpen - 0x01010101) & ~notOpen) | ((notAmpersand - 0x01010101) & ~notAmpersand);
  return ((borrows | word) & 0x80808080) === 0;
}

const ENTITIES = ['amp;', 'lt;', 'gt;', 'quot;', 'apos;'].map((name) =>
  Uint8Array.from(name, (character) => character.charCodeAt(0)),
);

/** Names that every object has a member of, which sax's record of attributes treats in its own way. */
function isMemberName(bytes: Uint8Array, start: number, end: number): boolean {
  return (bytes[start] === 0x5f && bytes[start + 1] === 0x5f) || (end - start === 14 && bytes[start] === 0x68);
}

function digitOf(byte: number, radix: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return radix === 16 && letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** What the 256 bytes mean: the given characters, those that XML forbids, those of more than a byte. */
function classes(meanings: Readonly<Record<string, number>>): Uint8Array {
  const table = new Uint8Array(256);
  table.fill(FORBIDDEN, 0, 0x20);
  table.fill(BEYOND_ASCII, 0x80);
  for (const character of '\t\r\n') table[character.charCodeAt(0)] = NOTHING;
  for (const [character, meaning] of Object.entries(meanings)) table[character.charCodeAt(0)] = meaning;
  return table;
}

/** Names of ASCII as XML defines them, and white space: https://www.w3.org/TR/xml/#NT-NameStartChar */
function tagClasses(): Uint8Array {
  const table = new Uint8Array(256);
  for (let byte = 0; byte < 0x80; byte++) {
    const character = String.fromCharCode(byte);
    if (character === ':') table[byte] = NAME_START | NAME_REST | COLON;
    else if (/[A-Za-z_]/.test(character)) table[byte] = NAME_START | NAME_REST;
    else if (/[-.0-9]/.test(character)) table[byte] = NAME_REST;
    else if (/[ \t\r\n]/.test(character)) table[byte] = SPACE;
  }
  return table;
}
