import {
  numberedText,
  readStructuredMessage,
  splitFields,
  tellingFields,
} from '../evidence/logs/structured-message.ts';
import { splitInnerHeader } from '../evidence/wording/classify.ts';
import { behindStamp, relayedBySupervisor } from '../evidence/wording/classify-supervisor.ts';
import { readPassed } from '../evidence/wording/inner-carrier.ts';
import { type EvidenceEvent, isErrorSeverity } from '../model/event.ts';
import { type MessageMeaning, readMessage } from './messages.ts';

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
    (header === null ? null : numberedText(header.text, header.fields)) ??
    behindStamp(message.slice(level?.[0].length ?? 0));
  const structured = readStructuredMessage(relayedBySupervisor(bare)?.text ?? bare);
  const whole = structured?.text ?? relayedBySupervisor(bare)?.text ?? bare;
  const [marked = '', mark = null] = MARK.exec(whole) ?? [];
  const sentence = whole.slice(marked.length);
  const split = header?.fields == null && structured === null ? splitFields(sentence) : null;
  const text = split === null ? sentence : numberedText(split.text, split.fields);
  const isError =
    /^(?:ERROR|CRITICAL|FATAL)$/.test(level?.[1] ?? '') ||
    structured?.level === 'ERROR' ||
    structured?.level === 'CRITICAL' ||
    isErrorSeverity(event.severity);
  return {
    event,
    text,
    mark,
    fields: tellingFields(split?.fields ?? header?.fields ?? null),
    // Amounts may stand in the fields; what a line means its sentence says.
    reading: split === null ? readMessage(text, isError) : readMessage(text, isError, sentence),
  };
}

/** Whether a line tells of a failure that the work does not itself say to survive. */
export function isFailure(line: OperationLine): boolean {
  // "database is locked, retrying": the operation says itself that it goes on.
  if (line.reading.role === 'progress') return false;
  return (
    line.reading.role === 'operation-failed' || line.event.kind === 'traceback' || line.event.kind === 'database-locked'
  );
}
