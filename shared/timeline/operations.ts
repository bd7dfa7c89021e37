import type { EventKind } from '../model/event.ts';
import { type EpochMicros, secondsBetween } from '../model/time.ts';
import { beginningOf, NEAR_SECONDS } from './beginnings.ts';
import { type Course, keysOf } from './course.ts';
import { type Habits, NO_HABITS } from './habits.ts';
import { GLANCE, namesNoWork, withoutNames } from './line-glance.ts';
import {
  type MessageMeaning,
  meaningAs,
  messageTemplate,
  namedWork,
  namingWord,
  operationName,
  type StepName,
} from './messages.ts';
import { isFailure, type OperationLine } from './operation-lines.ts';
import type { WorkLines } from './work-lines.ts';

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
  readonly stepCount: number;
  /** Whether it has at least so many lines; reads no more than these. */
  hasLines(least: number): boolean;
  /** The same without its lines: a service logs for months, and of what is not about an incident they are let go. */
  withoutLines(): Operation;
}

/** The kinds of event that operations are made of. */
export const OPERATION_KINDS = ['log', 'traceback', 'database-locked'] as const satisfies readonly EventKind[];

/**
 * Splits the log lines of a worker (time order, of one pid) into operations. A line that closes one (done, failed, an HTTP
 * access line) ends it; so does a line of the same template as the one that opened it, since a service logs the start of
 * its next job with the same call. The threads of one worker take turns, though: where later lines still name the work
 * that was begun before, by the mark in front of them or by its number, both go on. Wordings that say nothing by
 * themselves are read by `course`, which is learnt from the log. Lines that say nothing are read only where something hangs on
 * them.
 */
export function operationsOf(all: WorkLines, habits: Habits = NO_HABITS): readonly Operation[] {
  const { course } = habits;
  const operations: Operation[] = [];
  // Wordings that opened work while none was going on: where they follow open work, they are no step of it.
  const openers = new Set<string>();
  // The latest comes last; more than one only where threads take turns.
  let open: OpenWork[] = [];
  const close = (work: OpenWork, outcome: OperationOutcome): void => {
    open = open.filter((each) => each !== work);
    const operation = buildOperation(work, all, outcome, habits);
    if (operation !== null) operations.push(operation);
  };
  const begin = (): OpenWork => {
    const work = new OpenWork(all);
    open.push(work);
    return work;
  };
  for (let index = 0; index < all.length; index += 1) {
    const seen = all.glanceOf(index);
    const glance = mayNameOther(seen, open, all) ? GLANCE.telling : withoutNames(seen);
    const latest = open.at(-1);
    if (glance === GLANCE.silent) {
      (latest ?? begin()).addSilent(index);
      continue;
    }
    if (glance === GLANCE.request && (latest === undefined || !all.mayBeOfOthers)) {
      latest?.addSilent(index);
      if (latest !== undefined) close(latest, outcomeOfAnswered(latest));
      continue;
    }
    const read = all.read(index);
    if (read === null) continue;
    let work = ownerOf(read, open);
    if (isRequestOfOthers(read, work)) continue;
    const template = TOLD_BY_ITSELF.has(read.reading.role) ? '' : messageTemplate(read.text);
    const line = byCourse(read, template, work, course);
    if (work !== undefined && isNextItem(line, template, work)) {
      close(work, outcomeWithoutClosingLine(work.told));
      work = undefined;
    }
    if (line.reading.role === 'operation-start') {
      const beginsOther = work !== undefined && isOtherWork(line, template, work, openers, course);
      if (work === undefined || work.openingTemplate === null) openers.add(template);
      if (work !== undefined && (template === work.openingTemplate || beginsOther)) {
        if (!goesOn(work, line, all, index)) close(work, outcomeWithoutClosingLine(work.told));
        work = begin();
      }
      work ??= begin();
      if (work.length === 0 || work.openingTemplate === null) {
        work.openingTemplate = template;
        work.naming = namer(line);
        work.learntKeys = course.has(template) ? keysOf(line.text) : null;
      }
    }
    work ??= begin();
    work.add(index, line, line !== read);
    if (line.reading.role === 'operation-done' && !countsOn(all, index + 1)) close(work, 'done');
    // The response was sent: whatever the request did is over, whether or not the service said so.
    else if (line.reading.role === 'request-done') close(work, outcomeOfAnswered(work));
  }
  for (const work of [...open]) close(work, outcomeWithoutClosingLine(work.told));
  return operations.sort((a, b) => a.start - b.start);
}

/** Whether a line counts on: "analysis finished: 642,118 marks" before it was the end of a part. Retries count as well. */
const isCounted = ({ reading, text }: OperationLine): boolean => reading.role === 'progress' && COUNTS.test(text);
const COUNTS = /\d\s*(?:\/|of|von|sur|de|di|van|av|z)\s*\d|\d\s?%/i;

/** Whether the first line of the process from `index` on counts on. */
function countsOn(all: WorkLines, index: number): boolean {
  for (let next = index; next < all.length; next += 1) {
    if (all.isOwn(next) && withoutNames(all.glanceOf(next)) !== GLANCE.telling) return false;
    const line = all.read(next);
    if (line !== null) return isCounted(line);
  }
  return false;
}

/** Work that a worker has begun and not ended while its lines are read. */
class OpenWork {
  readonly #all: WorkLines;
  /** Of all of its lines, which need not have been read. */
  readonly indexes: number[] = [];
  /** The lines that were read, as they are understood here, and which they are. */
  readonly told: OperationLine[] = [];
  readonly toldAt: number[] = [];
  /** What is meant by those that the course of work, not their own words, gives a meaning. */
  taught: Map<number, MessageMeaning> | null = null;
  openingTemplate: string | null = null;
  /** What the opening line names, where the log itself taught that it opens work. */
  learntKeys: readonly string[] | null = null;
  naming: Naming | null = null;

  constructor(all: WorkLines) {
    this.#all = all;
  }

  get length(): number {
    return this.indexes.length;
  }

  addSilent(index: number): void {
    this.indexes.push(index);
  }

  add(index: number, line: OperationLine, isTaught: boolean): void {
    this.indexes.push(index);
    this.told.push(line);
    this.toldAt.push(index);
    if (!isTaught) return;
    this.taught ??= new Map();
    this.taught.set(index, line.reading);
  }

  /** The line at a place, which is read for it; undefined where it is none of the process. */
  at(place: number): OperationLine | undefined {
    const index = this.indexes[place];
    const line = index === undefined ? null : this.#all.read(index);
    if (index === undefined || line === null) return undefined;
    const taught = this.taught?.get(index);
    return taught === undefined ? line : { ...line, reading: taught };
  }

  timeAt(place: number): EpochMicros {
    return this.#all.timeOf(this.indexes[place] ?? 0);
  }

  /** The place of a line that was read. */
  placeOf(told: OperationLine): number {
    return this.indexes.indexOf(this.toldAt[this.told.indexOf(told)] ?? 0);
  }

  get first(): OperationLine | undefined {
    for (let place = 0; place < this.length; place += 1) {
      const line = this.at(place);
      if (line !== undefined) return line;
    }
    return undefined;
  }

  get lastTime(): EpochMicros | null {
    const last = this.lastBefore(this.length);
    return last === null ? null : this.timeAt(last);
  }

  /** The last place before `end` at which a line of the process stands. */
  lastBefore(end: number): number | null {
    for (let place = end - 1; place >= 0; place -= 1) {
      const index = this.indexes[place] ?? 0;
      if (this.#all.isOwn(index) || this.#all.read(index) !== null) return place;
    }
    return null;
  }
}

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
    reading: meaningAs(line.reading, taught, null),
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
  const first = work.told.find(({ reading }) => reading.role === 'step-start');
  if (work.openingTemplate !== null || first === undefined || line.reading.role !== 'step-start') return false;
  if (line.text === first.text) return false;
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
  const opening = work?.first;
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
  if (openingScore(line) < NUMBERED_WORK || work.naming?.isIn(line) === true) return false;
  const { lastTime } = work;
  return (
    openers.has(template) ||
    outcomeWithoutClosingLine(work.told) === 'failed' ||
    (lastTime !== null && secondsBetween(lastTime, line.event.time) > longestSilence(work, course))
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

/** Whether a line may name other work than the one that was begun last. */
function mayNameOther(glance: number, open: readonly OpenWork[], { names }: WorkLines): boolean {
  return open.length > 1 && !(namesNoWork(glance) && open.every(({ naming }) => isSeenIn(naming, names)));
}

/** Whether glances tell of every line that names a piece of work so. */
function isSeenIn(naming: Naming | null, names: ReadonlySet<string>): boolean {
  return naming === null || (naming.mark === null && naming.word !== null && names.has(naming.word));
}

/** The work that a line belongs to: the one that it names, else the one that was begun last. */
function ownerOf(line: OperationLine, open: readonly OpenWork[]): OpenWork | undefined {
  if (open.length < 2) return open.at(-1);
  return open.findLast(({ naming }) => naming?.isIn(line) === true) ?? open.at(-1);
}

/** Lines, and beginnings of further work, looked at for word of work that another of its kind may have replaced. */
const LINES_AHEAD = 1_000;
const BEGINNINGS_AHEAD = 8;

/** Whether lines after `next`, which begins another of the same kind, still tell of this work and not of that one. */
function goesOn({ naming }: OpenWork, next: OperationLine, all: WorkLines, index: number): boolean {
  if (naming === null || naming.isIn(next)) return false;
  const ofNext = namer(next);
  const isSeen = isSeenIn(naming, all.names);
  let beginnings = 0;
  for (let ahead = index + 1; ahead < Math.min(all.length, index + LINES_AHEAD); ahead += 1) {
    if (isSeen && namesNoWork(all.glanceOf(ahead))) continue;
    const line = all.read(ahead);
    if (line === null) continue;
    if (naming.isIn(line) && !ofNext.isIn(line)) return true;
    if (line.reading.role === 'operation-start' && ++beginnings > BEGINNINGS_AHEAD) return false;
  }
  return false;
}

/** How lines name a piece of work: by the same mark in front, else by its number with the word before it. */
interface Naming {
  readonly mark: string | null;
  /** In small letters; null where no word is known to stand before the number. */
  readonly word: string | null;
  isIn(line: OperationLine): boolean;
}

/** How the work of an opening line is named. */
function namer(opening: OperationLine): Naming {
  const { word, number } = namedWork(opening.text);
  let named: RegExp | null = null;
  return {
    mark: opening.mark,
    word: namingWord(opening.text),
    isIn: ({ mark, text }) => {
      if (opening.mark !== null && mark !== null) return mark === opening.mark;
      if (number === '' || !text.includes(number)) return false;
      named ??= new RegExp(`${word}\\W{0,3}${number}(?!\\d)`, 'iu');
      return named.test(text.slice(0, NAMED_WITHIN_CHARACTERS));
    },
  };
}

const NAMED_WITHIN_CHARACTERS = 1_024;

function outcomeOfAnswered({ told }: OpenWork): OperationOutcome {
  return told.some((each) => isFailure(each)) ? 'failed' : 'done';
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

function buildOperation(
  work: OpenWork,
  all: WorkLines,
  outcome: OperationOutcome,
  { chatter }: Habits,
): Operation | null {
  const opening = openingLine(work.told);
  if (opening === null) return null;
  const at = work.placeOf(opening);
  // A step is of some work, which may have begun in words that say nothing of themselves.
  const from = opening.reading.role === 'step-start' ? beginningOf(work, at, chatter) : at;
  const first = (from === at ? undefined : work.at(from)) ?? opening;
  const end = outcome === 'failed' ? endOfAftermath(work, from, chatter) : work.length;
  const own = runOf(work.indexes, from, end);
  const last = work.lastBefore(end) ?? from;
  const lastIndex = work.indexes[last] ?? 0;
  const told = work.told.filter((_, place) => {
    const index = work.toldAt[place] ?? 0;
    return index >= own.first && index <= lastIndex;
  });
  return new ReadWork(all, own, work.taught, {
    ...knownBy(first),
    end: work.timeAt(last),
    endIndex: lastIndex,
    outcome,
    stepCount: stepsOf(withProgress(told)).length,
  });
}

/** The place behind the last failure and what it brought about at once: what is said later is of something else. */
function endOfAftermath(work: OpenWork, from: number, chatter: ReadonlySet<string>): number {
  const failure = work.told.findLast((line) => isFailure(line));
  let last = failure === undefined ? from : Math.max(from, work.placeOf(failure));
  for (let place = last + 1; place < work.length; place += 1) {
    if (secondsBetween(work.timeAt(last), work.timeAt(place)) > NEAR_SECONDS) break;
    const line = work.at(place);
    if (line === undefined) continue;
    if (chatter.has(messageTemplate(line.text))) break;
    last = place;
  }
  return last + 1;
}

/** What the line that begins an operation tells of it. */
function knownBy(
  opening: OperationLine,
): Pick<Operation, 'pid' | 'name' | 'jobKey' | 'start' | 'template' | 'startIsKnown'> {
  // A step is named by what it names only where that tells it from others.
  const named = namedBy(opening);
  const tells = (): boolean => /\d|\/\p{L}/u.test(named ?? '') || opening.reading.path !== null;
  const name = opening.reading.role === 'operation-start' || tells() ? named : null;
  const numbers = name?.match(/\d+/g);
  return {
    pid: opening.event.pid,
    name,
    jobKey: numbers === null || numbers === undefined ? null : Number(numbers.at(-1)),
    start: opening.event.time,
    template: messageTemplate(opening.text),
    startIsKnown: isTimed(opening),
  };
}

/** The work of these lines, the first of which opens it. Null without any. */
export function operationFrom(lines: readonly OperationLine[], outcome: OperationOutcome): Operation | null {
  const opening = lines[0];
  if (opening === undefined) return null;
  const own = withProgress(lines);
  const last = own.at(-1) ?? opening;
  return operationWith(
    { ...knownBy(opening), end: last.event.time, endIsKnown: isTimed(last), outcome },
    own,
    stepsOf(own),
  );
}

/** An operation of which all lines are at hand. */
export function operationWith(
  known: Omit<Operation, 'lines' | 'steps' | 'stepCount' | 'hasLines' | 'withoutLines'>,
  lines: readonly OperationLine[],
  steps: readonly OperationStep[] = NONE,
): Operation {
  return {
    ...known,
    lines,
    steps,
    stepCount: steps.length,
    hasLines: (least) => lines.length >= least,
    withoutLines: () => operationWith(known, NONE),
  };
}

/** Which lines an operation has: nearly always all from one to another, more only where threads take turns. */
interface LineRun {
  readonly first: number;
  readonly length: number;
  /** Null where they follow one another. */
  readonly indexes: Uint32Array | null;
}

function runOf(indexes: readonly number[], from: number, end: number): LineRun {
  const first = indexes[from] ?? 0;
  const length = end - from;
  const isWhole = (indexes[end - 1] ?? 0) - first === length - 1;
  return { first, length, indexes: isWhole ? null : Uint32Array.from(indexes.slice(from, end)) };
}

function indexOf({ first, indexes }: LineRun, place: number): number {
  return indexes === null ? first + place : (indexes[place] ?? first);
}

/** What is known of an operation without its lines. */
type KnownOfWork = Pick<
  Operation,
  'pid' | 'name' | 'jobKey' | 'start' | 'template' | 'end' | 'startIsKnown' | 'outcome'
>;

const NONE: readonly never[] = [];

/** An operation of which no more is kept than what every one of a case's is asked. */
class WorkAlone implements Operation {
  readonly pid: number | null;
  readonly name: string | null;
  readonly jobKey: number | null;
  readonly start: EpochMicros;
  readonly template: string;
  readonly end: EpochMicros;
  readonly startIsKnown: boolean;
  readonly outcome: OperationOutcome;
  readonly #all: WorkLines;
  readonly #endIndex: number;

  constructor(known: KnownOfWork, all: WorkLines, endIndex: number) {
    this.pid = known.pid;
    this.name = known.name;
    this.jobKey = known.jobKey;
    this.start = known.start;
    this.template = known.template;
    this.end = known.end;
    this.startIsKnown = known.startIsKnown;
    this.outcome = known.outcome;
    this.#all = all;
    this.#endIndex = endIndex;
  }

  get endIsKnown(): boolean {
    return this.#all.isTimed(this.#endIndex);
  }

  get lines(): readonly OperationLine[] {
    return NONE;
  }

  get steps(): readonly OperationStep[] {
    return NONE;
  }

  get stepCount(): number {
    return 0;
  }

  hasLines(least: number): boolean {
    return least === 0;
  }

  withoutLines(): Operation {
    return this;
  }
}

/** An operation whose lines are read when they are asked for: of thousands nearly none is. */
class ReadWork extends WorkAlone {
  readonly #all: WorkLines;
  readonly #endIndex: number;
  readonly #stepCount: number;
  readonly #own: LineRun;
  readonly #taught: ReadonlyMap<number, MessageMeaning> | null;
  #read: { readonly lines: readonly OperationLine[]; readonly steps: readonly OperationStep[] } | null = null;

  constructor(
    all: WorkLines,
    own: LineRun,
    taught: ReadonlyMap<number, MessageMeaning> | null,
    known: KnownOfWork & { readonly endIndex: number; readonly stepCount: number },
  ) {
    super(known, all, known.endIndex);
    this.#all = all;
    this.#endIndex = known.endIndex;
    this.#stepCount = known.stepCount;
    this.#own = own;
    this.#taught = taught;
  }

  override get lines(): readonly OperationLine[] {
    return this.#whole().lines;
  }

  override get steps(): readonly OperationStep[] {
    return this.#whole().steps;
  }

  override get stepCount(): number {
    return this.#stepCount;
  }

  override hasLines(least: number): boolean {
    let count = 0;
    for (let place = 0; place < this.#own.length; place += 1) {
      if (this.#all.read(indexOf(this.#own, place)) === null) continue;
      count += 1;
      if (count === least) return true;
    }
    return false;
  }

  override withoutLines(): Operation {
    return new WorkAlone(this, this.#all, this.#endIndex);
  }

  #whole(): { readonly lines: readonly OperationLine[]; readonly steps: readonly OperationStep[] } {
    if (this.#read !== null) return this.#read;
    const lines: OperationLine[] = [];
    for (let place = 0; place < this.#own.length; place += 1) {
      const index = indexOf(this.#own, place);
      const line = this.#all.read(index);
      const taught = this.#taught?.get(index);
      if (line !== null) lines.push(taught === undefined ? line : { ...line, reading: taught });
    }
    const own = withProgress(lines);
    this.#read = { lines: own, steps: stepsOf(own) };
    return this.#read;
  }
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
    : lines.map((line) =>
        repeated.has(line) ? { ...line, reading: meaningAs(line.reading, 'progress', line.reading.step) } : line,
      );
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
