/** One contender's figures on the input of a bench; the median of its rounds. */
export interface BenchRow {
  readonly name: string;
  /** The work alone, in seconds. */
  readonly seconds: number;
  /** With starting its process or thread, in seconds. */
  readonly wallSeconds: number;
  /** Memory that the work added at its peak, in bytes; null where it cannot be told. */
  readonly peakRssBytes: number | null;
  /** Processor time of the whole process, user and system, in seconds; where it was measured. */
  readonly cpuSeconds?: number;
}

export interface BenchResult {
  readonly input: string;
  readonly inputBytes: number;
  readonly rounds: number;
  /** Inquest's own row comes first; ratios are against it. */
  readonly rows: readonly BenchRow[];
  /** Contenders that are not there, and why. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  /** Further figures, one a line, that the table has no column for. */
  readonly notes?: readonly string[];
}

/**
 * A comparison with what others use for the same work, on the same machine in the same run: absolute times of one machine
 * say little, ratios travel. A file `<name>.bench.ts` exports one as `bench`; run.ts finds it.
 */
export interface Bench {
  readonly title: string;
  /** `folder` is empty, private and removed afterwards. */
  run(folder: string): Promise<BenchResult>;
}

/** The row with the median time of work among several rounds of one contender. */
export function medianRow(rounds: readonly BenchRow[]): BenchRow {
  const row = [...rounds].sort((a, b) => a.seconds - b.seconds)[Math.floor((rounds.length - 1) / 2)];
  if (row === undefined) throw new Error('A contender ran no round.');
  return row;
}
