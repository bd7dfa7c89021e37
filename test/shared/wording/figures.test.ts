import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatSeconds, listing, plural } from '../../../shared/wording/figures.ts';
import { runs } from '../../support/properties.ts';

describe('wording of figures', () => {
  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1500, '1.5 kB'],
    [86_240, '86.2 kB'],
    [999_700, '1.0 MB'],
    [59_261_760, '59.3 MB'],
    [650_000_000, '650 MB'],
    [24_000_000_000, '24.0 GB'],
  ])('%d bytes', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0, '0 s'],
    [0.004, '0.004 s'],
    [0.05, '0.05 s'],
    [1, '1 s'],
    [92.499938, '92.5 s'],
    [312, '5 min 12 s'],
    [7380, '2 h 3 min'],
    [-1, '0 s'],
  ])('%d seconds', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });

  it('groups counts as the engine does', () => {
    const count = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double(), fc.constantFrom(0, -0, 999, 1000, 1e21));
    fc.assert(
      fc.property(count, (each) => {
        expect(formatCount(each)).toBe(Math.round(each).toLocaleString('en-US'));
      }),
      { numRuns: runs(300) },
    );
  });

  it('counts and lists', () => {
    expect(plural(1, 'frame')).toBe('1 frame');
    expect(plural(110_000, 'test case')).toBe('110,000 test cases');
    expect(listing(['a', 'b', 'c'])).toBe('a, b and c');
    expect(listing([])).toBe('');
  });
});
