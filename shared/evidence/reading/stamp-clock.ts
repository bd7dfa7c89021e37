import type { StampDoubts, TimeResolution } from '../../model/evidence.ts';
import {
  type EpochMicros,
  epochMicros,
  MICROS_PER_DAY,
  MICROS_PER_MILLI,
  MICROS_PER_MINUTE,
  type WallClock,
  wallClockToMicros,
} from '../../model/time.ts';
import { fixedOffsetMinutes, instantsOfWallClock, UTC, type ZoneName, zoneOffsetMicros } from '../../model/zone.ts';
import type { ParseContext } from './parser.ts';
import { resolveYearless } from './stamps.ts';

/** Entries of several threads stand this much out of order; a larger step back is the clock that was put back. */
const JITTER_MICROS = MICROS_PER_MINUTE;

/** How stamps without a zone are read, for messages: `60 minutes east of UTC`, `as those of Europe/Berlin`. */
export function zoneWords({ zone, offsetMinutes }: Pick<ParseContext, 'zone' | 'offsetMinutes'>): string {
  return zone === undefined ? `${offsetMinutes} minutes east of UTC` : `as those of ${zone}`;
}

/** A date so many days later (earlier when negative) by the calendar, whatever the length of those days. */
export function daysLater(
  { year, month, day }: Pick<WallClock, 'year' | 'month' | 'day'>,
  days: number,
): Pick<WallClock, 'year' | 'month' | 'day'> {
  const date = new Date(Date.UTC(year, month - 1, day + days));
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** An instant, and whether the zone's rules left a doubt about it. */
interface DatedStamp {
  readonly time: EpochMicros;
  readonly doubt: keyof StampDoubts | null;
}

/**
 * Reads the stamps of one source that carry no zone, in the order of its entries: by the fixed distance that the context
 * gives, else by the rules of its zone.
 *
 * By rules, what the clock showed twice in autumn is told apart by the entries around: within an hour that comes twice, a
 * step back of more than a minute is the clock that was put back. What it left out in spring is read as the clock would
 * have gone on without the change, one hour later (RFC 5545, section 3.3.5). Both are counted, for the source to say so.
 */
export class StampClock {
  readonly #context: ParseContext;
  /** A zone whose distance from UTC changes; null where it is fixed. */
  readonly #rules: ZoneName | null;
  /** The entry before. */
  #last: EpochMicros | null = null;
  /** Whether times rise from entry to entry; `journalctl -r` and some exports run backwards. */
  #rises = true;
  /** The latest entry that was farther than jitter from the one noted before: which way it lies tells the direction. */
  #turn: EpochMicros | null = null;
  #firstOffsetMinutes: number | null = null;
  #comesTwice = 0;
  #leftOut = 0;

  constructor(context: ParseContext) {
    this.#context = context;
    const { zone } = context;
    this.#rules = zone === undefined || zone === UTC || fixedOffsetMinutes(zone) !== null ? null : zone;
  }

  /**
   * The instant of a stamp: in the zone that it carries (minutes east of UTC), else in that of the source. Null for a date
   * that does not exist. Call it once an entry, in their order.
   */
  instant(wall: WallClock, zoneMinutes: number | null): EpochMicros | null {
    if (zoneMinutes !== null || this.#rules === null) {
      const time = wallClockToMicros(wall, zoneMinutes ?? this.#context.offsetMinutes);
      if (this.#rules !== null && time !== null) this.#remember(time);
      return time;
    }
    const reading = this.#read(wall, this.#rules);
    return reading === null ? null : this.#settle(reading);
  }

  /** What `instant` would give, for a look at a stamp that is not the next entry's. */
  peek(wall: WallClock, zoneMinutes: number | null): EpochMicros | null {
    if (zoneMinutes !== null || this.#rules === null) {
      return wallClockToMicros(wall, zoneMinutes ?? this.#context.offsetMinutes);
    }
    return this.#read(wall, this.#rules)?.time ?? null;
  }

  /** The instant of a yearless stamp in the year that puts it nearest to `near`; see resolveYearless and `instant`. */
  yearless(
    wall: Omit<WallClock, 'year'>,
    near: EpochMicros | null,
  ): { readonly time: EpochMicros; readonly year: number } | null {
    const resolved = this.peekYearless(wall, near);
    if (resolved === null || this.#rules === null) return resolved;
    const time = this.instant({ ...wall, year: resolved.year }, null);
    return time === null ? null : { time, year: resolved.year };
  }

  /** What `yearless` would give, for a look at a stamp that is not the next entry's. */
  peekYearless(
    wall: Omit<WallClock, 'year'>,
    near: EpochMicros | null,
  ): { readonly time: EpochMicros; readonly year: number } | null {
    return resolveYearless(wall, (dated) => this.peek(dated, null), near, this.#context.notAfter ?? null);
  }

  /** Whether every stamp without a zone is as far from UTC as the next: `instant` then depends on the stamp alone. */
  get isFixed(): boolean {
    return this.#rules === null;
  }

  /** The date that the source's clocks showed at an instant. */
  dateAt(time: EpochMicros): Pick<WallClock, 'year' | 'month' | 'day'> {
    const east =
      this.#rules === null ? this.#context.offsetMinutes * MICROS_PER_MINUTE : zoneOffsetMicros(this.#rules, time);
    const shown = new Date(Math.floor((time + east) / MICROS_PER_MILLI));
    return { year: shown.getUTCFullYear(), month: shown.getUTCMonth() + 1, day: shown.getUTCDate() };
  }

  /** The part of a TimeResolution that tells how stamps without a zone were read. */
  resolution(): Pick<TimeResolution, 'offsetMinutes' | 'zoneFrom' | 'zone' | 'doubts'> {
    const { offsetMinutes, zoneFrom } = this.#context;
    if (this.#rules === null) return { offsetMinutes, zoneFrom };
    const doubts = { comesTwice: this.#comesTwice, leftOut: this.#leftOut };
    return {
      offsetMinutes: this.#firstOffsetMinutes ?? offsetMinutes,
      zoneFrom,
      zone: this.#rules,
      ...(doubts.comesTwice + doubts.leftOut === 0 ? {} : { doubts }),
    };
  }

  #read(wall: WallClock, zone: ZoneName): DatedStamp | null {
    const asUtc = wallClockToMicros(wall, 0);
    if (asUtc === null) return null;
    const before = zoneOffsetMicros(zone, epochMicros(asUtc - MICROS_PER_DAY));
    const after = zoneOffsetMicros(zone, epochMicros(asUtc + MICROS_PER_DAY));
    if (before === after) return { time: epochMicros(asUtc - before), doubt: null };
    const [first, second] = instantsOfWallClock(wall, zone);
    if (first === undefined) return { time: epochMicros(asUtc - before), doubt: 'leftOut' };
    if (second === undefined) return { time: first, doubt: null };
    const last = this.#last;
    if (last === null) return { time: this.#rises ? first : second, doubt: 'comesTwice' };
    const time = this.#rises
      ? first >= last - JITTER_MICROS
        ? first
        : second
      : second <= last + JITTER_MICROS
        ? second
        : first;
    return { time, doubt: 'comesTwice' };
  }

  #settle({ time, doubt }: DatedStamp): EpochMicros {
    if (doubt === 'comesTwice') this.#comesTwice += 1;
    if (doubt === 'leftOut') this.#leftOut += 1;
    if (this.#firstOffsetMinutes === null && this.#rules !== null) {
      this.#firstOffsetMinutes = Math.round(zoneOffsetMicros(this.#rules, time) / MICROS_PER_MINUTE);
    }
    this.#remember(time);
    return time;
  }

  #remember(time: EpochMicros): void {
    this.#last = time;
    const turn = this.#turn;
    if (turn !== null && Math.abs(time - turn) <= JITTER_MICROS) return;
    if (turn !== null) this.#rises = time > turn;
    this.#turn = time;
  }
}
