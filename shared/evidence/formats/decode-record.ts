import type { EvidenceFormat } from '../../model/evidence.ts';
import type { ParseContext, ParsedEvent } from '../reading/parser.ts';
import { FORMATS } from './table.ts';

/**
 * Reads one record again from its own bytes (without its final line end), as the event store does for the rows on screen.
 * `context.nearTime` is the record's known time: it settles the year, and is the time where the record itself has none
 * (uptime stamps, headers without a time). Null when the record cannot be read by itself: rows below a header.
 */
export function decodeRecord(format: EvidenceFormat, bytes: Uint8Array, context: ParseContext): ParsedEvent | null {
  const create = FORMATS[format].readAgain?.(context.nearTime) ?? null;
  if (create === null) return null;
  // A header without a time takes the time of the entry before, which is the known time here.
  const parser = create({ ...context, startOffset: Math.max(context.startOffset, 1) });
  for (const item of [...parser.push(bytes), ...parser.end()]) {
    if (item.type !== 'event') continue;
    return { ...item.event, source: { ...item.event.source, byteOffset: context.startOffset } };
  }
  return null;
}
