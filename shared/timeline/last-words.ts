import { type EvidenceEvent, isErrorSeverity } from '../model/event.ts';
import { beginningOf, gap, isTrouble, NEAR_SECONDS } from './beginnings.ts';
import { keysOf } from './course.ts';
import type { Habits } from './habits.ts';
import { isOfFramework, messageTemplate } from './messages.ts';
import { type OperationLine, readLine } from './operation-lines.ts';
import { type Operation, operationFrom } from './operations.ts';

/** Lines of one process further apart are of different work, or of none. */
const LONGEST_GAP_SECONDS = 180;
/**
 * What a process was at when it was ended, by its last words, where no line of it reads as a beginning: the last statement of its
 * own, which is no end, no progress and no trouble, and what stands before it as the beginning of the same. Null where its last
 * line closes something, or where it said nothing of the kind. `events` are of one process, in time order, up to its end.
 */
export function lastWords(events: readonly EvidenceEvent[], habits: Habits): Operation | null {
  const lines = unclosed(events.map(readLine), habits);
  const last = lastStatement(lines, habits);
  if (last === null) return null;
  return operationFrom(lines.slice(beginningOf(lines, last, habits.chatter)), 'open');
}

/** The lines behind the last that closes what came before it, as far as none lies far behind the one before. */
function unclosed(lines: readonly OperationLine[], habits: Habits): readonly OperationLine[] {
  const closers = new Set([...habits.course.values()].map(({ closer }) => closer));
  let from = lines.length;
  while (from > 0) {
    const [line, next] = [lines[from - 1], lines[from]];
    if (line === undefined || (closes(line, next, closers) && !opens(lines, from - 1))) break;
    if (next !== undefined && gap(line, next) > LONGEST_GAP_SECONDS) break;
    from -= 1;
  }
  return lines.slice(from);
}

/**
 * Whether a line that reads as an end ("complete list: 412 records") is the beginning all the same: nothing was said of its matter
 * before, and what comes next is of it.
 */
function opens(lines: readonly OperationLine[], at: number): boolean {
  const [before, line, next] = [lines[at - 1], lines[at], lines[at + 1]];
  if (line === undefined || next === undefined || isTrouble(next) || gap(line, next) > NEAR_IN_WORK_SECONDS)
    return false;
  const keys = keysOf(line.text);
  const names = (other: OperationLine): boolean => keysOf(other.text).some((key) => keys.includes(key));
  return names(next) && (before === undefined || !names(before));
}

/** From a beginning to the first that is said of the work. */
const NEAR_IN_WORK_SECONDS = 60;

function closes(line: OperationLine, next: OperationLine | undefined, closers: ReadonlySet<string>): boolean {
  const { role, statedSeconds } = line.reading;
  if (role === 'operation-done' || role === 'request-done') return true;
  // The end of a step, with more of the same work at once.
  if (role === 'step-done') return next === undefined || gap(line, next) > NEAR_SECONDS;
  // How long something took is told at its end.
  return (
    role !== 'progress' && (closers.has(messageTemplate(line.text)) || (role === 'other' && statedSeconds !== null))
  );
}

/** A warning may be one of what goes wrong; where nothing else is said, it is how the service logs. */
const isWarning = ({ event: { severity } }: OperationLine): boolean =>
  severity === 'warning' || isErrorSeverity(severity);

function lastStatement(lines: readonly OperationLine[], { chatter }: Habits): number | null {
  const said = lines.flatMap((line, index) =>
    line.reading.role === 'progress' || isTrouble(line) || isOfFramework(line.text) ? [] : [{ line, index }],
  );
  const calm = said.filter(({ line }) => !isWarning(line));
  const own = (calm.length > 0 ? calm : said).filter(({ line }) => !chatter.has(messageTemplate(line.text)));
  return (own.length > 0 ? own : calm.length > 0 ? calm : said).at(-1)?.index ?? null;
}
