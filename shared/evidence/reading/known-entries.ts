import { existing } from '../../model/existing.ts';
import type { EpochMicros } from '../../model/time.ts';

/** What is known of the entries of all sources that date themselves: through it, others with the same entries are dated. */
export interface KnownEntries {
  /** The instant of the one entry with this message; null when none has it, or several at different times. */
  instantOf(message: string): EpochMicros | null;
  /** The first instant from `from` on of an entry with this message; null when there is none. */
  nextInstantOf(message: string, from: EpochMicros): EpochMicros | null;
  /** How many lines the entries have whose message begins with this line. */
  linesOf(message: string): number;
}

/** An entry with nothing but the uptime at which it was written. */
export interface UptimeEntry {
  readonly uptimeMicros: number;
  readonly message: string;
}

/** Every boot writes much the same messages at much the same uptime; later ones tell a boot from another. */
const BOOTED_MICROS = 120_000_000;
/** The kernel stamps a message before journald does; under load by as much as this. */
const AGREEMENT_MICROS = 2_000_000;
/** Entries that must agree: one message may recur in another boot, two at the same distance do not. */
const AGREEING_ENTRIES = 2;
/** Anchors that are compared. */
const ANCHORS_LIMIT = 2_000;

/**
 * The instant of uptime zero, by entries that another source has with their time: that on which most of them agree. Null
 * when fewer than two do.
 */
export function bootInstantOf(entries: Iterable<UptimeEntry>, known: KnownEntries): number | null {
  const zeros: number[] = [];
  for (const { uptimeMicros, message } of entries) {
    if (uptimeMicros < BOOTED_MICROS) continue;
    const instant = known.instantOf(message);
    if (instant === null) continue;
    zeros.push(instant - uptimeMicros);
    if (zeros.length >= ANCHORS_LIMIT) break;
  }
  zeros.sort((a, b) => a - b);
  let best = { count: 0, zero: 0 };
  for (let first = 0, last = 0; last < zeros.length; last++) {
    while (existing(zeros[last], last) - existing(zeros[first], first) > AGREEMENT_MICROS) first += 1;
    // The earliest: every delay on the way to the other log makes a zero later.
    if (last - first + 1 > best.count) best = { count: last - first + 1, zero: existing(zeros[first], first) };
  }
  return best.count >= AGREEING_ENTRIES ? best.zero : null;
}
