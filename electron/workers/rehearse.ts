import type { ProfileRequest } from '../../shared/contract/worker-protocol.ts';
import { createJUnitReader } from '../../shared/profiling/junit-statistics.ts';
import { EvidenceReader } from '../intake/read-only.ts';

const REHEARSED_BYTES = 1024 * 1024;
/** The second document is what tells V8 that a parser's fields change, upon which it compiles anew. */
const REHEARSALS = 6;
const PIECE_BYTES = 128 * 1024;

/**
 * Parses the beginning of an artifact a few times and forgets it, which takes a tenth of a second. A thread that has just
 * begun runs its code uncompiled: without this the first megabytes would look several times as expensive as the rest. A
 * file that cannot be read is left to the run that follows, which says so.
 */
export function rehearse({ absolutePath }: ProfileRequest): void {
  const beginning = beginningOf(absolutePath);
  for (let rehearsal = 0; rehearsal < REHEARSALS; rehearsal++) {
    const document = createJUnitReader();
    for (let at = 0; at < beginning.length; at += PIECE_BYTES) document.push(beginning.subarray(at, at + PIECE_BYTES));
    document.end();
  }
}

function beginningOf(absolutePath: string): Uint8Array {
  try {
    const file = new EvidenceReader(absolutePath);
    try {
      return file.at(0, REHEARSED_BYTES);
    } finally {
      file.close();
    }
  } catch {
    return new Uint8Array(0);
  }
}
