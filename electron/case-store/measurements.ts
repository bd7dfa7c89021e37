import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import envPaths from 'env-paths';
import { z } from 'zod';
import type { ParseProfile } from '../../shared/model/artifact.ts';
import { writeAtomically } from './write-atomically.ts';

const whole = z.number().nonnegative();
const storedSchema = z.strictObject({
  schema: z.literal('inquest.measurement/1'),
  stream: z.strictObject({
    seconds: whole,
    peakHeapBytes: whole,
    peakRssBytes: whole,
    samples: z.array(z.strictObject({ bytes: whole, seconds: whole, heapBytes: whole, rssBytes: whole })).max(10_000),
  }),
});

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
  async recall(sha256: string): Promise<ParseProfile | null> {
    try {
      const stored: unknown = JSON.parse(await readFile(this.#path(sha256), 'utf8'));
      const parsed = storedSchema.safeParse(stored);
      return parsed.success ? parsed.data.stream : null;
    } catch {
      return null;
    }
  }

  /** Keeps a measurement, in place of an earlier one. */
  async remember(sha256: string, stream: ParseProfile): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeAtomically(this.#path(sha256), JSON.stringify({ schema: 'inquest.measurement/1', stream }));
    } catch {
      // A read-only home or a full disk costs the repeatable figure, not the analysis.
    }
  }

  #path(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError(`not a SHA-256: ${sha256}`);
    return join(this.#folder, `${sha256}.json`);
  }
}
