import { numberedText, readStructuredMessage } from '../evidence/logs/structured-message.ts';
import { splitInnerHeader } from '../evidence/wording/classify.ts';
import { readPassed } from '../evidence/wording/inner-carrier.ts';
import type { EventKind, EvidenceEvent } from '../model/event.ts';
import { type EpochMicros, secondsBetween } from '../model/time.ts';
import { type Course, keysOf, NOTHING_LEARNT } from './course.ts';
import { GLANCE, namesNoWork, withoutNames } from './line-glance.ts';
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
  readonly stepCount: number;
  /** Whether it has at least so many lines; reads no more than these. */
  hasLines(least: number): boolean;
  /** The same without its lines: a service logs for months, and of what is not about an incident they are let go. */
  withoutLines(): Operation;
}

/** The kinds of event that operations are made of. */
export const OPERATION_KINDS = ['log', 'traceback', 'database-locked'] as const satisfies readonly EventKind[];
const IN_OPERATIONS: ReadonlySet<EventKind> = new Set(OPERATION_KINDS);

/** The log lines of one process in time order, of which each is read only when it is asked for. */
export interface WorkLines {
  readonly length: number;
  /** Whether an answer to a request may be another process's, since lines do not say who wrote them. */
  readonly mayBeOfOthers: boolean;
  /** The words that name work and that glances tell of; see namingWord. */
  readonly names: ReadonlySet<string>;
  /** One of GLANCE, with what it tells of names. */
  glanceOf(index: number): number;
  timeOf(index: number): EpochMicros;
  /** Whether the line is certainly one of the process, as is known without reading it. */
  isOwn(index: number): boolean;
  /** Whether it has a time of its own; reads it where that has to be read. */
  isTimed(index: number): boolean;
  /** The line; null where it is none of the process after all. */
  read(index: number): OperationLine | null;
}

/**
 * Splits the log lines of a worker (time order, of one pid) into operations. A line that closes one (done, failed, an HTTP
 * access line) ends it; so does a line of the same template as the one that opened it, since a service logs the start of
 * its next job with the same call. The threads of one worker take turns, though: where later lines still name the work
 * that was begun before, by the mark in front of them or by its number, both go on. Wordings that say nothing by
 * themselves are read by `course`, which is learnt from the log. Lines that say nothing are read only where something hangs on
 * them.
 */
export function operationsOf(all: WorkLines, course: Course = NOTHING_LEARNT): readonly Operation[] {
  const operations: Operation[] = [];
  // Wordings that opened work while none was going on: where they follow open work, they are no step of it.
  const openers = new Set<string>();
  // The latest comes last; more than one only where threads take turns.
  let open: OpenWork[] = [];
  const close = (work: OpenWork, outcome: OperationOutcome): void => {
    open = open.filter((each) => each !== work);
    const operation = buildOperation(work, all, outcome);
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
      if (work.isEmpty || work.openingTemplate === null) {
        work.openingTemplate = template;
        work.naming = namer(line);
        work.learntKeys = course.has(template) ? keysOf(line.text) : null;
      }
    }
    work ??= begin();
    work.add(index, line, line !== read);
    if (line.reading.role === 'operation-done') close(work, 'done');
    // The response was sent: whatever the request did is over, whether or not the service said so.
    else if (line.reading.role === 'request-done') close(work, outcomeOfAnswered(work));
  }
  for (const work of [...open]) close(work, outcomeWithoutClosingLine(work.told));
  return operations.sort((a, b) => a.start - b.start);
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

  get isEmpty(): boolean {
    return this.indexes.length === 0;
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

  /** The first line; undefined where there is none, `other` where it need not be read to know that it says nothing. */
  get firstTold(): OperationLine | undefined {
    return this.toldAt[0] === this.indexes[0] ? this.told[0] : undefined;
  }

  get first(): OperationLine | undefined {
    const [index] = this.indexes;
    return index === undefined ? undefined : (this.firstTold ?? this.#all.read(index) ?? undefined);
  }

  get lastTime(): EpochMicros | null {
    const index = this.indexes.at(-1);
    return index === undefined ? null : this.#all.timeOf(index);
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
  const first = work.firstTold;
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
  const opening = work?.first;
  if (opening === undefined) return true;
  const { statedSeconds } = reading;
  if (statedSeconds !== null)
    return secondsBetween(opening.event.time, event.time) > statedSeconds + REQUEST_SLACK_SECONDS;
  const numbers = /\d+/g;
  const ofRequest = new Set(/"[A-Z]+ (\S+)/.exec(text)?.[1]?.match(numbers) ?? []);
  return !(opening.text.match(numbers) ?? []).some((number) => ofRequest.has(number));
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

/** The word and the number of the work that a line opens. */
function namedWork(text: string): { readonly word: string; readonly number: string } {
  const [, word = '', number = ''] = /([\p{L}]+)\W{0,3}(\d+)\D*$/u.exec(operationName(text) ?? '') ?? [];
  return { word, number };
}

/** How the work of an opening line is named. */
function namer(opening: OperationLine): Naming {
  const { word, number } = namedWork(opening.text);
  const named = number === '' ? null : new RegExp(`${word}\\W{0,3}${number}(?!\\d)`, 'iu');
  return {
    mark: opening.mark,
    word: /^[a-z]+$/i.test(word) ? word.toLowerCase() : null,
    isIn: ({ mark, text }) => {
      if (opening.mark !== null && mark !== null) return mark === opening.mark;
      return named !== null && text.includes(number) && named.test(text.slice(0, NAMED_WITHIN_CHARACTERS));
    },
  };
}

/** The word in front of the number of the work that a line opens, in small letters; null where it is none of ASCII letters. */
export function namingWord(text: string): string | null {
  const { word } = namedWork(text);
  return /^[a-z]+$/i.test(word) ? word.toLowerCase() : null;
}

const NAMED_WITHIN_CHARACTERS = 1_024;

// INFO Importing job 31     [ERROR] Import failed     INFO - app.jobs - Importing job 31     (journald has the time already)
const LEVEL_ALONE =
  /^\[?(DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL)\]?\s*[:|-]?\s+(?:[a-z_]\w*(?:\.\w+)+\s*[:|-]\s+)?/;

// [req-7f3a] Importing      [ThreadPoolExecutor-0_1] Importing      (request 81c2) Importing      not [3/10], which counts
const MARK = /^[[(](?=[^\])]{0,60}[a-z])((?:request|req|thread|job-?run|trace)?[ =:#]?[\w.:-]{2,60})[\])]:? +/i;

/** The bare text of an event, without the logger's own header, and what it says. */
export function readLine(event: EvidenceEvent): OperationLine {
  const message = readPassed(event.message, event.identifier, null)?.text ?? event.message;
  const header = splitInnerHeader(message);
  const level = header === null ? (LEVEL_ALONE.exec(message) ?? null) : null;
  const bare =
    (header === null ? null : numberedText(header.text, header.fields)) ?? message.slice(level?.[0].length ?? 0);
  const structured = readStructuredMessage(bare);
  const whole = structured?.text ?? bare;
  const [marked = '', mark = null] = MARK.exec(whole) ?? [];
  const text = whole.slice(marked.length);
  const isError =
    /^(?:ERROR|CRITICAL|FATAL)$/.test(level?.[1] ?? '') ||
    structured?.level === 'ERROR' ||
    structured?.level === 'CRITICAL' ||
    event.severity === 'err' ||
    event.severity === 'crit' ||
    event.severity === 'alert';
  return { event, text, mark, fields: fieldsOf(header?.fields ?? null), reading: readMessage(text, isError) };
}

/** Fields that tell of the line and of how long it took, not of the work. */
const FIELDS_OF_LINES =
  /^(?:ts|time\w*|asctime|date\w*|level\w*|lvl|severity|logger\w*|name|pid|process\w*|thread\w*|msg|message|event|file\w*|lineno|line|func\w*|module|path\w*|caller|host\w*|duration\w*|elapsed\w*|took\w*|latency\w*|\w*_(?:ms|seconds|s)|trace\w*|span\w*|request_?id|req_?id)$/i;

function fieldsOf(fields: ReadonlyMap<string, string> | null): string {
  if (fields === null) return '';
  return [...fields]
    .filter(([name]) => !FIELDS_OF_LINES.test(name))
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

function isFailure(line: OperationLine): boolean {
  // "database is locked, retrying": the operation says itself that it goes on.
  if (line.reading.role === 'progress') return false;
  return (
    line.reading.role === 'operation-failed' || line.event.kind === 'traceback' || line.event.kind === 'database-locked'
  );
}

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
    const steps = stepsOf(own);
    const whole: Operation = {
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
      steps,
      stepCount: steps.length,
      hasLines: (least) => own.length >= least,
      withoutLines: () => ({ ...whole, lines: [], steps: [], stepCount: 0 }),
    };
    return whole;
  }
  return null;
}

function buildOperation(
  { told, toldAt, indexes, taught }: OpenWork,
  all: WorkLines,
  outcome: OperationOutcome,
): Operation | null {
  const opening = openingLine(told);
  if (opening === null) return null;
  const openedAt = toldAt[told.indexOf(opening)] ?? 0;
  const own = runOf(indexes, indexes.indexOf(openedAt));
  // A step is named by what it names only where that tells it from others.
  const named = operationName(opening.text);
  const tells = opening.reading.path !== null || /\d/.test(named ?? '');
  const name = opening.reading.role === 'operation-start' || tells ? named : null;
  const numbers = name?.match(/\d+/g);
  const jobKey = numbers === null || numbers === undefined ? null : Number(numbers.at(-1));
  const last = lastOf(own, all);
  return new ReadWork(all, own, taught, {
    pid: opening.event.pid,
    name,
    jobKey,
    start: opening.event.time,
    template: messageTemplate(opening.text),
    end: last === null ? opening.event.time : all.timeOf(last),
    endIndex: last ?? openedAt,
    startIsKnown: isTimed(opening),
    outcome,
    stepCount: stepsOf(withProgress(told.slice(told.indexOf(opening)))).length,
  });
}

/** Which lines an operation has: nearly always all from one to another, more only where threads take turns. */
interface LineRun {
  readonly first: number;
  readonly length: number;
  /** Null where they follow one another. */
  readonly indexes: Uint32Array | null;
}

function runOf(indexes: readonly number[], from: number): LineRun {
  const first = indexes[from] ?? 0;
  const length = indexes.length - from;
  const isWhole = (indexes.at(-1) ?? 0) - first === length - 1;
  return { first, length, indexes: isWhole ? null : Uint32Array.from(indexes.slice(from)) };
}

function indexOf({ first, indexes }: LineRun, place: number): number {
  return indexes === null ? first + place : (indexes[place] ?? first);
}

/** The last of these lines that is the process's own; null where none is. */
function lastOf(run: LineRun, all: WorkLines): number | null {
  for (let place = run.length - 1; place >= 0; place -= 1) {
    const index = indexOf(run, place);
    if (all.isOwn(index) || all.read(index) !== null) return index;
  }
  return null;
}

/** What is known of an operation without its lines. */
type KnownOfWork = Pick<
  Operation,
  'pid' | 'name' | 'jobKey' | 'start' | 'template' | 'end' | 'startIsKnown' | 'outcome'
>;

/** An operation whose lines are read when they are asked for: of thousands nearly none is. */
class ReadWork implements Operation {
  readonly pid: number | null;
  readonly name: string | null;
  readonly jobKey: number | null;
  readonly start: EpochMicros;
  readonly template: string;
  readonly end: EpochMicros;
  readonly startIsKnown: boolean;
  readonly outcome: OperationOutcome;
  readonly stepCount: number;
  readonly #endIndex: number;
  readonly #all: WorkLines;
  readonly #own: LineRun;
  readonly #taught: ReadonlyMap<number, MessageMeaning> | null;
  #read: { readonly lines: readonly OperationLine[]; readonly steps: readonly OperationStep[] } | null = null;

  constructor(
    all: WorkLines,
    own: LineRun,
    taught: ReadonlyMap<number, MessageMeaning> | null,
    known: KnownOfWork & { readonly endIndex: number; readonly stepCount: number },
  ) {
    this.pid = known.pid;
    this.name = known.name;
    this.jobKey = known.jobKey;
    this.start = known.start;
    this.template = known.template;
    this.end = known.end;
    this.startIsKnown = known.startIsKnown;
    this.#endIndex = known.endIndex;
    this.outcome = known.outcome;
    this.stepCount = known.stepCount;
    this.#all = all;
    this.#own = own;
    this.#taught = taught;
  }

  get endIsKnown(): boolean {
    return this.#all.isTimed(this.#endIndex);
  }

  get lines(): readonly OperationLine[] {
    return this.#whole().lines;
  }

  get steps(): readonly OperationStep[] {
    return this.#whole().steps;
  }

  hasLines(least: number): boolean {
    let count = 0;
    for (let place = 0; place < this.#own.length; place += 1) {
      if (this.#all.read(indexOf(this.#own, place)) === null) continue;
      count += 1;
      if (count === least) return true;
    }
    return false;
  }

  withoutLines(): Operation {
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
