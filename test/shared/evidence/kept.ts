import { NO_PID, NO_SEVERITY, type ParsedItem } from '../../../shared/evidence/parser.ts';
import { EVENT_KINDS, SEVERITIES } from '../../../shared/model/event.ts';

export type Row = readonly [
  time: number,
  offset: number,
  length: number,
  line: number,
  pid: number,
  kind: number,
  severity: number,
  unit: string | null,
];
export type Kept = Row | ParsedItem;

/** What an import keeps of an item. */
export function kept(item: ParsedItem): Kept {
  if (item.type !== 'event') return item;
  const { time, source, pid, kind, severity, unit } = item.event;
  const severityIndex = severity === null ? NO_SEVERITY : SEVERITIES.indexOf(severity);
  const { byteOffset, byteLength, line } = source;
  return [time, byteOffset, byteLength, line ?? 0, pid ?? NO_PID, EVENT_KINDS.indexOf(kind), severityIndex, unit];
}

export const isRow = (item: Kept): item is Row => Array.isArray(item);
