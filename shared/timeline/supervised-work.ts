import { behindStamp, supervisorRow } from '../evidence/wording/classify-supervisor.ts';
import { splitInnerHeader } from '../evidence/wording/inner-header.ts';
import type { EventSource, EvidenceEvent } from '../model/event.ts';
import { addSeconds, type EpochMicros, epochMicros, MICROS_PER_SECOND } from '../model/time.ts';
import type { Death } from './death.ts';
import { readLine } from './operation-lines.ts';
import { type Operation, operationWith } from './operations.ts';

/** What a worker had in hand, by its supervisor's words. */
export interface SupervisedWork {
  /** `billing.export_invoices`, `GET /slow`. */
  readonly name: string;
  /** When it began, where that is told. */
  readonly since: EpochMicros | null;
}

/** A supervisor says what was in hand right behind its word of the limit. */
const IN_HAND_SECONDS = 3;
const MOST_LINES = 50;
/** Lines before an end that are looked through for the work that was handed out and not done. */
const MOST_LINES_BEFORE = 2_000;
/** Work that was handed out longer ago is not looked for. */
const LONGEST_WORK_SECONDS = 24 * 3_600;

/** What the supervisor says that a worker had in hand as it died; null where it does not say. */
export function supervisedWork(death: Death, events: EventSource): SupervisedWork | null {
  const word = death.timeout ?? death.end;
  const name = word.detail.supervisor;
  if (name === undefined) return null;
  const { inHand, work } = supervisorRow(name);
  if (word.detail.work !== undefined) {
    const { elapsedSeconds } = word.detail;
    return {
      name: word.detail.work,
      since: elapsedSeconds === undefined ? null : addSeconds(word.time, -elapsedSeconds),
    };
  }
  if (death.timeout !== null && inHand !== undefined) {
    const lines = events.between(word.time, addSeconds(word.time, IN_HAND_SECONDS), MOST_LINES, ['log']);
    for (const line of lines) {
      const groups = inHand.exec(bare(line))?.groups;
      if (line.row > word.row && groups?.work !== undefined) {
        const { since } = groups;
        return {
          name: groups.work,
          since: since === undefined ? null : epochMicros(Number(since) * MICROS_PER_SECOND),
        };
      }
    }
  }
  return work === undefined ? null : handedOut(word, death, events, work);
}

/** The only work that was handed out and not done, else the one that the worker itself spoke of last. */
function handedOut(
  word: EvidenceEvent,
  death: Death,
  events: EventSource,
  { begins, ends }: { readonly begins: RegExp; readonly ends: RegExp },
): SupervisedWork | null {
  const open = new Map<string, SupervisedWork>();
  const rows = events.rowsBetween(addSeconds(word.time, -LONGEST_WORK_SECONDS), word.time, Number.MAX_SAFE_INTEGER, [
    'log',
    'traceback',
  ]);
  const slot = death.end.detail.slot ?? null;
  let spoken: SupervisedWork | null = null;
  for (const row of rows.subarray(-MOST_LINES_BEFORE)) {
    if (row >= word.row) break;
    const line = events.eventOnce(row);
    const text = bare(line);
    const begun = begins.exec(text)?.groups;
    if (begun?.work !== undefined && begun.id !== undefined) {
      open.set(begun.id, { name: begun.work, since: line.time });
      continue;
    }
    const done = ends.exec(text)?.groups;
    const id = done?.id ?? done?.other;
    if (id !== undefined) {
      if (spoken !== null && spoken === open.get(id)) spoken = null;
      open.delete(id);
    } else if (slot !== null && line.message.includes(slot)) {
      for (const [each, work] of open) if (text.includes(each)) spoken = work;
    }
  }
  if (spoken !== null) return spoken;
  const [only] = open.values();
  return open.size === 1 ? (only ?? null) : null;
}

function bare(event: EvidenceEvent): string {
  const [line = ''] = event.message.split('\n', 1);
  return (splitInnerHeader(line)?.text ?? behindStamp(line)).trimEnd();
}

/** More failures of such work tell nothing further. */
const MOST_FAILURES = 50;

/**
 * Work that failed by its supervisor's word, where that is no error by any level: each with the line that handed it out, as far as
 * that was logged.
 */
export function supervisedFailures(events: EventSource): readonly Operation[] {
  const found: Operation[] = [];
  for (const event of events.ofKinds(['worker-error'])) {
    const { supervisor } = event.detail;
    const work = supervisor === undefined ? undefined : supervisorRow(supervisor).work;
    const failed = work?.fails?.exec(bare(event))?.groups;
    const id = failed?.id;
    if (found.length >= MOST_FAILURES || work === undefined || failed?.work === undefined || id === undefined) continue;
    const begun = events
      .between(addSeconds(event.time, -LONGEST_WORK_SECONDS), event.time, MOST_LINES_BEFORE, ['log'])
      .findLast((line) => line.row < event.row && work.begins.exec(bare(line))?.groups?.id === id);
    const isKnown = begun !== undefined && begun.isUndated !== true;
    found.push(
      operationWith(
        {
          pid: event.pid,
          name: failed.work,
          jobKey: null,
          start: begun?.time ?? event.time,
          template: '',
          end: event.time,
          startIsKnown: isKnown,
          endIsKnown: event.isUndated !== true,
          outcome: 'failed',
        },
        (begun === undefined ? [event] : [begun, event]).map(readLine),
      ),
    );
  }
  return found;
}
