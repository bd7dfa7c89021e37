import type { EvidenceFormat } from './evidence.ts';

export interface JobError {
  /** `usage`: what was asked for cannot be done (missing path); `internal`: a defect of Inquest. */
  readonly kind: 'usage' | 'internal';
  readonly message: string;
}

export interface Progress {
  readonly stage: 'unpacking' | 'hashing' | 'reading' | 'database' | 'profiling' | 'analysing' | 'writing';
  /** What is being worked on, for people. */
  readonly item: string;
  readonly doneBytes: number;
  /** null while unknown. */
  readonly totalBytes: number | null;
  /** The sources one by one; absent from a stage that works on the case as a whole. */
  readonly sources?: SourcesProgress;
}

/**
 * Which bytes a stage counts: hashing, parsing and inspecting go through the same files in turn, so their bytes are one count
 * that goes on, while any other stage begins a count of its own.
 */
export function countOfStage(stage: Progress['stage']): string {
  return stage === 'hashing' || stage === 'database' ? 'reading' : stage;
}

/** `failed`: it could not be read, or only in part; its problem says why. */
const SOURCE_STATES = ['waiting', 'unpacking', 'reading', 'profiling', 'done', 'stopped', 'failed'] as const;

export type SourceState = (typeof SOURCE_STATES)[number];

/** Those after which nothing more happens to a source. */
export const ENDED_STATES: ReadonlySet<SourceState> = new Set(['done', 'stopped', 'failed']);

/** How far one source has come: a file, an archive or a member of one. */
export interface SourceProgress {
  /** Names it in a request to stop it; means nothing beyond the stage of the import that told it. */
  readonly id: string;
  readonly path: string;
  /** null until it has been looked at. */
  readonly format: EvidenceFormat | null;
  readonly bytes: number;
  readonly doneBytes: number;
  readonly state: SourceState;
}

/** The sources of an import so far. Folders hold thousands of files, so those that matter are listed and all are counted. */
export interface SourcesProgress {
  readonly total: number;
  /** How many are done, stopped or failed. */
  readonly ended: number;
  /** How many paths were added while the import ran. */
  readonly addedPaths: number;
  /** In the order in which they were found: the one being worked on, those that did not end well, and the largest. */
  readonly listed: readonly SourceProgress[];
}
