import type { EvidenceEvent } from '../model/event.ts';
import { beginningOf, isTrouble } from './beginnings.ts';
import { keysOf } from './course.ts';
import type { Habits } from './habits.ts';
import { messageTemplate } from './messages.ts';
import { isFailure, type OperationLine } from './operation-lines.ts';
import { type Operation, operationFrom } from './operations.ts';
import { isStatedHarmless } from './stated-level.ts';
import { linesBefore, type WorkLines } from './work-lines.ts';

/** More of it tells nothing further. */
const MOST_FAILURES = 200;
/** Lines that are looked back at from an error, and on from it for what it brought with it. */
const LINES_BACK = 400;
const LINES_OF_AFTERMATH = 50;

/** An error of one wording that so often named nothing which was said before does not in the rest of the log. */
const MOST_TRIES = 50;

/**
 * Work whose end an error tells that names the same thing as the lines which began it, in whatever language: "failed: auction 4471"
 * after "settling auction 4471". `all` are lines of one speaker, `errors` the places of those that were logged as errors, in
 * ascending order; `isKnown` tells of what other work holds.
 */
export function failedWork(
  all: WorkLines,
  errors: readonly number[],
  habits: Habits,
  isKnown: (event: EvidenceEvent) => boolean,
): readonly Operation[] {
  const found: Operation[] = [];
  const triesOf = new Map<string, number>();
  let from = 0;
  for (const place of errors) {
    if (found.length >= MOST_FAILURES) break;
    const error = place < from ? null : all.read(place);
    if (error === null || isKnown(error.event) || isStatedHarmless(error.event.message)) continue;
    const keys = keysOf(error.text);
    const template = messageTemplate(error.text);
    const tries = triesOf.get(template) ?? 0;
    if (keys.length === 0 || tries >= MOST_TRIES) continue;
    const earliest = from;
    const before = linesBefore(all, place, LINES_BACK, (each) => each >= earliest);
    const opening = before.findIndex((line) => !isTrouble(line) && names(line, keys));
    if (opening < 0) {
      triesOf.set(template, tries + 1);
      continue;
    }
    const { aftermath, end } = aftermathOf(all, place);
    const lines = [...before, error];
    const begun = lines.slice(beginningOf(lines, opening, habits.chatter)).filter((line) => !isKnown(line.event));
    const operation = operationFrom([...begun, ...aftermath], 'failed');
    if (operation === null) continue;
    found.push(operation);
    from = end;
  }
  return found;
}

/** The lines behind an error that tell of the same trouble, and the place behind them. */
function aftermathOf(
  all: WorkLines,
  error: number,
): { readonly aftermath: readonly OperationLine[]; readonly end: number } {
  const aftermath: OperationLine[] = [];
  let end = error + 1;
  for (let place = end; place < all.length && aftermath.length < LINES_OF_AFTERMATH; place += 1) {
    const line = all.read(place);
    if (line === null) continue;
    if (!isFailure(line) && !isTrouble(line)) break;
    aftermath.push(line);
    end = place + 1;
  }
  return { aftermath, end };
}

const names = (line: OperationLine, keys: readonly string[]): boolean =>
  keysOf(line.text).some((key) => keys.includes(key));
