import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clampRange,
  MIN_SPAN_MICROS,
  padRange,
  panRange,
  rangeToTransform,
  reveal,
  spanOf,
  type TimeRange,
  transformToRange,
  zoomRange,
} from '../../../renderer/state/time-range.ts';
import { epochMicros } from '../../../shared/model/time.ts';

const START = Date.UTC(2026, 0, 28, 4) * 1000;
const range = (from: number, span: number): TimeRange => ({ from: epochMicros(from), to: epochMicros(from + span) });

const extents = fc
  .tuple(fc.integer({ min: 0, max: 1e12 }), fc.integer({ min: MIN_SPAN_MICROS, max: 4e12 }))
  .map(([offset, span]) => range(START + offset, span));
/** Ranges near an extent, inside it, across its ends and outside. */
const cases = extents.chain((extent) =>
  fc.record({
    extent: fc.constant(extent),
    range: fc
      .tuple(fc.double({ min: -1, max: 2, noNaN: true }), fc.double({ min: 0, max: 3, noNaN: true }))
      .map(([at, share]) => range(extent.from + at * spanOf(extent), share * spanOf(extent))),
  }),
);

function expectWithin(result: TimeRange, extent: TimeRange): void {
  expect(result.from).toBeGreaterThanOrEqual(extent.from);
  expect(result.to).toBeLessThanOrEqual(extent.to);
  expect(spanOf(result)).toBeGreaterThanOrEqual(Math.min(MIN_SPAN_MICROS, spanOf(extent)));
}

describe('time ranges', () => {
  it('stay within the extent whatever is done to them', () => {
    fc.assert(
      fc.property(
        cases,
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        (each, factor, share) => {
          const clamped = clampRange(each.range, each.extent);
          expectWithin(clamped, each.extent);
          expectWithin(zoomRange(clamped, factor, clamped.from + share * spanOf(clamped), each.extent), each.extent);
          expectWithin(panRange(clamped, share, each.extent), each.extent);
        },
      ),
    );
  });

  it('keep the span when panned', () => {
    fc.assert(
      fc.property(cases, fc.double({ min: -3, max: 3, noNaN: true }), (each, share) => {
        const clamped = clampRange(each.range, each.extent);
        expect(Math.abs(spanOf(panRange(clamped, share, each.extent)) - spanOf(clamped))).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('keep the moment under the pointer where it is when zoomed in the middle of the extent', () => {
    const extent = range(START, 1e10);
    const shown = range(START + 4e9, 1e9);
    const at = START + 4.25e9;
    const zoomed = zoomRange(shown, 2, at, extent);
    expect(spanOf(zoomed)).toBe(5e8);
    expect((at - zoomed.from) / spanOf(zoomed)).toBeCloseTo(0.25, 9);
  });

  it('cannot be zoomed in beyond the microsecond or out beyond the case', () => {
    const extent = range(START, 1e9);
    expect(spanOf(zoomRange(range(START, 60), 1000, START + 30, extent))).toBe(MIN_SPAN_MICROS);
    expect(zoomRange(range(START + 10, 1000), 1e-9, START + 20, extent)).toEqual(extent);
  });

  it('turn into a d3 transform and back', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 0, max: 200 }), fc.integer({ min: 50, max: 3000 }), (each, left, width) => {
        const shown = clampRange(each.range, each.extent);
        const area = { left, width };
        const back = transformToRange(rangeToTransform(shown, each.extent, area), each.extent, area);
        // d3 keeps doubles of pixels: at a magnification of 1e9 they hold about a microsecond.
        const tolerance = 1 + spanOf(each.extent) * 1e-9;
        expect(Math.abs(back.from - shown.from)).toBeLessThanOrEqual(tolerance);
        expect(Math.abs(back.to - shown.to)).toBeLessThanOrEqual(tolerance);
      }),
    );
  });

  it('are moved to a moment only when it is out of sight', () => {
    const extent = range(START, 1e9);
    const shown = range(START, 1e6);
    expect(reveal(shown, epochMicros(START + 5e5), extent)).toBe(shown);
    const moved = reveal(shown, epochMicros(START + 5e8), extent);
    expect(spanOf(moved)).toBe(1e6);
    expect((moved.from + moved.to) / 2).toBe(START + 5e8);
  });

  it('are padded by a share, and by a least time', () => {
    expect(padRange(range(START, 1e8), 0.1, 2)).toEqual(range(START - 1e7, 1.2e8));
    expect(padRange(range(START, 1e6), 0.1, 2)).toEqual(range(START - 2e6, 5e6));
  });
});
