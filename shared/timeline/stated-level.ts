import { severityOfLevel, splitInnerHeader } from '../evidence/wording/inner-header.ts';

/** Whether a line's own logger calls it no more than information, whatever its words say. */
export function isStatedHarmless(message: string): boolean {
  const level = splitInnerHeader(message)?.level ?? null;
  if (level === null) return false;
  const severity = severityOfLevel(level);
  return severity === 'info' || severity === 'debug';
}
