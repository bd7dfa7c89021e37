import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PROPERTY_SEED, runs } from '../support/properties.ts';

const TEST_FOLDER = new URL('..', import.meta.url);

test('properties are tried from the seed of the run, and as often as it says', () => {
  const { seed, numRuns } = fc.readConfigureGlobal();
  expect({ seed, numRuns }).toEqual({ seed: PROPERTY_SEED, numRuns: runs(100) });
  const tried = (): number[] => fc.sample(fc.integer(), 20);
  expect(tried()).toEqual(tried());
});

test('no property has a seed or a number of runs that a deep run cannot change', () => {
  const files = readdirSync(TEST_FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
  const fixed = files.filter((name) => {
    const text = readFileSync(new URL(name.replaceAll('\\', '/'), TEST_FOLDER), 'utf8');
    return /fast-check/.test(text) && /\bnumRuns: ?[0-9]|\bseed: ?-?[0-9]/.test(text);
  });
  expect(fixed).toEqual([]);
});
