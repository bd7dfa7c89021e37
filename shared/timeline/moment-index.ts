import { firstPlaceWhere } from '../model/ascending.ts';
import type { EvidenceEvent } from '../model/event.ts';
import { type EpochMicros, epochMicros } from '../model/time.ts';

/** Events by time, for asking again and again what lies near a moment: a journal of months has as many ends as boots. */
export class MomentIndex<E extends Pick<EvidenceEvent, 'time'> = EvidenceEvent> {
  readonly #events: readonly E[];

  constructor(events: readonly E[]) {
    this.#events = [...events].sort((a, b) => a.time - b.time);
  }

  get length(): number {
    return this.#events.length;
  }

  /** Events with from <= time <= to, in time order. */
  within(from: EpochMicros, to: EpochMicros): readonly E[] {
    return this.#events.slice(this.#firstFrom(from), this.#firstFrom(epochMicros(to + 1)));
  }

  /** How many there are with from <= time <= to. */
  countWithin(from: EpochMicros, to: EpochMicros): number {
    return Math.max(0, this.#firstFrom(epochMicros(to + 1)) - this.#firstFrom(from));
  }

  /** The first event at or after a moment; undefined when there is none. */
  next(from: EpochMicros): E | undefined {
    return this.#events[this.#firstFrom(from)];
  }

  #firstFrom(time: EpochMicros): number {
    return firstPlaceWhere(this.#events.length, (place) => (this.#events[place]?.time ?? 0) >= time);
  }
}
