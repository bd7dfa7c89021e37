import type { EvidenceEvent } from '../model/event.ts';
import { beginningOf, isTrouble } from './beginnings.ts';
import { keysOf } from './course.ts';
import type { Habits } from './habits.ts';
import { isFailure, type OperationLine, readLine } from './operation-lines.ts';
import { type Operation, operationFrom } from './operations.ts';
import { isStatedHarmless } from './stated-level.ts';

/** More of it tells nothing further. */
const MOST_FAILURES = 200;
/** Lines that are looked back at from an error, and on from it for what it brought with it. */
const LINES_BACK = 400;
const LINES_OF_AFTERMATH = 50;

/**
 * Work whose end an error tells that names the same thing as the lines which began it, in whatever language: "failed: auction 4471"
 * after "settling auction 4471". `events` are of one speaker, in time order; `isKnown` tells of what other work holds.
 */
export function failedWork(
  events: readonly EvidenceEvent[],
  habits: Habits,
  isKnown: (event: EvidenceEvent) => boolean,
): readonly Operation[] {
  const found: Operation[] = [];
  let from = 0;
  for (const [index, event] of events.entries()) {
    if (found.length >= MOST_FAILURES || !isError(event) || isKnown(event)) continue;
    const start = Math.max(from, index - LINES_BACK);
    const lines = events.slice(start, index + 1).map(readLine);
    const error = lines.at(-1);
    const keys = error === undefined ? [] : keysOf(error.text);
    const opening = lines.findIndex((line) => !isTrouble(line) && names(line, keys));
    if (error === undefined || keys.length === 0 || opening < 0 || opening === lines.length - 1) continue;
    const after = events.slice(index + 1, index + 1 + LINES_OF_AFTERMATH).map(readLine);
    const end = after.findIndex((line) => !isFailure(line) && !isTrouble(line));
    const aftermath = after.slice(0, end < 0 ? after.length : end);
    const begun = lines.slice(beginningOf(lines, opening, habits.chatter)).filter((line) => !isKnown(line.event));
    const operation = operationFrom([...begun, ...aftermath], 'failed');
    if (operation === null) continue;
    found.push(operation);
    from = index + 1 + aftermath.length;
  }
  return found;
}

function isError({ severity, kind, message }: EvidenceEvent): boolean {
  if (kind !== 'log' && kind !== 'traceback' && kind !== 'database-locked') return false;
  return (severity === 'err' || severity === 'crit' || severity === 'alert') && !isStatedHarmless(message);
}

const names = (line: OperationLine, keys: readonly string[]): boolean =>
  keysOf(line.text).some((key) => keys.includes(key));
