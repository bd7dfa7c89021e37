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

export const MINUTE_MICROS = 60 * MICROS_PER_SECOND;
export const HOUR_MICROS = 60 * MINUTE_MICROS;
export const DAY_MICROS = 24 * HOUR_MICROS;
/** Lengths that stand for a calendar step when labels are chosen; the ticks themselves follow the calendar. */
export const MONTH_MICROS = 30 * DAY_MICROS;
export const YEAR_MICROS = 365 * DAY_MICROS;

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

/**
 * Ticks at round instants of the calendar, at most `maxCount` of them, at any zoom from years to microseconds.
 * `offsetMicros` is the display zone's distance from UTC, so that days begin at that zone's midnight.
 */
export function timeTicks(from: EpochMicros, to: EpochMicros, maxCount: number, offsetMicros = 0): TimeTicks {
  const limit = Math.max(1, Math.floor(maxCount));
  if (to <= from) return { step: MICROS_PER_SECOND / 1_000, times: [from] };
  for (const step of UNIFORM_STEPS) {
    if ((to - from) / step > limit) continue;
    const times = uniformTicks(from, to, step, offsetMicros);
    if (times.length <= limit) return { step, times };
  }
  for (const months of MONTH_STEPS) {
    const step = months < 12 ? months * MONTH_MICROS : (months / 12) * YEAR_MICROS;
    if ((to - from) / step > limit + 1) continue;
    const times = calendarTicks(from, to, months, offsetMicros);
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

function calendarTicks(
  from: EpochMicros,
  to: EpochMicros,
  months: number,
  offsetMicros: number,
): readonly EpochMicros[] {
  const start = new Date((from + offsetMicros) / 1_000);
  const firstMonth = Math.floor((start.getUTCFullYear() * 12 + start.getUTCMonth()) / months) * months;
  const times: EpochMicros[] = [];
  for (let month = firstMonth; ; month += months) {
    const time = Date.UTC(Math.floor(month / 12), month % 12, 1) * 1_000 - offsetMicros;
    if (!(time <= to)) return times;
    if (time >= from) times.push(epochMicros(time));
  }
}

/** Decimals of a second that a step needs to be told apart: 0 from a second on, 6 for single microseconds. */
export function stepDecimals(step: number): number {
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
