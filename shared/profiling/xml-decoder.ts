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
const DECLARATION_LIMIT_BYTES = 1024;

// <?xml version="1.0" encoding="ISO-8859-1"?>
const DECLARED_ENCODING = /^<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']/;

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
      this.#pending = found === null ? bytes : new Uint8Array(0);
      if (found === null) return runs;
      this.#decode = found.decode;
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

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

interface FoundEncoding {
  readonly decode: Decode;
  readonly bomBytes: number;
  readonly damage: string | null;
}

/** Null while more bytes are needed to tell. */
function findEncoding(bytes: Uint8Array, atEnd: boolean): FoundEncoding | null {
  if (bytes.length < 4 && !atEnd) return null;
  const [b0, b1, b2, b3] = bytes;
  if (b0 === 0xef && b1 === 0xbb && b2 === 0xbf) return { decode: decodeUtf8, bomBytes: 3, damage: null };
  if (b0 === 0xff && b1 === 0xfe) return { decode: utf16('utf-16le'), bomBytes: 2, damage: null };
  if (b0 === 0xfe && b1 === 0xff) return { decode: utf16('utf-16be'), bomBytes: 2, damage: null };
  if (b0 === 0x3c && b1 === 0 && b2 !== 0 && b3 === 0) return { decode: utf16('utf-16le'), bomBytes: 0, damage: null };
  if (b0 === 0 && b1 === 0x3c && b2 === 0 && b3 !== 0) return { decode: utf16('utf-16be'), bomBytes: 0, damage: null };

  if (!isDeclaration(bytes)) return { decode: decodeUtf8, bomBytes: 0, damage: null };
  const close = bytes.indexOf(0x3e);
  if (close < 0 && bytes.length < DECLARATION_LIMIT_BYTES && !atEnd) return null;
  let head = '';
  for (let i = 0; i <= Math.min(close, DECLARATION_LIMIT_BYTES); i++) head += String.fromCharCode(bytes[i] ?? 0);
  const label = DECLARED_ENCODING.exec(head)?.[1];
  return label === undefined ? { decode: decodeUtf8, bomBytes: 0, damage: null } : declared(label);
}

/** True as long as the bytes may still be the beginning of `<?xml `. */
function isDeclaration(bytes: Uint8Array): boolean {
  const wanted = [0x3c, 0x3f, 0x78, 0x6d, 0x6c];
  return wanted.every((byte, index) => index >= bytes.length || bytes[index] === byte);
}

function declared(label: string): FoundEncoding {
  const name = label.toLowerCase();
  if (name === 'utf-8' || name === 'utf8') return { decode: decodeUtf8, bomBytes: 0, damage: null };
  // .NET's StringWriter declares utf-16 whatever the bytes later are; the bytes just read were one byte a character.
  if (name.startsWith('utf-16') || name.startsWith('utf-32') || name.startsWith('ucs-') || name.startsWith('iso-10646'))
    return {
      decode: decodeUtf8,
      bomBytes: 0,
      damage: `The XML declaration says ${label}, but the bytes are not; they were read as UTF-8.`,
    };
  const decoder = singleByteDecoder(label);
  if (decoder !== null) return { decode: singleByte(decoder), bomBytes: 0, damage: null };
  // Shift_JIS, GBK, Big5 and EUC never use the bytes of < > & and quotes within a character, so that markup can be read.
  return {
    decode: singleByte(new TextDecoder('windows-1252')),
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
        const bad = Math.max(1, characterBytes(bytes, start, end).present);
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
    const { wanted, present } = characterBytes(bytes, at, end);
    if (wanted === 0 || present < wanted) return at;
    at += wanted;
  }
  return end;
}

/**
 * How many bytes the character at `at` needs (0: no character begins with this byte) and how many of them are there and
 * valid. Table 3-7 of the Unicode Standard, https://www.unicode.org/versions/Unicode16.0.0/core-spec/chapter-3/#G27506
 */
function characterBytes(bytes: Uint8Array, at: number, end: number): { wanted: number; present: number } {
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
    const { wanted, present } = characterBytes(bytes, at, bytes.length);
    return present === back && present < wanted ? back : 0;
  }
  return 0;
}
