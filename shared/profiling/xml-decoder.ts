/**
 * A run of decoded characters with the bytes that it came from. Positions of the XML parser count UTF-16 code units;
 * evidence is addressed in bytes, so every run says how the two relate.
 */
export interface DecodedRun {
  readonly text: string;
  readonly byteLength: number;
  /** Bytes per UTF-16 code unit where that is constant; null for UTF-8 beyond ASCII. */
  readonly bytesPerUnit: 1 | 2 | null;
  /** What is wrong with these bytes, for people; null when they are as they should be. */
  readonly damage: string | null;
}

/** Bytes decoded at a time: the parser's buffers can be looked at between two runs, which bounds what they hold. */
export const RUN_BYTES = 16 * 1024;

/** An XML declaration is far shorter; one that is not closed by then is left to the parser to complain about. */
const DECLARATION_LIMIT = 1024;

// <?xml version="1.0" encoding="ISO-8859-1"?>
const DECLARED_ENCODING = /^<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']/;

/** The encoding of a document. */
export interface XmlEncoding {
  readonly name: string;
  /** As the XML declaration says; null without one or where it says nothing. */
  readonly declared: string | null;
  readonly byteOrderMark: boolean;
  /** Bytes per UTF-16 code unit; of UTF-8, of ASCII. */
  readonly unitBytes: 1 | 2;
}

export const UTF_8: XmlEncoding = { name: 'UTF-8', declared: null, byteOrderMark: false, unitBytes: 1 };
const UTF_16LE: XmlEncoding = { name: 'UTF-16LE', declared: null, byteOrderMark: false, unitBytes: 2 };
const UTF_16BE: XmlEncoding = { ...UTF_16LE, name: 'UTF-16BE' };

type Decode = (bytes: Uint8Array, atEnd: boolean) => { readonly runs: DecodedRun[]; readonly consumed: number };

/**
 * Turns the bytes of an XML document into text, chunk by chunk, with the same result for chunks of any size. The encoding
 * is found as in appendix F of the XML specification (https://www.w3.org/TR/xml/#sec-guessing): byte order mark, then
 * zero bytes around the first `<`, then the declaration, then UTF-8. Never throws on content: bytes that do not decode
 * become U+FFFD and a run with `damage`.
 */
export class XmlDecoder {
  #decode: Decode | null = null;
  #pending: Uint8Array = new Uint8Array(0);
  #encoding: XmlEncoding = UTF_8;

  /** `encoding`: what a document was found to be in, for reading on in the middle of it. */
  constructor(encoding: typeof UTF_8 | null = null) {
    if (encoding !== null) this.#decode = decodeUtf8;
  }

  /** How the bytes are read; UTF-8 as long as nothing else was found. */
  get encoding(): XmlEncoding {
    return this.#encoding;
  }

  /** Whether the document was found to be in UTF-8. */
  get isUtf8(): boolean {
    return this.#decode === decodeUtf8;
  }

  /** Bytes that were pushed but are not decoded yet. */
  held(): Uint8Array {
    return this.#pending;
  }

  /** Bytes of a string of so many UTF-16 code units, none of them outside the BMP, that has so many bytes in UTF-8. */
  bytesOf(units: number, utf8Bytes: number): number {
    return this.isUtf8 ? utf8Bytes : units * this.#encoding.unitBytes;
  }

  push(chunk: Uint8Array): DecodedRun[] {
    return this.#take(chunk, false);
  }

  /** Decodes what was held back; a character that was cut is damage. */
  end(): DecodedRun[] {
    return this.#take(new Uint8Array(0), true);
  }

  #take(chunk: Uint8Array, atEnd: boolean): DecodedRun[] {
    const runs: DecodedRun[] = [];
    let bytes = chunk;
    if (this.#decode === null) {
      bytes = concat(this.#pending, bytes);
      const found = findEncoding(bytes, atEnd);
      // The caller may write to its buffer again.
      this.#pending = found === null ? bytes.slice() : new Uint8Array(0);
      if (found === null) return runs;
      this.#decode = found.decode;
      this.#encoding = found.encoding;
      if (found.bomBytes > 0 || found.damage !== null)
        runs.push({ text: '', byteLength: found.bomBytes, bytesPerUnit: null, damage: found.damage });
      bytes = bytes.subarray(found.bomBytes);
    }
    for (let offset = 0; offset < bytes.length || (atEnd && offset === 0); offset += RUN_BYTES) {
      const slice = concat(this.#pending, bytes.subarray(offset, offset + RUN_BYTES));
      const decoded = this.#decode(slice, atEnd && offset + RUN_BYTES >= bytes.length);
      for (const run of decoded.runs) runs.push(run);
      this.#pending = slice.slice(decoded.consumed);
    }
    return runs;
  }
}

/** Both, one after the other. */
export function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  if (second.length === 0) return first;
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

interface FoundEncoding {
  readonly decode: Decode;
  readonly encoding: XmlEncoding;
  readonly bomBytes: number;
  readonly damage: string | null;
}

/** Null while more bytes are needed to tell. */
function findEncoding(bytes: Uint8Array, atEnd: boolean): FoundEncoding | null {
  if (bytes.length < 4 && !atEnd) return null;
  const { unicode, bomBytes } = unicodeOf(bytes);
  const head = headOf(bytes.subarray(bomBytes), unicode ?? UTF_8);
  if (isCutDeclaration(head) && !atEnd) return null;
  const declaredAs = DECLARED_ENCODING.exec(head)?.[1] ?? null;
  if (unicode === null) return declaredAs === null ? { decode: decodeUtf8, ...READ_AS_UTF_8 } : declared(declaredAs);
  const encoding = { ...unicode, declared: declaredAs, byteOrderMark: bomBytes > 0 };
  const decode = unicode === UTF_8 ? decodeUtf8 : utf16(unicode === UTF_16LE ? 'utf-16le' : 'utf-16be');
  return { decode, encoding, bomBytes, damage: null };
}

const READ_AS_UTF_8 = { encoding: UTF_8, bomBytes: 0, damage: null };

/** What the first bytes tell whatever is declared; null: nothing. */
function unicodeOf([b0, b1, b2, b3]: Uint8Array): { readonly unicode: XmlEncoding | null; readonly bomBytes: number } {
  if (b0 === 0xef && b1 === 0xbb && b2 === 0xbf) return { unicode: UTF_8, bomBytes: 3 };
  if (b0 === 0xff && b1 === 0xfe) return { unicode: UTF_16LE, bomBytes: 2 };
  if (b0 === 0xfe && b1 === 0xff) return { unicode: UTF_16BE, bomBytes: 2 };
  if (b0 === 0x3c && b1 === 0 && b2 !== 0 && b3 === 0) return { unicode: UTF_16LE, bomBytes: 0 };
  if (b0 === 0 && b1 === 0x3c && b2 === 0 && b3 !== 0) return { unicode: UTF_16BE, bomBytes: 0 };
  return { unicode: null, bomBytes: 0 };
}

/** The first characters up to a `>`, as far as they are ASCII. */
function headOf(bytes: Uint8Array, encoding: XmlEncoding): string {
  const { unitBytes } = encoding;
  let head = '';
  for (let at = encoding === UTF_16BE ? 1 : 0; at < bytes.length; at += unitBytes) {
    head += String.fromCharCode(bytes[at] ?? 0);
    if (head.length > DECLARATION_LIMIT || head.endsWith('>')) break;
  }
  return head;
}

/** True as long as a head may still become a whole XML declaration. */
function isCutDeclaration(head: string): boolean {
  if (head.length > DECLARATION_LIMIT || head.endsWith('>')) return false;
  return head.startsWith('<?xml') || '<?xml'.startsWith(head);
}

function declared(label: string): FoundEncoding {
  const name = label.toLowerCase();
  const asUtf8 = { decode: decodeUtf8, encoding: { ...UTF_8, declared: label }, bomBytes: 0 };
  if (name === 'utf-8' || name === 'utf8') return { ...asUtf8, damage: null };
  // .NET's StringWriter declares utf-16 whatever the bytes later are; the bytes just read were one byte a character.
  if (name.startsWith('utf-16') || name.startsWith('utf-32') || name.startsWith('ucs-') || name.startsWith('iso-10646'))
    return {
      ...asUtf8,
      damage: `The XML declaration says ${label}, but the bytes are not; they were read as UTF-8.`,
    };
  const decoder = singleByteDecoder(label);
  const encoding = { ...UTF_8, name: decoder === null ? 'ASCII' : label, declared: label };
  if (decoder !== null) return { decode: singleByte(decoder), encoding, bomBytes: 0, damage: null };
  // Shift_JIS, GBK, Big5 and EUC never use the bytes of < > & and quotes within a character, so that markup can be read.
  return {
    decode: singleByte(new TextDecoder('windows-1252')),
    encoding,
    bomBytes: 0,
    damage: `The declared encoding ${label} cannot be decoded; markup was read as ASCII, names outside ASCII are not right.`,
  };
}

/** The decoder of an encoding in which every byte is one UTF-16 code unit; null for all others and unknown labels. */
function singleByteDecoder(label: string): TextDecoder | null {
  try {
    const decoder = new TextDecoder(label, { ignoreBOM: true });
    const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    return decoder.decode(everyByte, { stream: true }).length === 256 ? decoder : null;
  } catch {
    return null;
  }
}

/**
 * `stream` changes nothing for an encoding without state, but keeps Node from decoding windows-1252 as ISO-8859-1
 * (https://github.com/nodejs/node/issues/56542).
 */
function singleByte(decoder: TextDecoder): Decode {
  return (bytes) => ({
    runs:
      bytes.length === 0
        ? []
        : [{ text: decoder.decode(bytes, { stream: true }), byteLength: bytes.length, bytesPerUnit: 1, damage: null }],
    consumed: bytes.length,
  });
}

function utf16(label: 'utf-16le' | 'utf-16be'): Decode {
  const strict = new TextDecoder(label, { fatal: true, ignoreBOM: true });
  const lenient = new TextDecoder(label, { ignoreBOM: true });
  const highByte = label === 'utf-16le' ? 1 : 0;
  const isLead = (bytes: Uint8Array, at: number) => ((bytes[at + highByte] ?? 0) & 0xfc) === 0xd8;
  const isTrail = (bytes: Uint8Array, at: number) => ((bytes[at + highByte] ?? 0) & 0xfc) === 0xdc;
  return (bytes, atEnd) => {
    const runs: DecodedRun[] = [];
    let whole = bytes.length - (bytes.length % 2);
    if (!atEnd && whole >= 2 && isLead(bytes, whole - 2)) whole -= 2;
    const text = (from: number, to: number, decoder: TextDecoder): void => {
      if (to > from)
        runs.push({
          text: decoder.decode(bytes.subarray(from, to)),
          byteLength: to - from,
          bytesPerUnit: 2,
          damage: decoder === lenient ? 'Half of a UTF-16 surrogate pair stands alone.' : null,
        });
    };
    let start = 0;
    for (let at = 0; at < whole; at += 2) {
      const pair = isLead(bytes, at) && at + 2 < whole && isTrail(bytes, at + 2);
      if (pair) at += 2;
      else if (isLead(bytes, at) || isTrail(bytes, at)) {
        text(start, at, strict);
        text(at, at + 2, lenient);
        start = at + 2;
      }
    }
    text(start, whole, strict);
    if (atEnd && whole < bytes.length)
      runs.push({ text: '\ufffd', byteLength: 1, bytesPerUnit: null, damage: 'The last UTF-16 character is cut.' });
    return { runs, consumed: atEnd ? bytes.length : whole };
  };
}

// Without `stream`: the runtime then takes its fast path, and cut characters are held back by this file anyway.
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const decodeUtf8: Decode = (bytes, atEnd) => {
  const runs: DecodedRun[] = [];
  const end = atEnd ? bytes.length : bytes.length - cutCharacterBytes(bytes);
  const valid = (from: number, to: number): void => {
    if (to <= from) return;
    const text = strictUtf8.decode(bytes.subarray(from, to));
    runs.push({ text, byteLength: to - from, bytesPerUnit: text.length === to - from ? 1 : null, damage: null });
  };
  try {
    valid(0, end);
  } catch {
    for (let start = 0; start < end; ) {
      const validEnd = validUtf8End(bytes, start, end);
      valid(start, validEnd);
      start = validEnd;
      if (start < end) {
        const bad = Math.max(1, utf8Character(bytes, start, end).present);
        const hex = [...bytes.subarray(start, start + bad)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
        runs.push({ text: '\ufffd', byteLength: bad, bytesPerUnit: null, damage: `Bytes that are not UTF-8: ${hex}.` });
        start += bad;
      }
    }
  }
  return { runs, consumed: end };
};

/** Where the first byte that is not part of a whole, valid UTF-8 character stands; `end` when there is none. */
function validUtf8End(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const { wanted, present } = utf8Character(bytes, at, end);
    if (wanted === 0 || present < wanted) return at;
    at += wanted;
  }
  return end;
}

/**
 * How many bytes the character at `at` needs (0: no character begins with this byte) and how many of them are there and
 * valid. Table 3-7 of the Unicode Standard, https://www.unicode.org/versions/Unicode16.0.0/core-spec/chapter-3/#G27506
 */
export function utf8Character(bytes: Uint8Array, at: number, end: number): { wanted: number; present: number } {
  const lead = bytes[at] ?? 0;
  const wanted = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  let present = wanted === 0 ? 0 : 1;
  while (present < wanted && at + present < end) {
    const byte = bytes[at + present] ?? 0;
    const low = present > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = present > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (byte < low || byte > high) break;
    present++;
  }
  return { wanted, present };
}

/** Bytes at the end that are a valid beginning of a character whose rest may come with the next chunk. */
function cutCharacterBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const at = bytes.length - back;
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const { wanted, present } = utf8Character(bytes, at, bytes.length);
    return present === back && present < wanted ? back : 0;
  }
  return 0;
}
