import type { FileBytes } from '../../shared/model/views.ts';
import { EvidenceReader, READ_CHUNK_BYTES } from './read-only.ts';

/** Lines are counted from the start of a file: beyond this many bytes that takes too long to be waited for. */
const COUNTED_BYTES = 512 * 1024 * 1024;

/**
 * Bytes of a file from one on, at most `limit`, with the line on which they begin. Throws the file system's error when the file
 * is no longer there.
 */
export function readFileBytes(absolutePath: string, byteOffset: number, limit: number): FileBytes {
  const file = new EvidenceReader(absolutePath);
  try {
    const totalBytes = file.stamp.bytes;
    const from = Math.min(byteOffset, totalBytes);
    // A copy: what is read into is used again.
    const bytes = Uint8Array.from(file.at(from, Math.min(limit, totalBytes - from)));
    return { byteOffset: from, totalBytes, line: from > COUNTED_BYTES ? null : lineAt(file, from), bytes };
  } finally {
    file.close();
  }
}

/** The line on which a byte stands, from 1. */
export function lineAt(file: EvidenceReader, byteOffset: number): number {
  let line = 1;
  const buffer = Buffer.alloc(READ_CHUNK_BYTES);
  for (let chunk = file.nextInto(buffer); chunk !== null; chunk = file.nextInto(buffer)) {
    const end = Math.min(chunk.length, byteOffset - (file.position - chunk.length));
    for (let at = 0; at < end; at++) if (chunk[at] === 0x0a) line++;
    if (file.position >= byteOffset) break;
  }
  return line;
}
