import { join } from 'node:path';
import envPaths from 'env-paths';
import { z } from 'zod';
import type { ParseMode, ParseProfile } from '../../shared/model/artifact.ts';
import { makeFolder, readOwnFile } from '../files/own-files.ts';
import { writeAtomically } from '../files/write-atomically.ts';

const whole = z.number().nonnegative();
const SCHEMA = 'inquest.measurement/2';
const sampleSchema = z.strictObject({
  bytes: whole,
  seconds: whole,
  cpuSeconds: whole,
  heapBytes: whole,
  externalBytes: whole,
  rssBytes: whole,
});
const outcomeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('finished') }),
  z.strictObject({ kind: z.literal('damaged'), atBytes: whole }),
  z.strictObject({
    kind: z.literal('memory-limit'),
    limitBytes: whole,
    atBytes: whole,
    of: z.enum(['heap', 'resident']),
  }),
]);
const storedSchema = z.strictObject({
  schema: z.literal(SCHEMA),
  profile: z.strictObject({
    seconds: whole,
    cpuSeconds: whole,
    cpuOf: z.enum(['thread', 'process']),
    peakHeapBytes: whole,
    peakExternalBytes: whole,
    peakRssBytes: whole,
    samples: z.array(sampleSchema).max(10_000),
    gcs: z
      .array(
        z.strictObject({
          atBytes: whole,
          seconds: whole,
          pauseMillis: whole,
          kind: z.enum(['minor', 'major', 'incremental', 'weak']),
        }),
      )
      .max(10_000),
    gc: z.strictObject({ count: whole, pauseMillis: whole }),
    runs: z.strictObject({ seconds: z.array(whole).min(1).max(1_000), median: z.int().nonnegative() }),
    memoryLimitBytes: whole.nullable(),
    outcome: outcomeSchema,
  }),
});

/** Which of the measurements of an artifact: a limit and repeating make another one of it. */
export interface MeasurementKind {
  readonly mode: ParseMode;
  readonly runs: number;
  readonly memoryLimitBytes: number | null;
}
/** What every analysis measures. */
const ANALYSIS_STREAM: MeasurementKind = { mode: 'stream', runs: 1, memoryLimitBytes: null };

/**
 * What parsing an artifact cost on this machine, kept by the artifact's SHA-256. No two measurements agree to the
 * microsecond, so a report can only be written again to the same bytes if its measurement is taken once and kept. Holds
 * numbers alone, nothing of the evidence. A store that cannot be read or written is as good as none.
 */
export class Measurements {
  readonly #folder: string;

  /** `folder` defaults to the user's cache folder, by the platform's convention (XDG_CACHE_HOME and its like). */
  constructor(folder: string = join(envPaths('inquest', { suffix: '' }).cache, 'measurements')) {
    this.#folder = folder;
  }

  /** The measurement of the artifact with this SHA-256, or null when none was kept. */
  async recall(sha256: string, kind: MeasurementKind = ANALYSIS_STREAM): Promise<ParseProfile | null> {
    try {
      const stored: unknown = JSON.parse((await readOwnFile(this.#path(sha256, kind))).toString('utf8'));
      const parsed = storedSchema.safeParse(stored);
      return parsed.success ? parsed.data.profile : null;
    } catch {
      return null;
    }
  }

  /** Keeps a measurement, in place of an earlier one. */
  async remember(sha256: string, profile: ParseProfile, kind: MeasurementKind = ANALYSIS_STREAM): Promise<void> {
    try {
      await makeFolder(this.#folder, 0o700);
      await writeAtomically(this.#path(sha256, kind), JSON.stringify({ schema: SCHEMA, profile }));
    } catch {
      // A read-only home or a full disk costs the repeatable figure, not the analysis.
    }
  }

  #path(sha256: string, { mode, runs, memoryLimitBytes }: MeasurementKind): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError(`not a SHA-256: ${sha256}`);
    const variant = [
      ...(mode === 'stream' ? [] : [mode]),
      ...(runs === 1 ? [] : [`${runs}-runs`]),
      ...(memoryLimitBytes === null ? [] : [`limit-${memoryLimitBytes}`]),
    ];
    return join(this.#folder, `${[sha256, ...variant].join('.')}.json`);
  }
}
