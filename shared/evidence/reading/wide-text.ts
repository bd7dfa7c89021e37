/** UTF-16 in either order of its bytes. */
type Wide = 'utf-16le' | 'utf-16be';

/** Characters of ASCII in a row that speak for UTF-16, and for its end. */
const WIDE_IN_A_ROW = 4;
const NARROW_IN_A_ROW = 16;
/** No look needs more bytes: what is left at the end of a chunk waits for the next one. */
const LOOK_BYTES = 32;
/** Of text, so many bytes at most are control characters. */
const MOST_CONTROLS = 0.01;

const isPrintable = (byte: number | undefined): boolean =>
  byte !== undefined && ((byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d);

/** Whether characters of ASCII stand in UTF-16 from `at` on. */
function isWideAt(bytes: Uint8Array, at: number, wide: Wide): boolean {
  const low = wide === 'utf-16le' ? 0 : 1;
  for (let pair = at; pair < at + WIDE_IN_A_ROW * 2; pair += 2)
    if (bytes[pair + 1 - low] !== 0 || !isPrintable(bytes[pair + low])) return false;
  return true;
}

/** Where the first UTF-16 text begins from `from` on, without its byte order mark; null when there is none. */
function findWide(
  bytes: Uint8Array,
  from: number,
): { readonly end: number; readonly at: number; readonly wide: Wide } | null {
  for (let nul = bytes.indexOf(0, from); nul >= 0; nul = bytes.indexOf(0, nul + 1)) {
    const wide =
      nul > from && isWideAt(bytes, nul - 1, 'utf-16le')
        ? 'utf-16le'
        : isWideAt(bytes, nul, 'utf-16be')
          ? 'utf-16be'
          : null;
    if (wide === null) continue;
    const at = wide === 'utf-16le' ? nul - 1 : nul;
    const [first, second] = wide === 'utf-16le' ? [0xff, 0xfe] : [0xfe, 0xff];
    const hasMark = at - 2 >= from && bytes[at - 2] === first && bytes[at - 1] === second;
    return { end: hasMark ? at - 2 : at, at, wide };
  }
  return null;
}

/** Where text of one byte a character begins again, at a whole pair from `from` on; negative when it does not. */
function findNarrow(bytes: Uint8Array, from: number): number {
  for (let at = from; at + NARROW_IN_A_ROW <= bytes.length; at += 2) {
    let length = 0;
    while (length < NARROW_IN_A_ROW && isPrintable(bytes[at + length])) length += 1;
    if (length === NARROW_IN_A_ROW) return at;
  }
  return -1;
}

/**
 * Whether the beginning of a file is text that is in UTF-16 from somewhere on, as PowerShell 5.1 writes it with `>` and, behind
 * what was there in UTF-8, with `>>`. XML says its own encoding and is left to those who read it.
 */
export function isWideText(head: Uint8Array): boolean {
  const found = findWide(head, 0);
  if (found === null) return false;
  const start = new TextDecoder(found.wide).decode(head.subarray(found.at, found.at + 200)).trimStart();
  if (found.end === 0 && /^<(?:[?!]|\p{L}[\p{L}\d:-]*[\s/>])/u.test(start)) return false;
  let controls = 0;
  for (const byte of head) if (byte !== 0 && byte < 0x20 && !isPrintable(byte) && byte !== 0x1b) controls += 1;
  let nuls = 0;
  for (let at = found.at; at < head.length; at += 1) if (head[at] === 0) nuls += 1;
  return controls <= head.length * MOST_CONTROLS && nuls * 4 >= head.length - found.at;
}

/** Turns text that is in UTF-16 here and there into UTF-8, chunk by chunk, with the same result for any cut. */
export class WideText {
  #pending: Uint8Array = new Uint8Array(0);
  #wide: { readonly decoder: TextDecoder } | null = null;
  readonly #encoder = new TextEncoder();

  push(chunk: Uint8Array): Uint8Array {
    return this.#take(chunk, false);
  }

  end(): Uint8Array {
    return this.#take(new Uint8Array(0), true);
  }

  #take(chunk: Uint8Array, atEnd: boolean): Uint8Array {
    const bytes = joined([this.#pending, chunk]);
    const parts: Uint8Array[] = [];
    let at = 0;
    for (;;) {
      const sure = atEnd ? bytes.length : Math.max(at, bytes.length - LOOK_BYTES);
      if (this.#wide === null) {
        const found = findWide(bytes, at);
        // What begins near the end is looked at again with its mark and what follows.
        const isSure = found !== null && (atEnd || found.at < sure);
        const to = isSure ? found.end : Math.min(sure, found?.end ?? sure);
        parts.push(bytes.slice(at, to));
        at = to;
        if (!isSure) break;
        at = found.at;
        this.#wide = { decoder: new TextDecoder(found.wide) };
      } else {
        const narrow = findNarrow(bytes, at);
        const to = narrow >= 0 ? narrow : atEnd ? bytes.length : at + Math.floor((sure - at) / 2) * 2;
        const isOver = narrow >= 0 || atEnd;
        parts.push(this.#encoder.encode(this.#wide.decoder.decode(bytes.subarray(at, to), { stream: !isOver })));
        at = to;
        if (narrow < 0) break;
        this.#wide = null;
      }
    }
    this.#pending = bytes.slice(at);
    return joined(parts);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
