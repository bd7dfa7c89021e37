import { DAY_MICROS, utcTickLabel } from '../shared/figures/time-scale.ts';
import type { TimeResolution } from '../shared/model/evidence.ts';
import { type EpochMicros, epochMicros, formatDate, formatTimeOfDay, MICROS_PER_SECOND } from '../shared/model/time.ts';
import { inZone, offsetLabel, UTC, type ZoneName, zoneOffsetMicros } from '../shared/model/zone.ts';

// Figures are worded as in the facts and the report, so that no two places disagree.
export {
  formatBytes,
  formatCount,
  formatScore,
  formatSeconds as formatDuration,
  plural as countOf,
} from '../shared/wording/figures.ts';

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

/** `2026-01-28`: the date that a zone's clocks show. */
export function zonedDate(time: EpochMicros, zone: ZoneName): string {
  return formatDate(inZone(time, zone));
}

/** `04:12:15.229`: the time of day that a zone's clocks show, cut to so many decimals. */
export function zonedTimeOfDay(time: EpochMicros, zone: ZoneName, decimals = 0): string {
  return formatTimeOfDay(inZone(time, zone), decimals);
}

/** `UTC`, `UTC+01:00`: how a time of a zone says in which it is. Unlike CET and IST it has one meaning, summer and winter. */
export function zoneLabel(time: EpochMicros, zone: ZoneName): string {
  return offsetLabel(zoneOffsetMicros(zone, time));
}

/** `+01:00`: the offset alone, beside a time whose zone is named elsewhere. */
export function offsetSuffix(time: EpochMicros, zone: ZoneName): string {
  const label = zoneLabel(time, zone);
  return label === UTC ? '+00:00' : label.replace('UTC', '');
}

/** Looks at a zone's offset within a range; changes lie weeks apart, and a case of years shows them all the same. */
const OFFSET_LOOKS = 64;

/** Whether a zone's clocks are changed within a range, so that its times need their offset beside them. */
export function changesWithin(zone: ZoneName, from: EpochMicros, to: EpochMicros): boolean {
  if (zone === UTC) return false;
  const first = zoneOffsetMicros(zone, from);
  for (let look = 1; look <= OFFSET_LOOKS; look += 1) {
    if (zoneOffsetMicros(zone, epochMicros(from + ((to - from) * look) / OFFSET_LOOKS)) !== first) return true;
  }
  return false;
}

/** How a range's zone is named beside it: by its offset, or by its name where the offset changes within. */
export function rangeZoneLabel(zone: ZoneName, from: EpochMicros, to: EpochMicros): string {
  return changesWithin(zone, from, to) ? zone : zoneLabel(from, zone);
}

/** Names the ticks of an axis from `from` to `to` in a zone, with their offset where that changes within the axis. */
export function zonedTickLabel(
  zone: ZoneName,
  from: EpochMicros,
  to: EpochMicros,
): (time: EpochMicros, step: number) => string {
  const changes = changesWithin(zone, from, to);
  return (time, step) => {
    const label = utcTickLabel(inZone(time, zone), step);
    return changes && step < DAY_MICROS ? `${label} ${offsetSuffix(time, zone)}` : label;
  };
}

/** Time of day with as many decimals as the source states: an invented precision would be read as evidence. */
export function formatEventTime(time: EpochMicros, resolutionMicros: number, zone: ZoneName = UTC): string {
  const decimals = resolutionMicros >= MICROS_PER_SECOND ? 0 : resolutionMicros >= 1000 ? 3 : 6;
  return zonedTimeOfDay(time, zone, decimals);
}

/** `2026-01-28 04:12:15.229579 UTC`: an instant in full, with its zone. */
export function formatInstant(time: EpochMicros, decimals = 6, zone: ZoneName = UTC): string {
  return `${zonedDate(time, zone)} ${zonedTimeOfDay(time, zone, decimals)} ${zoneLabel(time, zone)}`;
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

const KNOWN_FROM = {
  file: 'stated by the file',
  'other-source': 'taken from other evidence',
  given: 'set by you',
  assumed: 'assumed',
} as const;

/** How the stamps of a file became instants, one statement each for the zone and the year. */
export function timeResolutionWords(resolution: TimeResolution): { readonly zone: string; readonly year: string } {
  return {
    zone:
      resolution.offsetMinutes === null
        ? resolution.zoneFrom === 'other-source'
          ? 'dated through other evidence'
          : 'zone in every stamp'
        : `${resolution.zone ?? formatOffset(resolution.offsetMinutes)}, ${KNOWN_FROM[resolution.zoneFrom]}`,
    year:
      resolution.year === null ? 'year in every stamp' : `year ${resolution.year}, ${KNOWN_FROM[resolution.yearFrom]}`,
  };
}
