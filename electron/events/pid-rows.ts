import { firstPlaceWhere } from '../../shared/model/ascending.ts';
import { type EventColumns, NO_PID } from '../../shared/model/event-columns.ts';
import { existing } from '../../shared/model/existing.ts';
import { firstRowFrom } from './event-filter.ts';

const NO_ROWS = new Uint32Array(0);

/** Rows by the process that wrote them, each in the order of time; made when first asked for, 4 bytes an event. */
export class PidRows {
  readonly #columns: EventColumns;
  #rows: ReadonlyMap<number, Uint32Array> | null = null;

  constructor(columns: EventColumns) {
    this.#columns = columns;
  }

  /** Rows of `pid` with from <= time <= to. */
  between(pid: number, from: number, to: number): Uint32Array {
    const rows = this.#byPid().get(pid) ?? NO_ROWS;
    const { time } = this.#columns;
    const first = firstRowFrom(time, from);
    const end = firstRowFrom(time, to, true);
    return rows.subarray(placeOf(rows, first), placeOf(rows, end));
  }

  #byPid(): ReadonlyMap<number, Uint32Array> {
    if (this.#rows !== null) return this.#rows;
    const { pid, count } = this.#columns;
    const byPid = new Map<number, { rows: Uint32Array; count: number }>();
    for (let row = 0; row < count; row++) {
      const own = existing(pid[row], row);
      const known = byPid.get(own);
      if (known === undefined) byPid.set(own, { rows: NO_ROWS, count: 1 });
      else known.count += 1;
    }
    byPid.delete(NO_PID);
    for (const own of byPid.values()) {
      own.rows = new Uint32Array(own.count);
      own.count = 0;
    }
    for (let row = 0; row < count; row++) {
      const own = byPid.get(existing(pid[row], row));
      if (own === undefined) continue;
      own.rows[own.count] = row;
      own.count += 1;
    }
    this.#rows = new Map([...byPid].map(([own, { rows }]) => [own, rows]));
    return this.#rows;
  }
}

/** Where the first row number that is not below `row` stands. */
function placeOf(rows: Uint32Array, row: number): number {
  return firstPlaceWhere(rows.length, (place) => existing(rows[place], place) >= row);
}
