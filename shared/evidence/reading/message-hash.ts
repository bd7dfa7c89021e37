/**
 * A number that stands for a message, so that the same journal entry is known again in another export without keeping its
 * text: the formats differ in stamps, prefixes and further fields, and agree on the first line of the message. Indented
 * lines below it are left out (formats indent them differently), and so are blanks at its end, which some editors take away,
 * and the uptime that rsyslog leaves in front of kernel messages. A message that is not printable has one hash with all of
 * its kind: text formats say `[16B blob data]` instead (utf8_is_printable in systemd's src/basic/utf8.c), so that only time
 * and pid tell such entries apart.
 */

/** Bytes of a first line that count: identical beginnings of this length come from one entry. */
const HASHED_BYTES = 1024;

const BLANK = 0x20;
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;
const ZERO = 0x30;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;

/** The hash of every message that is not printable. */
const BLOB_HASH = 1;
// [16B blob data]     [1.2K blob data]
const BLOB = /^\[\d{1,4}(?:\.\d)?[BKMGTPE] blob data\]$/;
const LONGEST_BLOB_BYTES = 24;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8');

/** The hash of a message as text: a whole number from 1 to 2^53 - 1. Equals hashMessageBytes of its UTF-8. */
export function hashMessage(message: string): number {
  // A character is at least one byte: no more of them can count.
  return hashMessageBytes(encoder.encode(message.length > HASHED_BYTES ? message.slice(0, HASHED_BYTES) : message));
}

/** The hash of a message that stands in bytes[from..to), which must be UTF-8. */
export function hashMessageBytes(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let end = Math.min(to, from + HASHED_BYTES);
  let start = from;
  if (bytes[start] === BRACKET) start = afterUptime(bytes, start, end);
  // Two lanes of 32 bits, mixed as in MurmurHash3's finalizer; nothing secret hangs on them.
  let low = 0x9e3779b9;
  let high = 0x41c6ce57;
  const lineEnd = bytes.subarray(start, end).indexOf(LF);
  if (lineEnd >= 0) end = start + lineEnd;
  while (end > start && isBlank(bytes[end - 1] ?? 0)) end -= 1;
  if (bytes[start] === BRACKET && end - start <= LONGEST_BLOB_BYTES && isBlob(bytes.subarray(start, end)))
    return BLOB_HASH;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (ODD_BYTES[byte] === 1 && isUnprintable(bytes, at)) return BLOB_HASH;
    low = Math.imul(low ^ byte, 0x85ebca6b);
    high = Math.imul(high ^ byte, 0xc2b2ae35);
    low ^= low >>> 15;
    high ^= high >>> 13;
  }
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  // Never 0, which stands for an event that is no log entry, and never the hash of blobs.
  return Math.max(2, (high & 0x1fffff) * 0x1_0000_0000 + (low >>> 0));
}

function isBlob(bytes: Uint8Array): boolean {
  return BLOB.test(decoder.decode(bytes));
}

/** Bytes that are, or begin, something that is not printable: control characters, C1 controls, U+FFFD for a broken sequence. */
const ODD_BYTES = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte < BLANK && byte !== TAB) || byte === 0x7f || byte === 0xc2 || byte === 0xef ? 1 : 0,
);

function isUnprintable(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at];
  const next = bytes[at + 1] ?? 0;
  if (byte === 0xc2) return next < 0xa0;
  if (byte === 0xef) return next === 0xbf && bytes[at + 2] === 0xbd;
  return true;
}

function isBlank(byte: number): boolean {
  return byte === BLANK || byte === TAB || byte === CR;
}

/** Where the text begins behind `[ 3501.341241] `; `from` where there is no uptime. See withoutUptime. */
function afterUptime(bytes: Uint8Array, from: number, end: number): number {
  let at = from + 1;
  while (at < end && bytes[at] === BLANK) at += 1;
  const secondsAt = at;
  while (at < end && isDigit(bytes[at])) at += 1;
  if (at === secondsAt || at - secondsAt > 10 || bytes[at] !== DOT) return from;
  for (let digit = 1; digit <= 6; digit++) if (!isDigit(bytes[at + digit])) return from;
  at += 7;
  return at + 1 < end && bytes[at] === BRACKET_END && bytes[at + 1] === BLANK ? at + 2 : from;
}

function isDigit(byte: number | undefined): boolean {
  return ((byte ?? 0) - ZERO) >>> 0 <= 9;
}
