import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatClockOffset, MOST_CLOCK_OFFSET_MICROS, parseClockOffset } from '../../../shared/model/clock-offset.ts';

describe('a clock offset as people write it', () => {
  it.each([
    ['+4.2 s', 4_200_000],
    ['-4.2', -4_200_000],
    ['−4,2s', -4_200_000],
    ['0.000001', 1],
    ['-0:00:04.2', -4_200_000],
    ['+1:30', 90_000_000],
    ['01:00:00', 3_600_000_000],
    ['26:00:00', 93_600_000_000],
    ['+2 d', 172_800_000_000],
    ['-1 d 01:00:00.5', -90_000_500_000],
    ['0', 0],
    ['-0', 0],
  ])('reads %j', (text, micros) => {
    expect(parseClockOffset(text)).toBe(micros);
  });

  it.each([
    '',
    '+',
    's',
    'four',
    '1:60',
    '0:60:00',
    '4.2 min',
    '1e3',
    '0.0000001',
    '--4',
    '99999999999',
    '40000 d',
    '4.',
  ])('refuses %j', (text) => {
    expect(parseClockOffset(text)).toBeNull();
  });

  it('is read back to the microsecond as it is written', () => {
    const most = Math.floor(MOST_CLOCK_OFFSET_MICROS);
    const offset = fc.oneof(fc.integer({ min: -most, max: most }), fc.integer({ min: -200_000_000, max: 200_000_000 }));
    fc.assert(
      fc.property(offset, (micros) => {
        expect(parseClockOffset(formatClockOffset(micros))).toBe(micros);
      }),
    );
  });

  it.each([
    [0, '0 s'],
    [4_200_000, '+4.200000 s'],
    [-1, '−0.000001 s'],
    [-3_604_200_000, '−1:00:04.200000'],
    [176_404_200_000, '+2 d 01:00:04.200000'],
  ])('writes %i as %s', (micros, text) => {
    expect(formatClockOffset(micros)).toBe(text);
  });
});
