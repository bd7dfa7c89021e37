import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sortRows } from '../../../electron/events/sort-rows.ts';

test('sorts as the stable sort of arrays does', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 200 }), (keys) => {
      const rows = Uint32Array.from(keys, (_, row) => row);
      sortRows(rows, (a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
      const expected = keys.map((_, row) => row).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
      expect([...rows]).toEqual(expected);
    }),
  );
});

test('compares sorted input once per neighbour', () => {
  const rows = Uint32Array.from({ length: 10_000 }, (_, row) => row);
  let compared = 0;
  sortRows(rows, (a, b) => {
    compared += 1;
    return a - b;
  });
  expect(compared).toBe(9_999);
});
