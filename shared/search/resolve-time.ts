import type { CaseTimes } from '../model/case-times.ts';
import {
  type EpochMicros,
  epochMicros,
  formatDate,
  MICROS_PER_DAY,
  type WallClock,
  wallClockToMicros,
} from '../model/time.ts';
import { instantsOfWallClock, inZone, type ZoneName } from '../model/zone.ts';
import type { TimeText } from './query.ts';

/** A stretch of time, its end not included. */
export interface TimeStretch {
  readonly from: number;
  readonly to: number;
}

/** Days of a case that are looked at for a time of day; beyond, the days near the incident decide. */
const MOST_DAYS = 400;

/**
 * The stretch of time that a typed time names, in a zone unless it says its own. A time of day without a date is that of
 * the incident's day; where that lies outside the case, or there is no incident, of the day nearest to it (to the first
 * event) on which it lies inside. Null when there is no such time: an hour left out in spring, a case without events.
 */
export function resolveTime(time: TimeText, zone: ZoneName, times: CaseTimes): TimeStretch | null {
  if (time.date !== null) return stretchOn(time, time.date, zone);
  const anchor = times.incident ?? times.first;
  if (anchor === null) return null;
  const first = times.first ?? anchor;
  const last = times.last ?? anchor;
  const days = daysOf(first, last, anchor, zone);
  let nearest: TimeStretch | null = null;
  for (const day of days) {
    const stretch = stretchOn(time, day, zone);
    if (stretch === null) continue;
    // The anchor's own day comes first and wins whenever it has this time within the case.
    if (stretch.to > first && stretch.from <= last) return stretch;
    nearest ??= stretch;
  }
  return nearest;
}

/** The dates of a case in a zone, nearest to the anchor's first. */
function daysOf(first: EpochMicros, last: EpochMicros, anchor: EpochMicros, zone: ZoneName): readonly Day[] {
  const dayNumber = (time: EpochMicros): number => Math.floor(inZone(time, zone) / MICROS_PER_DAY);
  const own = dayNumber(anchor);
  // A fixed distance from UTC of the typed time's own can lie a day beyond what the display zone shows.
  const lowest = Math.min(own, dayNumber(first)) - 1;
  const highest = Math.max(own, dayNumber(last)) + 1;
  const numbers = [own];
  for (let distance = 1; numbers.length < MOST_DAYS && distance <= highest - lowest; distance++) {
    if (own - distance >= lowest) numbers.push(own - distance);
    if (own + distance <= highest) numbers.push(own + distance);
  }
  return numbers.map((number) => dateOf(epochMicros(number * MICROS_PER_DAY)));
}

type Day = Pick<WallClock, 'year' | 'month' | 'day'>;

function stretchOn(time: TimeText, day: Day, zone: ZoneName): TimeStretch | null {
  const wall = { ...day, ...(time.clock ?? { hour: 0, minute: 0, second: 0, micros: 0 }) };
  const instants = instantsIn(wall, time.offsetMinutes, zone);
  const from = instants[0];
  const last = instants.at(-1);
  if (from === undefined || last === undefined) return null;
  // A day in its zone may have 23 or 25 hours: it ends where the next one begins.
  const nextMidnight = time.clock === null ? instantsIn(dayAfter(day), time.offsetMinutes, zone)[0] : undefined;
  return { from, to: nextMidnight ?? last + time.stretchMicros };
}

function instantsIn(wall: WallClock, offsetMinutes: number | null, zone: ZoneName): readonly EpochMicros[] {
  if (offsetMinutes === null) return instantsOfWallClock(wall, zone);
  const instant = wallClockToMicros(wall, offsetMinutes);
  return instant === null ? [] : [instant];
}

function dayAfter(day: Day): WallClock {
  const midnight = { ...day, hour: 0, minute: 0, second: 0, micros: 0 };
  const time = wallClockToMicros(midnight, 0);
  if (time === null) return midnight;
  return { ...midnight, ...dateOf(epochMicros(time + MICROS_PER_DAY)) };
}

/** The date in UTC. */
function dateOf(time: EpochMicros): Day {
  const [year = 0, month = 0, day = 0] = formatDate(time).split('-').map(Number);
  return { year, month, day };
}
