import { expect, test } from 'vitest';
import { existing } from '../../../shared/model/existing.ts';

test('what must exist is given, also where it is 0, and its absence is told with its place', () => {
  const times = Float64Array.of(0, 7);
  expect([existing(times[0], 0), existing(times[1], 1)]).toEqual([0, 7]);
  expect(() => existing(times[2], 2)).toThrow(new RangeError('there is nothing at 2'));
});
