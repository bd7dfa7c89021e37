import type { EvidenceFile, ProblemKind } from '../model/evidence.ts';

/** Problems that leave a part of a file unread, or the file as it never was. */
export const DAMAGE: ReadonlySet<ProblemKind> = new Set([
  'unreadable',
  'truncated',
  'damaged-archive',
  'limit-exceeded',
  'changed-during-reading',
  'damaged-database',
  'stopped',
]);

/** Whether a part of a file could not be read. */
export function isDamaged({ problems }: EvidenceFile): boolean {
  return problems.some(({ kind }) => DAMAGE.has(kind));
}

/** Whether silence of a log says something: it was read to its end, and no line that was not understood speaks of an end. */
export function isReadWhole(file: EvidenceFile): boolean {
  return !isDamaged(file) && (file.graveLines ?? 0) === 0;
}
