import { expect, it } from 'vitest';
import { LOOSE_STAMP_SAMPLES, stampAt } from '../../../../shared/evidence/headers/loose-stamp.ts';

it.each(LOOSE_STAMP_SAMPLES)('the form of %s reads its own sample to the end', (sample) => {
  expect(stampAt(sample, 0)?.end).toBe(sample.length);
});
