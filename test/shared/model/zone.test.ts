import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMicros, formatIsoMicros, type WallClock, wallClockToMicros } from '../../../shared/model/time.ts';
import {
  allZones,
  fixedOffsetMinutes,
  instantsOfWallClock,
  inZone,
  isZone,
  offsetLabel,
  zoneOffsetMicros,
} from '../../../shared/model/zone.ts';
import { runs } from '../../support/properties.ts';

const at = (iso: string) => epochMicros(Date.parse(iso) * 1000);
const wall = (text: string): WallClock => {
  const [year, month, day, hour, minute, second] = text.split(/\D/).map(Number);
  return {
    year: year ?? 0,
    month: month ?? 0,
    day: day ?? 0,
    hour: hour ?? 0,
    minute: minute ?? 0,
    second: second ?? 0,
    micros: 7,
  };
};
const instants = (text: string, zone: string) => instantsOfWallClock(wall(text), zone).map(formatIsoMicros);

describe('zones', () => {
  it('know their distance from UTC, summer and winter', () => {
    expect(zoneOffsetMicros('Europe/Berlin', at('2026-01-28T04:12:15Z'))).toBe(3_600_000_000);
    expect(zoneOffsetMicros('Europe/Berlin', at('2026-07-28T04:12:15Z'))).toBe(7_200_000_000);
    expect(zoneOffsetMicros('Asia/Kathmandu', at('2026-01-28T04:12:15Z'))).toBe(20_700_000_000);
    expect(zoneOffsetMicros('America/St_Johns', at('2026-01-28T04:12:15Z'))).toBe(-12_600_000_000);
    expect(zoneOffsetMicros('-05:30', at('2026-01-28T04:12:15Z'))).toBe(-19_800_000_000);
  });

  it('change at the very microsecond', () => {
    const change = at('2026-10-25T01:00:00Z');
    expect(zoneOffsetMicros('Europe/Berlin', epochMicros(change - 1))).toBe(7_200_000_000);
    expect(zoneOffsetMicros('Europe/Berlin', change)).toBe(3_600_000_000);
  });

  it('tell the hour that comes twice from the hour that is left out', () => {
    expect(instants('2026-10-25 02:30:00', 'Europe/Berlin')).toEqual([
      '2026-10-25T00:30:00.000007Z',
      '2026-10-25T01:30:00.000007Z',
    ]);
    expect(instants('2026-03-29 02:30:00', 'Europe/Berlin')).toEqual([]);
    expect(instants('2026-03-29 03:30:00', 'Europe/Berlin')).toEqual(['2026-03-29T01:30:00.000007Z']);
    // Half an hour only.
    expect(instants('2026-04-05 01:45:00', 'Australia/Lord_Howe')).toHaveLength(2);
  });

  it('read leap days, and no day that does not exist', () => {
    expect(instants('2028-02-29 12:00:00', 'Europe/Berlin')).toEqual(['2028-02-29T11:00:00.000007Z']);
    expect(instants('2026-02-29 12:00:00', 'Europe/Berlin')).toEqual([]);
  });

  it('are told from names that are none', () => {
    for (const name of ['UTC', 'Europe/Berlin', '+01:00', '-0530', 'Etc/GMT+5']) expect(isZone(name)).toBe(true);
    for (const name of ['', 'Mars/Olympus', '+25:00', '+01:75', 'x'.repeat(99)]) expect(isZone(name)).toBe(false);
    expect(fixedOffsetMinutes('+15:00')).toBeNull();
    expect(allZones()[0]).toBe('UTC');
    expect(allZones()).toContain('Europe/Berlin');
  });

  it('have words for people', () => {
    expect(offsetLabel(0)).toBe('UTC');
    expect(offsetLabel(3_600_000_000)).toBe('UTC+01:00');
    expect(offsetLabel(-19_800_000_000)).toBe('UTC−05:30');
  });

  it('lead from an instant to its wall clock and back, to the microsecond', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC', '+05:30'];
    fc.assert(
      fc.property(fc.integer({ min: 2 * 86_400_000_000, max: 4e15 }), fc.constantFrom(...zones), (micros, zone) => {
        const time = epochMicros(micros);
        const iso = formatIsoMicros(inZone(time, zone));
        const shown = { ...wall(iso.slice(0, 19)), micros: Number(iso.slice(20, 26)) };
        expect(wallClockToMicros(shown, 0)).toBe(inZone(time, zone));
        expect(instantsOfWallClock(shown, zone)).toContain(time);
      }),
      { numRuns: runs(500) },
    );
  });
});
