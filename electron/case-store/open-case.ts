import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { analyse } from '../../shared/analyse.ts';
import type { CaseView } from '../../shared/contract/ipc.ts';
import type {
  ImportedEvidence,
  Progress,
  QuerySource,
  RuleFileText,
  ZoneChoices,
} from '../../shared/contract/worker-protocol.ts';
import type { Analysis } from '../../shared/model/analysis.ts';
import type { ArtifactReport, ProfileRun, ProfileSample } from '../../shared/model/artifact.ts';
import type { CaseEvidence } from '../../shared/model/case.ts';
import {
  ARCHIVE_FORMATS,
  type EvidenceFile,
  type EvidenceFormat,
  type EvidenceId,
} from '../../shared/model/evidence.ts';
import { type EpochMicros, epochMicros } from '../../shared/model/time.ts';
import { NoSuchIncident } from '../../shared/timeline/choose-incident.ts';
import { visibleName } from '../intake/names.ts';
import { sourceNamed, unknownSource } from '../intake/source-name.ts';
import { importEvidence, JobCancelled } from '../workers/import-client.ts';
import { QueryClient } from '../workers/query-client.ts';
import { SqlClient } from '../workers/sql-client.ts';
import { applyRuleFiles } from '../workers/rules-client.ts';
import type { Steering } from '../workers/steering.ts';
import { withRun } from './artifact-runs.ts';
import { type AskedIncident, choiceOf } from './asked-incident.ts';
import { type ClockOffsets, withClockOffsets } from './clock-offsets.ts';
import { EventStore } from './event-store.ts';
import { Measurements } from './measurements.ts';
import { type PlacedRules, placedRules, rulesAt } from './placed-rules.ts';
import { profileArtifacts } from './profile-artifacts.ts';
import { ReportQueries } from './report-queries.ts';
import { UsageError } from './usage-error.ts';

/** Points that a window draws at most. */
const VIEW_POINTS = 20_000;
/** Files named when nothing was recognised. */
const NAMED_FILES = 20;

/** A case that has been read and analysed. Its unpacked copies live until it is disposed of. */
export interface OpenCase {
  /** Base name of what was given. */
  readonly title: string;
  readonly evidence: CaseEvidence;
  readonly analysis: Analysis;
  readonly store: EventStore;
  /** The corrections of its sources' clocks that are in force. */
  readonly clockOffsets: ClockOffsets;
  /** Answers what a window asks about events, on a thread of its own. */
  readonly queries: QueryClient;
  /** Answers what a window asks about the contents of databases, on another. */
  readonly sql: SqlClient;
  /** Queries whose results are part of the report; corrections of clocks keep them. */
  readonly reportQueries: ReportQueries;
  /** Everything a window holds of it. */
  view(): CaseView;
  /**
   * The same case with these corrections instead, merged and analysed anew without reading anything again. This one stays
   * as it is; whoever takes the new one in its place retires this one and disposes of the new one alone, since both rest on
   * the same unpacked copies. Throws UsageError for a source that the case does not have.
   */
  withClockOffsets(offsets: ClockOffsets): OpenCase;
  /** Where the bytes of one of its files can be read again; null for a container and for what it does not have. */
  locationOf(evidenceId: EvidenceId): string | null;
  /** The same case with a further run of a profile, analysed anew; as `withClockOffsets` otherwise. Rows stay as they are. */
  withProfile(evidenceId: EvidenceId, run: ProfileRun): OpenCase;
  /** Lets go of its files and threads, and leaves the unpacked copies to the case that took its place. Safe to repeat. */
  retire(): Promise<void>;
  /** Closes the evidence and removes the unpacked copies; afterwards events can no longer be read. Safe to repeat. */
  dispose(): Promise<void>;
}

export interface OpenCaseOptions {
  /** Files, folders and archives, absolute or relative to the working directory. */
  readonly paths: readonly string[];
  /** `sample` comes with the progress of profiling. */
  readonly onProgress?: (progress: Progress, sample: ProfileSample | null) => void;
  readonly signal?: AbortSignal;
  /** Reaches into the import while it goes on: stops single sources, adds further paths. */
  readonly steering?: Steering;
  /** Takes the measurements of artifacts anew instead of keeping the first; default false. */
  readonly measureAgain?: boolean;
  /** In which zones stamps without one are; see ZoneChoices. */
  readonly zones?: ZoneChoices;
  /** Corrections of clocks in microseconds, by the path of the source or how it ends. The last one of a source counts. */
  readonly clockOffsets?: readonly { readonly path: string; readonly micros: number }[];
  /** Which incident is analysed; default: the worst. */
  readonly incident?: AskedIncident | null;
  /** The user's own rules; what is wrong with them is a problem of the case. */
  readonly rules?: readonly RuleFileText[];
}

/** Nothing of what was given is evidence that Inquest reads; the message lists what there was. */
export class NothingRecognised extends Error {
  override readonly name = 'NothingRecognised';
  /** What there was, in the order in which it was found. */
  readonly seen: readonly EvidenceFile[];

  constructor(imported: Pick<ImportedEvidence, 'files' | 'problems'>) {
    super(describeNothing(imported));
    this.seen = imported.files;
  }
}

/** Formats that say nothing about an incident by themselves. */
const SPEECHLESS_FORMATS: ReadonlySet<EvidenceFormat> = new Set(['unknown', 'empty', ...ARCHIVE_FORMATS]);

/**
 * Opens evidence: takes it in on a worker, profiles its artifacts on another, analyses the whole. Evidence is only read;
 * unpacked copies go to a private temporary folder, which is gone again when this fails or is cancelled.
 *
 * Rejects with NothingRecognised when no file is evidence, JobFailure (kind `usage`) when a path is missing, UsageError when
 * a zone or a correction is for a source that is not there, JobCancelled when `signal` aborts, and the file system's error
 * when there is no temporary folder to be had.
 */
export async function openCase(options: OpenCaseOptions): Promise<OpenCase> {
  const { onProgress, signal } = options;
  const throwIfCancelled = (): void => {
    if (signal?.aborted) throw new JobCancelled();
  };
  throwIfCancelled();
  // mkdtemp makes the folder with mode 0700. The real path: a link on the way could be turned elsewhere later.
  const spoolDirectory = await mkdtemp(join(await realpath(tmpdir()), 'inquest-'));
  let store: EventStore | null = null;
  const release = async (): Promise<void> => {
    store?.close();
    await rm(spoolDirectory, { recursive: true, force: true });
  };
  try {
    const imported = await importEvidence(
      { paths: options.paths, spoolDirectory, ...(options.zones === undefined ? {} : { zones: options.zones }) },
      {
        onProgress: (progress) => onProgress?.(progress, null),
        ...(signal === undefined ? {} : { signal }),
        ...(options.steering === undefined ? {} : { steering: options.steering }),
      },
    );
    const paths = [...options.paths, ...(options.steering?.taken() ?? [])];
    if (!imported.files.some((file) => !SPEECHLESS_FORMATS.has(file.format))) throw new NothingRecognised(imported);
    const clockOffsets = namedOffsets(imported, options.clockOffsets ?? []);
    for (const { path } of options.zones?.bySource ?? []) requireSource(imported, path);
    store = new EventStore(imported);
    const { artifacts, problems } = await profileArtifacts(imported, store, {
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(signal === undefined ? {} : { signal }),
      ...(options.steering === undefined ? {} : { steering: options.steering }),
      measurements: new Measurements(),
      measureAgain: options.measureAgain ?? false,
    });
    throwIfCancelled();

    onProgress?.({ stage: 'analysing', item: titleOf(paths), doneBytes: 0, totalBytes: null }, null);
    const testcases = new Map(artifacts.map((artifact) => [artifact.evidenceId, artifact.testcases]));
    const files = imported.files.map((file) => ({ ...file, records: testcases.get(file.id) ?? file.records }));
    const removeCopies = (): Promise<void> => rm(spoolDirectory, { recursive: true, force: true });
    const found =
      options.rules === undefined || options.rules.length === 0
        ? null
        : await applyRuleFiles(withClockOffsets(imported, clockOffsets), options.rules, signal);
    const basis: CaseBasis = {
      title: titleOf(paths),
      imported: { ...imported, files, problems: [...imported.problems, ...problems, ...(found?.problems ?? [])] },
      artifacts,
      rules: found === null ? null : placedRules(found, withClockOffsets(imported, clockOffsets)),
      removeCopies,
      reportQueries: new ReportQueries(),
      asked: options.incident ?? null,
    };
    const opened = caseOf(basis, clockOffsets, store);
    // Where clocks are corrected the case has a store of its own.
    if (opened.store !== store) store.close();
    store = opened.store;
    throwIfCancelled();
    return opened;
  } catch (thrown) {
    await release();
    throw thrown;
  }
}

/** What a case rests on, whatever the corrections of its clocks. */
interface CaseBasis {
  readonly title: string;
  /** As it was read. */
  readonly imported: ImportedEvidence;
  readonly artifacts: readonly ArtifactReport[];
  /** By the bytes that they matched: rows are others under other corrections of clocks. */
  readonly rules: PlacedRules | null;
  readonly removeCopies: () => Promise<void>;
  readonly reportQueries: ReportQueries;
  /** The incident that was asked for; null: the worst. */
  readonly asked: AskedIncident | null;
}

/** The case with its clocks corrected. `uncorrected` is taken as its store when they are not. */
function caseOf(basis: CaseBasis, clockOffsets: ClockOffsets, uncorrected: EventStore | null): OpenCase {
  const { title, artifacts } = basis;
  const imported = withClockOffsets(basis.imported, clockOffsets);
  const store = imported === basis.imported && uncorrected !== null ? uncorrected : new EventStore(imported);
  try {
    const evidence: CaseEvidence = {
      files: imported.files,
      problems: imported.problems,
      events: store,
      processes: imported.processes,
      vmstat: imported.vmstat,
      hostMemory: imported.hostMemory,
      configs: imported.configs,
      databases: imported.databases,
      artifacts,
      ...(imported.host === undefined ? {} : { host: imported.host }),
      ...(basis.rules === null ? {} : { rules: rulesAt(basis.rules, imported.columns) }),
    };
    const analysis = analysisOf(evidence, basis.asked, imported);
    const queries = new QueryClient(querySourceOf(imported, analysis));
    const sql = new SqlClient(imported);
    const retire = async (): Promise<void> => {
      await queries.close();
      await sql.close();
      store.close();
    };
    return {
      title,
      evidence,
      analysis,
      store,
      queries,
      sql,
      reportQueries: basis.reportQueries,
      clockOffsets: new Map([...clockOffsets].filter(([, micros]) => micros !== 0)),
      view: () => ({
        title,
        files: evidence.files,
        problems: evidence.problems,
        eventCount: store.count,
        analysis,
        databases: evidence.databases,
        artifacts: evidence.artifacts,
        processes: evidence.processes,
        vmstat: evidence.vmstat,
        hostMemory: evidence.hostMemory,
        points: store.points(VIEW_POINTS),
      }),
      withClockOffsets: (offsets) => {
        const unknown = [...offsets.keys()].find((id) => !basis.imported.files.some((file) => file.id === id));
        if (unknown !== undefined) throw new UsageError(`This case has no source ${unknown}.`);
        return caseOf(basis, offsets, null);
      },
      locationOf: (evidenceId) =>
        imported.locations[imported.files.findIndex((file) => file.id === evidenceId)]?.absolutePath ?? null,
      withProfile: (evidenceId, run) =>
        caseOf({ ...basis, artifacts: withRun(artifacts, evidenceId, run) }, clockOffsets, null),
      retire,
      dispose: async () => {
        await retire();
        await basis.removeCopies();
      },
    };
  } catch (thrown) {
    if (store !== uncorrected) store.close();
    throw thrown;
  }
}

/** Throws UsageError when the case has no incident like the one that was asked for. */
function analysisOf(evidence: CaseEvidence, asked: AskedIncident | null, { columns }: ImportedEvidence): Analysis {
  const worst = analyse(evidence);
  if (asked === null) return worst;
  const times = { first: timeAt(columns, 0), last: timeAt(columns, columns.count - 1) };
  try {
    return analyse(evidence, choiceOf(asked, worst.incidents, times));
  } catch (thrown) {
    throw thrown instanceof NoSuchIncident ? new UsageError(thrown.message) : thrown;
  }
}

function timeAt({ time }: ImportedEvidence['columns'], row: number): EpochMicros | null {
  const micros = time[row];
  return row < 0 || micros === undefined ? null : epochMicros(micros);
}

function requireSource(imported: ImportedEvidence, name: string): EvidenceFile {
  const index = sourceNamed(
    imported.files.map(({ path }) => path),
    name,
  );
  const file = index === null ? undefined : imported.files[index];
  if (file === undefined) throw new UsageError(unknownSource(imported, name));
  return file;
}

function namedOffsets(
  imported: ImportedEvidence,
  named: readonly { readonly path: string; readonly micros: number }[],
): ClockOffsets {
  return new Map(named.map(({ path, micros }) => [requireSource(imported, path).id, micros]));
}

/** What queries work on: the events as they were read, and the times that a time of day is resolved against. */
export function querySourceOf(imported: ImportedEvidence, analysis: Analysis): QuerySource {
  const { columns, files, locations } = imported;
  const times = {
    first: timeAt(columns, 0),
    last: timeAt(columns, columns.count - 1),
    incident: analysis.incident?.start ?? null,
  };
  return { columns, files, locations, times };
}

/** What a case of these paths is called: by the first, and how many more there are. */
export function titleOf(paths: readonly string[]): string {
  const [first, ...others] = paths.map((path) => visibleName(basename(resolve(path))));
  if (first === undefined) return '';
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

function describeNothing({ files, problems }: Pick<ImportedEvidence, 'files' | 'problems'>): string {
  const lines = [
    ...files.map((file) => `  ${file.path}: ${file.format}, ${file.bytes} bytes`),
    ...problems.map((problem) => `  ${problem.path}: ${problem.message}`),
  ];
  if (lines.length === 0) return 'Nothing was recognised as evidence: what was given is empty, there is no file in it.';
  const unnamed = lines.length - NAMED_FILES;
  const named = lines.slice(0, NAMED_FILES);
  if (unnamed > 0) named.push(`  and ${unnamed} more`);
  return `Nothing was recognised as evidence. There was:\n${named.join('\n')}`;
}
