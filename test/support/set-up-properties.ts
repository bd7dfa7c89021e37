import fc from 'fast-check';
import { PROPERTY_SEED, runs } from './properties.ts';

/** fast-check's own number of runs. */
const DEFAULT_RUNS = 100;

// On failure fast-check prints the seed and the path to the counterexample.
fc.configureGlobal({ seed: PROPERTY_SEED, numRuns: runs(DEFAULT_RUNS) });
