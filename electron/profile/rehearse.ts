import { createJUnitReader } from '../../shared/profiling/junit-statistics.ts';

/** Rehearsals go on until so many in a row were hardly faster than the fastest before; steady ones take 5 ms each. */
const STEADY_REHEARSALS = 4;
const STEADY_SHARE = 0.97;
const MOST_REHEARSALS = 30;
const PIECE_BYTES = 256 * 1024;

/**
 * Parses the beginning of an artifact again and again and forgets it, until that gets no faster, which takes 0.1 to 0.2 s. A
 * thread that has just begun runs its code uncompiled: without this the first megabytes would look several times as
 * expensive as the rest.
 */
export function rehearse(beginning: Uint8Array): void {
  let fastestMillis = Number.POSITIVE_INFINITY;
  let steady = 0;
  for (let rehearsal = 0; rehearsal < MOST_REHEARSALS && steady < STEADY_REHEARSALS; rehearsal++) {
    const started = performance.now();
    const document = createJUnitReader();
    for (let at = 0; at < beginning.length; at += PIECE_BYTES) document.push(beginning.subarray(at, at + PIECE_BYTES));
    document.end();
    const millis = performance.now() - started;
    steady = millis < fastestMillis * STEADY_SHARE ? 0 : steady + 1;
    fastestMillis = Math.min(fastestMillis, millis);
  }
}
