/**
 * Time, as everything in Inquest keeps it: whole microseconds since 1970-01-01T00:00:00Z. A double holds them exactly
 * until the year 2255, so no journal stamp (microseconds by systemd's definition) is ever rounded.
 */

declare const epochMicrosBrand: unique symbol;
/** Microseconds since 1970-01-01T00:00:00 UTC, a whole number. */
export type EpochMicros = number & { readonly [epochMicrosBrand]: true };

export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND;
export const MICROS_PER_DAY = 24 * 60 * MICROS_PER_MINUTE;
export const MICROS_PER_MILLI = 1_000;

/** Brands a number as EpochMicros, dropping any fraction of a microsecond. Throws RangeError when it is not finite. */
export function epochMicros(micros: number): EpochMicros {
  if (!Number.isFinite(micros)) throw new RangeError(`not a time: ${micros}`);
  return Math.round(micros) as EpochMicros;
}

/** Parts of a wall-clock stamp; `month` is 1..12, `micros` the fraction of the second in microseconds. */
export interface WallClock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
}

/**
 * The instant of a wall-clock stamp read `offsetMinutes` east of UTC. Returns null when a part is out of range (month 13,
 * 30 February); second 60 is accepted as POSIX does, as the first second of the next minute.
 */
export function wallClockToMicros(wall: WallClock, offsetMinutes: number): EpochMicros | null {
  const { year, month, day, hour, minute, second, micros } = wall;
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) return null;
  if (hour < 0 || minute < 0 || second < 0 || micros < 0 || micros >= MICROS_PER_SECOND) return null;
  // Date.UTC reads the years 0..99 as 1900..1999; no evidence is that old, and a wrong century must not pass as a date.
  if (year < 1970 || year > 9999) return null;
  const millis = Date.UTC(year, month - 1, day, hour, minute, second);
  if (new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day) return null;
  return epochMicros(millis * MICROS_PER_MILLI - offsetMinutes * MICROS_PER_MINUTE + micros);
}

/** ISO 8601 in UTC with six decimals: `2026-01-28T04:12:15.229579Z`. */
export function formatIsoMicros(time: EpochMicros): string {
  const micros = ((time % MICROS_PER_SECOND) + MICROS_PER_SECOND) % MICROS_PER_SECOND;
  const seconds = new Date((time - micros) / MICROS_PER_MILLI).toISOString().slice(0, 19);
  return `${seconds}.${String(micros).padStart(6, '0')}Z`;
}

/** `04:12:15` or, with decimals 1..6, `04:12:15.229`: the UTC time of day, cut (never rounded up into another second). */
export function formatTimeOfDay(time: EpochMicros, decimals = 0): string {
  const iso = formatIsoMicros(time);
  return decimals === 0 ? iso.slice(11, 19) : iso.slice(11, 20 + decimals);
}

/** `2026-01-28`: the UTC date. */
export function formatDate(time: EpochMicros): string {
  return formatIsoMicros(time).slice(0, 10);
}

/** Seconds from one instant to another; negative when `to` is earlier. */
export function secondsBetween(from: EpochMicros, to: EpochMicros): number {
  return (to - from) / MICROS_PER_SECOND;
}

/** The instant `seconds` later (earlier when negative). */
export function addSeconds(time: EpochMicros, seconds: number): EpochMicros {
  return epochMicros(time + seconds * MICROS_PER_SECOND);
}
