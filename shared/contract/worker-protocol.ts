import type { ArtifactReport, GcPause, ParseMode, ParseProfile, ProfileSample } from '../model/artifact.ts';
import type { CaseTimes } from '../model/case-times.ts';
import type { DatabaseReport, DatabaseViewId } from '../model/database.ts';
import type { CaseProblem, EvidenceId } from '../model/evidence.ts';
import type { ImportedEvidence } from '../model/imported-evidence.ts';
import type { JobError, Progress } from '../model/job.ts';
import type { AppliedRule, RuleHead } from '../model/rules.ts';
import type { SqlResult } from '../model/sql-result.ts';
import type { ZoneName } from '../model/zone.ts';
import type {
  DatabaseSchema,
  DatabaseTarget,
  PlanStep,
  RowsList,
  RowsPage,
  RowsRequest,
  SqlOutcome,
} from './database-requests.ts';
import type { RequestOf, ResponseOf } from './ipc.ts';

/**
 * The messages between a shell and its workers: closed unions in a neutral file that both ends import. Errors cross as
 * data. A worker serves one job and ends; cancelling is asking it to stop, then ending the thread.
 */

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
  /** Sources that ended the thread that read them before: why each is left out, by what it is known by. */
  readonly omitted?: ReadonlyMap<string, string>;
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
 * Rules that are to be read, and to be applied to the events of a case, but for those `omitted` (ids); null where they are
 * only read. `watch` is where the worker tells whether a regular expression is at work: two Int32s, the place of its rule
 * from 1 on (else 0), and a count of the messages.
 */
export interface RulesWorkerData {
  readonly files: readonly RuleFileText[];
  readonly apply: {
    readonly source: Pick<ImportedEvidence, 'columns' | 'files' | 'locations'>;
    readonly omitted: readonly string[];
    readonly watch: Int32Array;
  } | null;
}
/** What files of rules hold, as far as it can be handed from thread to thread, and what is wrong with them. */
export interface ReadRules {
  readonly rules: readonly RuleHead[];
  readonly problems: readonly CaseProblem[];
}
export type RulesWorkerMessage =
  | { readonly type: 'reading'; readonly file: string }
  | { readonly type: 'read'; readonly read: ReadRules }
  | { readonly type: 'done'; readonly rules: readonly AppliedRule[] }
  | { readonly type: 'failed'; readonly error: JobError };

/** The requests of the contract that a query worker answers, by their names there. */
export type QueryName =
  | 'events.page'
  | 'events.position'
  | 'events.count'
  | 'events.step'
  | 'events.facets'
  | 'events.histogram'
  | 'events.control';
export type QueryTasks = {
  readonly [N in QueryName]: { readonly payload: RequestOf<N>; readonly answer: ResponseOf<N> };
};

/** What an SQL worker holds: one view of one database, read from these files. */
export interface SqlWorkerData {
  readonly database: Pick<DatabaseReport, 'evidenceId' | 'path' | 'wal' | 'journalEvidenceId'>;
  /** Where its files can be read, by the ids of their evidence. */
  readonly paths: ReadonlyMap<EvidenceId, string>;
  readonly view: DatabaseViewId;
}
/** What an SQL worker is asked, one thing at a time. */
export type SqlTasks = {
  readonly schema: { readonly payload: null; readonly answer: DatabaseSchema };
  readonly rows: { readonly payload: Omit<RowsRequest, keyof DatabaseTarget>; readonly answer: RowsPage };
  readonly run: { readonly payload: string; readonly answer: SqlOutcome<Omit<SqlResult, 'id' | 'millis'>> };
  readonly explain: { readonly payload: string; readonly answer: SqlOutcome<readonly PlanStep[]> };
  readonly csv: { readonly payload: CsvOf; readonly answer: Uint8Array };
};
/** All rows of a statement, or of a list. */
export type CsvOf = { readonly sql: string } | RowsList;
/** The database has been read, and the task is at work from now on. */
export type SqlProgress = 'begun';
