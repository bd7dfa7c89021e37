import type { EventFilter, EventPage, EventPoint, EventSort, RawRecord } from '../../shared/contract/ipc.ts';
import type { EventColumns, ImportedEvidence } from '../../shared/contract/worker-protocol.ts';
import { NativeJournal } from '../../shared/evidence/native-journal/journal.ts';
import type { ParseContext } from '../../shared/evidence/parser.ts';
import { decodeRecord } from '../../shared/evidence/parsers.ts';
import {
  EVENT_KINDS,
  type EventKind,
  type EventSource,
  type EvidenceEvent,
  SEVERITIES,
} from '../../shared/model/event.ts';
import type { EvidenceFile, EvidenceId } from '../../shared/model/evidence.ts';
import { type EpochMicros, epochMicros, MICROS_PER_SECOND } from '../../shared/model/time.ts';
import { NO_PID } from '../intake/event-table.ts';
import { visibleText } from '../intake/names.ts';
import { EVERY_EVENT, filterRows, firstRowFrom, sortedRows } from './event-filter.ts';
import { RecordReader } from './record-reader.ts';
import { RowSearch } from './row-search.ts';
import { sortRows } from './sort-rows.ts';
import { thinnedPoints } from './thin-points.ts';

/** Decoded events kept for showing again. */
const CACHED_EVENTS = 4096;
/** Bytes of a record that are decoded; journald's own limit for a message is 768 KiB. */
const DECODED_RECORD_BYTES = 1024 * 1024;
/** Bytes of a record that are shown raw. */
const RAW_RECORD_BYTES = 64 * 1024;
/** Lines shown before and after a raw record, at most so many and from so many bytes. */
const CONTEXT_LINES = 10;
const CONTEXT_BYTES = 16 * 1024;
/** Events that one question of the analysis may bring into memory. */
const ANSWER_EVENTS = 200_000;

const LF = 0x0a;

/**
 * The events of a case: columns in memory, text on disk. Rows are numbered in time order and never change. Columns answer
 * filters, sorts, counts and spans; bytes are read for the events that are handed out, and for a search in messages (see
 * RowSearch) of the rows that pass the rest of the filter.
 */
export class EventStore implements EventSource {
  readonly #columns: EventColumns;
  readonly #files: readonly EvidenceFile[];
  readonly #reader: RecordReader;
  readonly #decoder = new TextDecoder('utf-8');
  /** Decoded events, the one used last at the end. */
  readonly #events = new Map<number, EvidenceEvent>();
  #filtered: { readonly key: string; readonly rows: Uint32Array } | null = null;
  #sorted: { readonly key: string; readonly rows: Uint32Array } | null = null;
  /** Row numbers by file and then by offset; made when first asked for. */
  #byPlace: Uint32Array | null = null;
  /** Finds rows by what their messages say. */
  readonly search: RowSearch;
  /** Native journals by file, opened when one of their events is first shown. */
  readonly #journals = new Map<number, NativeJournal>();

  constructor(imported: Pick<ImportedEvidence, 'columns' | 'files' | 'locations'>) {
    this.#columns = imported.columns;
    this.#files = imported.files;
    this.#reader = new RecordReader(
      imported.files.map((file, index) => {
        const location = imported.locations[index] ?? null;
        return location === null ? null : { absolutePath: location.absolutePath, bytes: file.bytes };
      }),
    );
    // A search looks at every candidate once: it decodes past the cache, which is for rows on screen.
    this.search = new RowSearch(
      this.#columns,
      this.#files,
      this.#reader,
      (row) => (this.#events.get(row) ?? this.#decode(row)).message,
    );
  }

  get count(): number {
    return this.#columns.count;
  }

  /** The event of a row. Throws RangeError when there is no such row. */
  event(row: number): EvidenceEvent {
    const known = this.#events.get(row);
    if (known !== undefined) {
      this.#events.delete(row);
      this.#events.set(row, known);
      return known;
    }
    const event = this.#decode(row);
    this.#events.set(row, event);
    if (this.#events.size > CACHED_EVENTS) this.#forgetOldest();
    return event;
  }

  /** Many at a time: a map whose first entry is deleted over and over is slow to find its next first one. */
  #forgetOldest(): void {
    let surplus = CACHED_EVENTS / 4;
    for (const row of this.#events.keys()) {
      if (surplus === 0) return;
      this.#events.delete(row);
      surplus -= 1;
    }
  }

  /** `limit` events of a filtered and sorted list from the `offset`th on, and how many there are in all. */
  page(filter: EventFilter, sort: EventSort, offset: number, limit: number): Omit<EventPage, 'search'> {
    const rows = this.#rows(filter, sort);
    const events = Array.from(rows.subarray(offset, offset + limit), (row) => this.event(row));
    return { total: rows.length, offset, events };
  }

  /** Where an event stands in a filtered and sorted list; null when the filter hides it. */
  position(row: number, filter: EventFilter, sort: EventSort): number | null {
    const position = this.#rows(filter, sort).indexOf(row);
    return position < 0 ? null : position;
  }

  /** An event's bytes and the lines around them as text for people. Throws RangeError when there is no such row. */
  raw(row: number): RawRecord {
    const event = this.event(row);
    const fileIndex = this.#columns.fileIndex[row] ?? 0;
    const { byteOffset, byteLength } = event.source;
    const shownBytes = Math.min(byteLength, RAW_RECORD_BYTES);
    const path = this.#files[fileIndex]?.path ?? '';
    try {
      if (this.#files[fileIndex]?.format === 'journal-native') {
        // Its neighbours in the file are other objects, no lines; an entry's own text lies in objects that it refers to.
        const shown = this.#journal(fileIndex).text(byteOffset, RAW_RECORD_BYTES);
        if (shown === null) throw new Error('its entry is not there any more');
        return { event, path, before: [], text: visibleText(shown.text), after: [], cut: shown.cut };
      }
      const text = this.#text(this.#reader.read(fileIndex, byteOffset, shownBytes));
      const before = this.#linesBefore(fileIndex, byteOffset);
      const after = this.#linesAfter(fileIndex, byteOffset + byteLength);
      return { event, path, before, text, after, cut: shownBytes < byteLength };
    } catch (thrown) {
      return { event, path, before: [], text: unreadable(thrown), after: [], cut: true };
    }
  }

  /** All events as points for a drawing, at most `limit`; notable ones are kept, the others thinned evenly. */
  points(limit: number): EventPoint[] {
    return thinnedPoints(this.#columns, this.#files, limit);
  }

  /** See EventSource; at most 200,000 events, the first ones. */
  ofKinds(kinds: readonly EventKind[]): readonly EvidenceEvent[] {
    return kinds.length === 0 ? [] : this.#answer({ ...EVERY_EVENT, kinds: [...kinds] }, ANSWER_EVENTS);
  }

  /** See EventSource; at most 200,000 events, the first ones. */
  ofPid(pid: number, from: EpochMicros, to: EpochMicros): readonly EvidenceEvent[] {
    return this.#answer({ ...EVERY_EVENT, pids: [pid], from, to }, ANSWER_EVENTS);
  }

  between(from: EpochMicros, to: EpochMicros, limit: number): readonly EvidenceEvent[] {
    const first = firstRowFrom(this.#columns.time, from);
    const end = Math.min(firstRowFrom(this.#columns.time, to, true), first + Math.min(limit, ANSWER_EVENTS));
    return Array.from({ length: Math.max(0, end - first) }, (_, index) => this.event(first + index));
  }

  rowAt(evidenceId: EvidenceId, byteOffset: number): number | null {
    const fileIndex = this.#files.findIndex((file) => file.id === evidenceId);
    if (fileIndex < 0) return null;
    const { fileIndex: fileOf, byteOffset: offsetOf } = this.#columns;
    const order = this.#placeOrder();
    let low = 0;
    let high = order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const row = order[middle] ?? 0;
      const difference = (fileOf[row] ?? 0) - fileIndex || (offsetOf[row] ?? 0) - byteOffset;
      if (difference < 0) low = middle + 1;
      else high = middle;
    }
    const row = order[low];
    return row !== undefined && fileOf[row] === fileIndex && offsetOf[row] === byteOffset ? row : null;
  }

  span(evidenceId: EvidenceId): { readonly from: EpochMicros; readonly to: EpochMicros } | null {
    const fileIndex = this.#files.findIndex((file) => file.id === evidenceId);
    if (fileIndex < 0) return null;
    const first = this.#columns.fileIndex.indexOf(fileIndex);
    const last = this.#columns.fileIndex.lastIndexOf(fileIndex);
    const { time } = this.#columns;
    return first < 0 ? null : { from: epochMicros(time[first] ?? 0), to: epochMicros(time[last] ?? 0) };
  }

  /** Lets go of the files. */
  close(): void {
    this.#reader.close();
    this.search.close();
    this.#events.clear();
    this.#journals.clear();
  }

  #answer(filter: EventFilter, limit: number): readonly EvidenceEvent[] {
    const rows = filterRows(this.#columns, this.#files, filter);
    return Array.from(rows.subarray(0, limit), (row) => this.event(row));
  }

  #rows(filter: EventFilter, sort: EventSort): Uint32Array {
    const filterKey = JSON.stringify(filter);
    if (this.#filtered?.key !== filterKey) {
      this.#filtered = {
        key: filterKey,
        rows: this.search.rows(filter),
      };
    }
    const sortKey = `${sort.column} ${sort.descending} ${filterKey}`;
    if (this.#sorted?.key !== sortKey) {
      this.#sorted = { key: sortKey, rows: sortedRows(this.#columns, this.#filtered.rows, sort) };
    }
    return this.#sorted.rows;
  }

  #placeOrder(): Uint32Array {
    if (this.#byPlace !== null) return this.#byPlace;
    const { fileIndex, byteOffset, count } = this.#columns;
    const order = Uint32Array.from({ length: count }, (_, row) => row);
    sortRows(order, (a, b) => (fileIndex[a] ?? 0) - (fileIndex[b] ?? 0) || (byteOffset[a] ?? 0) - (byteOffset[b] ?? 0));
    this.#byPlace = order;
    return order;
  }

  #decode(row: number): EvidenceEvent {
    const columns = this.#columns;
    if (!Number.isInteger(row) || row < 0 || row >= columns.count) throw new RangeError(`There is no event ${row}.`);
    const fileIndex = columns.fileIndex[row] ?? 0;
    const file = this.#files[fileIndex];
    const pid = columns.pid[row] ?? NO_PID;
    const byteOffset = columns.byteOffset[row] ?? 0;
    const byteLength = columns.byteLength[row] ?? 0;
    const line = columns.line[row] ?? 0;
    // What the columns hold wins over what the record alone would say: it was read in the context of its whole file.
    const known = {
      row,
      time: epochMicros(columns.time[row] ?? 0),
      kind: EVENT_KINDS[columns.kind[row] ?? 0] ?? 'log',
      pid: pid === NO_PID ? null : pid,
      severity: SEVERITIES[columns.severity[row] ?? SEVERITIES.length] ?? null,
      source: { evidenceId: file?.id ?? '', byteOffset, byteLength, line: line === 0 ? null : line },
    } as const;
    // Rows of ps and vmstat mean nothing without their header, so they are shown as they stand.
    const sampled = known.kind === 'process-sample' || known.kind === 'memory-sample';
    const plain = (message: string): EvidenceEvent => ({
      ...known,
      resolutionMicros: sampled ? MICROS_PER_SECOND : 1,
      timestampDesc: sampled ? 'sampled' : 'entry written',
      message,
      identifier: null,
      host: null,
      unit: null,
      detail: {},
    });
    if (file === undefined) return plain('');
    try {
      if (file.format === 'journal-native') {
        const read = this.#journal(fileIndex).event(byteOffset, recordContext(file, byteOffset, line, known.time));
        return read?.item.type === 'event' ? { ...read.item.event, ...known } : plain('');
      }
      const bytes = this.#reader.read(fileIndex, byteOffset, Math.min(byteLength, DECODED_RECORD_BYTES));
      const parsed = decodeRecord(file.format, bytes, recordContext(file, byteOffset, line, known.time));
      return parsed === null ? plain(this.#decoder.decode(bytes).trim()) : { ...parsed, ...known };
    } catch (thrown) {
      return plain(unreadable(thrown));
    }
  }

  #journal(fileIndex: number): NativeJournal {
    const known = this.#journals.get(fileIndex);
    if (known !== undefined) return known;
    const source = {
      size: this.#files[fileIndex]?.bytes ?? 0,
      at: (offset: number, length: number) => this.#reader.read(fileIndex, offset, length),
    };
    const journal = NativeJournal.open(source);
    if (journal === null) throw new Error('its file is no journal any more');
    this.#journals.set(fileIndex, journal);
    return journal;
  }

  #linesBefore(fileIndex: number, byteOffset: number): string[] {
    const from = Math.max(0, byteOffset - CONTEXT_BYTES);
    if (from === byteOffset) return [];
    const lines = this.#lines(this.#reader.read(fileIndex, from, byteOffset - from));
    // The first line of a stretch that does not begin the file is a piece of one.
    return lines.slice(from > 0 && lines.length > 1 ? 1 : 0).slice(-CONTEXT_LINES);
  }

  #linesAfter(fileIndex: number, byteOffset: number): string[] {
    const bytes = this.#reader.read(fileIndex, byteOffset, CONTEXT_BYTES);
    const start = bytes.indexOf(LF) + 1;
    if (start === 0 || start === bytes.length) return [];
    const lines = this.#lines(bytes.subarray(start));
    const pieceAtEnd = bytes.length === CONTEXT_BYTES && bytes[bytes.length - 1] !== LF && lines.length > 1;
    return lines.slice(0, pieceAtEnd ? -1 : undefined).slice(0, CONTEXT_LINES);
  }

  /** Lines of a stretch of bytes; a line break at its end begins no further line. */
  #lines(bytes: Uint8Array): string[] {
    const end = bytes[bytes.length - 1] === LF ? bytes.length - 1 : bytes.length;
    return this.#text(bytes.subarray(0, end)).split('\n');
  }

  #text(bytes: Uint8Array): string {
    return visibleText(this.#decoder.decode(bytes).replace(/\r(?=\n|$)/g, ''));
  }
}

function recordContext(file: EvidenceFile, byteOffset: number, line: number, time: EpochMicros): ParseContext {
  return {
    evidenceId: file.id,
    fileName: file.path.slice(file.path.lastIndexOf('/') + 1),
    offsetMinutes: file.time?.offsetMinutes ?? 0,
    zoneFrom: file.time?.zoneFrom ?? 'file',
    nearTime: time,
    nearTimeFrom: file.time?.yearFrom ?? 'file',
    startOffset: byteOffset,
    startLine: Math.max(1, line),
  };
}

function unreadable(thrown: unknown): string {
  return `(${thrown instanceof Error ? thrown.message : String(thrown)})`;
}
