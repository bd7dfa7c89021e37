import type { EventColumns, EventCopies } from '../../shared/contract/worker-protocol.ts';
import { NO_PID, NO_SEVERITY, type ParsedEvent } from '../../shared/evidence/parser.ts';
import { EVENT_KINDS, type EventKind, SEVERITIES, type Severity } from '../../shared/model/event.ts';
import { sortRows } from '../case-store/sort-rows.ts';
import type { EntryKeyTable } from './entry-keys.ts';
import { findCopies } from './find-copies.ts';

export { NO_PID, NO_SEVERITY } from '../../shared/evidence/parser.ts';

const BLOCK_EVENTS = 1 << 16;

/** The columns of up to BLOCK_EVENTS events. */
interface Block {
  readonly time: Float64Array;
  readonly byteOffset: Float64Array;
  readonly byteLength: Uint32Array;
  readonly line: Uint32Array;
  readonly pid: Int32Array;
  readonly fileIndex: Uint16Array;
  readonly kind: Uint8Array;
  readonly severity: Uint8Array;
  readonly unit: Uint16Array;
}

function blockOf(count: number): Block {
  return {
    time: new Float64Array(count),
    byteOffset: new Float64Array(count),
    byteLength: new Uint32Array(count),
    line: new Uint32Array(count),
    pid: new Int32Array(count),
    fileIndex: new Uint16Array(count),
    kind: new Uint8Array(count),
    severity: new Uint8Array(count),
    unit: new Uint16Array(count),
  };
}

const KIND_INDEX = new Map<EventKind, number>(EVENT_KINDS.map((kind, index) => [kind, index]));
const SEVERITY_INDEX = new Map<Severity, number>(SEVERITIES.map((severity, index) => [severity, index]));

/** Names that the column of units can tell apart; a host has some hundreds, a hostile file may have any number. */
const UNITS_LIMIT = 65_535;

/**
 * Events as they are read, 34 bytes each, in blocks: a table of millions grows without ever being copied. `finish` gives
 * them as columns in merged order.
 */
export class EventTable {
  #blocks: Block[] = [];
  /** The block that is being filled. */
  #last: Block = blockOf(0);
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
    const at = this.#count % BLOCK_EVENTS;
    if (at === 0) {
      this.#last = blockOf(BLOCK_EVENTS);
      this.#blocks.push(this.#last);
    }
    if (time < this.#lastTime || (time === this.#lastTime && fileIndex < this.#lastFileIndex)) this.#sorted = false;
    this.#lastTime = time;
    this.#lastFileIndex = fileIndex;
    const block = this.#last;
    block.time[at] = time;
    block.byteOffset[at] = byteOffset;
    block.byteLength[at] = byteLength;
    block.line[at] = line;
    block.pid[at] = pid;
    block.fileIndex[at] = fileIndex;
    block.kind[at] = kind;
    block.severity[at] = severity;
    block.unit[at] = this.#indexOfUnit(unit);
    this.#count += 1;
  }

  /** EpochMicros of the event that was added as number `event`. */
  timeOf(event: number): number {
    return this.#blocks[Math.floor(event / BLOCK_EVENTS)]?.time[event % BLOCK_EVENTS] ?? 0;
  }

  /**
   * The columns by time; equal times by file, then in the order of the bytes. Empties the table. Given the keys of its
   * events, those that are one entry become one event (see findCopies; `rank` is by file), the others its copies.
   */
  finish(merging: { readonly keys: EntryKeyTable; readonly rank: readonly number[] } | null = null): EventColumns {
    const count = this.#count;
    const blocks = this.#blocks;
    const units = this.#units;
    this.#blocks = [];
    this.#last = blockOf(0);
    this.#count = 0;
    this.#units = [''];
    this.#unitIndex = new Map();
    this.#lastUnit = null;
    this.#lastUnitIndex = 0;
    const sorted = this.#sorted ? null : sortedOrder(blocks, count);
    this.#sorted = true;
    this.#lastTime = Number.NEGATIVE_INFINITY;
    this.#lastFileIndex = 0;
    const merged = merging === null ? null : mergedOrder(blocks, sorted, count, merging);
    return columnsOf(
      blocks,
      merged?.order ?? sorted,
      merged?.order.length ?? count,
      units,
      merged?.copies ?? NO_COPIES,
    );
  }
}

function columnsOf(
  blocks: readonly Block[],
  order: Uint32Array | null,
  count: number,
  units: readonly string[],
  copies: EventCopies,
): EventColumns {
  return {
    count,
    time: gathered(blocks, order, (block) => block.time, sharedFloat64(count)),
    byteOffset: gathered(blocks, order, (block) => block.byteOffset, sharedFloat64(count)),
    byteLength: gathered(blocks, order, (block) => block.byteLength, sharedUint32(count)),
    line: gathered(blocks, order, (block) => block.line, sharedUint32(count)),
    pid: gathered(blocks, order, (block) => block.pid, sharedInt32(count)),
    fileIndex: gathered(blocks, order, (block) => block.fileIndex, sharedUint16(count)),
    kind: gathered(blocks, order, (block) => block.kind, sharedUint8(count)),
    severity: gathered(blocks, order, (block) => block.severity, sharedUint8(count)),
    unit: gathered(blocks, order, (block) => block.unit, sharedUint16(count)),
    units,
    copies,
  };
}

/** Events that stand for entries, by time, and the others as their copies; null when nothing stands twice. */
function mergedOrder(
  blocks: readonly Block[],
  sorted: Uint32Array | null,
  count: number,
  { keys, rank }: { readonly keys: EntryKeyTable; readonly rank: readonly number[] },
): { readonly order: Uint32Array; readonly copies: EventCopies } | null {
  const order = sorted ?? Uint32Array.from({ length: count }, (_, event) => event);
  const entryKeys = {
    time: gathered(blocks, null, (block) => block.time, new Float64Array(count)),
    fileIndex: gathered(blocks, null, (block) => block.fileIndex, new Uint16Array(count)),
    pid: gathered(blocks, null, (block) => block.pid, new Int32Array(count)),
    hash: Float64Array.from({ length: count }, (_, event) => keys.hashOf(event)),
    clock: Uint8Array.from({ length: count }, (_, event) => keys.clockOf(event)),
  };
  const standsFor = findCopies(entryKeys, order, rank);
  if (standsFor === null) return null;
  const kept = order.filter((event) => standsFor[event] === event);
  const rowOf = new Uint32Array(count);
  for (const [row, event] of kept.entries()) rowOf[event] = row;
  const copied = order.filter((event) => standsFor[event] !== event);
  const rowOfCopy = (event: number): number => rowOf[standsFor[event] ?? 0] ?? 0;
  sortRows(
    copied,
    (a, b) => rowOfCopy(a) - rowOfCopy(b) || (entryKeys.fileIndex[a] ?? 0) - (entryKeys.fileIndex[b] ?? 0),
  );
  const row = sharedUint32(copied.length);
  for (const [index, event] of copied.entries()) row[index] = rowOfCopy(event);
  const copies = {
    count: copied.length,
    row,
    fileIndex: gathered(blocks, copied, (block) => block.fileIndex, sharedUint16(copied.length)),
    byteOffset: gathered(blocks, copied, (block) => block.byteOffset, sharedFloat64(copied.length)),
    byteLength: gathered(blocks, copied, (block) => block.byteLength, sharedUint32(copied.length)),
    line: gathered(blocks, copied, (block) => block.line, sharedUint32(copied.length)),
  };
  return { order: kept, copies };
}

const sharedFloat64 = (count: number): Float64Array => new Float64Array(new SharedArrayBuffer(count * 8));
const sharedUint32 = (count: number): Uint32Array => new Uint32Array(new SharedArrayBuffer(count * 4));
const sharedInt32 = (count: number): Int32Array => new Int32Array(new SharedArrayBuffer(count * 4));
const sharedUint16 = (count: number): Uint16Array => new Uint16Array(new SharedArrayBuffer(count * 2));
const sharedUint8 = (count: number): Uint8Array => new Uint8Array(new SharedArrayBuffer(count));

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
function sortedOrder(blocks: readonly Block[], count: number): Uint32Array {
  const time = gathered(blocks, null, (block) => block.time, new Float64Array(count));
  const fileIndex = gathered(blocks, null, (block) => block.fileIndex, new Uint16Array(count));
  const order = new Uint32Array(count);
  for (let row = 0; row < count; row++) order[row] = row;
  sortRows(order, (a, b) => (time[a] ?? 0) - (time[b] ?? 0) || (fileIndex[a] ?? 0) - (fileIndex[b] ?? 0) || a - b);
  return order;
}

/** One column of all blocks in an order (null: as they are). */
function gathered<C extends Column>(
  blocks: readonly Block[],
  order: Uint32Array | null,
  pick: (block: Block) => C,
  into: C,
): C {
  if (order === null) {
    for (const [index, block] of blocks.entries()) {
      const from = index * BLOCK_EVENTS;
      into.set(pick(block).subarray(0, Math.min(BLOCK_EVENTS, into.length - from)), from);
    }
    return into;
  }
  const parts = blocks.map(pick);
  for (let row = 0; row < order.length; row++) {
    const from = order[row] ?? 0;
    into[row] = parts[Math.floor(from / BLOCK_EVENTS)]?.[from % BLOCK_EVENTS] ?? 0;
  }
  return into;
}
