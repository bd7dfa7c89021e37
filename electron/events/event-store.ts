import { EVERY_EVENT } from '../../shared/contract/event-filter.ts';
import type { EventFilter, EventSort } from '../../shared/contract/ipc.ts';
import { decodeRecord } from '../../shared/evidence/formats/decode-record.ts';
import { hasLayout, LAYOUT_HEAD_BYTES, layoutOfFormat } from '../../shared/evidence/formats/layout.ts';
import { logFormat } from '../../shared/evidence/formats/table.ts';
import { NativeJournal } from '../../shared/evidence/journal/native/journal.ts';
import type { LogLayout } from '../../shared/evidence/reading/log-layout.ts';
import type { ParseContext } from '../../shared/evidence/reading/parser.ts';
import type { ReadPlainRecord } from '../../shared/evidence/reading/plain-record.ts';
import {
  EVENT_KINDS,
  type EventKind,
  type EventSource,
  type EvidenceEvent,
  type MessageGlance,
  type Place,
  SEVERITIES,
  type Severity,
} from '../../shared/model/event.ts';
import { type EventColumns, NO_PID } from '../../shared/model/event-columns.ts';
import type { EvidenceFile, EvidenceFormat, EvidenceId } from '../../shared/model/evidence.ts';
import { existing } from '../../shared/model/existing.ts';
import type { ImportedEvidence } from '../../shared/model/imported-evidence.ts';
import { wordsOf } from '../../shared/model/thrown.ts';
import { type EpochMicros, epochMicros, MICROS_PER_SECOND } from '../../shared/model/time.ts';
import type { EventPage, EventPoint, RawRecord, RecordPiece, TracebackLine } from '../../shared/model/views.ts';
import { visibleRaw } from '../../shared/wording/visible.ts';
import { filterRows, firstRowFrom, RowList, sortedRows } from './event-filter.ts';
import { EventPlaces } from './event-places.ts';
import { KeptRecords } from './kept-records.ts';
import { MessageGlances } from './message-glances.ts';
import { PidRows } from './pid-rows.ts';
import { PlacedEvents, type RowTest } from './placed-events.ts';
import { isText, RecordPieces, type StoredRecord } from './record-pieces.ts';
import { DECODED_RECORD_BYTES, RecordReader } from './record-reader.ts';
import { RowPlaces } from './row-places.ts';
import { RowSearch } from './row-search.ts';
import { thinnedPoints } from './thin-points.ts';
import { Tracebacks } from './tracebacks.ts';

/** Decoded events kept for showing again. */
const CACHED_EVENTS = 4096;
/** Longer messages are decoded anew each time: a cache of thousands must not become gigabytes. */
const CACHED_MESSAGE_CHARACTERS = 64 * 1024;
/** Bytes of a record that are shown raw. */
const RAW_RECORD_BYTES = 64 * 1024;
/** Lines shown before and after a raw record, at most so many and from so many bytes. */
const CONTEXT_LINES = 10;
const CONTEXT_BYTES = 16 * 1024;
/** Events that one question of the analysis may bring into memory. */
const ANSWER_EVENTS = 200_000;

/** Longer records are read by their parser. */
const PLAIN_RECORD_BYTES = 4096;

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
  readonly #places: EventPlaces;
  readonly #pidRows: PidRows;
  /** Finds rows by what their messages say. */
  readonly search: RowSearch;
  /** Native journals by file, opened when one of their events is first shown. */
  readonly #journals = new Map<number, NativeJournal>();
  /** Layouts of logs by file, learnt when one of their events is first shown. */
  readonly #layouts = new Map<number, LogLayout | null>();
  /** What reads plain records, by file, made when one of its events is first read. */
  readonly #plainReaders = new Map<number, ReadPlainRecord | null>();
  readonly #pieces = new RecordPieces();
  readonly #tracebacks: Tracebacks;
  #rowPlaces: RowPlaces | null = null;
  #besideLogs: Uint32Array | null = null;
  readonly #at = new Map<Place, PlacedEvents>();
  readonly #glances: MessageGlances;
  readonly #kept = new KeptRecords();
  /** Made when first asked for: some questions are asked of each of tens of thousands of files. */
  #indexOfFile: ReadonlyMap<EvidenceId, number> | null = null;
  #spans: FileSpans | null = null;

  constructor(imported: Pick<ImportedEvidence, 'columns' | 'files' | 'locations'>) {
    this.#columns = imported.columns;
    this.#files = imported.files;
    this.#places = new EventPlaces(imported.columns);
    this.#pidRows = new PidRows(imported.columns);
    this.#tracebacks = new Tracebacks(imported.columns, (row) => this.event(row).message);
    this.#reader = new RecordReader(
      imported.files.map((file, index) => {
        const location = imported.locations[index] ?? null;
        return location === null ? null : { absolutePath: location.absolutePath, bytes: file.bytes };
      }),
    );
    this.#glances = new MessageGlances(this.#columns, this.#files, this.#reader, this.#kept);
    // A search looks at every candidate once: it decodes past the cache, which is for rows on screen.
    this.search = new RowSearch(this.#columns, this.#files, this.#reader, (row) => this.eventOnce(row).message);
  }

  get count(): number {
    return this.#columns.count;
  }

  /** The columns as they are, for who looks through all rows; nobody writes to them. */
  get columns(): EventColumns {
    return this.#columns;
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
    if (event.message.length > CACHED_MESSAGE_CHARACTERS) return event;
    this.#events.set(row, event);
    if (this.#events.size > CACHED_EVENTS) this.#forgetOldest();
    return event;
  }

  eventOnce(row: number): EvidenceEvent {
    return this.#events.get(row) ?? this.#decode(row);
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
    const fileIndex = existing(this.#columns.fileIndex[row], row);
    const { byteOffset, byteLength } = event.source;
    const shownBytes = Math.min(byteLength, RAW_RECORD_BYTES);
    const path = this.#files[fileIndex]?.path ?? '';
    try {
      const message = this.piece(row, 'message', 0, RAW_RECORD_BYTES);
      const told = {
        messageBytes: message.totalBytes,
        isText: isText(message.bytes, message.bytes.length === message.totalBytes),
      };
      if (this.#files[fileIndex]?.format === 'journal-native') {
        // Its neighbours in the file are other objects, no lines; an entry's own text lies in objects that it refers to.
        const shown = this.#journal(fileIndex).text(byteOffset, RAW_RECORD_BYTES);
        if (shown === null) throw new Error('its entry is not there any more');
        return { event, path, before: [], text: visibleRaw(shown.text), after: [], cut: shown.cut, ...told };
      }
      const text = this.#text(this.#reader.read(fileIndex, byteOffset, shownBytes));
      const before = this.#linesBefore(fileIndex, byteOffset);
      const after = this.#linesAfter(fileIndex, byteOffset + byteLength);
      return { event, path, before, text, after, cut: shownBytes < byteLength, ...told };
    } catch (thrown) {
      const text = unreadable(thrown);
      return { event, path, before: [], text, after: [], cut: true, messageBytes: byteLength, isText: true };
    }
  }

  /** Up to `limit` bytes of a record or its message; see RecordPieces. Throws RangeError when there is no such row. */
  piece(row: number, of: RecordPiece['of'], offset: number, limit: number): RecordPiece {
    return this.#pieces.piece(this.#recordAt(row), of, offset, limit);
  }

  /** Those of some rows that are lines of a traceback; see Tracebacks. */
  tracebackLines(rows: readonly number[]): readonly TracebackLine[] {
    return this.#tracebacks.linesAt(rows.filter((row) => row < this.#columns.count));
  }

  #recordAt(row: number): StoredRecord {
    const { fileIndex: fileOf, byteOffset, byteLength, count } = this.#columns;
    if (!Number.isInteger(row) || row < 0 || row >= count) throw new RangeError(`There is no event ${row}.`);
    const fileIndex = existing(fileOf[row], row);
    return {
      row,
      format: this.#files[fileIndex]?.format ?? 'unknown',
      byteOffset: existing(byteOffset[row], row),
      byteLength: existing(byteLength[row], row),
      read: (offset, length) => this.#reader.read(fileIndex, offset, length),
      journal: () => this.#journal(fileIndex),
    };
  }

  /** All events as points for a drawing, at most `limit`; notable ones are kept, the others thinned evenly. */
  points(limit: number): EventPoint[] {
    return thinnedPoints(this.#columns, this.#files, limit);
  }

  get places(): readonly Place[] {
    return this.#placesOfRows().places;
  }

  at(place: Place): EventSource {
    if (this.places.length === 1) return this;
    const known = this.#at.get(place);
    if (known !== undefined) return known;
    const rows = this.#placesOfRows();
    const placed = new PlacedEvents(this, rows.isOf(place), rows.isBeside(place));
    this.#at.set(place, placed);
    return placed;
  }

  #placesOfRows(): RowPlaces {
    this.#rowPlaces ??= new RowPlaces(this.#columns, this.#files, (row) => this.event(row).host);
    return this.#rowPlaces;
  }

  /** See EventSource; at most 200,000 events, the first ones. */
  ofKinds(kinds: readonly EventKind[], only: RowTest = null): readonly EvidenceEvent[] {
    return Array.from(this.#rowsOfKinds(kinds, only).subarray(0, ANSWER_EVENTS), (row) => this.event(row));
  }

  rowsByOthers(
    kinds: readonly EventKind[],
    pids: ReadonlySet<number>,
    longestLogBytes: number,
    only: RowTest = null,
  ): Uint32Array {
    const { pid, kind, byteLength } = this.#columns;
    const log = EVENT_KINDS.indexOf('log');
    const rows = this.#rowsOfKinds(kinds, only);
    if (pids.size === 0 && longestLogBytes === Number.POSITIVE_INFINITY) return rows;
    return rows.filter(
      (row) =>
        !pids.has(pid[row] ?? NO_PID) && (kind[row] !== log || existing(byteLength[row], row) <= longestLogBytes),
    );
  }

  rowsOfPid(
    pid: number,
    from: EpochMicros,
    to: EpochMicros,
    kinds: readonly EventKind[],
    only: RowTest = null,
  ): Uint32Array {
    const { kind } = this.#columns;
    const asked = kindLookup(kinds);
    return this.#pidRows
      .between(pid, from, to)
      .filter((row) => asked[existing(kind[row], row)] === 1 && only?.(row) !== false);
  }

  rowsBetween(
    from: EpochMicros,
    to: EpochMicros,
    limit: number,
    kinds: readonly EventKind[],
    only: RowTest = null,
  ): Uint32Array {
    const { kind, time } = this.#columns;
    const asked = kindLookup(kinds);
    const end = firstRowFrom(time, to, true);
    const rows = new RowList();
    for (let row = firstRowFrom(time, from); row < end && rows.count < limit; row += 1) {
      if (asked[existing(kind[row], row)] === 1 && only?.(row) !== false) rows.push(row);
    }
    return rows.view();
  }

  timeOf(row: number): EpochMicros {
    return epochMicros(existing(this.#columns.time[row], row));
  }

  pidOf(row: number): number | null {
    const pid = this.#columns.pid[row] ?? NO_PID;
    return pid === NO_PID ? null : pid;
  }

  fileOf(row: number): EvidenceId {
    return this.#files[existing(this.#columns.fileIndex[row], row)]?.id ?? '';
  }

  isDated(row: number): boolean {
    const format = this.#files[existing(this.#columns.fileIndex[row], row)]?.format ?? 'unknown';
    const log = logFormat(format);
    return log !== null && !log.isLaidOut && log.stampedBy !== 'copied';
  }

  glances(rows: Uint32Array, glance: MessageGlance, untold: number): Uint8Array {
    return this.#glances.of(rows, glance, untold);
  }

  filesWithKinds(kinds: readonly EventKind[], only: RowTest = null): ReadonlySet<EvidenceId> {
    const { fileIndex, copies } = this.#columns;
    const rows = new Set(this.#rowsOfKinds(kinds, only));
    const files = new Set<number>();
    for (const row of rows) files.add(existing(fileIndex[row], row));
    for (const [place, row] of copies.row.entries())
      if (rows.has(row)) files.add(existing(copies.fileIndex[place], place));
    return new Set([...files].map((index) => this.#files[index]?.id ?? ''));
  }

  pidsWithKinds(kinds: readonly EventKind[], only: RowTest = null): ReadonlySet<number> {
    const { pid } = this.#columns;
    const pids = new Set<number>();
    for (const row of this.#rowsOfKinds(kinds, only)) {
      pids.add(pid[row] ?? NO_PID);
    }
    pids.delete(NO_PID);
    return pids;
  }

  /** See EventSource; at most 200,000 events, the first ones. */
  ofPid(
    pid: number,
    from: EpochMicros,
    to: EpochMicros,
    kinds: readonly EventKind[] = EVENT_KINDS,
    only: RowTest = null,
  ): readonly EvidenceEvent[] {
    return Array.from(this.rowsOfPid(pid, from, to, kinds, only).subarray(0, ANSWER_EVENTS), (row) => this.event(row));
  }

  hasOfPid(pid: number, from: EpochMicros, to: EpochMicros, only: RowTest = null): boolean {
    const rows = this.#pidRows.between(pid, from, to);
    return only === null ? rows.length > 0 : rows.some(only);
  }

  lastOfPid(
    pid: number,
    from: EpochMicros,
    to: EpochMicros,
    kinds: readonly EventKind[] = EVENT_KINDS,
    only: RowTest = null,
  ): EpochMicros | null {
    const { kind } = this.#columns;
    const row = this.#pidRows
      .between(pid, from, to)
      .findLast((each) => kinds.includes(EVENT_KINDS[existing(kind[each], each)] ?? 'log') && only?.(each) !== false);
    return row === undefined ? null : epochMicros(existing(this.#columns.time[row], row));
  }

  between(
    from: EpochMicros,
    to: EpochMicros,
    limit: number,
    kinds: readonly EventKind[] = EVENT_KINDS,
    only: RowTest = null,
  ): readonly EvidenceEvent[] {
    const rows = this.rowsBetween(from, to, Math.min(limit, ANSWER_EVENTS), kinds, only);
    return Array.from(rows, (row) => this.event(row));
  }

  ofSeverities(severities: readonly Severity[], limit: number, only: RowTest = null): readonly EvidenceEvent[] {
    return Array.from(this.rowsOfSeverities(severities, Math.min(limit, ANSWER_EVENTS), only), (row) =>
      this.event(row),
    );
  }

  rowsOfSeverities(severities: readonly Severity[], limit: number, only: RowTest = null): Uint32Array {
    const all = filterRows(this.#columns, this.#files, { ...EVERY_EVENT, severities: [...severities] });
    return (only === null ? all : all.filter(only)).subarray(0, limit);
  }

  rowAt(evidenceId: EvidenceId, byteOffset: number): number | null {
    const fileIndex = this.#fileIndexes().get(evidenceId);
    return fileIndex === undefined ? null : this.#places.rowAt(fileIndex, byteOffset);
  }

  span(evidenceId: EvidenceId): { readonly from: EpochMicros; readonly to: EpochMicros } | null {
    const fileIndex = this.#fileIndexes().get(evidenceId);
    if (fileIndex === undefined) return null;
    this.#spans ??= fileSpans(this.#columns, this.#files.length);
    const [from, to] = [this.#spans.from[fileIndex] ?? Infinity, this.#spans.to[fileIndex] ?? -Infinity];
    return from > to ? null : { from: epochMicros(from), to: epochMicros(to) };
  }

  #fileIndexes(): ReadonlyMap<EvidenceId, number> {
    this.#indexOfFile ??= new Map(this.#files.map(({ id }, index) => [id, index]));
    return this.#indexOfFile;
  }

  /** Lets go of the files. */
  close(): void {
    this.#reader.close();
    this.search.close();
    this.#events.clear();
    this.#journals.clear();
  }

  #rowsOfKinds(kinds: readonly EventKind[], only: RowTest): Uint32Array {
    const { kind, count } = this.#columns;
    const asked = kindLookup(kinds);
    if (!kinds.includes('log')) {
      const others = this.#rowsBesideLogs().filter((row) => asked[existing(kind[row], row)] === 1);
      return only === null ? others : others.filter(only);
    }
    // Counted first: nearly all rows of a case may be of them, and room for more than these would be as much again.
    let found = 0;
    for (let row = 0; row < count; row++) found += asked[existing(kind[row], row)] ?? 0;
    const rows = new Uint32Array(found);
    let at = 0;
    for (let row = 0; row < count && at < found; row++) {
      if (asked[existing(kind[row], row)] !== 1) continue;
      rows[at] = row;
      at += 1;
    }
    return only === null ? rows : rows.filter(only);
  }

  /** The few rows that are no lines of a log, of which an analysis asks again and again. */
  #rowsBesideLogs(): Uint32Array {
    if (this.#besideLogs !== null) return this.#besideLogs;
    const { kind, count } = this.#columns;
    const log = EVENT_KINDS.indexOf('log');
    const rows = new RowList();
    for (let row = 0; row < count; row++) if (existing(kind[row], row) !== log) rows.push(row);
    this.#besideLogs = rows.view();
    return this.#besideLogs;
  }

  #rows(filter: EventFilter, sort: EventSort): Uint32Array {
    return sortedRows(this.#columns, this.search.rows(filter), sort);
  }

  #decode(row: number): EvidenceEvent {
    const columns = this.#columns;
    if (!Number.isInteger(row) || row < 0 || row >= columns.count) throw new RangeError(`There is no event ${row}.`);
    const fileIndex = existing(columns.fileIndex[row], row);
    const file = this.#files[fileIndex];
    const pid = columns.pid[row] ?? NO_PID;
    const byteOffset = existing(columns.byteOffset[row], row);
    const byteLength = existing(columns.byteLength[row], row);
    const line = existing(columns.line[row], row);
    const copies = this.#places.copiesOf(row, this.#files);
    // What the columns hold wins over what the record alone would say: it was read in the context of its whole file.
    const unit = columns.units[existing(columns.unit[row], row)] ?? '';
    const known = {
      row,
      time: epochMicros(existing(columns.time[row], row)),
      kind: EVENT_KINDS[existing(columns.kind[row], row)] ?? 'log',
      pid: pid === NO_PID ? null : pid,
      severity: SEVERITIES[columns.severity[row] ?? SEVERITIES.length] ?? null,
      source: { evidenceId: file?.id ?? '', byteOffset, byteLength, line: line === 0 ? null : line },
      ...(copies.length === 0 ? {} : { copies }),
      ...(unit === '' ? {} : { unit }),
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
      unit: unit === '' ? null : unit,
      detail: {},
    });
    if (file === undefined) return plain('');
    try {
      if (file.format === 'journal-native') {
        const read = this.#journal(fileIndex).event(byteOffset, recordContext(file, byteOffset, line, known.time));
        return read?.item.type === 'event' ? { ...read.item.event, ...known } : plain('');
      }
      const plainly =
        known.kind === 'log' && byteLength <= PLAIN_RECORD_BYTES ? this.#plainReader(fileIndex, file) : null;
      const record =
        plainly === null
          ? null
          : plainly(this.#kept.of(row, byteLength) ?? this.#reader.read(fileIndex, byteOffset, byteLength), known.time);
      if (record !== null) {
        const { textAt, ...said } = record;
        return {
          timestampDesc: 'entry written',
          unit: null,
          detail: {},
          ...said,
          ...(textAt === null ? {} : { textAt }),
          ...known,
        };
      }
      const limitBytes = logFormat(file.format)?.wholeRecordBytes ?? DECODED_RECORD_BYTES;
      const bytes =
        (byteLength <= limitBytes ? this.#kept.of(row, byteLength) : null) ??
        this.#reader.read(fileIndex, byteOffset, Math.min(byteLength, limitBytes));
      const layout = this.#layoutOf(fileIndex, file.format);
      const parsed = decodeRecord(file.format, bytes, {
        ...recordContext(file, byteOffset, line, known.time),
        ...(layout === null ? {} : { layout }),
      });
      return parsed === null ? plain(this.#decoder.decode(bytes).trim()) : { ...parsed, ...known };
    } catch (thrown) {
      return plain(unreadable(thrown));
    }
  }

  /** What reads a file's plain records; null where its format has none. */
  #plainReader(fileIndex: number, { format, time }: EvidenceFile): ReadPlainRecord | null {
    const known = this.#plainReaders.get(fileIndex);
    if (known !== undefined) return known;
    const make = logFormat(format)?.readPlainly ?? null;
    const reader = make === null ? null : make(this.#layoutOf(fileIndex, format), time?.offsetMinutes ?? 0);
    this.#plainReaders.set(fileIndex, reader);
    return reader;
  }

  /** How the records of a service's log are made up, from its beginning as when it was taken in. */
  #layoutOf(fileIndex: number, format: EvidenceFormat): LogLayout | null {
    if (!hasLayout(format)) return null;
    const known = this.#layouts.get(fileIndex);
    if (known !== undefined) return known;
    const layout = layoutOfFormat(format, this.#reader.read(fileIndex, 0, LAYOUT_HEAD_BYTES));
    this.#layouts.set(fileIndex, layout);
    return layout;
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
    return visibleRaw(this.#decoder.decode(bytes).replace(/\r(?=\n|$)/g, ''));
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
  return `(${wordsOf(thrown)})`;
}

/** The times of the first and last event of each file, copies included; `from` is behind `to` where it has none. */
interface FileSpans {
  readonly from: Float64Array;
  readonly to: Float64Array;
}

function fileSpans({ count, time, fileIndex, copies }: EventColumns, files: number): FileSpans {
  const from = new Float64Array(files).fill(Number.POSITIVE_INFINITY);
  const to = new Float64Array(files).fill(Number.NEGATIVE_INFINITY);
  const note = (file: number, row: number): void => {
    const at = existing(time[row], row);
    if (at < existing(from[file], file)) from[file] = at;
    if (at > existing(to[file], file)) to[file] = at;
  };
  for (let row = 0; row < count; row++) note(existing(fileIndex[row], row), row);
  for (let copy = 0; copy < copies.count; copy++)
    note(existing(copies.fileIndex[copy], copy), existing(copies.row[copy], copy));
  return { from, to };
}

/** By what the column of kinds holds, 1 for some of them. */
function kindLookup(kinds: readonly EventKind[]): Uint8Array {
  const asked = new Uint8Array(EVENT_KINDS.length);
  for (const kind of kinds) asked[EVENT_KINDS.indexOf(kind)] = 1;
  return asked;
}
