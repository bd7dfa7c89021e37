import { type EpochMicros, formatDate, formatTimeOfDay, MICROS_PER_SECOND } from '../shared/model/time.ts';

// Figures are worded as in the facts and the report, so that no two places disagree.
export {
  formatBytes,
  formatCount,
  formatScore,
  formatSeconds as formatDuration,
  plural as countOf,
} from '../shared/facts/wording.ts';

const MINUS = '−';

/**
 * Distance of two instants in a column of figures: `−20.659000 s`, `+1:32.500 min`. Always signed; microseconds are kept
 * below a minute, where they can matter.
 */
export function formatDelta(micros: number): string {
  if (micros === 0) return '0';
  const sign = micros < 0 ? MINUS : '+';
  const whole = Math.abs(micros);
  const seconds = Math.floor(whole / MICROS_PER_SECOND);
  const fraction = String(whole % MICROS_PER_SECOND).padStart(6, '0');
  if (seconds < 60) return `${sign}${seconds}.${fraction} s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  if (seconds < 3600) return `${sign}${Math.floor(seconds / 60)}:${two(seconds % 60)}.${fraction.slice(0, 3)} min`;
  const hours = Math.floor(seconds / 3600);
  if (hours < 48) return `${sign}${hours}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)} h`;
  return `${sign}${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** UTC time of day with as many decimals as the source states: an invented precision would be read as evidence. */
export function formatEventTime(time: EpochMicros, resolutionMicros: number): string {
  const decimals = resolutionMicros >= MICROS_PER_SECOND ? 0 : resolutionMicros >= 1000 ? 3 : 6;
  return formatTimeOfDay(time, decimals);
}

/** `2026-01-28 04:12:15.229579 UTC`: an instant in full, with its zone. */
export function formatInstant(time: EpochMicros, decimals = 6): string {
  return `${formatDate(time)} ${formatTimeOfDay(time, decimals)} UTC`;
}

/** `+02:00` for 120 minutes east of UTC; `UTC` for 0. */
export function formatOffset(minutesEast: number): string {
  if (minutesEast === 0) return 'UTC';
  const magnitude = Math.abs(minutesEast);
  const hours = String(Math.floor(magnitude / 60)).padStart(2, '0');
  return `UTC${minutesEast < 0 ? MINUS : '+'}${hours}:${String(magnitude % 60).padStart(2, '0')}`;
}

/** A signed weight with one decimal, `+2.3`, with a true minus sign. */
export function formatWeight(weight: number): string {
  const text = Math.abs(weight).toFixed(1);
  return weight < 0 ? `${MINUS}${text}` : `+${text}`;
}

/** Last part of a `/`-separated path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A share as a whole percentage that never says 0 % or 100 % of what is not none or all. */
export function formatShare(part: number, whole: number): string {
  if (whole <= 0) return '–';
  const percent = (part / whole) * 100;
  if (part > 0 && percent < 0.1) return '< 0.1 %';
  if (part < whole && percent > 99.9) return '> 99.9 %';
  return `${percent < 10 || percent > 90 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}
