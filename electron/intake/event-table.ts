import type { EventColumns } from '../../shared/contract/worker-protocol.ts';
import { NO_PID, NO_SEVERITY, type ParsedEvent } from '../../shared/evidence/parser.ts';
import { EVENT_KINDS, type EventKind, SEVERITIES, type Severity } from '../../shared/model/event.ts';
import { sortRows } from '../case-store/sort-rows.ts';

export { NO_PID, NO_SEVERITY } from '../../shared/evidence/parser.ts';

const BLOCK_EVENTS = 1 << 16;

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
    const time = joined(blocks, count, (block) => block.time, new Float64Array(count));
    const fileIndex = joined(blocks, count, (block) => block.fileIndex, new Uint16Array(count));
    const order = new Uint32Array(count);
    for (let row = 0; row < count; row++) order[row] = row;
    sortRows(order, (a, b) => (time[a] ?? 0) - (time[b] ?? 0) || (fileIndex[a] ?? 0) - (fileIndex[b] ?? 0) || a - b);
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
    this.#blocks = [];
    this.#count = 0;
    return columns;
  }
}

type Column = Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array;

function joined<C extends Column>(blocks: readonly Block[], count: number, pick: (block: Block) => C, into: C): C {
  for (const [index, block] of blocks.entries()) {
    const from = index * BLOCK_EVENTS;
    into.set(pick(block).subarray(0, Math.min(BLOCK_EVENTS, count - from)), from);
  }
  return into;
}

function gathered<C extends Column>(
  blocks: readonly Block[],
  order: Uint32Array,
  pick: (block: Block) => C,
  into: C,
): C {
  const parts = blocks.map(pick);
  for (const [row, from] of order.entries()) {
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
