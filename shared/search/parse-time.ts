import { MICROS_PER_DAY, MICROS_PER_MINUTE, MICROS_PER_SECOND, wallClockToMicros } from '../model/time.ts';
import { fixedOffsetMinutes } from '../model/zone.ts';
import type { TimeText } from './query.ts';

const DAY = String.raw`(\d{4})-(\d\d)-(\d\d)`;
const CLOCK = String.raw`(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,6}))?)?`;
// 2026-01-28   04:12   4:12:15   04:12:15.229579   2026-01-28 04:12   2026-01-28T04:12:15Z   04:12+01:00
const TIME = new RegExp(`^(?:${DAY})?(?:(?:^|[T ])${CLOCK} ?(Z|[+-]\\d\\d:?\\d\\d)?)?$`, 'i');

/** Reads a date, a time of day, or both, the time with a zone or without; null when it is none or does not exist. */
export function parseTime(text: string): TimeText | null {
  const match = TIME.exec(text);
  if (match === null || text === '') return null;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const date = year === undefined ? null : { year: Number(year), month: Number(month), day: Number(day) };
  const clock =
    hour === undefined
      ? null
      : {
          hour: Number(hour),
          minute: Number(minute),
          second: Number(second ?? 0),
          micros: Number((fraction ?? '').padEnd(6, '0')),
        };
  const offsetMinutes = zone === undefined ? null : /^z$/i.test(zone) ? 0 : fixedOffsetMinutes(zone);
  if (zone !== undefined && offsetMinutes === null) return null;
  const wall = {
    ...(date ?? { year: 2000, month: 1, day: 1 }),
    ...(clock ?? { hour: 0, minute: 0, second: 0, micros: 0 }),
  };
  if (wallClockToMicros(wall, 0) === null) return null;
  const stretchMicros =
    clock === null
      ? MICROS_PER_DAY
      : second === undefined
        ? MICROS_PER_MINUTE
        : MICROS_PER_SECOND / 10 ** (fraction?.length ?? 0);
  return { text, date, clock, offsetMinutes, stretchMicros };
}
