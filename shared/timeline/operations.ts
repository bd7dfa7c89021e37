import { splitInnerHeader } from '../evidence/classify.ts';
import { readStructuredMessage } from '../evidence/structured-message.ts';
import type { EventKind, EvidenceEvent } from '../model/event.ts';
import type { EpochMicros } from '../model/time.ts';
import { type MessageReading, messageTemplate, operationName, readMessage, type StepName } from './messages.ts';

/** One log line of a worker, with what it says. */
export interface OperationLine {
  readonly event: EvidenceEvent;
  readonly text: string;
  readonly reading: MessageReading;
}

/** A step of an operation that the log lets one see. `to` is null while the step never ended. */
export interface OperationStep {
  readonly name: StepName;
  readonly from: EpochMicros;
  readonly to: EpochMicros | null;
  readonly startLine: OperationLine;
  readonly endLine: OperationLine | null;
}

export type OperationOutcome = 'done' | 'failed' | 'open';

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

/**
 * Splits a worker's own log lines (time order, of one pid) into operations. A line that closes one (done, failed, an HTTP
 * access line) ends it; so does a line of the same template as the one that opened it, since a service logs the start of
 * its next job with the same call.
 */
export function operationsOf(events: readonly EvidenceEvent[]): readonly Operation[] {
  const operations: Operation[] = [];
  let lines: OperationLine[] = [];
  const close = (outcome: OperationOutcome): void => {
    const operation = buildOperation(lines, outcome);
    if (operation !== null) operations.push(operation);
    lines = [];
  };
  let openingTemplate: string | null = null;
  for (const event of events) {
    if (!IN_OPERATIONS.has(event.kind)) continue;
    const line = readLine(event);
    if (line.reading.role === 'operation-start') {
      const template = messageTemplate(line.text);
      if (template === openingTemplate) close(outcomeWithoutClosingLine(lines));
      if (lines.length === 0 || openingTemplate === null) openingTemplate = template;
    }
    lines.push(line);
    if (line.reading.role === 'operation-done') {
      close('done');
      openingTemplate = null;
    } else if (line.reading.role === 'request-done') {
      // The response was sent: whatever the request did is over, whether or not the service said so.
      close(lines.some((each) => isFailure(each)) ? 'failed' : 'done');
      openingTemplate = null;
    }
  }
  if (lines.length > 0) close(outcomeWithoutClosingLine(lines));
  return operations;
}

/** The bare text of an event, without the logger's own header, and what it says. */
export function readLine(event: EvidenceEvent): OperationLine {
  const bare = splitInnerHeader(event.message)?.text ?? event.message;
  const structured = readStructuredMessage(bare);
  const text = structured?.text ?? bare;
  const isError =
    structured?.level === 'ERROR' ||
    structured?.level === 'CRITICAL' ||
    event.severity === 'err' ||
    event.severity === 'crit' ||
    event.severity === 'alert';
  return { event, text, reading: readMessage(text, isError) };
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
  const own = lines.slice(lines.indexOf(opening));
  const name = opening.reading.role === 'operation-start' ? operationName(opening.text) : null;
  const numbers = name?.match(/\d+/g);
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

function openingScore({ text, reading }: OperationLine): number {
  if (reading.role === 'step-start') return 1;
  if (reading.role !== 'operation-start') return 0;
  if (SERVICE_STARTUP.test(text)) return 0.5;
  return /\d/.test(operationName(text) ?? '') ? 4 : 2;
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
