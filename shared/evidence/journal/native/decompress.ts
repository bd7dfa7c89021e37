import { decompress as decompressFrames } from 'fzstd';
import { wordsOf } from '../../../model/thrown.ts';
import { decompressLzma2 } from '../../reading/lzma2.ts';
import { hasEndlessWeights } from '../../reading/zstd-weights.ts';
import { readU32, readU64 } from './bytes.ts';
import { decompressLz4Block } from './lz4.ts';

const RLE_BLOCK = 1;
const COMPRESSED_BLOCK = 2;

/** How a data object's payload is compressed. */
export type Compression = 'xz' | 'lz4' | 'zstd';

/** Bytes of one field, stored and decompressed. Only core dumps in old journals are larger. */
export const FIELD_LIMIT_BYTES = 16 * 1024 * 1024;

/** How the payload of a data object with these flags is compressed; null: it is not; undefined: by something not known. */
export function compressionOf(flags: number): Compression | null | undefined {
  switch (flags) {
    case 0:
      return null;
    case 1:
      return 'xz';
    case 2:
      return 'lz4';
    case 4:
      return 'zstd';
    default:
      return undefined;
  }
}

/**
 * Decompresses a payload. Throws an Error that says why when it is damaged or larger than `limitBytes`.
 * Source: src/basic/compress.c in https://github.com/systemd/systemd
 */
export function decompress(compression: Compression, payload: Uint8Array, limitBytes: number): Uint8Array {
  switch (compression) {
    case 'lz4':
      return decompressLz4(payload, limitBytes);
    case 'zstd':
      return decompressZstd(payload, limitBytes);
    case 'xz':
      return decompressXz(payload, limitBytes);
  }
}

/** journald puts the uncompressed size in front of the block. */
function decompressLz4(payload: Uint8Array, limitBytes: number): Uint8Array {
  const size = readU64(payload, 0);
  if (payload.length <= 8) throw new Error('its LZ4 block is damaged');
  if (size > limitBytes) throw new Error('it is too large');
  // A byte of LZ4 gives 255 at most; a size beyond that is not believed, nor is its room taken.
  if (size > payload.length * 256) throw new Error('its LZ4 block is damaged');
  return decompressLz4Block(payload.subarray(8), size);
}

/** The frame states its size, which is all the room that it gets. */
function decompressZstd(payload: Uint8Array, limitBytes: number): Uint8Array {
  const size = zstdContentBytes(payload);
  if (size > limitBytes) throw new Error('it is too large');
  if (hasEndlessBlock(payload)) throw new Error('its Zstandard frame is damaged');
  const out = new Uint8Array(size);
  try {
    decompressFrames(payload, out);
  } catch (thrown) {
    throw new Error(`its Zstandard frame is damaged (${wordsOf(thrown)})`);
  }
  return out;
}

/** Whether one of a frame's blocks would keep the decoder busy for ever. Source: RFC 8878, section 3.1.1.2 */
function hasEndlessBlock(frame: Uint8Array): boolean {
  for (let at = zstdHeaderBytes(frame); at + 3 <= frame.length; ) {
    const head = (frame[at] ?? 0) | ((frame[at + 1] ?? 0) << 8) | ((frame[at + 2] ?? 0) << 16);
    const type = (head >> 1) & 3;
    const bytes = type === RLE_BLOCK ? 1 : head >> 3;
    at += 3;
    if (type === COMPRESSED_BLOCK && hasEndlessWeights(frame.subarray(at, at + bytes))) return true;
    if ((head & 1) === 1) return false;
    at += bytes;
  }
  return false;
}

function zstdHeaderBytes(frame: Uint8Array): number {
  const descriptor = frame[4] ?? 0;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes + sizeBytes;
}

/** journald compresses in one step, so the frame header always has the size. Source: RFC 8878, section 3.1.1.1 */
function zstdContentBytes(frame: Uint8Array): number {
  const descriptor = frame[4] ?? 0;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const at = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes;
  switch (descriptor >> 6) {
    case 0:
      if (!isSingleSegment) throw new Error('its Zstandard frame does not state its size');
      return frame[at] ?? 0;
    case 1:
      return (readU32(frame, at) & 0xffff) + 256;
    case 2:
      return readU32(frame, at);
    default:
      return readU64(frame, at);
  }
}

const XZ_MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
const XZ_HEADER_BYTES = 12;
const LZMA2_FILTER = 0x21;

/**
 * An .xz stream of one block, as journald writes it: the filter LZMA2, no check.
 * Source: https://tukaani.org/xz/xz-file-format.txt
 */
function decompressXz(payload: Uint8Array, limitBytes: number): Uint8Array {
  if (XZ_MAGIC.some((byte, at) => payload[at] !== byte)) throw new Error('its XZ stream is damaged');
  const headerBytes = ((payload[XZ_HEADER_BYTES] ?? 0) + 1) * 4;
  const flags = payload[XZ_HEADER_BYTES + 1] ?? 0;
  let at = XZ_HEADER_BYTES + 2;
  // Compressed and uncompressed size, each where a flag says so.
  for (const flag of [0x40, 0x80]) {
    if ((flags & flag) === 0) continue;
    while (((payload[at] ?? 0) & 0x80) !== 0) at += 1;
    at += 1;
  }
  if ((flags & 3) !== 0 || payload[at] !== LZMA2_FILTER) throw new Error('its XZ stream uses other filters than LZMA2');
  return decompressLzma2(payload, XZ_HEADER_BYTES + headerBytes, limitBytes);
}
