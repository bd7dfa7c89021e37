import type { ParsedEvent } from '../../shared/evidence/reading/parser.ts';
import { EVENT_KINDS, type EventKind, SEVERITIES, type Severity } from '../../shared/model/event.ts';
import { type EventColumns, type EventCopies, NO_PID, NO_SEVERITY } from '../../shared/model/event-columns.ts';
import { existing } from '../../shared/model/existing.ts';
import type { EntryKeyTable } from './entry-keys.ts';
import { findCopies } from './find-copies.ts';
import { COLUMN_NAMES, type EventRows, GROWTH_ROWS, GrowingColumns, sharedRows } from './growing-columns.ts';
import { sortRows } from './sort-rows.ts';

const NO_ROWS = sharedRows(0);

const KIND_INDEX = new Map<EventKind, number>(EVENT_KINDS.map((kind, index) => [kind, index]));
const SEVERITY_INDEX = new Map<Severity, number>(SEVERITIES.map((severity, index) => [severity, index]));

/** Names that the column of units can tell apart; a host has some hundreds, a hostile file may have any number. */
const UNITS_LIMIT = 65_535;

/** Events in the order in which they were added. */
export interface AddedEvents {
  readonly count: number;
  /** At least `count` of each column. */
  readonly rows: EventRows;
  /** What the column of units is indexes into; the first stands for none. */
  readonly units: readonly string[];
}

/**
 * Events as they are read, 34 bytes each, in columns that grow where they lie: a table of millions is not copied. `finish`
 * gives them in merged order.
 */
export class EventTable {
  readonly #reservedRows: number | undefined;
  /** Null while the table is empty. */
  #columns: GrowingColumns | null = null;
  #rows: EventRows = NO_ROWS;
  #capacity = 0;
  #count = 0;
  /** Whether all rows so far came in merged order, as those of a single journal do. */
  #sorted = true;
  #lastTime = Number.NEGATIVE_INFINITY;
  #lastFileIndex = 0;
  #units: string[] = [''];
  #unitIndex = new Map<string, number>();
  /** The unit of the event before: most events of a file are of one. */
  #lastUnit: string | null = null;
  #lastUnitIndex = 0;

  /** `reservedRows`: how many events may come until the columns have to move. */
  constructor(reservedRows?: number) {
    this.#reservedRows = reservedRows;
  }

  get count(): number {
    return this.#count;
  }

  add(event: ParsedEvent, fileIndex: number): void {
    const { time, source, pid, kind, severity, unit } = event;
    this.addRow(
      fileIndex,
      time,
      source.byteOffset,
      source.byteLength,
      source.line ?? 0,
      pid ?? NO_PID,
      KIND_INDEX.get(kind) ?? 0,
      severity === null ? NO_SEVERITY : (SEVERITY_INDEX.get(severity) ?? NO_SEVERITY),
      unit,
    );
  }

  #indexOfUnit(unit: string | null): number {
    if (unit === this.#lastUnit) return this.#lastUnitIndex;
    let index = unit === null ? 0 : this.#unitIndex.get(unit);
    if (index === undefined) {
      index = this.#units.length > UNITS_LIMIT ? 0 : this.#units.length;
      if (index > 0 && unit !== null) {
        this.#units.push(unit);
        this.#unitIndex.set(unit, index);
      }
    }
    this.#lastUnit = unit;
    this.#lastUnitIndex = index;
    return index;
  }

  /** Adds an event by the values of its columns; see EventColumns. */
  addRow(
    fileIndex: number,
    time: number,
    byteOffset: number,
    byteLength: number,
    line: number,
    pid: number,
    kind: number,
    severity: number,
    unit: string | null,
  ): void {
    const at = this.#count;
    if (at === this.#capacity) this.#grow();
    this.#noteOrder(time, fileIndex);
    const rows = this.#rows;
    rows.time[at] = time;
    rows.byteOffset[at] = byteOffset;
    rows.byteLength[at] = byteLength;
    rows.line[at] = line;
    rows.pid[at] = pid;
    rows.fileIndex[at] = fileIndex;
    rows.kind[at] = kind;
    rows.severity[at] = severity;
    rows.unit[at] = this.#indexOfUnit(unit);
    this.#count = at + 1;
  }

  /** What was added so far, where it lies; null when there are units that are not told apart. */
  added(): AddedEvents | null {
    if (this.#units.length > UNITS_LIMIT) return null;
    return { count: this.#count, rows: this.#rows, units: this.#units };
  }

  /** Adds what was added to another table. The line numbers of that one go up by `lines`. */
  append({ count, rows, units }: AddedEvents, lines: number): void {
    const at = this.#count;
    while (at + count > this.#capacity) this.#grow();
    const into = this.#rows;
    for (const name of COLUMN_NAMES) into[name].set(rows[name].subarray(0, count), at);
    const unitHere = units.map((unit) => this.#indexOfUnit(unit === '' ? null : unit));
    for (let row = 0; row < count; row++) {
      into.line[at + row] = existing(rows.line[row], row) + lines;
      into.unit[at + row] = unitHere[existing(rows.unit[row], row)] ?? 0;
      this.#noteOrder(existing(rows.time[row], row), existing(rows.fileIndex[row], row));
    }
    this.#count = at + count;
  }

  #noteOrder(time: number, fileIndex: number): void {
    if (time < this.#lastTime || (time === this.#lastTime && fileIndex < this.#lastFileIndex)) this.#sorted = false;
    this.#lastTime = time;
    this.#lastFileIndex = fileIndex;
  }

  #grow(): void {
    this.#columns ??= new GrowingColumns(this.#reservedRows);
    this.#columns.grow();
    this.#rows = this.#columns.rows;
    this.#capacity = this.#columns.capacity;
  }

  /** EpochMicros of the event that was added as number `event`. */
  timeOf(event: number): number {
    return existing(this.#rows.time[event], event);
  }

  /** Where the record of the event that was added as number `event` begins in its file, and how long it is. */
  byteOffsetOf(event: number): number {
    return existing(this.#rows.byteOffset[event], event);
  }

  byteLengthOf(event: number): number {
    return existing(this.#rows.byteLength[event], event);
  }

  /** Moves the events from number `first` on and before `end` in time. */
  move(first: number, end: number, micros: number): void {
    const { time } = this.#rows;
    for (let event = first; event < end; event++) time[event] = existing(time[event], event) + micros;
    this.#sorted = false;
  }

  /**
   * The columns by time; equal times by file, then in the order of the bytes. Empties the table. Given the keys of its
   * events, those that are one entry become one event (see findCopies; `rank` is by file), the others its copies.
   */
  finish(merging: { readonly keys: EntryKeyTable; readonly rank: readonly number[] } | null = null): EventColumns {
    const count = this.#count;
    const rows = this.#columns?.first(count) ?? NO_ROWS;
    const units = this.#units;
    this.#columns = null;
    this.#rows = NO_ROWS;
    this.#capacity = 0;
    this.#count = 0;
    this.#units = [''];
    this.#unitIndex = new Map();
    this.#lastUnit = null;
    this.#lastUnitIndex = 0;
    const sorted = this.#sorted ? null : sortedOrder(rows, count);
    this.#sorted = true;
    this.#lastTime = Number.NEGATIVE_INFINITY;
    this.#lastFileIndex = 0;
    const merged = merging === null ? null : mergedOrder(rows, sorted, count, merging);
    const order = merged?.order ?? sorted;
    const copies = merged?.copies ?? NO_COPIES;
    // A large table is handed out where it lies; a small one, or one of which events fell away, would hold on to more.
    if (count >= GROWTH_ROWS && (order === null || order.length === count)) {
      if (order !== null) reorder(rows, order);
      return { count, ...rows, units, copies };
    }
    return { count: order?.length ?? count, ...rowsInOrder(rows, order, count), units, copies };
  }
}

function rowsInOrder(rows: EventRows, order: Uint32Array | null, count: number): EventRows {
  const into = sharedRows(order?.length ?? count);
  for (const name of COLUMN_NAMES) gathered(rows[name], order, into[name]);
  return into;
}

/** Puts the columns in an order in place, one after the other, so that they are not there twice. */
function reorder(rows: EventRows, order: Uint32Array): void {
  // Holds the values of any column as they are.
  const room = new Float64Array(order.length);
  for (const name of COLUMN_NAMES) rows[name].set(gathered(rows[name], order, room));
}

/** Events that stand for entries, by time, and the others as their copies; null when nothing stands twice. */
function mergedOrder(
  rows: EventRows,
  sorted: Uint32Array | null,
  count: number,
  { keys, rank }: { readonly keys: EntryKeyTable; readonly rank: readonly number[] },
): { readonly order: Uint32Array; readonly copies: EventCopies } | null {
  const order = sorted ?? Uint32Array.from({ length: count }, (_, event) => event);
  const entryKeys = {
    time: rows.time,
    fileIndex: rows.fileIndex,
    pid: rows.pid,
    hashOf: (event: number) => keys.hashOf(event),
    clockOf: (event: number) => keys.clockOf(event),
  };
  const standsFor = findCopies(entryKeys, order, rank);
  if (standsFor === null) return null;
  const kept = order.filter((event) => standsFor[event] === event);
  const rowOf = new Uint32Array(count);
  for (const [row, event] of kept.entries()) rowOf[event] = row;
  const copied = order.filter((event) => standsFor[event] !== event);
  const rowOfCopy = (event: number): number => {
    const original = existing(standsFor[event], event);
    return existing(rowOf[original], original);
  };
  sortRows(
    copied,
    (a, b) => rowOfCopy(a) - rowOfCopy(b) || existing(entryKeys.fileIndex[a], a) - existing(entryKeys.fileIndex[b], b),
  );
  const row = new Uint32Array(new SharedArrayBuffer(copied.length * 4));
  for (const [index, event] of copied.entries()) row[index] = rowOfCopy(event);
  const into = sharedRows(copied.length);
  const copies = {
    count: copied.length,
    row,
    fileIndex: gathered(rows.fileIndex, copied, into.fileIndex),
    byteOffset: gathered(rows.byteOffset, copied, into.byteOffset),
    byteLength: gathered(rows.byteLength, copied, into.byteLength),
    line: gathered(rows.line, copied, into.line),
  };
  return { order: kept, copies };
}

const NO_COPIES: EventCopies = {
  count: 0,
  row: new Uint32Array(0),
  fileIndex: new Uint16Array(0),
  byteOffset: new Float64Array(0),
  byteLength: new Uint32Array(0),
  line: new Uint32Array(0),
};

type Column = Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array;

/** Row numbers by time, file and place. */
function sortedOrder({ time, fileIndex }: EventRows, count: number): Uint32Array {
  const order = new Uint32Array(count);
  for (let row = 0; row < count; row++) order[row] = row;
  sortRows(
    order,
    (a, b) =>
      existing(time[a], a) - existing(time[b], b) || existing(fileIndex[a], a) - existing(fileIndex[b], b) || a - b,
  );
  return order;
}

/** One column in an order (null: as it is). */
function gathered<C extends Column>(column: Column, order: Uint32Array | null, into: C): C {
  if (order === null) into.set(column);
  else {
    for (let row = 0; row < order.length; row++) {
      const from = existing(order[row], row);
      into[row] = existing(column[from], from);
    }
  }
  return into;
}
