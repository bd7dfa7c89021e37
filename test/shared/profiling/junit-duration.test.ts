import { describe, expect, it } from 'vitest';
import { secondsOf } from '../../../shared/profiling/junit-duration.ts';

describe('secondsOf', () => {
  it.each([
    ['0.042', 0.042],
    ['12', 12],
    ['0.', 0],
    ['.5', 0.5],
    ['1e-05', 0.00001],
    [' 1.5 ', 1.5],
    ['1,234.567', 1234.567],
    ['1,234', 1234],
    ['12,345,678.9', 12345678.9],
    ['0,042', 0.042],
    ['12,5', 12.5],
    ['0.5s', 0.5],
    ['3 s', 3],
  ])('reads %j as %d', (text, seconds) => {
    expect(secondsOf(text)).toBe(seconds);
  });

  it.each([undefined, '', 'fast', '-1', 'NaN', 'Infinity', '1e999', '1.2.3', '1,23,4.5', '9'.repeat(400)])(
    'takes %j for no duration',
    (text) => {
      expect(secondsOf(text)).toBeNull();
    },
  );
});
