import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histogramOf } from '../../../shared/search/histogram.ts';
import { runs } from '../../support/properties.ts';

describe('a histogram', () => {
  it('counts what lies in each part, the last one with its end', () => {
    const times = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 80 }).map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(
        times,
        fc.integer({ min: 0, max: 40 }),
        fc.nat(30),
        fc.integer({ min: 1, max: 12 }),
        (all, from, span, bins) => {
          const to = from + span;
          const counts = histogramOf({ count: all.length, at: (index) => all[index] ?? 0 }, from, to, bins);
          const expected = Array.from({ length: bins }, (_, bin) => {
            const start = from + (span * bin) / bins;
            const end = from + (span * (bin + 1)) / bins;
            return all.filter((time) => time >= start && (bin === bins - 1 ? time <= to : time < end)).length;
          });
          expect(counts).toEqual(expected);
        },
      ),
      { numRuns: runs(1000) },
    );
  });

  it('looks at a few events a part, however many there are', () => {
    let looks = 0;
    const count = 5_000_000;
    const at = (index: number): number => {
      looks += 1;
      return index * 7;
    };
    const counts = histogramOf({ count, at }, 0, count * 7, 1000);
    expect(counts.reduce((sum, each) => sum + each, 0)).toBe(count);
    expect(looks).toBeLessThanOrEqual(1001 * (Math.ceil(Math.log2(count)) + 1));
  });
});
