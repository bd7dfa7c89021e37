import { FORMATS } from '../../../shared/evidence/formats/table.ts';
import type { BootStamp } from '../../../shared/evidence/reading/boot-clocks.ts';
import type { ItemSink, ParseContext } from '../../../shared/evidence/reading/parser.ts';
import { type DatedTyingEvent, TYING_KINDS } from '../../../shared/evidence/reading/uptime-ties.ts';
import type { EventKind } from '../../../shared/model/event.ts';
import type { EvidenceFormat } from '../../../shared/model/evidence.ts';
import { EntryKeyTable } from '../../events/entry-keys.ts';
import { EventTable } from '../../events/event-table.ts';
import type { IntakeLimits } from '../../files/limits.ts';
import { FileProblems } from '../../files/problem-list.ts';
import { EvidenceReader, type FileStamp, stampChange } from '../../files/read-only.ts';
import { EvidenceSink, type ReadPart, RecordCounter } from '../events/evidence-sink.ts';

/** The rest of a file of text that is to be read apart from what lies before it. */
export interface PartRequest {
  readonly absolutePath: string;
  /** The file as whoever reads the part before it has it open. */
  readonly stamp: FileStamp;
  readonly fileIndex: number;
  readonly format: EvidenceFormat;
  /** Of a format that dates itself, which knows nothing of other files. */
  readonly context: Omit<ParseContext, 'uptimeTies' | 'knownEntries' | 'bootClocks' | 'startOffset' | 'startLine'>;
  /** A place at which a record begins. */
  readonly from: number;
  /** Whether the events are to have keys; see EntryKeyTable. */
  readonly hasKeys: boolean;
  readonly limits: IntakeLimits;
}

/** Ties that are kept; UptimeTies remembers no more. */
const TIES_LIMIT = 10_000;
const TYING: ReadonlySet<EventKind> = new Set(TYING_KINDS);

/**
 * Reads a file from a record in its middle to its end. Null when that cannot stand for having read it in one go: when there
 * is a problem in it, whose words would tell of lines or have been said before, when its stamps depend on others, or when
 * `report`, told of the bytes that were read, returns false. Throws the file system's error.
 */
export function readPart(request: PartRequest, report: (readBytes: number) => boolean): ReadPart | null {
  const { absolutePath, stamp, fileIndex, format, from, limits } = request;
  const sink = new EvidenceSink(new EventTable());
  sink.keys = request.hasKeys ? new EntryKeyTable() : null;
  const problems = new FileProblems(limits.problems);
  const records = new RecordCounter(problems, fileIndex, format, sink, limits);
  const ties: DatedTyingEvent[] = [];
  const boots = new Map<string, BootStamp>();
  const items: ItemSink = {
    event: (event, byteOffset, byteLength, line) => records.event(event, byteOffset, byteLength, line),
    item(item) {
      records.item(item);
      if (item.type !== 'event') return;
      const { kind, message, detail, time, source } = item.event;
      if (TYING.has(kind)) ties.push({ kind, message, detail, time, source });
      if (item.boot !== undefined && !boots.has(item.boot.bootId)) boots.set(item.boot.bootId, item.boot);
    },
  };
  const parser = FORMATS[format].create?.({ ...request.context, startOffset: from, startLine: 1 });
  if (parser?.pushInto === undefined || parser.seam === undefined) return null;
  const reader = new EvidenceReader(absolutePath);
  try {
    if (stampChange(stamp, reader.stamp) !== null) return null;
    const buffer = new Uint8Array(limits.readChunkBytes);
    let position = from;
    while (position < stamp.bytes) {
      const chunk = reader.into(buffer, position, stamp.bytes - position);
      if (chunk.length === 0) return null;
      parser.pushInto(chunk, items);
      position += chunk.length;
      if (problems.count > 0 || ties.length > TIES_LIMIT || !report(position - from)) return null;
    }
  } finally {
    reader.close();
  }
  if (parser.seam() === null || parser.timeResolution()?.zoneFrom !== 'file') return null;
  for (const item of parser.end()) items.item(item);
  const events = sink.table.added();
  if (problems.count > 0 || events === null) return null;
  const keys = sink.keys?.first(events.count) ?? null;
  return { events, span: records.span, keys, ties, boots: [...boots.values()] };
}
