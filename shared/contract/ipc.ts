import { z } from 'zod';
import { MOST_ANNOTATIONS, MOST_HIDDEN, MOST_TEMPLATE_CHARS } from '../model/annotation.ts';
import { PARSE_MODES, type ParseMode, type ParseProfile, type ProfileSample } from '../model/artifact.ts';
import { MOST_CLOCK_OFFSET_MICROS } from '../model/clock-offset.ts';
import { EVENT_KINDS, SEVERITIES } from '../model/event.ts';
import type { EvidenceId } from '../model/evidence.ts';
import type { JobError, Progress } from '../model/job.ts';
import type { SqlResult } from '../model/sql-result.ts';
import type {
  AnnotationsView,
  ArtifactExcerpt,
  CaseView,
  Conclusion,
  EventHistogram,
  EventPage,
  FacetCounts,
  FileBytes,
  RawRecord,
  RecordPiece,
  TracebackLines,
} from '../model/views.ts';
import { isZone } from '../model/zone.ts';
import { tagSchema } from './annotations-json.ts';
import { type CaseViewState, caseViewStateSchema } from './case-file.ts';
import { COPY_FORMATS, MOST_COPIED_EVENTS } from './copy-limits.ts';
import {
  csvRequestSchema,
  type DatabaseSchema,
  databaseTargetSchema,
  type PlanStep,
  type ReportQueryEntry,
  type RowsPage,
  rowsRequestSchema,
  type SqlOutcome,
  sqlRequestSchema,
} from './database-requests.ts';
import { commentSchema, factIdSchema, readingsSchema, timeSchema } from './notes-json.ts';
import { LEAST_MEMORY_LIMIT_BYTES, MOST_MEMORY_LIMIT_BYTES, MOST_PROFILE_RUNS } from './profile-limits.ts';

/**
 * The one contract between the window and the app: a map of requests and a map of events. Preload, handlers and the types
 * of the renderer derive from it. What the window sends is validated; what it gets is typed.
 */

export type OpenOutcome =
  /** `isFollowed`: paths that came too late for this import are being added by one that has begun: see `job.current`. */
  | {
      readonly status: 'opened';
      readonly view: CaseView;
      readonly isFollowed?: boolean;
      /** Of a case file: what was looked at when it was written. */
      readonly restored?: CaseViewState;
    }
  | { readonly status: 'cancelled' }
  | { readonly status: 'failed'; readonly error: JobError };
/** A case file whose evidence is not where it was: `case.locate` and `case.openLocated` go on from there. */
export interface MovedEvidence {
  readonly status: 'moved';
  readonly title: string;
  readonly sources: readonly {
    readonly kind: 'file' | 'folder';
    /** Where it was. */
    readonly path: string;
    /** Where it is now; null where that is not known. */
    readonly place: string | null;
  }[];
}
/** What opening gave where what is opened may be a case file. */
export type CaseOpenOutcome = OpenOutcome | MovedEvidence;

/** A case that can be opened again. */
export interface ListedCase {
  readonly id: string;
  readonly title: string;
  /** What had happened; empty where nothing was found. */
  readonly headline: string;
  /** When it was changed last, ISO 8601. */
  readonly changed: string;
  /** Where a person saved it; null where it is kept by the app alone. */
  readonly savedAs: string | null;
  /** Whether its file is not there any more. */
  readonly isMissing: boolean;
}

export interface CaseListing {
  /** Those that were open when the app ended out of order. */
  readonly recovered: readonly ListedCase[];
  /** The latest first. */
  readonly recent: readonly ListedCase[];
  /** How many more the folder of kept cases has. */
  readonly olderCount: number;
  readonly folder: string;
}

/** How the open case stands to its file. */
export interface CaseStatus {
  readonly title: string;
  readonly savedAs: string | null;
  /** Whether something was done that its file does not have; of a case without a file, whether anything was done. */
  readonly isDirty: boolean;
  /** What is not as it was when the case was saved, a copy that could not be kept, earlier work on the same evidence. */
  readonly notices: readonly { readonly text: string; readonly detail: string }[];
}

export type ExportOutcome =
  | { readonly status: 'written'; readonly path: string }
  | { readonly status: 'cancelled' }
  | { readonly status: 'failed'; readonly error: JobError };

/** What a profile that was asked for gave. A run that its memory limit ended is `measured` as well: see its outcome. */
export type ProfileOutcome =
  /** `view`: the case with the run as part of it, analysed anew. */
  | { readonly status: 'measured'; readonly profile: ParseProfile; readonly view: CaseView }
  /** `profile`: as far as it came; null when nothing ran. */
  | { readonly status: 'cancelled'; readonly profile: ParseProfile | null }
  | { readonly status: 'failed'; readonly error: JobError };

export type ConclusionOutcome =
  | ({ readonly status: 'concluded' } & Conclusion)
  | { readonly status: 'cancelled' }
  | { readonly status: 'failed'; readonly error: JobError };

/** The annotations as they then are. */
export type AnnotationOutcome =
  | { readonly status: 'annotated'; readonly annotations: AnnotationsView }
  | { readonly status: 'failed'; readonly error: JobError };

/** An import that is under way: of a case of its own (`open`), or of more evidence for the open one (`add`). */
export interface RunningJob {
  readonly kind: 'open' | 'add';
  /** What is being opened or added, for people. */
  readonly title: string;
  /** Milliseconds since it began. */
  readonly ageMillis: number;
}

/** What became of paths that were to be added. */
export interface AddAnswer {
  /**
   * `started`: an import began, of a new case where none was open; `joined`: they were handed to the one under way;
   * `nothing`: none of them is new.
   */
  readonly status: 'started' | 'joined' | 'nothing';
  /** How many were handed on. */
  readonly added: number;
  /** Those that are part of the case or of the import already. */
  readonly known: readonly string[];
  readonly missing: readonly { readonly path: string; readonly reason: string }[];
}

/** Where things of the case before an addition are in the one after it, in the order of the request; null: nowhere. */
export interface Carried {
  readonly rows: readonly (number | null)[];
  readonly evidenceIds: readonly (EvidenceId | null)[];
}

export interface AppInfo {
  readonly version: string;
  readonly electron: string;
  readonly runtime: 'official' | 'test-runtime';
  readonly platform: string;
}

const path = z.string().min(1).max(32_768);
const row = z.int().nonnegative();
const evidenceId = z.string().min(1).max(64);
const caseId = z.guid();
const clockOffsetSchema = z.strictObject({
  evidenceId,
  micros: z.int().min(-MOST_CLOCK_OFFSET_MICROS).max(MOST_CLOCK_OFFSET_MICROS),
});
/** The correction of one source's clock, in microseconds. */
export type ClockOffset = z.infer<typeof clockOffsetSchema>;

const template = z.string().max(MOST_TEMPLATE_CHARS);

const eventFilterSchema = z.strictObject({
  /** Case-insensitive substring of the message as it stands, for programs; empty for all. */
  text: z.string().max(10_000),
  /** What a person typed, in the language of shared/search/parse-query.ts; empty for all. Joined to the rest by "and". */
  query: z.string().max(10_000),
  kinds: z.array(z.enum(EVENT_KINDS)),
  severities: z.array(z.enum(SEVERITIES)),
  evidenceIds: z.array(z.string()),
  pids: z.array(z.int()),
  /** Names as in EventColumns.units. */
  units: z.array(z.string()),
  /** Kinds that are left out, whatever else is asked for. */
  withoutKinds: z.array(z.enum(EVENT_KINDS)),
  /** Templates of messages, any of which will do; see messageTemplate. */
  templates: z.array(template).max(MOST_HIDDEN),
  /** Templates of messages that are left out. */
  withoutTemplates: z.array(template).max(MOST_HIDDEN),
  from: z.number().nullable(),
  to: z.number().nullable(),
});
/** Empty lists mean "any". Times are EpochMicros, inclusive. */
export type EventFilter = z.infer<typeof eventFilterSchema>;

const eventSortSchema = z.strictObject({
  column: z.enum(['time', 'source', 'pid', 'severity', 'kind']),
  descending: z.boolean(),
});
export type EventSort = z.infer<typeof eventSortSchema>;

const annotatedRows = z.array(row).min(1).max(MOST_ANNOTATIONS);
const annotationId = z.string().min(1).max(100);
const rangeEnd = z.union([z.strictObject({ row }), z.strictObject({ time: timeSchema })]);

/** The zone in which times without one are meant in a query; UTC when left out. */
const zone = z.string().min(1).max(64).optional();
const MOST_BINS = 4_096;

const responseOf = <T>() => z.custom<T>(() => true);

export const REQUESTS = {
  'app.info': { request: z.undefined(), response: responseOf<AppInfo>() },
  /** Shows the open dialog; null when dismissed. */
  'dialog.open': {
    request: z.strictObject({ kind: z.enum(['files', 'folder', 'rules']) }),
    response: responseOf<readonly string[] | null>(),
  },
  /** Imports, profiles and analyses; progress comes as events. An open case is replaced when the new one is ready. */
  'case.open': {
    request: z.strictObject({ paths: z.array(path).min(1).max(10_000) }),
    response: responseOf<CaseOpenOutcome>(),
  },
  /** Asks where a source of the case file that is being opened lies now, by its position. */
  'case.locate': {
    request: z.strictObject({ source: z.int().nonnegative() }),
    response: responseOf<CaseOpenOutcome>(),
  },
  /** Opens that case file with the sources whose place is known. */
  'case.openLocated': { request: z.undefined(), response: responseOf<OpenOutcome>() },
  /** Writes the open case to its file, and asks where to if it has none or `as` says so. */
  'case.save': { request: z.strictObject({ as: z.boolean() }), response: responseOf<ExportOutcome>() },
  'case.status': { request: z.undefined(), response: responseOf<CaseStatus | null>() },
  /** Tells what is looked at, so that the case opens there again. */
  'case.setView': { request: caseViewStateSchema, response: responseOf<void>() },
  'cases.list': { request: z.undefined(), response: responseOf<CaseListing>() },
  'cases.open': { request: z.strictObject({ id: caseId }), response: responseOf<CaseOpenOutcome>() },
  /**
   * Removes what the app keeps of a case: `copy` with changes that were not saved, `entry` with the case's place in the list
   * as well. A file that a person saved stays.
   */
  'cases.remove': {
    request: z.strictObject({ id: caseId, what: z.enum(['copy', 'entry']) }),
    response: responseOf<CaseListing>(),
  },
  /**
   * Reads the case again with the stamps of these sources in a zone; null: of all whose zone nothing tells. Progress and
   * cancelling are those of `case.open`; corrections of clocks stay.
   */
  'case.setZone': {
    request: z.strictObject({
      zone: z.string().max(64).refine(isZone, 'no time zone'),
      evidenceIds: z.array(evidenceId).min(1).max(10_000).nullable(),
    }),
    response: responseOf<OpenOutcome>(),
  },
  /**
   * Corrects the clocks of sources by so many microseconds, 0 as they were read; those of others stay. The case is merged
   * and analysed anew, nothing is read again: rows are others afterwards.
   */
  'case.adjustClocks': {
    request: z.strictObject({ offsets: z.array(clockOffsetSchema).min(1).max(10_000) }),
    response: responseOf<OpenOutcome>(),
  },
  /** Reads the case again with files of the user's own rules (none: without rules). */
  'case.setRules': {
    request: z.strictObject({ paths: z.array(path).max(50) }),
    response: responseOf<OpenOutcome>(),
  },
  /**
   * Adds to the import under way, else to the open case, else opens. Answers at once; what the import gives is told by
   * `job.outcome`. An addition reads old and new evidence together, since their times depend on each other.
   */
  'case.add': {
    request: z.strictObject({ paths: z.array(path).min(1).max(10_000) }),
    response: responseOf<AddAnswer>(),
  },
  /** Asked once after an addition: translates rows and files of the case as it was before. */
  'case.carry': {
    request: z.strictObject({ rows: z.array(row).max(1_000), evidenceIds: z.array(z.string()).max(70_000) }),
    response: responseOf<Carried>(),
  },
  'case.openSample': { request: z.undefined(), response: responseOf<OpenOutcome>() },
  'case.current': { request: z.undefined(), response: responseOf<CaseView | null>() },
  'case.cancel': { request: z.undefined(), response: responseOf<void>() },
  /** Asks first where changes of a saved case would be lost; false: the person chose to stay. */
  'case.close': { request: z.undefined(), response: responseOf<boolean>() },
  /** The import under way, or null: what a window that is loaded again asks. */
  'job.current': { request: z.undefined(), response: responseOf<RunningJob | null>() },
  /** Waits for the import under way and tells its outcome; that of the last one when it has ended, null without any. */
  'job.outcome': { request: z.undefined(), response: responseOf<OpenOutcome | null>() },
  /** Stops one source of the import under way; `source` is the id in its progress. All others go on. */
  'job.stopSource': { request: z.strictObject({ source: z.string().max(100) }), response: responseOf<void>() },
  /**
   * Answers when the page is full or the search is done, and after a moment with what there is: ask again while it is
   * running. A page of another filter ends the search for the one before.
   */
  'events.page': {
    request: z.strictObject({
      filter: eventFilterSchema,
      sort: eventSortSchema,
      zone,
      offset: z.int().nonnegative(),
      limit: z.int().min(1).max(1_000),
    }),
    response: responseOf<EventPage>(),
  },
  /** Position of an event within a filtered and sorted list, or null when the filter hides it. */
  'events.position': {
    request: z.strictObject({ row, filter: eventFilterSchema, sort: eventSortSchema, zone }),
    response: responseOf<number | null>(),
  },
  /** How many events pass a filter, once the search has ended. */
  'events.count': {
    request: z.strictObject({ filter: eventFilterSchema, zone }),
    response: responseOf<number>(),
  },
  /** The event before or behind another one in the order of a list, of those that pass the filter; from the other end after the last. */
  'events.step': {
    request: z.strictObject({
      from: row.nullable(),
      direction: z.enum(['next', 'previous']),
      filter: eventFilterSchema,
      sort: eventSortSchema,
      zone,
    }),
    response: responseOf<{ readonly row: number; readonly hasWrapped: boolean } | null>(),
  },
  /** The template of an event's message. */
  'events.template': { request: z.strictObject({ row }), response: responseOf<string>() },
  /** Puts events on the clipboard, in the order of their rows; times in a zone. */
  'events.copy': {
    request: z.strictObject({
      rows: z.array(row).min(1).max(MOST_COPIED_EVENTS),
      format: z.enum(COPY_FORMATS),
      zone,
    }),
    response: responseOf<void>(),
  },
  'events.facets': {
    request: z.strictObject({ filter: eventFilterSchema, zone }),
    response: responseOf<FacetCounts>(),
  },
  /** `from` and `to` are EpochMicros, inclusive. */
  'events.histogram': {
    request: z.strictObject({
      filter: eventFilterSchema,
      zone,
      from: z.number(),
      to: z.number(),
      bins: z.int().min(1).max(MOST_BINS),
    }),
    response: responseOf<EventHistogram>(),
  },
  /** Stops the searches that are running, which keep what they have found, or lets them go on. */
  'events.control': {
    request: z.strictObject({ action: z.enum(['stop', 'resume']) }),
    response: responseOf<void>(),
  },
  'events.raw': { request: z.strictObject({ row }), response: responseOf<RawRecord>() },
  /** Bytes of an event's record or message, for showing the whole of it in pieces. */
  'events.bytes': {
    request: z.strictObject({
      row,
      of: z.enum(['record', 'message']),
      offset: z.int().nonnegative(),
      limit: z
        .int()
        .min(1)
        .max(1024 * 1024),
    }),
    response: responseOf<RecordPiece>(),
  },
  /** Shows the save dialog and writes the exact bytes of a record. */
  'events.save': { request: z.strictObject({ row }), response: responseOf<ExportOutcome>() },
  /** Which of some events are lines of a traceback of several entries. */
  'events.tracebacks': {
    request: z.strictObject({
      rows: z.array(row).max(1_000),
      filter: eventFilterSchema,
      sort: eventSortSchema,
      zone,
    }),
    response: responseOf<TracebackLines>(),
  },
  /**
   * Parses an artifact again, `runs` times, of which the median counts; progress comes as `profile.progress`. One at a time:
   * another one ends the one before. Rows and files of the case stay as they are.
   */
  'profile.run': {
    request: z.strictObject({
      evidenceId,
      mode: z.enum(PARSE_MODES),
      runs: z.int().min(1).max(MOST_PROFILE_RUNS),
      memoryLimitBytes: z.int().min(LEAST_MEMORY_LIMIT_BYTES).max(MOST_MEMORY_LIMIT_BYTES).nullable(),
    }),
    response: responseOf<ProfileOutcome>(),
  },
  'profile.cancel': { request: z.undefined(), response: responseOf<void>() },
  /** The text of an artifact at some byte, for showing where something stands in it. */
  'artifact.excerpt': {
    request: z.strictObject({
      evidenceId,
      byteOffset: z.int().nonnegative(),
      limit: z
        .int()
        .min(1)
        .max(64 * 1024),
    }),
    response: responseOf<ArtifactExcerpt>(),
  },
  /** Bytes of a file of the evidence, for showing what a fact or a problem cites. */
  'evidence.bytes': {
    request: z.strictObject({
      evidenceId,
      byteOffset: z.int().nonnegative(),
      limit: z
        .int()
        .min(1)
        .max(64 * 1024),
    }),
    response: responseOf<FileBytes>(),
  },
  /** Tables, indexes, views and triggers of a database copy, in the order of its schema. */
  'database.schema': { request: databaseTargetSchema, response: responseOf<DatabaseSchema>() },
  /** Rows of a table or view by page. */
  'database.rows': { request: rowsRequestSchema, response: responseOf<RowsPage>() },
  /** Runs one statement that only reads; whatever else is refused in words before it is run. */
  'database.run': { request: sqlRequestSchema, response: responseOf<SqlOutcome<SqlResult>>() },
  /** How SQLite would carry out a statement, without running it. */
  'database.explain': { request: sqlRequestSchema, response: responseOf<SqlOutcome<readonly PlanStep[]>>() },
  /** Stops what is being read or run of any database, and what waits for it. */
  'database.cancel': { request: z.undefined(), response: responseOf<void>() },
  /** Shows the save dialog and writes all rows of a statement or a list as CSV. */
  'database.exportCsv': { request: csvRequestSchema, response: responseOf<ExportOutcome>() },
  /** Puts the result of a statement into the report, by the id it came with. These answer what is in the report. */
  'report.addQuery': {
    request: z.strictObject({ resultId: z.int().nonnegative() }),
    response: responseOf<readonly ReportQueryEntry[]>(),
  },
  'report.removeQuery': {
    request: z.strictObject({ id: z.int().nonnegative() }),
    response: responseOf<readonly ReportQueryEntry[]>(),
  },
  'report.queries': { request: z.undefined(), response: responseOf<readonly ReportQueryEntry[]>() },
  /** Analyses another incident of the case; `incidentId` is its id in the analysis. */
  'case.chooseIncident': {
    request: z.strictObject({ incidentId: z.string().min(1).max(100) }),
    response: responseOf<ConclusionOutcome>(),
  },
  /** Holds a fact about the analysed incident to be wrong or beside the point, and says why. */
  'judgement.overrule': {
    request: z.strictObject({ factId: factIdSchema, comment: commentSchema }),
    response: responseOf<ConclusionOutcome>(),
  },
  /** Adds what was observed of the analysed incident and no file shows; `row` is an event that it rests on. */
  'judgement.observe': {
    request: z.strictObject({
      text: commentSchema,
      readings: readingsSchema,
      time: timeSchema.nullable(),
      row: row.nullable(),
    }),
    response: responseOf<ConclusionOutcome>(),
  },
  /** Takes one judgement back, whichever it is; that can be undone like any other change. */
  'judgement.withdraw': {
    request: z.strictObject({ id: z.string().min(1).max(100) }),
    response: responseOf<ConclusionOutcome>(),
  },
  /** Takes the last change back, of judgements and annotations alike, or does it again. */
  'work.undo': { request: z.undefined(), response: responseOf<ConclusionOutcome>() },
  'work.redo': { request: z.undefined(), response: responseOf<ConclusionOutcome>() },
  /** Puts bookmarks on events, or takes them away. */
  'annotation.bookmark': {
    request: z.strictObject({ rows: annotatedRows, isSet: z.boolean() }),
    response: responseOf<AnnotationOutcome>(),
  },
  /** Gives events a tag, or takes it from them. */
  'annotation.tag': {
    request: z.strictObject({ rows: annotatedRows, tag: tagSchema, isSet: z.boolean() }),
    response: responseOf<AnnotationOutcome>(),
  },
  'annotation.comment': {
    request: z.strictObject({ row, text: commentSchema }),
    response: responseOf<AnnotationOutcome>(),
  },
  /** Comments on a stretch of time; ends that are events keep to them when clocks are corrected. */
  'annotation.commentRange': {
    request: z.strictObject({ from: rangeEnd, to: rangeEnd, text: commentSchema }),
    response: responseOf<AnnotationOutcome>(),
  },
  /** Adds what happened and no file shows. */
  'annotation.addEvent': {
    request: z.strictObject({ time: timeSchema, text: commentSchema }),
    response: responseOf<AnnotationOutcome>(),
  },
  /** Changes the words of a comment or an added event, or the time of the latter. */
  'annotation.edit': {
    request: z.strictObject({ id: annotationId, text: commentSchema, time: timeSchema.nullable() }),
    response: responseOf<AnnotationOutcome>(),
  },
  /** Hides the messages that are like that of an event from lists that leave hidden ones out. */
  'annotation.hide': { request: z.strictObject({ row }), response: responseOf<AnnotationOutcome>() },
  'annotation.remove': {
    request: z.strictObject({ ids: z.array(annotationId).min(1).max(MOST_ANNOTATIONS) }),
    response: responseOf<AnnotationOutcome>(),
  },
  /** Shows the save dialog and writes the judgements of the case. */
  'judgement.save': { request: z.undefined(), response: responseOf<ExportOutcome>() },
  /** Shows the open dialog and takes the judgements of a file in place of those of the case. */
  'judgement.open': { request: z.undefined(), response: responseOf<ConclusionOutcome>() },
  /** Shows the save dialog and writes a script to be run on the host: one gathers evidence, one repeats the import. */
  'script.save': {
    request: z.strictObject({ script: z.enum(['collect', 'reproduce']) }),
    response: responseOf<ExportOutcome>(),
  },
  'report.export': {
    request: z.strictObject({ format: z.enum(['pdf', 'html', 'json']) }),
    response: responseOf<ExportOutcome>(),
  },
  'clipboard.write': { request: z.strictObject({ text: z.string().max(1_000_000) }), response: responseOf<void>() },
} as const;

export type RequestName = keyof typeof REQUESTS;
export type RequestOf<N extends RequestName> = z.infer<(typeof REQUESTS)[N]['request']>;
export type ResponseOf<N extends RequestName> = z.infer<(typeof REQUESTS)[N]['response']>;

export type MenuCommand =
  | 'open-files'
  | 'open-folder'
  | 'add-files'
  | 'add-folder'
  | 'load-rules'
  | 'save-case'
  | 'save-case-as'
  | 'close-case'
  | 'export-pdf'
  | 'export-html'
  | 'export-json'
  | 'save-notes'
  | 'open-notes'
  | 'save-collect-script'
  | 'save-reproduce-script'
  | 'find'
  | 'undo'
  | 'redo'
  | 'go-evidence'
  | 'go-timeline'
  | 'go-artifact'
  | 'go-database'
  | 'go-verdict'
  | 'go-report';

/** How far a profile that was asked for has come. */
export interface ProfileProgressEvent {
  readonly evidenceId: EvidenceId;
  readonly mode: ParseMode;
  /** From 1. */
  readonly run: number;
  readonly runs: number;
  readonly progress: Progress;
  readonly sample: ProfileSample;
}

/** What the app tells the window without being asked. */
export interface AppEvents {
  readonly 'job.progress': { readonly progress: Progress; readonly sample: ProfileSample | null };
  readonly 'profile.progress': ProfileProgressEvent;
  /** The open case was changed or saved, or another one is open; null when none is. */
  readonly 'case.status': { readonly status: CaseStatus | null };
  readonly 'menu.command': { readonly command: MenuCommand };
  /** Files or folders given on the command line or by the desktop; the window opens them as if they were dropped. */
  readonly 'paths.given': { readonly paths: readonly string[] };
}
export type AppEventName = keyof AppEvents;
export const APP_EVENT_NAMES = [
  'job.progress',
  'profile.progress',
  'case.status',
  'menu.command',
  'paths.given',
] as const satisfies readonly AppEventName[];

/** The one channel that requests travel on, and the one that events travel on. */
export const REQUEST_CHANNEL = 'inquest:request';
/** From the preload script alone: paths of files that were dropped. */
export const GIVEN_CHANNEL = 'inquest:given';
export const EVENT_CHANNEL = 'inquest:event';

/** How a request's result crosses between the processes: errors are data, and the preload script turns them back. */
export type IpcReply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: JobError };

/** What the preload script puts on `window.inquest`. */
export interface InquestBridge {
  request<N extends RequestName>(name: N, payload: RequestOf<N>): Promise<ResponseOf<N>>;
  /** Returns the function that ends the subscription. */
  on<N extends AppEventName>(name: N, listener: (payload: AppEvents[N]) => void): () => void;
  /**
   * Absolute paths of dropped files and folders (Electron's webUtils.getPathForFile). The app is told of them on a way that
   * the page has not, and reads no others.
   */
  pathsOf(files: readonly unknown[]): readonly string[];
}
