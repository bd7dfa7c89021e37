/// <reference lib="es2024.sharedmemory" />

import type { EventColumns } from '../../shared/model/event-columns.ts';

/** The columns of events that have a value for each of them. */
export type EventRows = Omit<EventColumns, 'count' | 'units' | 'copies'>;

type Buffers = { readonly [Name in keyof EventRows]: SharedArrayBuffer };

/** Bytes of one value of each column; 34 together. */
const VALUE_BYTES: { readonly [Name in keyof EventRows]: number } = {
  time: 8,
  byteOffset: 8,
  byteLength: 4,
  line: 4,
  pid: 4,
  fileIndex: 2,
  kind: 1,
  severity: 1,
  unit: 2,
};

export const COLUMN_NAMES = Object.keys(VALUE_BYTES) as readonly (keyof EventRows)[];

/** Rows by which the columns grow: 2 MiB of all of them. */
export const GROWTH_ROWS = 1 << 16;

/** Rows that addresses are first set aside for, half a gigabyte of them; memory is taken only as rows come. */
const RESERVED_ROWS = 1 << 24;

/**
 * Columns in shared memory that grow where they lie, so that what has been written is neither copied to make room nor to
 * hand it to another thread. Only past the addresses that were set aside (`reservedRows`) do they move, to twice as many.
 */
export class GrowingColumns {
  #buffers: Buffers;
  #reservedRows: number;
  #capacity = 0;
  #rows: EventRows;

  constructor(reservedRows = RESERVED_ROWS) {
    this.#reservedRows = Math.ceil(reservedRows / GROWTH_ROWS) * GROWTH_ROWS;
    this.#buffers = eachColumn((_, bytes) => new SharedArrayBuffer(0, { maxByteLength: this.#reservedRows * bytes }));
    this.#rows = viewsOf(this.#buffers, 0);
  }

  /** Rows that there is room for. */
  get capacity(): number {
    return this.#capacity;
  }

  /** The columns over the whole capacity. Their length is fixed: ask again after `grow`. */
  get rows(): EventRows {
    return this.#rows;
  }

  /** Makes room for GROWTH_ROWS more, all values 0. Throws a RangeError when there is no memory for them. */
  grow(): void {
    const capacity = this.#capacity + GROWTH_ROWS;
    if (capacity > this.#reservedRows) {
      const reservedRows = this.#reservedRows * 2;
      // One after the other, so that only one column at a time is there twice.
      this.#buffers = eachColumn((name, bytes) => moved(this.#buffers[name], reservedRows * bytes));
      this.#reservedRows = reservedRows;
    }
    for (const name of COLUMN_NAMES) this.#buffers[name].grow(capacity * VALUE_BYTES[name]);
    this.#capacity = capacity;
    // Views of a fixed length are read and written as fast as those of any buffer; those that grow along are not.
    this.#rows = viewsOf(this.#buffers, capacity);
  }

  /** The columns of the first `count` rows, in the same memory. */
  first(count: number): EventRows {
    return viewsOf(this.#buffers, count);
  }
}

function moved(from: SharedArrayBuffer, maxByteLength: number): SharedArrayBuffer {
  const into = new SharedArrayBuffer(from.byteLength, { maxByteLength });
  new Uint8Array(into).set(new Uint8Array(from));
  return into;
}

function eachColumn(make: (name: keyof EventRows, valueBytes: number) => SharedArrayBuffer): Buffers {
  const of = (name: keyof EventRows): SharedArrayBuffer => make(name, VALUE_BYTES[name]);
  return {
    time: of('time'),
    byteOffset: of('byteOffset'),
    byteLength: of('byteLength'),
    line: of('line'),
    pid: of('pid'),
    fileIndex: of('fileIndex'),
    kind: of('kind'),
    severity: of('severity'),
    unit: of('unit'),
  };
}

function viewsOf(buffers: Buffers, count: number): EventRows {
  return {
    time: new Float64Array(buffers.time, 0, count),
    byteOffset: new Float64Array(buffers.byteOffset, 0, count),
    byteLength: new Uint32Array(buffers.byteLength, 0, count),
    line: new Uint32Array(buffers.line, 0, count),
    pid: new Int32Array(buffers.pid, 0, count),
    fileIndex: new Uint16Array(buffers.fileIndex, 0, count),
    kind: new Uint8Array(buffers.kind, 0, count),
    severity: new Uint8Array(buffers.severity, 0, count),
    unit: new Uint16Array(buffers.unit, 0, count),
  };
}

/** Columns of exactly `count` rows in shared memory that does not grow. */
export function sharedRows(count: number): EventRows {
  return viewsOf(
    eachColumn((_, bytes) => new SharedArrayBuffer(count * bytes)),
    count,
  );
}
