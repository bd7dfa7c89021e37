import {
  numberedText,
  readStructuredMessage,
  splitFields,
  tellingFields,
} from '../evidence/logs/structured-message.ts';
import { splitInnerHeader } from '../evidence/wording/classify.ts';
import { readPassed } from '../evidence/wording/inner-carrier.ts';
import type { EventKind, EvidenceEvent } from '../model/event.ts';
import { type EpochMicros, secondsBetween } from '../model/time.ts';
import { type Course, keysOf, NOTHING_LEARNT } from './course.ts';
import { type MessageMeaning, messageTemplate, operationName, readMessage, type StepName } from './messages.ts';

/** One log line of a worker, with what it says. */
export interface OperationLine {
  readonly event: EvidenceEvent;
  /** Without the mark in front of it. */
  readonly text: string;
  /** What a logger puts in front to tell requests or threads apart (`[req-7f3a] `), or null. */
  readonly mark: string | null;
  /** Its named fields behind the sentence, `page=140/12 rows=500`, without what every line has; empty where it has none. */
  readonly fields: string;
  readonly reading: MessageMeaning;
}

/** A step of an operation that the log lets one see. `to` is null while the step never ended. */
export interface OperationStep {
  readonly name: StepName;
  readonly from: EpochMicros;
  readonly to: EpochMicros | null;
  readonly startLine: OperationLine;
  readonly endLine: OperationLine | null;
  /** Whether the lines that begin and end it have times of their own; else `from` and `to` are those of entries before them. */
  readonly isTimed: boolean;
}

type OperationOutcome = 'done' | 'failed' | 'open';

/** A piece of work of one worker, from the line that opens it to the line that closes it or to the worker's end. */
export interface Operation {
  readonly pid: number | null;
  /** `VPN job 14`, or null when the opening line names nothing. */
  readonly name: string | null;
  /** The number that tells this job from the others (the last in its name), or null. */
  readonly jobKey: number | null;
  readonly start: EpochMicros;
  /** The wording that opened it, without what differs from one to the next; see messageTemplate. */
  readonly template: string;
  /** Of its last line. */
  readonly end: EpochMicros;
  /** Whether the first and the last line have times of their own; else it began, or ended, at some moment after `start`, or `end`. */
  readonly startIsKnown: boolean;
  readonly endIsKnown: boolean;
  readonly outcome: OperationOutcome;
  readonly lines: readonly OperationLine[];
  readonly steps: readonly OperationStep[];
}

/** The kinds of event that operations are made of. */
export const OPERATION_KINDS = ['log', 'traceback', 'database-locked'] as const satisfies readonly EventKind[];
const IN_OPERATIONS: ReadonlySet<EventKind> = new Set(OPERATION_KINDS);

/** Work that a worker has begun and not ended while its lines are read. */
interface OpenWork {
  readonly lines: OperationLine[];
  openingTemplate: string | null;
  /** What the opening line names, where the log itself taught that it opens work. */
  learntKeys: readonly string[] | null;
  isNamedBy: ((line: OperationLine) => boolean) | null;
}

/**
 * Splits a worker's own log lines (time order, of one pid) into operations. A line that closes one (done, failed, an HTTP
 * access line) ends it; so does a line of the same template as the one that opened it, since a service logs the start of
 * its next job with the same call. The threads of one worker take turns, though: where later lines still name the work
 * that was begun before, by the mark in front of them or by its number, both go on. Wordings that say nothing by
 * themselves are read by `course`, which is learnt from the log.
 */
export function operationsOf(events: readonly EvidenceEvent[], course: Course = NOTHING_LEARNT): readonly Operation[] {
  const operations: Operation[] = [];
  const all = events.filter(({ kind }) => IN_OPERATIONS.has(kind)).map(readLine);
  // Wordings that opened work while none was going on: where they follow open work, they are no step of it.
  const openers = new Set<string>();
  // The latest comes last; more than one only where threads take turns.
  let open: OpenWork[] = [];
  const close = (work: OpenWork, outcome: OperationOutcome): void => {
    open = open.filter((each) => each !== work);
    const operation = buildOperation(work.lines, outcome);
    if (operation !== null) operations.push(operation);
  };
  const begin = (): OpenWork => {
    const work: OpenWork = { lines: [], openingTemplate: null, learntKeys: null, isNamedBy: null };
    open.push(work);
    return work;
  };
  for (const [index, read] of all.entries()) {
    let work = ownerOf(read, open);
    if (isRequestOfOthers(read, work)) continue;
    const template = TOLD_BY_ITSELF.has(read.reading.role) ? '' : messageTemplate(read.text);
    const line = byCourse(read, template, work, course);
    if (work !== undefined && isNextItem(line, template, work)) {
      close(work, outcomeWithoutClosingLine(work.lines));
      work = undefined;
    }
    if (line.reading.role === 'operation-start') {
      const beginsOther = work !== undefined && isOtherWork(line, template, work, openers, course);
      if (work === undefined || work.openingTemplate === null) openers.add(template);
      if (work !== undefined && (template === work.openingTemplate || beginsOther)) {
        if (!goesOn(work, line, all, index)) close(work, outcomeWithoutClosingLine(work.lines));
        work = begin();
      }
      work ??= begin();
      if (work.lines.length === 0 || work.openingTemplate === null) {
        work.openingTemplate = template;
        work.isNamedBy = namer(line);
        work.learntKeys = course.has(template) ? keysOf(line.text) : null;
      }
    }
    work ??= begin();
    work.lines.push(line);
    if (line.reading.role === 'operation-done' && !isCounted(all[index + 1])) close(work, 'done');
    // The response was sent: whatever the request did is over, whether or not the service said so.
    else if (line.reading.role === 'request-done')
      close(work, work.lines.some((each) => isFailure(each)) ? 'failed' : 'done');
  }
  for (const work of [...open]) close(work, outcomeWithoutClosingLine(work.lines));
  return operations.sort((a, b) => a.start - b.start);
}

/** Whether a line counts on: "analysis finished: 642,118 marks" before it was the end of a part. Retries count as well. */
const isCounted = (line: OperationLine | undefined): boolean =>
  line?.reading.role === 'progress' && COUNTS.test(line.text);
const COUNTS = /\d\s*(?:\/|of|von|sur|de|di|van|av|z)\s*\d|\d\s?%/i;

/** Roles that no wording learnt from the log changes, and that begin nothing. */
const TOLD_BY_ITSELF: ReadonlySet<MessageMeaning['role']> = new Set(['request-done', 'progress', 'operation-failed']);

/**
 * What the log taught of a line's wording, where its own words do not say it: it opens work while none is going on, or it ends
 * the very work that such a line opened. Within work that its own words opened, such things are items of it.
 */
function byCourse(line: OperationLine, template: string, work: OpenWork | undefined, course: Course): OperationLine {
  const { role, step } = line.reading;
  const as = (taught: 'operation-start' | 'operation-done'): OperationLine => ({
    ...line,
    reading: { ...line.reading, role: taught, step: null },
  });
  const isOpen = work !== undefined && work.openingTemplate !== null;
  const saysLittle = role === 'other' || (role === 'step-start' && step === 'other-step');
  if (saysLittle && course.has(template) && (!isOpen || work.learntKeys !== null)) return as('operation-start');
  if (!isOpen || work.learntKeys === null || course.get(work.openingTemplate ?? '')?.closer !== template) return line;
  const keys = keysOf(line.text);
  return work.learntKeys.some((key) => keys.includes(key)) ? as('operation-done') : line;
}

/** Whether a step that opened work by itself comes once more for another thing: the next item, and no step of this one. */
function isNextItem(line: OperationLine, template: string, work: OpenWork): boolean {
  const first = work.lines[0];
  if (work.openingTemplate !== null || first === undefined || line.reading.role !== 'step-start') return false;
  if (first.reading.role !== 'step-start' || line.text === first.text) return false;
  if (first.reading.path !== null && line.reading.path !== null)
    return wordingBesidePath(first) === wordingBesidePath(line);
  return messageTemplate(first.text) === template && /\d/.test(line.text);
}

/** The wording of a line that names a file, whichever it is. */
const wordingBesidePath = ({ text, reading: { path } }: OperationLine): string =>
  messageTemplate(text.replace(path ?? '', '?'));

/**
 * Whether a line tells of the end of a request that may be another's: where lines do not say who wrote them, an answer ends only
 * the work that it can have been the request of, by what both name or since it had begun before.
 */
function isRequestOfOthers({ event, text, reading }: OperationLine, work: OpenWork | undefined): boolean {
  if (reading.role !== 'request-done' || event.pid !== null) return false;
  const opening = work?.lines[0];
  if (opening === undefined) return true;
  const { statedSeconds } = reading;
  if (statedSeconds !== null)
    return secondsBetween(opening.event.time, event.time) > statedSeconds + REQUEST_SLACK_SECONDS;
  const path = /"[A-Z]+ (\S+)/.exec(text)?.[1]?.toLowerCase() ?? '';
  const parts = new Set(path.split(/[^\p{L}\p{N}]+/u));
  // A short number may stand in any path: it counts beside the word that it numbers.
  return ![...opening.text.toLowerCase().matchAll(/(?:(\p{L}{3,})\W{1,3})?(?<![\p{L}\p{N}])(\d+)/gu)].some(
    ([, word, number = '']) => parts.has(number) && (number.length > 2 || (word !== undefined && path.includes(word))),
  );
}

/** What a request's stated duration and the stamps of its lines may differ by. */
const REQUEST_SLACK_SECONDS = 1.5;

/**
 * Whether a start of another wording begins other work, not a part of the open one: it names a numbered thing, and
 * the open work has failed or been silent for long, or this log has that wording open work of its own elsewhere.
 */
function isOtherWork(
  line: OperationLine,
  template: string,
  work: OpenWork,
  openers: ReadonlySet<string>,
  course: Course,
): boolean {
  if (work.openingTemplate === null || template === work.openingTemplate) return false;
  if (openingScore(line) < NUMBERED_WORK || work.isNamedBy?.(line) === true) return false;
  const lastTime = work.lines.at(-1)?.event.time;
  return (
    openers.has(template) ||
    outcomeWithoutClosingLine(work.lines) === 'failed' ||
    (lastTime !== undefined && secondsBetween(lastTime, line.event.time) > longestSilence(work, course))
  );
}

/**
 * A worker that is silent for longer was idle: by how long such work takes elsewhere in the log, else by what no server waits
 * for an answer.
 */
function longestSilence(work: OpenWork, course: Course): number {
  const usual = course.get(work.openingTemplate ?? '');
  return usual === undefined ? SILENT_STEP_SECONDS : Math.max(LEAST_SILENCE_SECONDS, usual.longestSeconds * 3);
}

const SILENT_STEP_SECONDS = 600;
const LEAST_SILENCE_SECONDS = 60;

/** The work that a line belongs to: the one that it names, else the one that was begun last. */
function ownerOf(line: OperationLine, open: readonly OpenWork[]): OpenWork | undefined {
  if (open.length < 2) return open.at(-1);
  return open.findLast(({ isNamedBy }) => isNamedBy?.(line) === true) ?? open.at(-1);
}

/** Lines, and beginnings of further work, looked at for word of work that another of its kind may have replaced. */
const LINES_AHEAD = 1_000;
const BEGINNINGS_AHEAD = 8;

/** Whether lines after `next`, which begins another of the same kind, still tell of this work and not of that one. */
function goesOn({ isNamedBy }: OpenWork, next: OperationLine, all: readonly OperationLine[], index: number): boolean {
  if (isNamedBy === null || isNamedBy(next)) return false;
  const ofNext = namer(next);
  let beginnings = 0;
  for (const line of all.slice(index + 1, index + LINES_AHEAD)) {
    if (isNamedBy(line) && !ofNext(line)) return true;
    if (line.reading.role === 'operation-start' && ++beginnings > BEGINNINGS_AHEAD) return false;
  }
  return false;
}

/** Tells whether a line names the work of an opening line: by the same mark in front, else by its number with the word before it. */
function namer(opening: OperationLine): (line: OperationLine) => boolean {
  const [, word = '', number = ''] = /([\p{L}]+)\W{0,3}(\d+)\D*$/u.exec(operationName(opening.text) ?? '') ?? [];
  const named = number === '' ? null : new RegExp(`${word}\\W{0,3}${number}(?!\\d)`, 'iu');
  return ({ mark, text }) => {
    if (opening.mark !== null && mark !== null) return mark === opening.mark;
    return named !== null && text.includes(number) && named.test(text.slice(0, NAMED_WITHIN_CHARACTERS));
  };
}

const NAMED_WITHIN_CHARACTERS = 1_024;

// INFO Importing job 31     [ERROR] Import failed     INFO - app.jobs - Importing job 31     (journald has the time already)
const LEVEL_ALONE =
  /^\[?(DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL)\]?\s*[:|-]?\s+(?:[a-z_]\w*(?:\.\w+)+\s*[:|-]\s+)?/;

// [req-7f3a] Importing      [ThreadPoolExecutor-0_1] Importing      (request 81c2) Importing      not [3/10], which counts
const MARK = /^[[(](?=[^\])]{0,60}[a-z])((?:request|req|thread|job-?run|trace)?[ =:#]?[\w.:-]{2,60})[\])]:? +/i;

/** The bare text of an event, without the logger's own header, and what it says. */
export function readLine(event: EvidenceEvent): OperationLine {
  const { textAt } = event;
  const message =
    textAt === undefined
      ? (readPassed(event.message, event.identifier, null)?.text ?? event.message)
      : event.message.slice(textAt);
  const header = textAt === undefined ? splitInnerHeader(message) : null;
  const level = header === null && textAt === undefined ? (LEVEL_ALONE.exec(message) ?? null) : null;
  const bare =
    (header === null ? null : numberedText(header.text, header.fields)) ?? message.slice(level?.[0].length ?? 0);
  const structured = readStructuredMessage(bare);
  const whole = structured?.text ?? bare;
  const [marked = '', mark = null] = MARK.exec(whole) ?? [];
  const sentence = whole.slice(marked.length);
  const split = header?.fields == null && structured === null ? splitFields(sentence) : null;
  const text = split === null ? sentence : numberedText(split.text, split.fields);
  const isError =
    /^(?:ERROR|CRITICAL|FATAL)$/.test(level?.[1] ?? '') ||
    structured?.level === 'ERROR' ||
    structured?.level === 'CRITICAL' ||
    event.severity === 'err' ||
    event.severity === 'crit' ||
    event.severity === 'alert';
  const reading = readMessage(text, isError);
  return {
    event,
    text,
    mark,
    fields: tellingFields(split?.fields ?? header?.fields ?? null),
    // Amounts may stand in the fields; what a line means its sentence says.
    reading: split === null ? reading : { ...readMessage(sentence, isError), role: reading.role, step: reading.step },
  };
}

function isFailure(line: OperationLine): boolean {
  // "database is locked, retrying": the operation says itself that it goes on.
  if (line.reading.role === 'progress') return false;
  return (
    line.reading.role === 'operation-failed' || line.event.kind === 'traceback' || line.event.kind === 'database-locked'
  );
}

/** Failed when nothing but the failure's own aftermath follows it; a retry that goes on afterwards is not a failure. */
function outcomeWithoutClosingLine(lines: readonly OperationLine[]): OperationOutcome {
  const last = lines.findLastIndex((line) => isFailure(line));
  if (last < 0) return 'open';
  const onlyAftermath = lines
    .slice(last + 1)
    .every(({ reading }) => reading.role === 'other' || reading.role === 'operation-failed');
  return onlyAftermath ? 'failed' : 'open';
}

// ImportError: cannot import name     GPL Ghostscript 10.01.2: Unrecoverable error, exit code 1     an empty line
const TELLS_OF_TROUBLE =
  /^\s*$|^[\w.]*(?:Error|Exception|Exit|Interrupt)\b|\b(?:error|exception|failed|failure|fatal|aborted)\b/i;

/**
 * What a process was at when it was ended, by its last words, where no line of it reads as a beginning: the last line that does not
 * tell of an end, of progress or of trouble, with all that follows it. It need not be the beginning of that work. Null where its
 * last line closes something, or where it said nothing.
 */
export function lastWords(events: readonly EvidenceEvent[], course: Course): Operation | null {
  const closers = new Set([...course.values()].map(({ closer }) => closer));
  const lines = events.filter(({ kind }) => IN_OPERATIONS.has(kind)).map(readLine);
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const line = lines[index];
    if (line === undefined) continue;
    const { role } = line.reading;
    if (role === 'operation-done' || role === 'request-done' || role === 'step-done') return null;
    const isTrouble = /^(?:warning|err|crit|alert|emerg)$/.test(line.event.severity ?? '');
    if (role === 'progress' || isTrouble || isFailure(line) || TELLS_OF_TROUBLE.test(line.text)) continue;
    if (closers.has(messageTemplate(line.text))) return null;
    const own = lines.slice(index);
    const name = operationName(line.text);
    return {
      pid: line.event.pid,
      name,
      jobKey: null,
      start: line.event.time,
      template: messageTemplate(line.text),
      startIsKnown: isTimed(line),
      end: own.at(-1)?.event.time ?? line.event.time,
      endIsKnown: isTimed(own.at(-1) ?? line),
      outcome: 'open',
      lines: own,
      steps: stepsOf(own),
    };
  }
  return null;
}

// page=3     rows=500     partner=omega
const NAMING_FIELD = /(?:^|\s)([\p{L}_]{2,30})=([\p{L}][\p{L}\p{N}_.-]{1,40})(?=\s|$)/u;

/** What the opening line of an operation names: where its sentence tells it from no other, with the first field that is a name. */
function namedBy({ text, fields, reading }: OperationLine): string | null {
  const name = operationName(text);
  if (reading.role !== 'operation-start' || /\d/.test(name ?? '')) return name;
  const [, field, value] = NAMING_FIELD.exec(fields) ?? [];
  if (field === undefined || value === undefined) return name;
  return `${name === null ? field : `${name}, ${field}`} ${value}`;
}

function buildOperation(lines: readonly OperationLine[], outcome: OperationOutcome): Operation | null {
  const opening = openingLine(lines);
  if (opening === null) return null;
  const own = withProgress(lines.slice(lines.indexOf(opening)));
  // A step is named by what it names only where that tells it from others.
  const named = namedBy(opening);
  const tells = opening.reading.path !== null || /\d|\/\p{L}/u.test(named ?? '');
  const name = opening.reading.role === 'operation-start' || tells ? named : null;
  const numbers = name?.match(/\d+/g);
  const jobKey = numbers === null || numbers === undefined ? null : Number(numbers.at(-1));
  return {
    pid: opening.event.pid,
    name,
    jobKey,
    start: opening.event.time,
    template: messageTemplate(opening.text),
    end: own.at(-1)?.event.time ?? opening.event.time,
    startIsKnown: isTimed(opening),
    endIsKnown: isTimed(own.at(-1) ?? opening),
    outcome,
    lines: own,
    steps: stepsOf(own),
  };
}

/**
 * "Inserted 500 rows", and again: the end of a step comes once, so what repeats before another step begins is its progress.
 */
function withProgress(lines: readonly OperationLine[]): readonly OperationLine[] {
  const repeated = new Set<OperationLine>();
  const latest = new Map<StepName, OperationLine>();
  for (const line of lines) {
    const { role, step, records } = line.reading;
    if (role === 'step-start') latest.clear();
    if (role !== 'step-done' || step === null || records === null) continue;
    const before = latest.get(step);
    if (before !== undefined && messageTemplate(before.text) === messageTemplate(line.text)) {
      repeated.add(before);
      repeated.add(line);
    }
    latest.set(step, line);
  }
  return repeated.size === 0
    ? lines
    : lines.map((line) => (repeated.has(line) ? { ...line, reading: { ...line.reading, role: 'progress' } } : line));
}

/**
 * The line at which the work began. Services also announce their own start ("Starting application"), so lines that name a
 * numbered thing and use a verb of work win over those; among equals the first one does.
 */
function openingLine(lines: readonly OperationLine[]): OperationLine | null {
  let best: OperationLine | null = null;
  let bestScore = 0;
  for (const line of lines) {
    const score = openingScore(line);
    if (score > bestScore) {
      best = line;
      bestScore = score;
    }
  }
  return best;
}

const SERVICE_STARTUP =
  /\b(?:application|app|server|service|worker|scheduler|thread|pool|config\w*|plugin|connect\w*|initiali[sz]\w*|listening|version)\b/i;

/** The score of an opening line that names a numbered thing. */
const NUMBERED_WORK = 4;

function openingScore({ text, reading }: OperationLine): number {
  if (reading.role === 'step-start') return 1;
  if (reading.role !== 'operation-start') return 0;
  if (SERVICE_STARTUP.test(text)) return 0.5;
  return /\d/.test(operationName(text) ?? '') ? NUMBERED_WORK : 2;
}

/** Pairs the lines that begin a step with those that end it; a step that begins ends the one before it. */
function stepsOf(lines: readonly OperationLine[]): readonly OperationStep[] {
  const steps: OperationStep[] = [];
  let open = null as { readonly name: StepName; readonly startLine: OperationLine } | null;
  for (const line of lines) {
    const { role, step } = line.reading;
    const begins = role === 'step-start' && step !== null;
    const ends =
      begins ||
      (role === 'step-done' && step === open?.name) ||
      role === 'operation-done' ||
      role === 'operation-failed' ||
      role === 'request-done';
    if (ends && open !== null) {
      steps.push(stepFrom(open, line));
      open = null;
    }
    if (begins) open = { name: step, startLine: line };
  }
  if (open !== null) steps.push(stepFrom(open, null));
  return steps;
}

function stepFrom(
  { name, startLine }: { readonly name: StepName; readonly startLine: OperationLine },
  endLine: OperationLine | null,
): OperationStep {
  const to = endLine?.event.time ?? null;
  const isWhole = isTimed(startLine) && (endLine === null || isTimed(endLine));
  return { name, from: startLine.event.time, to, startLine, endLine, isTimed: isWhole };
}

function isTimed({ event }: OperationLine): boolean {
  return event.isUndated !== true;
}

/** Seconds that an operation took; null where its first or last line has no time of its own. */
export function durationOf({ start, end, startIsKnown, endIsKnown }: Operation): number | null {
  return startIsKnown && endIsKnown ? secondsBetween(start, end) : null;
}
