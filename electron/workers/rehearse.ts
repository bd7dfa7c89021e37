import { createJUnitReader } from '../../shared/profiling/junit-statistics.ts';

/** The second document is what tells V8 that a parser's fields change, upon which it compiles anew. */
const REHEARSALS = 6;
const PIECE_BYTES = 256 * 1024;

/**
 * Parses the beginning of an artifact a few times and forgets it, which takes a tenth of a second. A thread that has just
 * begun runs its code uncompiled: without this the first megabytes would look several times as expensive as the rest.
 */
export function rehearse(beginning: Uint8Array): void {
  for (let rehearsal = 0; rehearsal < REHEARSALS; rehearsal++) {
    const document = createJUnitReader();
    for (let at = 0; at < beginning.length; at += PIECE_BYTES) document.push(beginning.subarray(at, at + PIECE_BYTES));
    document.end();
  }
}
