import type { ParseProblem, ProblemKind } from '../../model/evidence.ts';

/** Collects problems of one database and stops listing them when a damaged file has very many. */
export interface ProblemLog {
  /** `byteOffset` counts bytes of the main database file; null where the place is in the -wal or -journal (the message says). */
  add(kind: ProblemKind, message: string, byteOffset: number | null): void;
  /** What was collected; when the limit was passed, the last entry says how many are not listed. */
  list(): readonly ParseProblem[];
}

/** At most `limit` problems are kept; the rest is counted. */
export function createProblemLog(limit = 50): ProblemLog {
  const kept: ParseProblem[] = [];
  const seen = new Set<string>();
  let unlisted = 0;
  return {
    add(kind, message, byteOffset) {
      // The same damage is met again by every walk that passes it.
      const key = `${kind}|${message}`;
      if (seen.has(key)) return;
      if (kept.length >= limit) {
        unlisted += 1;
        return;
      }
      seen.add(key);
      kept.push({ kind, message, byteOffset });
    },
    list() {
      if (unlisted === 0) return kept;
      return [
        ...kept,
        {
          kind: 'limit-exceeded',
          message: `${unlisted} further problems of this database are not listed; run PRAGMA integrity_check on a copy to see all`,
          byteOffset: null,
        },
      ];
    },
  };
}

/** For walks whose damage is expected or already reported. */
export const SILENT_LOG: ProblemLog = { add() {}, list: () => [] };
