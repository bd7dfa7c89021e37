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
    const counts = new Map<number, number>();
    for (let row = 0; row < count; row++) counts.set(pid[row] ?? NO_PID, (counts.get(pid[row] ?? NO_PID) ?? 0) + 1);
    counts.delete(NO_PID);
    const rows = new Map([...counts].map(([each, rowsOfPid]) => [each, new Uint32Array(rowsOfPid)]));
    const filled = new Map<number, number>();
    for (let row = 0; row < count; row++) {
      const own = pid[row] ?? NO_PID;
      const into = rows.get(own);
      if (into === undefined) continue;
      const at = filled.get(own) ?? 0;
      into[at] = row;
      filled.set(own, at + 1);
    }
    this.#rows = rows;
    return rows;
  }
}

/** Where the first row number that is not below `row` stands. */
function placeOf(rows: Uint32Array, row: number): number {
  return firstPlaceWhere(rows.length, (place) => existing(rows[place], place) >= row);
}
