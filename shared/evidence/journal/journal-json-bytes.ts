import { asciiBytes } from '../reading/find-bytes.ts';
import { EntryFieldsBytes, fieldNamed, MESSAGE, OTHER_FIELD } from './entry-fields-bytes.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const SLASH = 0x2f;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const BRACE = 0x7b;
const BRACE_END = 0x7d;

/** What ends a run of plain characters in a JSON string: its quote, an escape, or a control character (an error). */
const ENDS_RUN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === BACKSLASH ? 1 : 0,
);
/** The characters behind a backslash that stand alone. Source: RFC 8259, section 7. */
const ESCAPES = new Set(asciiBytes('"\\/bfnrt'));

/**
 * Reads an entry of `journalctl -o json` that is one object of strings on one line from its bytes. Checks the whole object
 * as JSON.parse does, but makes text of no more than a message that has escapes or wording in it. Anything else (arrays,
 * null, numbers, damage) it leaves alone.
 */
export class JsonEntryBytes extends EntryFieldsBytes {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  /** Whether bytes[from..end), a line without its end, was read; the fields are then the entry's. */
  read(bytes: Uint8Array, from: number, end: number): boolean {
    if (end - from < 2 || bytes[from] !== BRACE || bytes[end - 1] !== BRACE_END) return false;
    return this.#findFields(bytes, from + 1, end) && this.readColumns(bytes);
  }

  protected isVerbatim(bytes: Uint8Array, from: number, to: number): boolean {
    return !bytes.subarray(from, to).includes(BACKSLASH);
  }

  /**
   * Whether the only escapes of a string are those of a quote, a backslash and a slash. No header and no wording that
   * MessageClassifier looks for has any of these, so that the bytes as they stand tell as much as the text would.
   */
  protected isReadable(bytes: Uint8Array, from: number, to: number): boolean {
    for (let at = from; at < to; at++) {
      if (bytes[at] !== BACKSLASH) continue;
      at += 1;
      if (bytes[at] !== QUOTE && bytes[at] !== BACKSLASH && bytes[at] !== SLASH) return false;
    }
    return true;
  }

  /** A string as text; its escapes have been checked. */
  protected textOf(bytes: Uint8Array, from: number, to: number): string {
    const text: unknown = JSON.parse(this.#decoder.decode(bytes.subarray(from - 1, to + 1)));
    return String(text);
  }

  /** Finds the fields of the object whose brace stands before `from`; false when it is no object of strings up to `end`. */
  #findFields(bytes: Uint8Array, from: number, end: number): boolean {
    this.clear();
    let at = skipBlanks(bytes, from, end);
    for (;;) {
      if (bytes[at] !== QUOTE) return false;
      const nameAt = at + 1;
      at = endOfRun(bytes, nameAt, end);
      if (bytes[at] !== QUOTE) return false;
      const field = fieldNamed(bytes, nameAt, at);
      at = skipBlanks(bytes, at + 1, end);
      if (bytes[at] !== COLON) return false;
      at = skipBlanks(bytes, at + 1, end);
      if (bytes[at] !== QUOTE) return false;
      const valueAt = at + 1;
      at = endOfRun(bytes, valueAt, end);
      if (bytes[at] === BACKSLASH) {
        // Escapes elsewhere than in the message are left to JSON.parse, if the value matters at all.
        if (field > MESSAGE) return false;
        at = endOfEscaped(bytes, at, end);
      }
      if (at >= end || bytes[at] !== QUOTE) return false;
      // Of several fields of one name the last counts, as for JSON.parse.
      if (field !== OTHER_FIELD) this.place(field, valueAt, at);
      at = skipBlanks(bytes, at + 1, end);
      if (bytes[at] === BRACE_END) return at === end - 1;
      if (bytes[at] !== COMMA) return false;
      at = skipBlanks(bytes, at + 1, end);
    }
  }
}

/** The whitespace that JSON allows within a line. Older journalctl prints `{ "MESSAGE" : "text", ... }`. */
function skipBlanks(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x09)) at += 1;
  return at;
}

/** The first byte from `from` on that is a quote, a backslash or a control character; `end` when there is none. */
function endOfRun(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && ENDS_RUN[bytes[at] ?? 0] === 0) at += 1;
  return at;
}

/** The quote that ends a string whose first backslash is at `from`; `end` when an escape or a character is not JSON. */
function endOfEscaped(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] === BACKSLASH) {
    const escaped = bytes[at + 1] ?? 0;
    if (ESCAPES.has(escaped)) at += 2;
    else if (escaped === LETTER_U && areHex(bytes, at + 2, at + 6)) at += 6;
    else return end;
    at = endOfRun(bytes, at, end);
  }
  return at < end && bytes[at] === QUOTE ? at : end;
}

function areHex(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    const isHex = (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
    if (!isHex) return false;
  }
  return true;
}
