import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchingZones } from '../../../renderer/components/zone-dialog.tsx';
import { hostZoneHint, offeredZones } from '../../../renderer/components/zone-switch.tsx';
import {
  changesWithin,
  formatEventTime,
  formatInstant,
  offsetSuffix,
  rangeZoneLabel,
  zonedDate,
  zonedTickLabel,
} from '../../../renderer/format.ts';
import { hostZoneOf, zoneOf } from '../../../renderer/state/zone-choice.ts';
import type { EvidenceFile } from '../../../shared/model/evidence.ts';
import { type EpochMicros, epochMicros } from '../../../shared/model/time.ts';
import { inZone, isZone } from '../../../shared/model/zone.ts';
import { runs } from '../../support/properties.ts';
import { referenceView } from '../../support/reference-case.ts';

const utc = (iso: string): EpochMicros => epochMicros(Date.parse(iso) * 1_000);
const HOUR = 3_600_000_000;
const CHANGE = utc('2025-10-26T01:00:00Z');

describe('times in a zone', () => {
  it('say in which, and keep every microsecond', () => {
    const time = epochMicros(utc('2026-01-27T23:12:15Z') + 229_579);
    expect(formatInstant(time, 6, 'Europe/Berlin')).toBe('2026-01-28 00:12:15.229579 UTC+01:00');
    expect(formatEventTime(time, 1, 'Asia/Kolkata')).toBe('04:42:15.229579');
    expect(zonedDate(time, 'America/New_York')).toBe('2026-01-27');
  });

  it('differ in the hour that comes twice, by their offset', () => {
    const before = epochMicros(CHANGE - HOUR / 2);
    const after = epochMicros(CHANGE + HOUR / 2);
    expect(formatInstant(before, 0, 'Europe/Berlin')).toBe('2025-10-26 02:30:00 UTC+02:00');
    expect(formatInstant(after, 0, 'Europe/Berlin')).toBe('2025-10-26 02:30:00 UTC+01:00');
    const label = zonedTickLabel('Europe/Berlin', epochMicros(CHANGE - 2 * HOUR), epochMicros(CHANGE + 2 * HOUR));
    expect([label(before, HOUR / 2), label(after, HOUR / 2)]).toEqual(['02:30 +02:00', '02:30 +01:00']);
    expect(rangeZoneLabel('Europe/Berlin', before, after)).toBe('Europe/Berlin');
    expect(offsetSuffix(utc('2026-01-01T00:00:00Z'), 'Europe/London')).toBe('+00:00');
  });

  it('carry no offset where there is one for all, and dates never', () => {
    const [from, to] = [utc('2026-01-27T00:00:00Z'), utc('2026-01-29T00:00:00Z')];
    expect(zonedTickLabel('Europe/Berlin', from, to)(from, HOUR)).toBe('01:00');
    expect(rangeZoneLabel('Europe/Berlin', from, to)).toBe('UTC+01:00');
    const changing = zonedTickLabel('Europe/Berlin', epochMicros(CHANGE - 30 * 24 * HOUR), CHANGE);
    expect(changing(CHANGE, 24 * HOUR)).toBe('2025-10-26');
  });

  it('see a change of the clocks wherever it lies in a range of up to a year', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 180 * 24 }),
        fc.integer({ min: 1, max: 140 * 24 }),
        (hoursBefore, hoursAfter) => {
          const [from, to] = [epochMicros(CHANGE - hoursBefore * HOUR), epochMicros(CHANGE + hoursAfter * HOUR)];
          expect(changesWithin('Europe/Berlin', from, to)).toBe(true);
          expect(changesWithin('Asia/Tokyo', from, to)).toBe(false);
        },
      ),
    );
  });
});

const file = (change: Partial<EvidenceFile>): EvidenceFile =>
  ({
    ...(referenceView().files[0] ?? { id: 'e1' }),
    ...change,
  }) as EvidenceFile;

describe('the zone of the host', () => {
  it('is what its journal prints, before what an application prints', () => {
    const files = [
      file({ path: 'app.log', format: 'gunicorn-log', printedOffsetMinutes: 0 }),
      file({ path: 'journal.txt', format: 'journal-short-iso', printedOffsetMinutes: -210 }),
    ];
    const host = hostZoneOf(files);
    expect(host).toEqual({ zone: '-03:30', from: 'journal.txt', how: 'printed' });
    expect(isZone(host?.zone ?? '')).toBe(true);
    expect(hostZoneHint(host, CHANGE)).toBe('UTC−03:30, printed by journal.txt');
  });

  it('is what was given by name for a journal', () => {
    const time = { offsetMinutes: 60, zoneFrom: 'given', zone: 'Europe/Berlin', year: 2026, yearFrom: 'file' } as const;
    const host = hostZoneOf([file({ path: 'a/j.txt', format: 'journal-short', time })]);
    expect(host).toEqual({ zone: 'Europe/Berlin', from: 'a/j.txt', how: 'given' });
    expect(hostZoneHint(host, CHANGE)).toBe('Europe/Berlin, UTC+01:00, given for j.txt');
  });

  it('is not known where nothing tells it, and then comes to UTC and cannot be chosen', () => {
    const bare = { ...file({ path: 'x', format: 'journal-native', time: null }) };
    expect(hostZoneOf([bare])).toBeNull();
    expect(zoneOf('host', null, 'Asia/Tokyo')).toBe('UTC');
    const display = { choice: 'utc', zone: 'UTC', host: null, laptop: 'Asia/Tokyo', choose: () => {} } as const;
    expect(offeredZones(display, CHANGE).map(({ zone }) => zone)).toEqual(['UTC', null, 'Asia/Tokyo']);
  });

  it('is one choice of several', () => {
    const host = { zone: '+01:00', from: 'j', how: 'printed' } as const;
    expect(zoneOf('host', host, 'Asia/Tokyo')).toBe('+01:00');
    expect(zoneOf('laptop', host, 'Asia/Tokyo')).toBe('Asia/Tokyo');
    expect(zoneOf('America/New_York', host, 'Asia/Tokyo')).toBe('America/New_York');
  });
});

describe('the search for a zone', () => {
  const titles = (query: string): readonly string[] => matchingZones([], query, CHANGE).zones.map(({ title }) => title);

  it('finds a city by its name, with its offset of then', () => {
    const [berlin] = matchingZones([], 'berlin', CHANGE).zones;
    expect(berlin).toMatchObject({ id: 'Europe/Berlin', hint: 'UTC+01:00' });
    expect(titles('new york')).toEqual(['America/New_York']);
  });

  it('finds a city by either of its names', () => {
    for (const name of ['kolkata', 'calcutta']) expect(titles(name).length).toBeGreaterThan(0);
  });

  it('takes a distance from UTC', () => {
    expect(titles('+05:30')).toContain('+05:30');
    expect(titles('utc-3:30')).not.toContain('-3:30');
    expect(titles('UTC−03:30')).toContain('-03:30');
  });

  it('lists few at a time, says how many more there are, and nothing for a name of none', () => {
    const { zones, more } = matchingZones([], '', CHANGE);
    expect(zones.length + more).toBeGreaterThan(300);
    expect(zones.length).toBeLessThanOrEqual(60);
    expect(titles('nowhere at all')).toEqual([]);
  });

  it('names zones that there are, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), (query) => {
        for (const { zone } of matchingZones([], query, CHANGE).zones) {
          expect(zone !== null && isZone(zone)).toBe(true);
          if (zone !== null) expect(Number.isFinite(inZone(CHANGE, zone))).toBe(true);
        }
      }),
      { numRuns: runs(40) },
    );
  });
});
