import { type EpochMicros, epochMicros, formatDate, formatTimeOfDay, MICROS_PER_SECOND } from '../model/time.ts';

/*
 * The maths of a time axis, pure. What holds, for every scale with `from < to` and `width > 0`:
 *  - timeToPx(from) = left and timeToPx(to) = left + width;
 *  - timeToPx never decreases with time;
 *  - pxToTime(timeToPx(t)) = t for from <= t <= to, exactly while the axis shows at most a month, and within a millionth of
 *    a pixel on any axis (a double holds a position to about 1e-13 of it);
 *  - pxToTime always yields a whole microsecond.
 * A scale whose ends coincide (an incident without duration) puts that instant at the left end.
 */

/** An axis: the time at its left end, the time at its right end, and where it lies, in pixels. */
export interface TimeScale {
  readonly from: EpochMicros;
  readonly to: EpochMicros;
  readonly left: number;
  readonly width: number;
}

/** Position of an instant in pixels; beyond the ends for instants outside the axis. */
export function timeToPx(scale: TimeScale, time: EpochMicros): number {
  const span = scale.to - scale.from;
  return span <= 0 ? scale.left : scale.left + ((time - scale.from) / span) * scale.width;
}

/** Instant at a position in pixels, to the microsecond. */
export function pxToTime(scale: TimeScale, px: number): EpochMicros {
  const span = scale.to - scale.from;
  return span <= 0 || scale.width <= 0
    ? scale.from
    : epochMicros(scale.from + ((px - scale.left) / scale.width) * span);
}

const MINUTE_MICROS = 60 * MICROS_PER_SECOND;
const HOUR_MICROS = 60 * MINUTE_MICROS;
export const DAY_MICROS = 24 * HOUR_MICROS;
/** Lengths that stand for a calendar step when labels are chosen; the ticks themselves follow the calendar. */
const MONTH_MICROS = 30 * DAY_MICROS;
const YEAR_MICROS = 365 * DAY_MICROS;

/** Ticks of a time axis. `step` is their distance in microseconds; for months and years the nominal one. */
export interface TimeTicks {
  readonly step: number;
  readonly times: readonly EpochMicros[];
}

const UNIFORM_STEPS: readonly number[] = [
  ...[1, 10, 100, 1_000, 10_000, 100_000].flatMap((unit) => [unit, 2 * unit, 5 * unit]),
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * MICROS_PER_SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MICROS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MICROS),
  ...[1, 2, 7].map((days) => days * DAY_MICROS),
];
const MONTH_STEPS: readonly number[] = [1, 3, 6, ...[1, 2, 5, 10, 20, 50, 100, 1_000].map((years) => 12 * years)];

/** 1970-01-05 was a Monday: ticks a week apart fall on Mondays. */
const FIRST_MONDAY = 4 * DAY_MICROS;

/** A display zone's distance from UTC in microseconds east: one for all times, or what it is at an instant. */
export type ZoneOffset = number | ((time: EpochMicros) => number);

/** Offsets are whole quarters of an hour: steps below that fall on the same instants whatever the offset. */
const QUARTER_MICROS = 15 * MINUTE_MICROS;

/**
 * Ticks at round instants of the calendar, at most `maxCount` of them, at any zoom from years to microseconds.
 * `offset` is that of the display zone, so that days begin at its midnight: also on the days on which its clocks are
 * changed, where the hour that is left out has no tick and the hour that comes twice has its ticks twice.
 */
export function timeTicks(from: EpochMicros, to: EpochMicros, maxCount: number, offset: ZoneOffset = 0): TimeTicks {
  const limit = Math.max(1, Math.floor(maxCount));
  if (to <= from) return { step: MICROS_PER_SECOND / 1_000, times: [from] };
  for (const step of UNIFORM_STEPS) {
    if ((to - from) / step > limit) continue;
    const times =
      typeof offset === 'number' || step < QUARTER_MICROS
        ? uniformTicks(from, to, step, offsetAt(offset, from))
        : wallTicks(from, to, uniformWalls(from, to, step, offset), step, offset);
    if (times.length <= limit) return { step, times };
  }
  for (const months of MONTH_STEPS) {
    const step = months < 12 ? months * MONTH_MICROS : (months / 12) * YEAR_MICROS;
    if ((to - from) / step > limit + 1) continue;
    const times = wallTicks(from, to, calendarWalls(from, to, months, offset), step, offset);
    if (times.length <= limit) return { step, times };
  }
  return { step: to - from, times: [from] };
}

function uniformTicks(from: EpochMicros, to: EpochMicros, step: number, offsetMicros: number): readonly EpochMicros[] {
  const origin = (step === 7 * DAY_MICROS ? FIRST_MONDAY : 0) - offsetMicros;
  const times: EpochMicros[] = [];
  for (let n = Math.ceil((from - origin) / step); origin + n * step <= to; n++) {
    times.push(epochMicros(origin + n * step));
  }
  return times;
}

function offsetAt(offset: ZoneOffset, time: EpochMicros): number {
  return typeof offset === 'number' ? offset : offset(time);
}

/** The round wall clocks of a step that lie in a range, as instants of UTC; some more at its ends. */
function uniformWalls(from: EpochMicros, to: EpochMicros, step: number, offset: ZoneOffset): readonly number[] {
  const origin = step === 7 * DAY_MICROS ? FIRST_MONDAY : 0;
  const offsets = [offsetAt(offset, from), offsetAt(offset, to)];
  const walls: number[] = [];
  const last = to + Math.max(...offsets);
  for (let n = Math.ceil((from + Math.min(...offsets) - origin) / step); origin + n * step <= last; n++) {
    walls.push(origin + n * step);
  }
  return walls;
}

/** The first days of every so many months that lie in a range, as `uniformWalls`. */
function calendarWalls(from: EpochMicros, to: EpochMicros, months: number, offset: ZoneOffset): readonly number[] {
  const start = new Date((from + offsetAt(offset, from)) / 1_000);
  const firstMonth = Math.floor((start.getUTCFullYear() * 12 + start.getUTCMonth()) / months) * months;
  const walls: number[] = [];
  for (let month = firstMonth; ; month += months) {
    const wall = Date.UTC(Math.floor(month / 12), month % 12, 1) * 1_000;
    if (!(wall <= to + DAY_MICROS)) return walls;
    walls.push(wall);
  }
}

/** The instants of a range at which the zone's clocks show these, in order. */
function wallTicks(
  from: EpochMicros,
  to: EpochMicros,
  walls: readonly number[],
  step: number,
  offset: ZoneOffset,
): readonly EpochMicros[] {
  const times = new Set<EpochMicros>();
  for (const wall of walls) {
    // Offsets change at most once within a day: those of a day before and after are all that can be meant.
    const before = epochMicros(wall - offsetAt(offset, epochMicros(wall - DAY_MICROS)));
    const after = epochMicros(wall - offsetAt(offset, epochMicros(wall + DAY_MICROS)));
    const shown = [before, after].filter((time) => time + offsetAt(offset, time) === wall);
    // A day whose midnight is left out begins with its first moment; an hour that is left out has none.
    for (const time of shown.length > 0 || step < DAY_MICROS ? shown : [before]) {
      if (time >= from && time <= to) times.add(time);
    }
    if (step >= DAY_MICROS && shown.length === 2 && before !== after) times.delete(after);
  }
  return [...times].sort((a, b) => a - b);
}

/** Decimals of a second that a step needs to be told apart: 0 from a second on, 6 for single microseconds. */
function stepDecimals(step: number): number {
  if (step >= MICROS_PER_SECOND) return 0;
  return Math.min(6, Math.max(0, 6 - Math.floor(Math.log10(Math.max(1, step)) + 1e-9)));
}

/** Label of a tick in UTC, as fine as its step: `2026`, `2026-01`, `2026-01-28`, `04:10`, `04:10:22`, `04:10:22.070`. */
export function utcTickLabel(time: EpochMicros, step: number): string {
  if (step >= YEAR_MICROS) return formatDate(time).slice(0, 4);
  if (step >= MONTH_MICROS) return formatDate(time).slice(0, 7);
  if (step >= DAY_MICROS) return formatDate(time);
  if (step >= MINUTE_MICROS) return formatTimeOfDay(time).slice(0, 5);
  return formatTimeOfDay(time, stepDecimals(step));
}
