import type { EvidenceFile, EvidenceId } from './evidence.ts';
import { MICROS_PER_SECOND } from './time.ts';

/*
 * Corrections of a source's clock, as people write them: signed, to the microsecond. What `formatClockOffset` writes,
 * `parseClockOffset` reads back to the same number.
 */

/** A century either way: a clock without a battery begins at 1970, and no correction that is meant is larger. */
export const MOST_CLOCK_OFFSET_MICROS = 100 * 365.25 * 86_400 * MICROS_PER_SECOND;

/** The correction of a source's clock in microseconds; 0 without one. */
export function clockOffsetOf(files: readonly EvidenceFile[], evidenceId: EvidenceId): number {
  return files.find((file) => file.id === evidenceId)?.clockOffsetMicros ?? 0;
}

const MINUS = '−';
// +4.2 s     -0.000004     12
const SECONDS = /^([+\-−]?)\s*(\d{1,10})(?:[.,](\d{1,6}))?\s*(?:s|sec|seconds?)?$/i;
// -0:00:04.2     +1:30     +2 d 01:00:04.200000
const CLOCK =
  /^([+\-−]?)\s*(?:(\d{1,5})\s*d(?:ays?)?(?:\s+|$))?(?:(?:(\d{1,6}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,6}))?)?$/i;

/**
 * A correction in microseconds from `+4.2 s`, `-0.000004`, `-0:00:04.2` (hours, minutes, seconds), `+1:30` (minutes,
 * seconds) or `+2 d 01:00:00`; null for anything else, for more than six decimals and for more than a century.
 */
export function parseClockOffset(text: string): number | null {
  const trimmed = text.trim();
  const micros = readSeconds(trimmed) ?? readClock(trimmed);
  if (micros === null || Math.abs(micros) > MOST_CLOCK_OFFSET_MICROS) return null;
  // −0 is no other correction than 0.
  return micros === 0 ? 0 : micros;
}

function readSeconds(text: string): number | null {
  const match = SECONDS.exec(text);
  if (match === null) return null;
  return signed(match[1], Number(match[2]) * MICROS_PER_SECOND + fraction(match[3]));
}

function readClock(text: string): number | null {
  const match = CLOCK.exec(text);
  const [, sign, days, hours, minutes, seconds, decimals] = match ?? [];
  if (match === null || (days === undefined && seconds === undefined)) return null;
  if (Number(seconds ?? 0) > 59 || (hours !== undefined && Number(minutes) > 59)) return null;
  const whole = ((Number(days ?? 0) * 24 + Number(hours ?? 0)) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds ?? 0);
  return signed(sign, whole * MICROS_PER_SECOND + fraction(decimals));
}

function signed(sign: string | undefined, micros: number): number {
  return sign === '-' || sign === MINUS ? -micros : micros;
}

function fraction(decimals: string | undefined): number {
  return decimals === undefined ? 0 : Number(decimals.padEnd(6, '0'));
}

/** `+4.200000 s`, `−1:00:04.200000`, `+2 d 01:00:04.200000`: a correction with every microsecond; `0 s` for none. */
export function formatClockOffset(micros: number): string {
  if (micros === 0) return '0 s';
  const sign = micros < 0 ? MINUS : '+';
  const whole = Math.abs(micros);
  const decimals = String(whole % MICROS_PER_SECOND).padStart(6, '0');
  const seconds = Math.floor(whole / MICROS_PER_SECOND);
  if (seconds < 60) return `${sign}${seconds}.${decimals} s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const clock = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}.${decimals}`;
  return days === 0 ? `${sign}${hours}:${clock}` : `${sign}${days} d ${two(hours)}:${clock}`;
}
