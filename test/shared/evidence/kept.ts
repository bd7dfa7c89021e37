import { hashMessage } from '../../../shared/evidence/reading/message-hash.ts';
import type { ParsedItem, PlainEvent } from '../../../shared/evidence/reading/parser.ts';
import { EVENT_KINDS, SEVERITIES } from '../../../shared/model/event.ts';
import { NO_PID, NO_SEVERITY } from '../../../shared/model/event-columns.ts';

export type Row = readonly [
  time: number,
  offset: number,
  length: number,
  line: number,
  pid: number,
  kind: number,
  severity: number,
  unit: string | null,
  resolutionMicros: number,
  messageHash: number,
  messageLines: number,
];
export type Kept = Row | ParsedItem;

/** What an import keeps of an item. */
export function kept(item: ParsedItem): Kept {
  if (item.type !== 'event') return item;
  const { time, source, pid, kind, severity, unit, resolutionMicros, message } = item.event;
  const severityIndex = severity === null ? NO_SEVERITY : SEVERITIES.indexOf(severity);
  const { byteOffset, byteLength, line } = source;
  const place = [byteOffset, byteLength, line ?? 0] as const;
  const lines = message.split('\n').length;
  const kindIndex = EVENT_KINDS.indexOf(kind);
  return [time, ...place, pid ?? NO_PID, kindIndex, severityIndex, unit, resolutionMicros, hashMessage(message), lines];
}

/** What an import keeps of an event that was read as bytes. */
export function keptBare(event: PlainEvent, byteOffset: number, byteLength: number, line: number): Row {
  const { time, pid, kind, severity, unit, resolutionMicros } = event;
  const hash = event.messageHash();
  return [time, byteOffset, byteLength, line, pid, kind, severity, unit, resolutionMicros, hash, event.messageLines];
}

export const isRow = (item: Kept): item is Row => Array.isArray(item);
