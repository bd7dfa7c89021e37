/** What `npm run test:deep` sets: its seed, and how many times as often it tries each property. */
const DEEP = { seed: process.env.PROPERTY_SEED, factor: process.env.PROPERTY_FACTOR };

/** Of fast-check's pseudorandom values: the same in every run, but for a deep one. */
export const PROPERTY_SEED = DEEP.seed === undefined ? 20_260_128 : Number(DEEP.seed);

/** How often a property is tried: as often as said, and many times that in a deep run. To be used wherever `numRuns` is given. */
export function runs(count: number): number {
  return count * (DEEP.factor === undefined ? 1 : Number(DEEP.factor));
}
