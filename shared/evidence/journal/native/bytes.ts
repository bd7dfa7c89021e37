/** Bytes that can be read at any place: a whole file in memory, or an open file. */
export interface ByteSource {
  readonly size: number;
  /** Up to `length` bytes from `offset`, fewer at the end. Not to be changed, and valid until the next call. */
  at(offset: number, length: number): Uint8Array;
}

/** A byte source on a file that was read whole. */
export function bytesInMemory(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, at: (offset, length) => bytes.subarray(offset, offset + length) };
}

/** A 32-bit little-endian number; bytes beyond the end count as zero. */
export function readU32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0
  );
}

/**
 * A 64-bit little-endian number as a double. Beyond 2^53 it is rounded: no offset, size or time that far is believed, so
 * every use is checked against a limit.
 */
export function readU64(bytes: Uint8Array, at: number): number {
  return readU32(bytes, at + 4) * 0x1_0000_0000 + readU32(bytes, at);
}
