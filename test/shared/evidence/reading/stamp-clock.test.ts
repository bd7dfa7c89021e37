import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { daysLater, StampClock } from '../../../../shared/evidence/reading/stamp-clock.ts';
import { type EpochMicros, epochMicros, formatIsoMicros, type WallClock } from '../../../../shared/model/time.ts';
import { inZone, zoneOffsetMicros } from '../../../../shared/model/zone.ts';
import { runs } from '../../../support/properties.ts';
import { bytesOf, CONTEXT, parse } from '../support.ts';

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const utc = (iso: string): EpochMicros => epochMicros(Date.parse(iso) * 1_000);

const clockIn = (zone: string, offsetMinutes = 0): StampClock =>
  new StampClock({ ...CONTEXT, zone, offsetMinutes, zoneFrom: 'given' });

/** What the clocks of a zone show at an instant, to the microsecond. */
function wallAt(time: EpochMicros, zone: string): WallClock {
  const shown = inZone(time, zone);
  const date = new Date(Math.floor(shown / 1_000));
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    micros: ((shown % SECOND) + SECOND) % SECOND,
  };
}

/** Changes of the clocks, each with an instant well before it: Berlin, New York, Lord Howe (half an hour), leap years too. */
const CHANGES = [
  { zone: 'Europe/Berlin', at: utc('2025-10-26T01:00:00Z') },
  { zone: 'Europe/Berlin', at: utc('2026-03-29T01:00:00Z') },
  { zone: 'Europe/Berlin', at: utc('2024-10-27T01:00:00Z') },
  { zone: 'America/New_York', at: utc('2025-11-02T06:00:00Z') },
  { zone: 'America/New_York', at: utc('2024-03-10T07:00:00Z') },
  { zone: 'Australia/Lord_Howe', at: utc('2026-04-04T15:00:00Z') },
  { zone: 'Asia/Kolkata', at: utc('2024-02-29T12:00:00Z') },
  { zone: 'Europe/Berlin', at: utc('2024-02-29T23:00:00Z') },
  { zone: 'America/New_York', at: utc('2026-01-01T05:00:00Z') },
] as const;

/** Instants in order around a change, beginning a day before it, none farther from the next than `mostGap`. */
const journey = (mostGap: number) =>
  fc
    .record({
      change: fc.constantFrom(...CHANGES),
      gaps: fc.array(fc.integer({ min: 0, max: mostGap }), { minLength: 1, maxLength: 120 }),
      lead: fc.integer({ min: 1, max: 6 * HOUR }),
    })
    .map(({ change, gaps, lead }) => {
      const times: EpochMicros[] = [];
      let time: number = change.at - lead;
      for (const gap of gaps) {
        times.push(epochMicros(time));
        time += gap;
      }
      return { zone: change.zone, at: change.at, times };
    });

describe('stamps read by the rules of a zone', () => {
  it('give back every instant, to the microsecond, across any change of the clocks', () => {
    // Lord Howe puts its clocks back by half an hour only: entries must be closer than that for the step back to show.
    fc.assert(
      fc.property(journey(14 * MINUTE), ({ zone, at, times }) => {
        // A source that begins within the hour that comes twice has nothing before it to tell which.
        fc.pre((times[0] ?? at) < at - HOUR);
        const clock = clockIn(zone);
        for (const time of times) expect(clock.instant(wallAt(time, zone), null)).toBe(time);
      }),
      { numRuns: runs(300) },
    );
  });

  it('give them back in a file that runs backwards', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CHANGES),
        fc.array(fc.integer({ min: 1, max: 14 * MINUTE }), { maxLength: 120 }),
        ({ zone, at }, gaps) => {
          const clock = clockIn(zone);
          // Which way a file runs shows with its first entries, which lie after the change here.
          let time: number = at + 2 * HOUR;
          for (const gap of [2 * MINUTE, ...gaps]) {
            expect(clock.instant(wallAt(epochMicros(time), zone), null)).toBe(time);
            time -= gap;
          }
        },
      ),
      { numRuns: runs(300) },
    );
  });

  it('never lose the order of entries, however far apart', () => {
    fc.assert(
      fc.property(journey(3 * HOUR), ({ zone, times }) => {
        const clock = clockIn(zone);
        const read = times.map((time) => clock.instant(wallAt(time, zone), null) ?? epochMicros(0));
        read.forEach((time, index) => {
          expect(time).toBeGreaterThanOrEqual((read[index - 1] ?? time) - MINUTE);
          expect(((time % SECOND) + SECOND) % SECOND).toBe((((times[index] ?? 0) % SECOND) + SECOND) % SECOND);
        });
      }),
      { numRuns: runs(300) },
    );
  });

  it('do what a fixed distance does where the zone has no rules', () => {
    fc.assert(
      fc.property(fc.integer({ min: DAY, max: 4e15 }), fc.constantFrom('+05:30', '-03:00', 'UTC'), (micros, zone) => {
        const time = epochMicros(micros);
        const minutes = Math.round(zoneOffsetMicros(zone, time) / MINUTE);
        expect(clockIn(zone, minutes).instant(wallAt(time, zone), null)).toBe(time);
        expect(clockIn(zone, minutes).resolution()).toEqual({ offsetMinutes: minutes, zoneFrom: 'given' });
      }),
    );
  });
});

const at = (day: string, clock: string): WallClock => {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const [hour = 0, minute = 0, second = 0] = clock.split(':').map(Number);
  return { year, month, day: date, hour, minute, second, micros: 229_579 };
};

describe('the hours of a change', () => {
  it('are told apart in autumn by a step back, and counted', () => {
    const clock = clockIn('Europe/Berlin');
    const read = ['01:59:50', '02:10:00', '02:59:59', '02:00:01', '02:59:00', '03:00:00'].map((wall) =>
      formatIsoMicros(clock.instant(at('2025-10-26', wall), null) ?? epochMicros(0)).slice(11, 19),
    );
    expect(read).toEqual(['23:59:50', '00:10:00', '00:59:59', '01:00:01', '01:59:00', '02:00:00']);
    expect(clock.resolution()).toEqual({
      offsetMinutes: 120,
      zoneFrom: 'given',
      zone: 'Europe/Berlin',
      doubts: { comesTwice: 4, leftOut: 0 },
    });
  });

  it('do not take entries of two threads out of order for a step back', () => {
    const clock = clockIn('Europe/Berlin');
    const read = ['02:10:00', '02:09:59', '02:10:01'].map((wall) => clock.instant(at('2025-10-26', wall), null));
    expect(read.map((time) => time !== null && formatIsoMicros(time).slice(11, 13))).toEqual(['00', '00', '00']);
  });

  it('are read as one hour later where spring leaves them out, and counted', () => {
    const clock = clockIn('Europe/Berlin');
    const time = clock.instant(at('2026-03-29', '02:30:00'), null);
    expect(time).toBe(utc('2026-03-29T01:30:00Z') + 229_579);
    expect(time !== null && formatIsoMicros(inZone(time, 'Europe/Berlin'))).toBe('2026-03-29T03:30:00.229579Z');
    expect(clock.resolution().doubts).toEqual({ comesTwice: 0, leftOut: 1 });
  });

  it('leave a stamp with a zone of its own alone', () => {
    const clock = clockIn('Europe/Berlin');
    expect(clock.instant(at('2026-03-29', '02:30:00'), 0)).toBe(utc('2026-03-29T02:30:00Z') + 229_579);
    expect(clock.resolution().doubts).toBeUndefined();
  });

  it('refuse dates that do not exist', () => {
    expect(clockIn('Europe/Berlin').instant(at('2025-02-29', '12:00:00'), null)).toBeNull();
    expect(clockIn('Europe/Berlin').instant(at('2024-02-29', '12:00:00'), null)).not.toBeNull();
  });
});

describe('yearless stamps by the rules of a zone', () => {
  it('turn the year at midnight of the zone, not of UTC', () => {
    const clock = clockIn('America/New_York');
    const near = utc('2026-01-01T02:00:00Z');
    const { year: _, ...eve } = at('2000-12-31', '23:59:59');
    const { year: __, ...first } = at('2000-01-01', '00:00:01');
    expect(clock.yearless(eve, near)).toEqual({ time: utc('2026-01-01T04:59:59Z') + 229_579, year: 2025 });
    expect(clock.yearless(first, near)).toEqual({ time: utc('2026-01-01T05:00:01Z') + 229_579, year: 2026 });
  });

  it('find the leap year of 29 February', () => {
    const { year: _, ...leap } = at('2000-02-29', '12:00:00');
    expect(clockIn('Europe/Berlin').yearless(leap, utc('2025-03-01T00:00:00Z'))?.year).toBe(2024);
  });
});

describe('days of the calendar', () => {
  it('follow each other whatever their length', () => {
    expect(daysLater({ year: 2024, month: 2, day: 28 }, 2)).toEqual({ year: 2024, month: 3, day: 1 });
    expect(daysLater({ year: 2025, month: 12, day: 31 }, 1)).toEqual({ year: 2026, month: 1, day: 1 });
    expect(daysLater({ year: 2026, month: 1, day: 1 }, -1)).toEqual({ year: 2025, month: 12, day: 31 });
  });
});

describe('a source read by the rules of a zone', () => {
  const given = { zone: 'Europe/Berlin', offsetMinutes: 60, zoneFrom: 'given' } as const;
  const iso = (events: readonly { readonly time: EpochMicros }[]) => events.map(({ time }) => formatIsoMicros(time));

  it('can be a journal without year and zone, over the night of the change', () => {
    const lines = ['01:59:59.000001', '02:59:59.000002', '02:00:00.000003', '03:00:00.000004'].map(
      (clock) => `Oct 26 ${clock} vm app[7]: tick`,
    );
    const { events, time } = parse('journal-short-precise', bytesOf(`${lines.join('\n')}\n`), {
      ...given,
      nearTime: utc('2025-10-26T00:00:00Z'),
    });
    expect(iso(events)).toEqual([
      '2025-10-25T23:59:59.000001Z',
      '2025-10-26T00:59:59.000002Z',
      '2025-10-26T01:00:00.000003Z',
      '2025-10-26T02:00:00.000004Z',
    ]);
    expect(time).toMatchObject({ zone: 'Europe/Berlin', zoneFrom: 'given', offsetMinutes: 120, year: 2025 });
  });

  it('can be a log of Python’s logging', () => {
    const text = '2026-07-01 12:00:00,250 - app - INFO - summer\n2026-12-01 12:00:00,250 - app - INFO - winter\n';
    const { events, time } = parse('gunicorn-log', bytesOf(text), given);
    expect(iso(events)).toEqual(['2026-07-01T10:00:00.250000Z', '2026-12-01T11:00:00.250000Z']);
    expect(time).toMatchObject({ zone: 'Europe/Berlin', zoneFrom: 'given' });
  });

  it('can be snapshots under lines of date, and dmesg -T', () => {
    const table =
      'USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND\nroot 1 0.0 0.1 1000 500 ? Ss 10:00 0:01 init\n';
    const ps = parse('ps', bytesOf(`# 2026-07-01 12:00:00\n${table}# 2026-12-01 12:00:00\n${table}`), given);
    const times = ps.items.flatMap((item) =>
      item.type === 'process' && item.sample.time !== null ? [item.sample] : [],
    );
    expect(times.map(({ time }) => time !== null && formatIsoMicros(time).slice(0, 13))).toEqual([
      '2026-07-01T10',
      '2026-12-01T11',
    ]);
    const dmesg = parse('dmesg', bytesOf('[Wed Jul  1 12:00:00 2026] Linux version 6.1\n'), given);
    expect(iso(dmesg.events)).toEqual(['2026-07-01T10:00:00.000000Z']);
  });

  it('can be sar over a night that has 25 hours', () => {
    const text =
      'Linux 6.1.0 (vm) \t10/25/25 \t_x86_64_\t(2 CPU)\n\n23:50:00        CPU     %user     %nice   %system   %iowait    %steal     %idle\n00:00:00        all      1.00      0.00      0.50      0.00      0.00     98.50\n02:50:00        all      1.00      0.00      0.50      0.00      0.00     98.50\n02:00:00        all      2.00      0.00      0.50      0.00      0.00     97.50\n03:00:00        all      2.00      0.00      0.50      0.00      0.00     97.50\n';
    const { items } = parse('sar', bytesOf(text), given);
    const loads = items.flatMap((item) => (item.type === 'host-load' ? [item.load.time ?? epochMicros(0)] : []));
    expect(loads.map(formatIsoMicros)).toEqual([
      '2025-10-25T22:00:00.000000Z',
      '2025-10-26T00:50:00.000000Z',
      '2025-10-26T01:00:00.000000Z',
      '2025-10-26T02:00:00.000000Z',
    ]);
  });
});

/** The day after a change has not 24 hours; `DAY` is the length of the others. */
it('takes the date of the source’s clocks, not of UTC', () => {
  const clock = clockIn('Europe/Berlin');
  expect(clock.dateAt(utc('2026-06-30T22:30:00Z'))).toEqual({ year: 2026, month: 7, day: 1 });
  expect(clock.dateAt(epochMicros(utc('2026-06-30T22:30:00Z') + DAY))).toEqual({ year: 2026, month: 7, day: 2 });
});
