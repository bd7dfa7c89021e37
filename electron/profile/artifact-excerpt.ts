import type { ArtifactExcerpt } from '../../shared/model/views.ts';
import { visibleRaw } from '../../shared/wording/visible.ts';
import { lineAt } from '../files/file-bytes.ts';
import { EvidenceReader } from '../files/read-only.ts';

/** Bytes of UTF-8 after the first of a character: 10xxxxxx. */
const isInsideCharacter = (byte: number): boolean => (byte & 0xc0) === 0x80;

/**
 * Text of an artifact from a byte on, at most `limit` bytes of it, with the line on which it begins. What is no UTF-8 comes
 * as U+FFFD, control characters as something visible. Throws the file system's error when the file is no longer there.
 */
export function readExcerpt(absolutePath: string, byteOffset: number, limit: number): ArtifactExcerpt {
  const file = new EvidenceReader(absolutePath);
  try {
    const totalBytes = file.stamp.bytes;
    const from = Math.min(byteOffset, totalBytes);
    const bytes = file.at(from, Math.min(limit, totalBytes - from));
    let start = 0;
    while (start < 3 && isInsideCharacter(bytes[start] ?? 0)) start++;
    const text = visibleRaw(new TextDecoder('utf-8').decode(bytes.subarray(start)));
    const beginsAt = from + start;
    return { byteOffset: beginsAt, byteLength: bytes.length - start, totalBytes, line: lineAt(file, beginsAt), text };
  } finally {
    file.close();
  }
}
