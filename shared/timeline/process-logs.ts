import { firstPlaceWhere } from '../model/ascending.ts';
import type { EventSource, EvidenceEvent } from '../model/event.ts';
import type { EpochMicros } from '../model/time.ts';
import type { Habits } from './habits.ts';
import { GLANCE, lineGlance } from './line-glance.ts';
import { type OperationLine, readLine } from './operation-lines.ts';
import { OPERATION_KINDS } from './operations.ts';
import type { Speakers } from './speakers.ts';
import type { WorkLines } from './work-lines.ts';

/** Lines that are kept as they were read: looking a thousand lines ahead asks for the same ones again and again. */
const KEPT_LINES = 4_096;
/** Rows that are glanced at together; what that takes beside the answers is let go after each. */
const BLOCK_ROWS = 1 << 17;
const NO_PIDS: ReadonlySet<number> = new Set();

/** The log lines of the processes at one place, each process's by itself, as rows of which the few that matter are read. */
export class ProcessLogs {
  readonly #events: EventSource;
  readonly #speakers: Speakers;
  /** By row of the case; null where nothing can be seen without reading. */
  readonly #glances: Uint8Array | null;

  readonly #names: ReadonlySet<string>;
  /** By row: no row is one of two processes. */
  readonly #kept = new Map<number, OperationLine | null>();

  /** `course`: what the log teaches of its wordings, see byCourse in operations.ts; `names`: the words that name its work. */
  constructor(events: EventSource, speakers: Speakers, { course, names }: Pick<Habits, 'course' | 'names'>) {
    this.#events = events;
    this.#speakers = speakers;
    this.#names = names;
    const glance = lineGlance(course, names);
    // All at once, in the order of the files: those of one process lie between those of all others.
    const rows = events.rowsByOthers(OPERATION_KINDS, NO_PIDS, Number.POSITIVE_INFINITY);
    if (glance === null || rows.length === 0) {
      this.#glances = null;
      return;
    }
    const glances = new Uint8Array((rows.at(-1) ?? 0) + 1);
    for (let from = 0; from < rows.length; from += BLOCK_ROWS) {
      const block = rows.subarray(from, from + BLOCK_ROWS);
      const ofBlock = events.glances(block, glance, GLANCE.telling);
      for (let index = 0; index < block.length; index += 1)
        glances[block[index] ?? 0] = ofBlock[index] ?? GLANCE.telling;
    }
    this.#glances = glances;
  }

  /** What `pid` wrote with from <= time <= to, without what it printed under the header of another. */
  ofPid(pid: number, from: EpochMicros, to: EpochMicros): WorkLines {
    return this.lines(this.#events.rowsOfPid(pid, from, to, OPERATION_KINDS), pid, null);
  }

  /** Rows of what none of these processes wrote, by the process that did; see EventSource.rowsByOthers. */
  rowsOfOthers(pids: ReadonlySet<number>, longestLogBytes: number): ReadonlyMap<number | null, Uint32Array> {
    const rows = this.#events.rowsByOthers(OPERATION_KINDS, pids, longestLogBytes);
    // Counted first: of a log that names no process nearly all rows are one's.
    const byPid = new Map<number | null, { rows: Uint32Array; count: number }>();
    for (const row of rows) {
      const pid = this.#events.pidOf(row);
      const own = byPid.get(pid);
      if (own === undefined) byPid.set(pid, { rows, count: 1 });
      else own.count += 1;
    }
    if (byPid.size > 1) {
      for (const own of byPid.values()) {
        own.rows = new Uint32Array(own.count);
        own.count = 0;
      }
      for (const row of rows) {
        const own = byPid.get(this.#events.pidOf(row));
        if (own === undefined) continue;
        own.rows[own.count] = row;
        own.count += 1;
      }
    }
    return new Map([...byPid].map(([pid, own]) => [pid, own.rows]));
  }

  /**
   * The lines of these rows of one process, without quoted ones and those that `isOwn` (null: none) says no to; which they are is
   * asked only of those that are read.
   */
  lines(rows: Uint32Array, pid: number | null, isOwn: ((event: EvidenceEvent) => boolean) | null): WorkLines {
    const events = this.#events;
    const speakers = this.#speakers;
    const glances = this.#glances;
    const kept = this.#kept;
    const read = (index: number): OperationLine | null => {
      const row = rows[index] ?? 0;
      const known = kept.get(row);
      if (known !== undefined) return known;
      const event = events.eventOnce(row);
      const isMeant = !speakers.isQuoted(event) && isOwn?.(event) !== false;
      const line = isMeant ? readLine(event) : null;
      if (kept.size >= KEPT_LINES) forgetOldest(kept);
      kept.set(row, line);
      return line;
    };
    return {
      length: rows.length,
      mayBeOfOthers: pid === null,
      names: this.#names,
      glanceOf: (index) => glances?.[rows[index] ?? 0] ?? GLANCE.telling,
      timeOf: (index) => events.timeOf(rows[index] ?? 0),
      fileOf: (index) => events.fileOf(rows[index] ?? 0),
      isOwn: () => isOwn === null,
      isTimed: (index) => {
        const row = rows[index] ?? 0;
        return events.isDated(row) || events.eventOnce(row).isUndated !== true;
      },
      read,
      placesOf: (some) =>
        Array.from(some).flatMap((row) => {
          const place = firstPlaceWhere(rows.length, (each) => (rows[each] ?? 0) >= row);
          return rows[place] === row ? [place] : [];
        }),
    };
  }
}

/** A quarter at a time: a map whose first entry is deleted over and over is slow to find its next first one. */
function forgetOldest(kept: Map<number, unknown>): void {
  let surplus = KEPT_LINES / 4;
  for (const row of kept.keys()) {
    if (surplus === 0) return;
    kept.delete(row);
    surplus -= 1;
  }
}
