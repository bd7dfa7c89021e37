import type { LogHistogram } from '../model/artifact.ts';
import { existing } from '../model/existing.ts';

const BINS_PER_DECADE = 4;

/** Counts values over several orders of magnitude; see LogHistogram. */
export class LogBins {
  readonly #lowest: number;
  readonly #counts: number[];
  #zero = 0;

  /** `lowest` is where the first bin begins; there are bins for so many decades from there. */
  constructor(lowest: number, decades: number) {
    this.#lowest = lowest;
    this.#counts = Array.from({ length: decades * BINS_PER_DECADE }, () => 0);
  }

  add(value: number): void {
    if (value <= 0) {
      this.#zero++;
      return;
    }
    // A value on the edge of a bin (0.001) must not fall below it by the rounding of the logarithm.
    const bin = Math.floor(Math.log10(value / this.#lowest) * BINS_PER_DECADE + 1e-9);
    const kept = Math.min(this.#counts.length - 1, Math.max(0, bin));
    this.#counts[kept] = existing(this.#counts[kept], kept) + 1;
  }

  histogram(): LogHistogram {
    return { lowest: this.#lowest, binsPerDecade: BINS_PER_DECADE, zero: this.#zero, counts: [...this.#counts] };
  }
}
