import type { EventColumns } from '../../shared/contract/worker-protocol.ts';
import { NO_PID, NO_SEVERITY, type ParsedEvent } from '../../shared/evidence/parser.ts';
import { EVENT_KINDS, type EventKind, SEVERITIES, type Severity } from '../../shared/model/event.ts';
import { sortRows } from '../case-store/sort-rows.ts';

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
}

function columnsOf(count: number): Block {
  return {
    time: new Float64Array(count),
    byteOffset: new Float64Array(count),
    byteLength: new Uint32Array(count),
    line: new Uint32Array(count),
    pid: new Int32Array(count),
    fileIndex: new Uint16Array(count),
    kind: new Uint8Array(count),
    severity: new Uint8Array(count),
  };
}

const KIND_INDEX = new Map<EventKind, number>(EVENT_KINDS.map((kind, index) => [kind, index]));
const SEVERITY_INDEX = new Map<Severity, number>(SEVERITIES.map((severity, index) => [severity, index]));

/**
 * Events as they are read, 32 bytes each, in blocks: a table of millions grows without ever being copied. `finish` gives
 * them as columns in merged order.
 */
export class EventTable {
  #blocks: Block[] = [];
  /** The block that is being filled. */
  #last: Block = columnsOf(0);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(event: ParsedEvent, fileIndex: number): void {
    const { time, source, pid, kind, severity } = event;
    this.addRow(
      fileIndex,
      time,
      source.byteOffset,
      source.byteLength,
      source.line ?? 0,
      pid ?? NO_PID,
      KIND_INDEX.get(kind) ?? 0,
      severity === null ? NO_SEVERITY : (SEVERITY_INDEX.get(severity) ?? NO_SEVERITY),
    );
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
  ): void {
    const at = this.#count % BLOCK_EVENTS;
    if (at === 0) {
      this.#last = columnsOf(BLOCK_EVENTS);
      this.#blocks.push(this.#last);
    }
    const block = this.#last;
    block.time[at] = time;
    block.byteOffset[at] = byteOffset;
    block.byteLength[at] = byteLength;
    block.line[at] = line;
    block.pid[at] = pid;
    block.fileIndex[at] = fileIndex;
    block.kind[at] = kind;
    block.severity[at] = severity;
    this.#count += 1;
  }

  /** The columns by time; equal times by file, then in the order of the bytes. Empties the table. */
  finish(): EventColumns {
    const count = this.#count;
    const blocks = this.#blocks;
    this.#blocks = [];
    this.#last = columnsOf(0);
    this.#count = 0;
    const order = sortedOrder(blocks, count);
    const columns: EventColumns = {
      count,
      time: gathered(blocks, order, (block) => block.time, new Float64Array(count)),
      byteOffset: gathered(blocks, order, (block) => block.byteOffset, new Float64Array(count)),
      byteLength: gathered(blocks, order, (block) => block.byteLength, new Uint32Array(count)),
      line: gathered(blocks, order, (block) => block.line, new Uint32Array(count)),
      pid: gathered(blocks, order, (block) => block.pid, new Int32Array(count)),
      fileIndex: gathered(blocks, order, (block) => block.fileIndex, new Uint16Array(count)),
      kind: gathered(blocks, order, (block) => block.kind, new Uint8Array(count)),
      severity: gathered(blocks, order, (block) => block.severity, new Uint8Array(count)),
    };
    return columns;
  }
}

type Column = Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array;

/** Row numbers by time, file and place; null when they are in this order already, as those of a single journal are. */
function sortedOrder(blocks: readonly Block[], count: number): Uint32Array | null {
  const time = gathered(blocks, null, (block) => block.time, new Float64Array(count));
  const fileIndex = gathered(blocks, null, (block) => block.fileIndex, new Uint16Array(count));
  let sorted = true;
  for (let row = 1; row < count && sorted; row++) {
    const difference = (time[row] ?? 0) - (time[row - 1] ?? 0);
    sorted = difference > 0 || (difference === 0 && (fileIndex[row] ?? 0) >= (fileIndex[row - 1] ?? 0));
  }
  if (sorted) return null;
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

/** The buffers of the columns, to be transferred to another thread instead of copied. */
export function columnBuffers(columns: EventColumns): ArrayBuffer[] {
  const { time, byteOffset, byteLength, line, pid, fileIndex, kind, severity } = columns;
  return [time, byteOffset, byteLength, line, pid, fileIndex, kind, severity].flatMap((column) =>
    column.buffer instanceof ArrayBuffer ? [column.buffer] : [],
  );
}
