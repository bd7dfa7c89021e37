import { MICROS_PER_SECOND } from '../model/time.ts';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Microseconds of a Sigma timespan, `30s`, `5m`, `2h`, `1d`; null for anything else, for 0 and for more than a year. */
export function readTimespan(text: string): number | null {
  const match = /^(\d{1,8})([smhd])$/.exec(text.trim());
  const seconds = Number(match?.[1] ?? 0) * (SECONDS[match?.[2] ?? ''] ?? 0);
  return seconds > 0 && seconds <= 366 * 86_400 ? seconds * MICROS_PER_SECOND : null;
}
