/**
 * Looking for a text in UTF-8 bytes without decoding them. The bytes are taken as characters of Latin-1, one each, and
 * searched by a regular expression that finds every place where the decoded text, in lower case, may have the wanted one.
 */
export interface BytePattern {
  /** For bytes that are all ASCII; null when such bytes cannot hold the text. Global: set lastIndex before use. */
  readonly ascii: RegExp | null;
  /** For any bytes. */
  readonly wide: RegExp;
  /** Whether a hit in ASCII bytes is the wanted text as a whole, and no hit there is missing. */
  readonly isExact: boolean;
}

/**
 * Characters that cannot be found by their bytes: a line break, which formats indent behind; U+FFFD, which stands for any
 * damage; U+0307, which is half of what U+0130 becomes in lower case; halves of surrogate pairs.
 */
const NOT_IN_BYTES = /\n|\uFFFD|\u0307|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/**
 * The pattern that finds any of some texts (in lower case) regardless of case; null when one of them leaves nothing to look
 * for. Of each text its longest piece that bytes can show is looked for, so that a hit says "perhaps".
 */
export function bytePattern(texts: readonly string[]): BytePattern | null {
  const pieces: string[] = [];
  for (const text of texts) {
    const piece = text.split(NOT_IN_BYTES).reduce((a, b) => (b.length > a.length ? b : a), '');
    if (piece === '') return null;
    pieces.push(piece);
  }
  const asciiPieces = pieces.filter(isAsciiText);
  return {
    ascii: asciiPieces.length === 0 ? null : new RegExp(asciiPieces.map(asciiSource).join('|'), 'g'),
    wide: new RegExp(pieces.map(wideSource).join('|'), 'g'),
    isExact: pieces.every((piece, index) => piece === texts[index]),
  };
}

function isAsciiText(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >= 0x80) return false;
  return true;
}

function asciiSource(piece: string): string {
  return Array.from(piece, (char) => {
    const upper = char.toUpperCase();
    return upper === char ? escaped(char) : `[${char}${upper}]`;
  }).join('');
}

function wideSource(piece: string): string {
  return Array.from(piece, (char) => {
    const spellings = [...spellingsOf(char)].map(latin1OfUtf8);
    return spellings.length === 1 ? (spellings[0] ?? '') : `(?:${spellings.join('|')})`;
  }).join('');
}

/** Characters that become others in lower case, by what they become; made when first needed. */
let upperOf: ReadonlyMap<string, readonly string[]> | null = null;
/** Beyond the last letters with two cases (Adlam, U+1E943). */
const CASED_END = 0x1f000;

/** The characters that may stand in a text where its lower case has `char`. */
function spellingsOf(char: string): ReadonlySet<string> {
  if (upperOf === null) {
    const map = new Map<string, string[]>();
    for (let code = 0; code < CASED_END; code++) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const upper = String.fromCodePoint(code);
      for (const lower of upper.toLowerCase()) {
        if (lower !== upper) map.set(lower, [...(map.get(lower) ?? []), upper]);
      }
    }
    // The lower case of a sigma depends on whether it ends its word.
    map.set('ς', ['Σ']);
    upperOf = map;
  }
  return new Set([char, ...(upperOf.get(char) ?? [])]);
}

const encoder = new TextEncoder();

function latin1OfUtf8(char: string): string {
  return Array.from(encoder.encode(char), (byte) => escaped(String.fromCharCode(byte))).join('');
}

function escaped(char: string): string {
  return /[A-Za-z0-9]/.test(char) ? char : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
