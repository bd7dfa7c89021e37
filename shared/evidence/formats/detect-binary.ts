import type { EvidenceFormat } from '../../model/evidence.ts';
import { detectorsBy } from './table.ts';

const BY_BYTES = detectorsBy('bytes');
const MAGICS = BY_BYTES.flatMap(({ format, detect }) => detect.magics.map((magic) => ({ format, ...magic })));

/** Tells a binary format by its bytes; null when none is told and the content may be text. */
export function detectBinary(
  head: Uint8Array,
  totalBytes: number,
): { readonly format: EvidenceFormat; readonly why: string } | null {
  for (const { format, at, bytes, why, reads } of MAGICS) {
    if (!bytes.every((byte, index) => head[at + index] === byte)) continue;
    if (reads === undefined || reads(head)) return { format, why };
  }
  for (const { format, detect } of BY_BYTES) {
    const why = detect.shape?.(head, totalBytes) ?? null;
    if (why !== null) return { format, why };
  }
  return null;
}

/** Tells a binary format whose bytes say nothing by the name of the file; null when that tells none. */
export function detectByName(
  fileName: string,
  totalBytes: number,
): { readonly format: EvidenceFormat; readonly why: string } | null {
  for (const { format, detect } of BY_BYTES) {
    const why = detect.name?.(fileName, totalBytes) ?? null;
    if (why !== null) return { format, why };
  }
  return null;
}
