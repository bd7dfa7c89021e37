import {
  type EpochMicros,
  epochMicros,
  MICROS_PER_DAY,
  MICROS_PER_MILLI,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  type WallClock,
  wallClockToMicros,
} from './time.ts';

/**
 * Time zones, by the rules of the tz database that the JavaScript engine carries (ECMA-402, Intl.DateTimeFormat). A zone is
 * named as people name it: an IANA name (`Europe/Berlin`), `UTC`, or a fixed distance from UTC (`+01:00`).
 */
export type ZoneName = string;

export const UTC: ZoneName = 'UTC';

const FIXED = /^([+-])(\d{2}):?(\d{2})$/;
/** Every change of a zone's offset since 1970 fell on a quarter of an hour of UTC, so an offset holds for one whole quarter. */
const QUARTER_MICROS = 15 * MICROS_PER_MINUTE;
/** Quarters remembered for a zone: a year of a busy journal has 35,000. */
const CACHED_QUARTERS = 50_000;

interface Rules {
  readonly format: Intl.DateTimeFormat;
  readonly offsets: Map<number, number>;
}
const RULES = new Map<ZoneName, Rules | null>();

function rulesOf(zone: ZoneName): Rules | null {
  const known = RULES.get(zone);
  if (known !== undefined) return known;
  let rules: Rules | null = null;
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    rules = { format, offsets: new Map() };
  } catch {
    // RangeError: the engine knows no such zone.
  }
  RULES.set(zone, rules);
  return rules;
}

/** Minutes east of UTC of a fixed distance `+01:00` or `+0100`; null for any other name and for more than 14 hours. */
export function fixedOffsetMinutes(zone: ZoneName): number | null {
  const match = FIXED.exec(zone);
  if (match === null) return null;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  if (Number(match[3]) > 59 || minutes > 14 * 60) return null;
  return match[1] === '-' ? -minutes : minutes;
}

/** Whether this names a zone. */
export function isZone(zone: ZoneName): boolean {
  return zone === UTC || fixedOffsetMinutes(zone) !== null || (!FIXED.test(zone) && rulesOf(zone) !== null);
}

/** How far a zone is from UTC at an instant, in microseconds east; 0 for a name that is no zone. */
export function zoneOffsetMicros(zone: ZoneName, time: EpochMicros): number {
  if (zone === UTC) return 0;
  const fixed = fixedOffsetMinutes(zone);
  if (fixed !== null) return fixed * MICROS_PER_MINUTE;
  const rules = rulesOf(zone);
  if (rules === null) return 0;
  const quarter = Math.floor(time / QUARTER_MICROS);
  const known = rules.offsets.get(quarter);
  if (known !== undefined) return known;
  const offset = readOffset(rules.format, quarter * QUARTER_MICROS);
  if (rules.offsets.size >= CACHED_QUARTERS) rules.offsets.clear();
  rules.offsets.set(quarter, offset);
  return offset;
}

/** `GMT`, `GMT+01:00`, `GMT-00:44:30` (local mean time) as microseconds. */
function readOffset(format: Intl.DateTimeFormat, micros: number): number {
  const part = format.formatToParts(micros / MICROS_PER_MILLI).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const match = /^GMT([+-])(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(part);
  if (match === null) return 0;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return (match[1] === '-' ? -seconds : seconds) * MICROS_PER_SECOND;
}

/**
 * An instant as its zone's clocks show it, in the form of an instant of UTC: the functions that write UTC then write the
 * zone's wall clock.
 */
export function inZone(time: EpochMicros, zone: ZoneName): EpochMicros {
  return epochMicros(time + zoneOffsetMicros(zone, time));
}

/**
 * The instants at which a zone's clocks show a wall clock, earliest first: none in the hour that is left out in spring, two
 * in the hour that comes twice in autumn (RFC 5545, section 3.3.5, tells the same cases apart). Empty for a date that does
 * not exist.
 */
export function instantsOfWallClock(wall: WallClock, zone: ZoneName): readonly EpochMicros[] {
  const asUtc = wallClockToMicros(wall, 0);
  if (asUtc === null) return [];
  const candidates = new Set<number>();
  // Offsets change at most once within a day: those of a day before and after are all that can be meant.
  for (const around of [asUtc - MICROS_PER_DAY, asUtc + MICROS_PER_DAY]) {
    const time = epochMicros(asUtc - zoneOffsetMicros(zone, epochMicros(around)));
    if (time + zoneOffsetMicros(zone, time) === asUtc) candidates.add(time);
  }
  return [...candidates].sort((a, b) => a - b).map(epochMicros);
}

/** `UTC`, `UTC+01:00`, `UTC−05:30`: a distance from UTC in microseconds, for people. */
export function offsetLabel(offsetMicros: number): string {
  if (offsetMicros === 0) return 'UTC';
  const minutes = Math.round(Math.abs(offsetMicros) / MICROS_PER_MINUTE);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `UTC${offsetMicros < 0 ? '−' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Every IANA zone that the engine knows, `UTC` first. */
export function allZones(): readonly ZoneName[] {
  return [UTC, ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== UTC)];
}
