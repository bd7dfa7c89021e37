import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { conclude, type FoundFacts, findFacts, readHistory } from '../../shared/analyse.ts';
import type { CaseView, Conclusion, JudgementsView } from '../../shared/contract/ipc.ts';
import type {
  ImportedEvidence,
  Progress,
  QuerySource,
  RuleFileText,
  ZoneChoices,
} from '../../shared/contract/worker-protocol.ts';
import { isAbout, subjectOf } from '../../shared/hypotheses/judged-facts.ts';
import { type JudgementHistory, NO_JUDGEMENTS } from '../../shared/hypotheses/judgement-history.ts';
import type { Analysis, IncidentChoice } from '../../shared/model/analysis.ts';
import type { ArtifactReport, ProfileRun, ProfileSample } from '../../shared/model/artifact.ts';
import type { CaseEvidence } from '../../shared/model/case.ts';
import {
  ARCHIVE_FORMATS,
  type EvidenceFile,
  type EvidenceFormat,
  type EvidenceId,
} from '../../shared/model/evidence.ts';
import type { Judgement, Subject } from '../../shared/model/judgement.ts';
import { type EpochMicros, epochMicros } from '../../shared/model/time.ts';
import { ruleFilesOf } from '../../shared/rules/rule-files.ts';
import { chooseIncident, NoSuchIncident } from '../../shared/timeline/choose-incident.ts';
import { visibleName } from '../intake/names.ts';
import { sourceNamed, unknownSource } from '../intake/source-name.ts';
import { importEvidence, JobCancelled } from '../workers/import-client.ts';
import { QueryClient } from '../workers/query-client.ts';
import { applyRuleFiles } from '../workers/rules-client.ts';
import { SqlClient } from '../workers/sql-client.ts';
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
  /** What whoever analyses it has said against and beside its facts. */
  readonly judgements: JudgementHistory;
  /** The incident that was chosen instead of the worst one; null when none was. */
  readonly chosen: Subject | null;
  /** Everything a window holds of it. */
  view(): CaseView;
  /** The part of the view that follows judgements and the choice of an incident. */
  conclusion(): Conclusion;
  /** The same case, resting on the same files and threads, with these judgements instead. Only the weighing is done anew. */
  withJudgements(history: JudgementHistory): OpenCase;
  /** The same with another incident analysed. Throws NoSuchIncident. */
  withIncident(choice: IncidentChoice): OpenCase;
  /** The same with what was judged and chosen in an earlier reading of its evidence, as far as it is found again. */
  keeping(before: Pick<OpenCase, 'judgements' | 'chosen'>): OpenCase;
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
    const corrected = withClockOffsets(imported, clockOffsets);
    const found =
      options.rules === undefined || options.rules.length === 0
        ? null
        : await applyRuleFiles(corrected, options.rules, signal);
    const basis: CaseBasis = {
      title: titleOf(paths),
      imported: { ...imported, files, problems: [...imported.problems, ...problems, ...(found?.problems ?? [])] },
      artifacts,
      rules: found === null ? null : placedRules(found, corrected),
      removeCopies,
      reportQueries: new ReportQueries(),
    };
    const read = caseOf(basis, clockOffsets, store);
    // Where clocks are corrected the case has a store of its own.
    if (read.store !== store) store.close();
    store = read.store;
    throwIfCancelled();
    return options.incident === undefined || options.incident === null
      ? read
      : askedOf(read, options.incident, corrected);
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
}

/** The case with the incident analysed that was asked for. Throws UsageError when it has none like it. */
function askedOf(read: OpenCase, asked: AskedIncident, { columns }: ImportedEvidence): OpenCase {
  const times = { first: timeAt(columns, 0), last: timeAt(columns, columns.count - 1) };
  try {
    return read.withIncident(choiceOf(asked, read.analysis.incidents, times));
  } catch (thrown) {
    throw thrown instanceof NoSuchIncident ? new UsageError(thrown.message) : thrown;
  }
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
    const sql = new SqlClient(imported);
    const history = readHistory(evidence);
    const worst = findFacts(evidence, history);
    const queries = new QueryClient(querySourceOf(imported, incidentOf(worst)));
    const retire = async (): Promise<void> => {
      await queries.close();
      await sql.close();
      store.close();
    };
    const choose = (chosen: Subject | null): FoundFacts => {
      const record =
        chosen === null || chosen.length === 0
          ? undefined
          : history.incidents.find(({ incident }) => isAbout(chosen, incident, evidence));
      const incidentId = record?.incident.id;
      const found = incidentId === undefined ? worst : findFacts(evidence, history, { incidentId });
      void queries.replace(querySourceOf(imported, incidentOf(found)));
      return found;
    };
    const concluded = (found: FoundFacts, judgements: JudgementHistory, chosen: Subject | null): OpenCase => {
      const analysis = conclude(found, judgements.judgements);
      const conclusion = (): Conclusion => ({ analysis, judgements: judgementsView(judgements, analysis, evidence) });
      const opened: OpenCase = {
        title,
        evidence,
        analysis,
        store,
        queries,
        sql,
        reportQueries: basis.reportQueries,
        judgements,
        chosen,
        clockOffsets: new Map([...clockOffsets].filter(([, micros]) => micros !== 0)),
        view: () => ({
          title,
          files: evidence.files,
          problems: evidence.problems,
          eventCount: store.count,
          ...conclusion(),
          databases: evidence.databases,
          artifacts: evidence.artifacts,
          processes: evidence.processes,
          vmstat: evidence.vmstat,
          hostMemory: evidence.hostMemory,
          points: store.points(VIEW_POINTS),
          ruleFiles: ruleFilesOf(evidence.rules),
        }),
        conclusion,
        withJudgements: (changed) => concluded(found, changed, chosen),
        withIncident: (choice) => {
          const incident = chooseIncident(history.incidents, choice)?.incident ?? null;
          if (incident === null) return opened;
          const subject = subjectOf(incident, evidence);
          return concluded(choose(subject), judgements, subject);
        },
        keeping: (before) =>
          concluded(before.chosen === null ? found : choose(before.chosen), before.judgements, before.chosen),
        withClockOffsets: (offsets) => {
          const unknown = [...offsets.keys()].find((id) => !basis.imported.files.some((file) => file.id === id));
          if (unknown !== undefined) throw new UsageError(`This case has no source ${unknown}.`);
          return caseOf(basis, offsets, null).keeping({ judgements, chosen });
        },
        locationOf: (evidenceId) =>
          imported.locations[imported.files.findIndex((file) => file.id === evidenceId)]?.absolutePath ?? null,
        withProfile: (evidenceId, run) =>
          caseOf({ ...basis, artifacts: withRun(artifacts, evidenceId, run) }, clockOffsets, null).keeping({
            judgements,
            chosen,
          }),
        retire,
        dispose: async () => {
          await retire();
          await basis.removeCopies();
        },
      };
      return opened;
    };
    return concluded(worst, NO_JUDGEMENTS, null);
  } catch (thrown) {
    if (store !== uncorrected) store.close();
    throw thrown;
  }
}

function timeAt({ time }: ImportedEvidence['columns'], row: number): EpochMicros | null {
  const micros = time[row];
  return row < 0 || micros === undefined ? null : epochMicros(micros);
}

function incidentOf({ context }: FoundFacts): Pick<Analysis, 'incident'> {
  return { incident: context.record?.incident ?? null };
}

function judgementsView(
  { judgements, done, undone }: JudgementHistory,
  { incident, facts }: Analysis,
  evidence: CaseEvidence,
): JudgementsView {
  const applies = (judgement: Judgement): boolean =>
    isAbout(judgement.about, incident, evidence) &&
    (judgement.kind === 'observation' || facts.some(({ id }) => id === judgement.factId));
  return {
    entries: judgements.map((judgement) => ({ judgement, applies: applies(judgement) })),
    undo: done.at(-1)?.what ?? null,
    redo: undone.at(-1)?.what ?? null,
  };
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
export function querySourceOf(imported: ImportedEvidence, analysis: Pick<Analysis, 'incident'>): QuerySource {
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
