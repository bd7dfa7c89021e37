import type { KnownEntries } from '../../../shared/evidence/reading/known-entries.ts';
import { hashMessage } from '../../../shared/evidence/reading/message-hash.ts';
import { firstPlaceWhere } from '../../../shared/model/ascending.ts';
import { existing } from '../../../shared/model/existing.ts';
import { type EpochMicros, epochMicros } from '../../../shared/model/time.ts';
import type { EntryKeyTable } from '../../events/entry-keys.ts';
import type { EventTable } from '../../events/event-table.ts';

/** Instants of one message that are remembered, the first ones; one that comes oftener dates nothing for certain. */
const INSTANTS_LIMIT = 10_000;

/** The entries of all events that are in a table so far. */
export function entryIndexOf(table: EventTable, keys: EntryKeyTable): EntryIndex {
  return new EntryIndex(table.count, keys.linesByHash, {
    hashOf: (event) => keys.hashOf(event),
    clockOf: (event) => keys.clockOf(event),
    timeOf: (event) => table.timeOf(event),
  });
}

/** Entries by their messages, from the events that were read so far. */
export class EntryIndex implements KnownEntries {
  /** By hash the instants, ascending, of the finest clock that states them. */
  readonly #instants: ReadonlyMap<number, readonly number[]>;

  readonly #lines: ReadonlyMap<number, number>;

  /**
   * @param count events
   * @param lines of messages by their hash, where they are several
   * @param keys of each: hash (0: no log entry), index into CLOCKS, EpochMicros
   */
  constructor(
    count: number,
    lines: ReadonlyMap<number, number>,
    keys: {
      readonly hashOf: (event: number) => number;
      readonly clockOf: (event: number) => number;
      readonly timeOf: (event: number) => number;
    },
  ) {
    this.#lines = lines;
    const found = new Map<number, { clock: number; times: number[] }>();
    for (let event = 0; event < count; event++) {
      const hash = keys.hashOf(event);
      if (hash === 0) continue;
      const clock = keys.clockOf(event);
      const known = found.get(hash);
      if (known === undefined) found.set(hash, { clock, times: [keys.timeOf(event)] });
      else if (clock < known.clock) {
        known.clock = clock;
        known.times = [keys.timeOf(event)];
      } else if (clock === known.clock && known.times.length < INSTANTS_LIMIT) known.times.push(keys.timeOf(event));
    }
    this.#instants = new Map([...found].map(([hash, { times }]) => [hash, distinct(times)]));
  }

  instantOf(message: string): EpochMicros | null {
    const instants = this.#instants.get(hashMessage(message));
    return instants?.length === 1 ? epochMicros(existing(instants[0], 0)) : null;
  }

  nextInstantOf(message: string, from: EpochMicros): EpochMicros | null {
    const instants = this.#instants.get(hashMessage(message)) ?? [];
    const instant = instants[firstPlaceWhere(instants.length, (place) => existing(instants[place], place) >= from)];
    return instant === undefined ? null : epochMicros(instant);
  }

  linesOf(message: string): number {
    return this.#lines.get(hashMessage(message)) ?? 1;
  }
}

function distinct(times: readonly number[]): readonly number[] {
  return [...new Set(times)].sort((a, b) => a - b);
}
