import { numberedText, readStructuredMessage } from '../evidence/logs/structured-message.ts';
import { splitInnerHeader } from '../evidence/wording/classify.ts';
import type { EventKind, EvidenceEvent } from '../model/event.ts';
import { type EpochMicros, secondsBetween } from '../model/time.ts';
import { type MessageMeaning, messageTemplate, operationName, readMessage, type StepName } from './messages.ts';

/** One log line of a worker, with what it says. */
export interface OperationLine {
  readonly event: EvidenceEvent;
  /** Without the mark in front of it. */
  readonly text: string;
  /** What a logger puts in front to tell requests or threads apart (`[req-7f3a] `), or null. */
  readonly mark: string | null;
  readonly reading: MessageMeaning;
}

/** A step of an operation that the log lets one see. `to` is null while the step never ended. */
export interface OperationStep {
  readonly name: StepName;
  readonly from: EpochMicros;
  readonly to: EpochMicros | null;
  readonly startLine: OperationLine;
  readonly endLine: OperationLine | null;
}

/** `answered`: nothing says that it is done; what came last before others of its kind came, or a response of whichever request. */
type OperationOutcome = 'done' | 'failed' | 'open' | 'answered';

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
  isNamedBy: ((line: OperationLine) => boolean) | null;
  /** How many lines it had when a response was last sent, by whichever process. */
  linesAtAnswer: number;
  /** The latest step of the wording with which work that no line opens as a whole began, and its place among the lines. */
  item: { readonly line: OperationLine; readonly template: string; readonly index: number } | null;
}

/**
 * Splits a worker's own log lines (time order, of one pid) into operations. A line that closes one (done, failed, an HTTP
 * access line) ends it; so does a line of the same template as the one that opened it, since a service logs the start of
 * its next job with the same call. The threads of one worker take turns, though: where later lines still name the work
 * that was begun before, by the mark in front of them or by its number, both go on. Where one stream has the lines of
 * several workers and tells none from the others (`ofSeveral`), a response is of any of them: it ends nothing.
 */
export function operationsOf(events: readonly EvidenceEvent[], ofSeveral = false): readonly Operation[] {
  const operations: Operation[] = [];
  const answered = new Set<Operation>();
  const all = events.filter(({ kind }) => IN_OPERATIONS.has(kind)).map(readLine);
  // Wordings that opened work while none was going on: where they follow open work, they are no step of it.
  const openers = new Set<string>();
  const items = new Items();
  // The latest comes last; more than one only where threads take turns.
  let open: OpenWork[] = [];
  const close = (work: OpenWork, outcome: OperationOutcome): void => {
    open = open.filter((each) => each !== work);
    const operation = buildOperation(work.lines, outcome === 'open' && items.isEnded(work) ? 'answered' : outcome);
    if (operation === null) return;
    operations.push(operation);
    const linesBefore = work.lines.length - operation.lines.length;
    if (work.linesAtAnswer > linesBefore) answered.add(operation);
  };
  const begin = (): OpenWork => {
    const work: OpenWork = { lines: [], openingTemplate: null, isNamedBy: null, linesAtAnswer: 0, item: null };
    open.push(work);
    return work;
  };
  for (const [index, line] of all.entries()) {
    if (ofSeveral && line.reading.role === 'request-done') {
      for (const work of open) work.linesAtAnswer = work.lines.length;
      continue;
    }
    let work = ownerOf(line, open);
    if (line.reading.role === 'operation-start') {
      const template = messageTemplate(line.text);
      const beginsOther = work !== undefined && isOtherWork(line, template, work, openers);
      if (work === undefined || work.openingTemplate === null) openers.add(template);
      if (work !== undefined && (template === work.openingTemplate || beginsOther)) {
        if (!goesOn(work, line, all, index)) close(work, outcomeWithoutClosingLine(work.lines));
        work = begin();
      }
      work ??= begin();
      if (work.lines.length === 0 || work.openingTemplate === null) {
        work.openingTemplate = template;
        work.isNamedBy = namer(line);
      }
    }
    if (work !== undefined && items.endsBefore(line, work)) {
      close(work, 'answered');
      work = begin();
    }
    work ??= begin();
    if (items.isItem(line, work)) {
      work.item = { line, template: itemTemplate(line), index: work.lines.length };
    }
    work.lines.push(line);
    if (line.reading.role === 'operation-done') close(work, 'done');
    // The response was sent: whatever the request did is over, whether or not the service said so.
    else if (line.reading.role === 'request-done')
      close(work, work.lines.some((each) => isFailure(each)) ? 'failed' : 'done');
  }
  for (const work of [...open]) close(work, outcomeWithoutClosingLine(work.lines));
  return withAnswers(operations, answered).sort((a, b) => a.start - b.start);
}

/** Work that never tells its end may have ended with any response after it; where others of its wording tell theirs, it has not. */
function withAnswers(operations: readonly Operation[], answered: ReadonlySet<Operation>): Operation[] {
  const tellEnd = new Set(operations.filter(({ outcome }) => outcome === 'done').map(({ template }) => template));
  return operations.map((operation) =>
    operation.outcome === 'open' && answered.has(operation) && !tellEnd.has(operation.template)
      ? { ...operation, outcome: 'answered' }
      : operation,
  );
}

/** A worker that took up the next thing at once was still at the same work; between two requests it waits. */
const BETWEEN_WORK_SECONDS = 1;
/** The wording of a step, whichever file it is about. */
const itemTemplate = ({ text, reading: { path } }: OperationLine): string =>
  messageTemplate(path === null ? text : text.replace(path, '?'));

/** What tells a step from others of its wording: its numbers and the file that it names. */
const namesIn = ({ text, reading: { path } }: OperationLine): readonly string[] => [
  ...(path === null ? [] : [path]),
  ...(text.slice(0, NAMED_WITHIN_CHARACTERS).match(NUMBERS) ?? []),
];

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const NUMBERS = /\d+(?:[.,_]\d+)*/g;

/**
 * Work that a service takes up piece by piece, each told by a line of one wording and ended in words of its own ("checking
 * comment 7", "comment 7 clean"): each is work of its own, not a step of the ones before.
 */
class Items {
  /** By the wording that begins them: the wordings that came last before the next began. */
  readonly #endings = new Map<string, Set<string>>();

  /** Whether a line begins such a piece, or the first of what may become some. */
  isItem(line: OperationLine, { openingTemplate, item }: OpenWork): boolean {
    if (line.reading.role !== 'step-start' || openingTemplate !== null) return false;
    return item === null || item.template === itemTemplate(line);
  }

  /** Whether the piece that `work` is at was told to have ended, and `line` begins the next. */
  endsBefore(line: OperationLine, work: OpenWork): boolean {
    const { item, lines } = work;
    const last = lines.at(-1);
    if (item === null || last === undefined || last === item.line || !this.isItem(line, work)) return false;
    const next = namesIn(line);
    const own = namesIn(item.line).filter((name) => !next.includes(name));
    const isNamed = lines
      .slice(item.index + 1)
      .some(({ text }) => own.some((name) => new RegExp(`(?<!\\d)${escaped(name)}(?!\\d)`).test(text)));
    if (!isNamed) return false;
    const known = this.#endings.get(item.template);
    if (known === undefined && secondsBetween(last.event.time, line.event.time) < BETWEEN_WORK_SECONDS) return false;
    this.#endings.set(item.template, (known ?? new Set()).add(messageTemplate(last.text)));
    return true;
  }

  /** Whether the last that was said of the work is what ended others of its kind. */
  isEnded({ item, lines }: OpenWork): boolean {
    const last = lines.at(-1);
    if (item === null || last === undefined || last === item.line) return false;
    return this.#endings.get(item.template)?.has(messageTemplate(last.text)) === true;
  }
}

/**
 * Whether a start of another wording begins other work, not a part of the open one: it names a numbered thing, and
 * the open work has failed or been silent for long, or this log has that wording open work of its own elsewhere.
 */
function isOtherWork(line: OperationLine, template: string, work: OpenWork, openers: ReadonlySet<string>): boolean {
  if (work.openingTemplate === null || template === work.openingTemplate) return false;
  if (openingScore(line) < NUMBERED_WORK || work.isNamedBy?.(line) === true) return false;
  const lastTime = work.lines.at(-1)?.event.time;
  return (
    openers.has(template) ||
    outcomeWithoutClosingLine(work.lines) === 'failed' ||
    (lastTime !== undefined && secondsBetween(lastTime, line.event.time) > SILENT_STEP_SECONDS)
  );
}

/** A worker that is silent for longer was idle: servers end a worker that answers nothing long before. */
const SILENT_STEP_SECONDS = 600;

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
  const header = splitInnerHeader(event.message);
  const level = header === null ? (LEVEL_ALONE.exec(event.message) ?? null) : null;
  const bare =
    (header === null ? null : numberedText(header.text, header.fields)) ?? event.message.slice(level?.[0].length ?? 0);
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
  return { event, text, mark, reading: readMessage(text, isError) };
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

function buildOperation(lines: readonly OperationLine[], outcome: OperationOutcome): Operation | null {
  const opening = openingLine(lines);
  if (opening === null) return null;
  const own = withProgress(lines.slice(lines.indexOf(opening)));
  const isWhole = opening.reading.role === 'operation-start';
  const name = isWhole ? operationName(opening.text) : stepName(opening);
  const numbers = isWhole ? name?.match(/\d+/g) : null;
  const jobKey = numbers === null || numbers === undefined ? null : Number(numbers.at(-1));
  return {
    pid: opening.event.pid,
    name,
    jobKey,
    start: opening.event.time,
    template: messageTemplate(opening.text),
    end: own.at(-1)?.event.time ?? opening.event.time,
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

/**
 * What a step works on that no line opens as a whole: the file that it names, else what it is about where that has a
 * number (`Rendering tile 14/8801` -> `tile 14/8801`). "30 rows" and "page" name nothing that one could look for.
 */
function stepName({ text, reading }: OperationLine): string | null {
  if (reading.path !== null) return reading.path.slice(-LONGEST_NAME);
  const about = operationName(text.replace(LEADING_VERB, '')) ?? '';
  return /[\p{L}#][\p{L}.#-]*[\s:#=-]{0,3}[\p{L}_-]*\d/u.test(about) ? about : null;
}

const LONGEST_NAME = 60;
// Rendering tile 3     Now polling feed 4     gerando extratos do cliente 5
const LEADING_VERB = /^(?:now |re-?)?\p{L}+(?:ing|ando|endo|indo|iendo)\s+/iu;

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
  return { name, from: startLine.event.time, to: endLine?.event.time ?? null, startLine, endLine };
}
