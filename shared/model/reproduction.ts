import type { Provenance } from './evidence.ts';
import type { EpochMicros } from './time.ts';

/** How a step that was repeated by hand ended. `time-limit`: reproduce.sh ended it after `limitSeconds`. */
export type TrialOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'time-limit' }
  | { readonly kind: 'signal'; readonly signal: number }
  /** `why` is the parser's own sentence; null where only a status is known. */
  | { readonly kind: 'failed'; readonly status: number; readonly why: string | null };

/** The ways in which reproduce.sh has Python parse: pyexpat alone, `iterparse` with `clear()`, and a whole ElementTree. */
export type TriedParser = 'expat' | 'stream' | 'tree';

export interface ParseTrial {
  readonly how: TriedParser;
  readonly outcome: TrialOutcome;
  /** null unless it was done. */
  readonly testcases: number | null;
  readonly seconds: number | null;
  /** The most that the process held, all of Python with it; null unless it was done. */
  readonly peakRssBytes: number | null;
}

export interface ImportTrial {
  readonly outcome: TrialOutcome;
  readonly seconds: number;
  /** The most that the import's processes were seen to hold together, looked at once a second; null where none was seen. */
  readonly peakRssBytes: number | null;
}

/** What `reproduce.sh` found when it repeated by hand what the worker was doing. */
export interface Reproduction {
  /** When it began; null where the file does not say. */
  readonly time: EpochMicros | null;
  /** `Python 3.11.2`; null where it was not asked. */
  readonly python: string | null;
  readonly limitSeconds: number | null;
  /** The file that was parsed and imported, on that host. */
  readonly artifact: { readonly path: string; readonly bytes: number; readonly sha256: string | null } | null;
  readonly parses: readonly ParseTrial[];
  /** null: only the parse was repeated. */
  readonly import: ImportTrial | null;
  readonly source: Provenance;
}
