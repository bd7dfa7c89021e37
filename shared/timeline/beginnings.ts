import { secondsBetween } from '../model/time.ts';
import { keysOf } from './course.ts';
import { isOfFramework, messageTemplate } from './messages.ts';
import { isFailure, type OperationLine } from './operation-lines.ts';

/** Lines so near to each other are of one piece of work, whatever they say. */
export const NEAR_SECONDS = 5;
/** Of one process that says nothing else meanwhile, lines so near to each other are. */
const NEAR_IN_PROCESS_SECONDS = 60;
/** Between the rounds of a loop, or the items of a list, lies about the same time; before the first of them no more than that. */
const ROUNDS_BEFORE_FIRST = 2;

/** Nobody looks for the beginning of something further back. */
const MOST_LINES_BACK = 5_000;

/** Lines in time order, each of which may be read only when it is asked for; undefined where there is none after all. */
interface LinesByPlace {
  at(place: number): OperationLine | undefined;
}

// ImportError: cannot import name     GPL Ghostscript 10.01.2: Unrecoverable error, exit code 1     an empty line, a traceback's
const TELLS_OF_TROUBLE =
  /^\s*$|^\s+\S|^File "|^Traceback\b|^[\w.]*(?:Error|Exception|Exit|Interrupt)\b|\b(?:error|exception|failed|failure|fatal|aborted)\b/i;

/** Seconds from one line to the next. */
export const gap = (line: OperationLine, next: OperationLine): number =>
  secondsBetween(line.event.time, next.event.time);

/** Whether a line tells of what went wrong, and of no work. */
export const isTrouble = (line: OperationLine): boolean => isFailure(line) || TELLS_OF_TROUBLE.test(line.text);

/**
 * Where the work begins that a line is of: at the first line before it that is near or names the same thing. Lines of one wording
 * are the rounds of a loop or the items of a list, and what stands before the first of them is their beginning; where nothing
 * does, each is work of its own. `chatter`: wordings that are all that is said of their matter.
 */
export function beginningOf(lines: LinesByPlace, at: number, chatter: ReadonlySet<string>): number {
  const text = lines.at(at)?.text ?? '';
  const keys = new Set(keysOf(text));
  const templates = new Set([messageTemplate(text)]);
  // What is said again and again belongs together only where it names the same thing.
  const isChatter = chatter.has(messageTemplate(text));
  let beginning = at;
  let next = lines.at(at);
  let longestRound = 0;
  for (let index = at - 1; index >= Math.max(0, at - MOST_LINES_BACK); index -= 1) {
    const line = lines.at(index);
    if (next === undefined) break;
    if (line === undefined) continue;
    const template = messageTemplate(line.text);
    // Where no process stands on a line, what it says of something else is another's.
    const own = keysOf(line.text);
    const isSame = own.some((key) => keys.has(key));
    const isOther =
      (chatter.has(template) && !(isChatter && isSame && templates.has(template))) ||
      line.reading.role === 'request-done';
    if (isOther && line.event.pid === null) continue;
    if (isOther || isOfFramework(line.text)) break;
    if (isChatter && !isSame) break;
    const seconds = gap(line, next);
    const isRound = templates.has(template) || line.reading.role === 'progress' || isTrouble(line);
    const close = line.event.pid === null ? NEAR_SECONDS : NEAR_IN_PROCESS_SECONDS;
    const near = Math.max(close, ROUNDS_BEFORE_FIRST * longestRound);
    // Of lines without times of their own nobody knows how near they are.
    const isTimed = line.event.isUndated !== true && next.event.isUndated !== true;
    if ((!isTimed || seconds > near) && !isRound && !isSame) break;
    next = line;
    if (isRound) {
      longestRound = Math.max(longestRound, seconds);
      continue;
    }
    beginning = index;
    templates.add(template);
    for (const key of own) keys.add(key);
  }
  return beginning;
}
