import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DAY_MICROS,
  pxToTime,
  type TimeScale,
  timeTicks,
  timeToPx,
  utcTickLabel,
} from '../../../shared/figures/time-scale.ts';
import { epochMicros, formatIsoMicros } from '../../../shared/model/time.ts';
import { inZone, zoneOffsetMicros } from '../../../shared/model/zone.ts';
import { runs } from '../../support/properties.ts';

const CENTURY_MICROS = 100 * 365 * DAY_MICROS;
const time = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) * 1_000 }).map(epochMicros);
const scale = fc
  .record({
    from: time,
    span: fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: CENTURY_MICROS - 1 })),
    left: fc.integer({ min: 0, max: 200 }),
    width: fc.integer({ min: 1, max: 4_000 }),
  })
  .map(({ from, span, left, width }): TimeScale => ({ from, to: epochMicros(from + span), left, width }));

describe('the time scale', () => {
  it('puts its ends at the ends', () => {
    fc.assert(
      fc.property(scale, (s) => {
        expect(timeToPx(s, s.from)).toBe(s.left);
        expect(timeToPx(s, s.to)).toBe(s.left + s.width);
      }),
    );
  });

  it('never runs backwards', () => {
    fc.assert(
      fc.property(scale, time, time, (s, a, b) => {
        expect(timeToPx(s, epochMicros(Math.min(a, b)))).toBeLessThanOrEqual(timeToPx(s, epochMicros(Math.max(a, b))));
      }),
    );
  });

  it('gives back every microsecond that it placed', () => {
    fc.assert(
      fc.property(scale, fc.double({ min: 0, max: 1, noNaN: true }), (s, share) => {
        const placed = epochMicros(s.from + share * (s.to - s.from));
        const back = pxToTime(s, timeToPx(s, placed));
        expect(Number.isInteger(back)).toBe(true);
        if (s.to - s.from <= 31 * DAY_MICROS) expect(back).toBe(placed);
        expect((Math.abs(back - placed) / (s.to - s.from)) * s.width).toBeLessThan(s.to - s.from > 1e9 ? 1e-6 : 1);
      }),
    );
  });

  it('puts an instant without duration at the left end', () => {
    const s: TimeScale = { from: epochMicros(5), to: epochMicros(5), left: 70, width: 100 };
    expect(timeToPx(s, epochMicros(5))).toBe(70);
    expect(pxToTime(s, 120)).toBe(5);
  });
});

describe('ticks', () => {
  it('lie in the range, rise, keep the limit and stand at the same instants wherever the view begins', () => {
    const offset = fc.constantFrom(0, 19_800, -12_600, 3_600).map((seconds) => seconds * 1_000_000);
    fc.assert(
      fc.property(scale, fc.integer({ min: 2, max: 20 }), offset, (s, limit, offsetMicros) => {
        const { times, step } = timeTicks(s.from, s.to, limit, offsetMicros);
        expect(times.length).toBeLessThanOrEqual(limit);
        times.forEach((tick, index) => {
          expect(tick).toBeGreaterThanOrEqual(s.from);
          expect(tick).toBeLessThanOrEqual(s.to);
          const previous = times[index - 1];
          if (previous !== undefined) expect(tick - previous).toBeGreaterThanOrEqual(step * 0.9);
          if (step < DAY_MICROS) expect(Math.abs((tick + offsetMicros) % step)).toBe(0);
        });
      }),
    );
  });

  it('are there at any zoom once there is room for two', () => {
    fc.assert(
      fc.property(scale, (s) => {
        fc.pre(s.to - s.from > 2);
        expect(timeTicks(s.from, s.to, 12).times.length).toBeGreaterThan(0);
      }),
    );
  });

  const from = epochMicros(Date.UTC(2026, 0, 28, 4, 10, 22) * 1_000);
  it.each([
    [30, '04:10:22.000005'],
    [30_000, '04:10:22.005'],
    [60_000_000, '04:10:30'],
    [3_600_000_000, '04:20'],
    [6 * DAY_MICROS, '2026-01-29'],
    [400 * DAY_MICROS, '2026-04'],
    [9_000 * DAY_MICROS, '2030'],
  ])('over %i microseconds are labelled like %s', (span, expected) => {
    const { times, step } = timeTicks(from, epochMicros(from + span), 8);
    const labels = times.map((tick) => utcTickLabel(tick, step));
    expect(labels).toContain(expected);
    expect(new Set(labels).size).toBe(labels.length);
  });

  it('begin days at midnight of the display zone', () => {
    const east = 5.5 * 3_600 * 1_000_000;
    const { times } = timeTicks(from, epochMicros(from + 6 * DAY_MICROS), 8, east);
    expect(times.map((tick) => new Date((tick + east) / 1_000).toISOString().slice(11))).toEqual(
      times.map(() => '00:00:00.000Z'),
    );
  });
});

describe('ticks of a zone whose clocks are changed', () => {
  const berlin = (at: ReturnType<typeof epochMicros>): number => zoneOffsetMicros('Europe/Berlin', at);
  const shownIn = (tick: ReturnType<typeof epochMicros>): string => formatIsoMicros(inZone(tick, 'Europe/Berlin'));
  const range = (from: string, to: string) =>
    [epochMicros(Date.parse(from) * 1_000), epochMicros(Date.parse(to) * 1_000)] as const;

  it('stand twice in the hour that comes twice', () => {
    const [from, to] = range('2025-10-25T22:30:00Z', '2025-10-26T03:30:00Z');
    const { times, step } = timeTicks(from, to, 8, berlin);
    expect(step).toBe(3_600_000_000);
    expect(times.map((tick) => shownIn(tick).slice(11, 16))).toEqual(['01:00', '02:00', '02:00', '03:00', '04:00']);
  });

  it('have none in the hour that is left out', () => {
    const [from, to] = range('2026-03-28T23:30:00Z', '2026-03-29T03:30:00Z');
    const { times } = timeTicks(from, to, 8, berlin);
    const shown = times.map((tick) => shownIn(tick).slice(11, 16));
    expect(shown).toContain('01:00');
    expect(shown).toContain('03:00');
    expect(shown.some((label) => label.startsWith('02'))).toBe(false);
  });

  it('begin every day at its midnight, also one of 23 or 25 hours, and every month', () => {
    for (const [from, to] of [
      range('2026-03-26T12:00:00Z', '2026-04-01T12:00:00Z'),
      range('2025-10-23T12:00:00Z', '2025-10-29T12:00:00Z'),
    ]) {
      const days = timeTicks(from, to, 8, berlin);
      expect(days.times).toHaveLength(6);
      for (const tick of days.times) expect(shownIn(tick).slice(11)).toBe('00:00:00.000000Z');
    }
    const [from, to] = range('2025-06-15T00:00:00Z', '2026-06-15T00:00:00Z');
    const months = timeTicks(from, to, 14, berlin).times;
    expect(months).toHaveLength(12);
    for (const tick of months) expect(shownIn(tick).slice(8)).toBe('01T00:00:00.000000Z');
  });

  it('lie in the range, rise and keep the limit in every zone', () => {
    const zone = fc.constantFrom('Europe/Berlin', 'Australia/Lord_Howe', 'America/St_Johns', 'Asia/Kolkata', 'UTC');
    fc.assert(
      fc.property(scale, fc.integer({ min: 2, max: 20 }), zone, (s, limit, name) => {
        const { times, step } = timeTicks(s.from, s.to, limit, (at) => zoneOffsetMicros(name, at));
        expect(times.length).toBeLessThanOrEqual(limit);
        times.forEach((tick, index) => {
          expect(tick).toBeGreaterThanOrEqual(s.from);
          expect(tick).toBeLessThanOrEqual(s.to);
          expect(tick).toBeGreaterThan(times[index - 1] ?? -1);
          if (step < DAY_MICROS) expect(Math.abs(inZone(tick, name) % step)).toBe(0);
        });
      }),
      { numRuns: runs(150) },
    );
  });
});
