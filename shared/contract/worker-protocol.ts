import type { ArtifactReport, GcPause, ParseMode, ParseProfile, ProfileSample } from '../model/artifact.ts';
import type { GunicornConfig } from '../model/config.ts';
import type { DatabaseReport, DatabaseViewId } from '../model/database.ts';
import type { CaseProblem, EvidenceFile, EvidenceFormat, EvidenceId } from '../model/evidence.ts';
import type { HostRecords } from '../model/host.ts';
import type { AppliedRule } from '../model/rules.ts';
import type { HostMemory, ProcessSample, VmstatSample } from '../model/samples.ts';
import type { ZoneName } from '../model/zone.ts';
import type { CaseTimes } from '../search/query.ts';
import type { RowsList } from './database-requests.ts';

/**
 * The messages between a shell and its workers: closed unions in a neutral file that both ends import. Errors cross as
 * data. A worker serves one job and ends; cancelling is asking it to stop, then ending the thread.
 */

/**
 * The columns of the event table, one element per event, in merged time order. 34 bytes an event; text stays on disk. Their
 * memory is shared between threads: nobody writes to them once they are made.
 */
export interface EventColumns {
  readonly count: number;
  /** EpochMicros; whole numbers, exact in a double. */
  readonly time: Float64Array;
  readonly byteOffset: Float64Array;
  readonly byteLength: Uint32Array;
  readonly line: Uint32Array;
  /** -1: no pid. */
  readonly pid: Int32Array;
  /** Index into `EvidenceFile[]`. */
  readonly fileIndex: Uint16Array;
  /** Index into EVENT_KINDS. */
  readonly kind: Uint8Array;
  /** Index into SEVERITIES; 255: none. */
  readonly severity: Uint8Array;
  /** Index into `units`; 0: none. */
  readonly unit: Uint16Array;
  /** Names of units by their index; the first is empty and stands for none. */
  readonly units: readonly string[];
  readonly copies: EventCopies;
}

/**
 * Where else events stand: the same journal entry in further exports. Sorted by `row`; a row that is not in it stands in one
 * file only.
 */
export interface EventCopies {
  readonly count: number;
  /** Row of the event that this is a copy of. */
  readonly row: Uint32Array;
  readonly fileIndex: Uint16Array;
  readonly byteOffset: Float64Array;
  readonly byteLength: Uint32Array;
  readonly line: Uint32Array;
}

/** Where the bytes of an evidence file can be read again: the file itself or its unpacked copy in the spool folder. */
export interface FileLocation {
  readonly absolutePath: string;
}

/** What the import worker hands back when it has read everything. */
export interface ImportedEvidence {
  readonly files: readonly EvidenceFile[];
  /** Parallel to `files`; null for containers whose own bytes are never shown. */
  readonly locations: readonly (FileLocation | null)[];
  readonly problems: readonly CaseProblem[];
  readonly columns: EventColumns;
  readonly processes: readonly ProcessSample[];
  readonly vmstat: readonly VmstatSample[];
  readonly hostMemory: readonly HostMemory[];
  readonly configs: readonly GunicornConfig[];
  readonly databases: readonly DatabaseReport[];
  readonly host?: HostRecords;
}

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
export const SOURCE_STATES = ['waiting', 'unpacking', 'reading', 'profiling', 'done', 'stopped', 'failed'] as const;
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

/** In which zones whoever analyses says that stamps without one are; paths as EvidenceFile has them, or how they end. */
export interface ZoneChoices {
  /** For every source whose zone nothing tells; null: UTC, marked as assumed. */
  readonly whereAssumed: ZoneName | null;
  /** For single sources, whatever else tells. The last one of a source counts. */
  readonly bySource: readonly { readonly path: string; readonly zone: ZoneName }[];
}

export interface ImportRequest {
  readonly paths: readonly string[];
  readonly zones?: ZoneChoices;
  /** An empty private folder for unpacked copies. */
  readonly spoolDirectory: string;
}

/** What a running import can be told. It answers `add` with `taken`, unless it has come too far to take anything in. */
export type ImportCommand =
  | { readonly type: 'stop'; readonly source: string }
  | { readonly type: 'add'; readonly batch: number; readonly paths: readonly string[] };

export type ImportWorkerMessage =
  | { readonly type: 'progress'; readonly progress: Progress }
  /** Of an `add`: the paths that are now part of this import. Those that are missing from it were not there. */
  | { readonly type: 'taken'; readonly batch: number; readonly paths: readonly string[] }
  | { readonly type: 'done'; readonly imported: ImportedEvidence }
  | { readonly type: 'failed'; readonly error: JobError };

export interface ProfileRequest {
  readonly evidenceId: string;
  readonly path: string;
  readonly absolutePath: string;
  readonly bytes: number;
}
export type ProfileWorkerMessage =
  | { readonly type: 'progress'; readonly progress: Progress; readonly sample: ProfileSample }
  | { readonly type: 'done'; readonly artifact: ArtifactReport }
  | { readonly type: 'failed'; readonly error: JobError };

/** One run of a parse, to measure it again or under other conditions; its worker serves this one run. */
export interface MeasureRequest extends ProfileRequest {
  readonly mode: ParseMode;
  /** Memory that the run may take on top of what the process holds; null: as much as leaves the machine room. */
  readonly memoryLimitBytes: number | null;
}
export type MeasureWorkerMessage =
  /** `kept`: the sample belongs to the profile, which is put together from them when the worker dies of its limit. */
  | {
      readonly type: 'progress';
      readonly progress: Progress;
      readonly sample: ProfileSample;
      readonly kept: boolean;
      /** Garbage collections since the last progress. */
      readonly pauses: readonly Omit<GcPause, 'atBytes'>[];
    }
  | { readonly type: 'done'; readonly profile: ParseProfile }
  | { readonly type: 'failed'; readonly error: JobError };

/** What a query worker works on; its columns are shared, not copied. */
export interface QuerySource extends Pick<ImportedEvidence, 'columns' | 'files' | 'locations'> {
  readonly times: CaseTimes;
}
/**
 * `watch` is where a query worker tells whether a regular expression is at work, which cannot be interrupted from within: two
 * Int32s, the hash of the query while one is (else 0), and a count of the messages that were looked at.
 */
export interface QueryWorkerData {
  readonly source: QuerySource;
  readonly watch: Int32Array;
}
/** A file of the user's own rules, as it was read. */
export interface RuleFileText {
  readonly name: string;
  readonly text: string;
}
/**
 * Rules to be applied to the events of a case, but for those `omitted` (ids). `watch` is where the worker tells whether a
 * regular expression is at work: two Int32s, the place of its rule from 1 on (else 0), and a count of the messages.
 */
export interface RulesWorkerData {
  readonly source: Pick<ImportedEvidence, 'columns' | 'files' | 'locations'>;
  readonly files: readonly RuleFileText[];
  readonly omitted: readonly string[];
  readonly watch: Int32Array;
}
export type RulesWorkerMessage =
  | { readonly type: 'done'; readonly rules: readonly AppliedRule[] }
  | { readonly type: 'failed'; readonly error: JobError };

/** The requests of the contract that a query worker answers, by their names there. */
export type QueryName = 'events.page' | 'events.position' | 'events.facets' | 'events.histogram' | 'events.control';
export interface QueryWorkerRequest {
  readonly id: number;
  readonly name: QueryName;
  readonly payload: unknown;
}
export type QueryWorkerReply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: JobError };

/** What an SQL worker holds: one view of one database, read from these files. */
export interface SqlWorkerData {
  readonly database: Pick<DatabaseReport, 'evidenceId' | 'path' | 'wal' | 'journalEvidenceId'>;
  /** Where its files can be read, by the ids of their evidence. */
  readonly paths: ReadonlyMap<EvidenceId, string>;
  readonly view: DatabaseViewId;
}
/** What an SQL worker is asked, one thing at a time. */
export type SqlTask =
  | { readonly name: 'schema' }
  | { readonly name: 'rows'; readonly list: RowsList & { readonly offset: number; readonly limit: number } }
  | { readonly name: 'run' | 'explain'; readonly sql: string }
  | { readonly name: 'csv'; readonly of: { readonly sql: string } | RowsList };
/** `begun`: the database has been read, and the task is at work from now on. */
export type SqlWorkerReply =
  | { readonly type: 'begun' }
  | { readonly type: 'answer'; readonly ok: true; readonly value: unknown }
  | { readonly type: 'answer'; readonly ok: false; readonly error: JobError };
