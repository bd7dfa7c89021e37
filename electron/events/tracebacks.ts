import { firstPlaceWhere } from '../../shared/model/ascending.ts';
import { EVENT_KINDS } from '../../shared/model/event.ts';
import { type EventColumns, NO_PID } from '../../shared/model/event-columns.ts';
import { existing } from '../../shared/model/existing.ts';
import type { TracebackLine } from '../../shared/model/views.ts';
import { TRACEBACK_LIMIT_LINES, TracebackLines } from '../../shared/timeline/traceback-lines.ts';

const TRACEBACK = EVENT_KINDS.indexOf('traceback');
/** Rows looked at behind a head: entries of other processes may lie between, but a traceback is written at once. */
const REACH_ROWS = 100_000;
/** Tracebacks that follow one another as each other's cause, at most. */
const CHAIN_LIMIT = 100;
/** Tracebacks whose lines are remembered. */
const REMEMBERED = 20_000;

/**
 * Which events are lines of one traceback. Heads are found in the column of kinds, once; members are the rows of the same
 * process in the same file behind a head, and nothing else is decoded.
 */
export class Tracebacks {
  readonly #columns: EventColumns;
  readonly #messageOf: (row: number) => string;
  /** Heads in time order, by file and process. */
  #heads: Map<number, number[]> | null = null;
  /** Rows of a traceback by its head, the head first. */
  readonly #rows = new Map<number, readonly number[]>();

  constructor(columns: EventColumns, messageOf: (row: number) => string) {
    this.#columns = columns;
    this.#messageOf = messageOf;
  }

  /** What is known of those rows that are lines of a traceback of several entries; others are left out. */
  linesAt(rows: readonly number[]): TracebackLine[] {
    return rows.flatMap((row) => {
      const head = this.#headOf(row);
      if (head === null) return [];
      const members = this.#membersOf(head);
      return [{ row, head, place: members.indexOf(row), lines: members.length }];
    });
  }

  #headOf(row: number): number | null {
    let found: number | null = null;
    // Upwards through tracebacks that are each the cause of the one below: their head is the first one's.
    let before = this.#headsOf(row).length;
    for (let steps = 0; steps < CHAIN_LIMIT; steps++) {
      const heads = this.#headsOf(row);
      const target = found ?? row;
      before = lastIndexUpTo(heads, found === null ? target : target - 1, before);
      const head = heads[before];
      if (head === undefined) break;
      const members = this.#membersOf(head);
      if (members.length < 2 || !members.includes(target)) break;
      found = head;
    }
    return found;
  }

  #headsOf(row: number): readonly number[] {
    this.#heads ??= this.#findHeads();
    return this.#heads.get(this.#keyOf(row)) ?? [];
  }

  #keyOf(row: number): number {
    return existing(this.#columns.fileIndex[row], row) * 2 ** 32 + (this.#columns.pid[row] ?? NO_PID);
  }

  #findHeads(): Map<number, number[]> {
    const { kind, pid } = this.#columns;
    const heads = new Map<number, number[]>();
    for (let row = kind.indexOf(TRACEBACK); row >= 0; row = kind.indexOf(TRACEBACK, row + 1)) {
      if (pid[row] === NO_PID) continue;
      const key = this.#keyOf(row);
      const own = heads.get(key);
      if (own === undefined) heads.set(key, [row]);
      else own.push(row);
    }
    return heads;
  }

  #membersOf(head: number): readonly number[] {
    const known = this.#rows.get(head);
    if (known !== undefined) return known;
    const { pid, fileIndex, count } = this.#columns;
    const reader = new TracebackLines(this.#messageOf(head));
    const rows = [head];
    const end = Math.min(count, head + 1 + REACH_ROWS);
    for (let row = head + 1; row < end && rows.length < TRACEBACK_LIMIT_LINES; row++) {
      if (pid[row] !== pid[head] || fileIndex[row] !== fileIndex[head]) continue;
      if (!reader.accepts(this.#messageOf(row))) break;
      rows.push(row);
    }
    if (this.#rows.size >= REMEMBERED) this.#rows.clear();
    this.#rows.set(head, rows);
    return rows;
  }
}

/** Index of the last of ascending values below `end` that is not above `limit`; -1 when there is none. */
function lastIndexUpTo(values: readonly number[], limit: number, end: number): number {
  return firstPlaceWhere(end, (index) => existing(values[index], index) > limit) - 1;
}
