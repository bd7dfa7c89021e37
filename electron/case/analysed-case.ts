import type { AnalysisSource, DocumentFormat, IncidentAsked } from '../../shared/contract/analysis-protocol.ts';
import type { QuerySource } from '../../shared/contract/worker-protocol.ts';
import { isAbout, subjectOf } from '../../shared/hypotheses/judged-facts.ts';
import type { Analysis, Incident, IncidentChoice } from '../../shared/model/analysis.ts';
import type { ArtifactReport, ProfileRun } from '../../shared/model/artifact.ts';
import type { CaseEvidence } from '../../shared/model/case.ts';
import type { EvidenceId } from '../../shared/model/evidence.ts';
import type { ImportedEvidence } from '../../shared/model/imported-evidence.ts';
import type { Judgement, Subject } from '../../shared/model/judgement.ts';
import { placeAnnotations } from '../../shared/model/placed-annotations.ts';
import { type EpochMicros, epochMicros } from '../../shared/model/time.ts';
import type { AnnotationsView, CaseView, Conclusion, JudgementsView } from '../../shared/model/views.ts';
import { historyWords, NO_WORK, type WorkHistory } from '../../shared/model/work-history.ts';
import { ruleFilesOf } from '../../shared/rules/rule-files.ts';
import { AnalysisClient } from '../analysis/analysis-client.ts';
import { caseEvidence } from '../analysis/case-evidence.ts';
import { SqlClient } from '../databases/sql-client.ts';
import { type ClockOffsets, hasOffset } from '../events/clock-offsets.ts';
import { EventStore } from '../events/event-store.ts';
import { withRun } from '../profile/artifact-runs.ts';
import { QueryClient } from '../search/query-client.ts';
import { UsageError } from '../threads/usage-error.ts';
import { type AskedIncident, choiceOf } from './asked-incident.ts';
import type { ReportQueries } from './report-queries.ts';

/** Points that a window draws at most. */
const VIEW_POINTS = 20_000;

/**
 * A case that has been read and analysed. Its unpacked copies live until it is disposed of. What changes it gives another
 * case in its place, and leaves this one as it is.
 */
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
  /** What the analyst has said against and beside its facts, and put beside its evidence. */
  readonly work: WorkHistory;
  /** The incident that was chosen instead of the worst one; null when none was. */
  readonly chosen: Subject | null;
  /** Everything a window holds of it. */
  view(): CaseView;
  /** The part of the view that follows judgements and the choice of an incident. */
  conclusion(): Conclusion;
  /** The bytes of a document about it, written on the thread that analyses it. */
  write(format: DocumentFormat): Promise<Uint8Array>;
  /** The part of the view that follows annotations, which change no conclusion. */
  annotations(): AnnotationsView;
  /** The same case, resting on the same files and threads, with this work instead. Where judgements differ, it is weighed anew. */
  withWork(work: WorkHistory): Promise<OpenCase>;
  /** The same with another incident analysed. Rejects with NoSuchIncident. */
  withIncident(choice: IncidentChoice): Promise<OpenCase>;
  /** The same with what was judged and chosen in an earlier reading of its evidence, as far as it is found again. */
  keeping(before: Pick<OpenCase, 'work' | 'chosen'>): Promise<OpenCase>;
  /** The same with a further run of a profile, which changes the facts about its artifact. */
  withProfile(evidenceId: EvidenceId, run: ProfileRun): Promise<OpenCase>;
  /**
   * The same case with these corrections instead, merged and analysed anew without reading anything again, on threads of its
   * own. Whoever takes the new one in the place of this one retires this one and disposes of the new one alone, since both
   * rest on the same unpacked copies. Rejects with UsageError for a source that the case does not have, and with
   * JobCancelled when `signal` aborts; the signal serves the new case as that of its opening does the first.
   */
  withClockOffsets(offsets: ClockOffsets, signal?: AbortSignal): Promise<OpenCase>;
  /** Where the bytes of one of its files can be read again; null for a container and for what it does not have. */
  locationOf(evidenceId: EvidenceId): string | null;
  /** Lets go of its files and threads, and leaves the unpacked copies to the case that took its place. Safe to repeat. */
  retire(): Promise<void>;
  /** Closes the evidence and removes the unpacked copies; afterwards events can no longer be read. Safe to repeat. */
  dispose(): Promise<void>;
}

/** What a case rests on, whatever the corrections of its clocks. */
export interface CaseBasis {
  readonly title: string;
  /** As it was read. */
  readonly imported: ImportedEvidence;
  readonly artifacts: readonly ArtifactReport[];
  /** By the bytes that they matched: rows are others under other corrections of clocks. */
  readonly rules: AnalysisSource['rules'];
  readonly removeCopies: () => Promise<void>;
  readonly reportQueries: ReportQueries;
}

/** What a case starts with instead of the worst incident and no work. */
export interface CaseStart {
  readonly asked?: AskedIncident | null;
  readonly kept?: Pick<OpenCase, 'work' | 'chosen'>;
}

/**
 * Analyses what was read, with its clocks corrected: `corrected` is the evidence of `basis` under these offsets. The threads
 * of the case are its own from now on, the analysing one included; when this rejects, that one is left to the caller.
 *
 * Rejects with NoSuchIncident when it has no incident like the one asked for.
 */
export async function analysedCase(
  basis: CaseBasis,
  clockOffsets: ClockOffsets,
  corrected: ImportedEvidence,
  analysing: AnalysisClient,
  { asked = null, kept }: CaseStart = {},
): Promise<OpenCase> {
  const { artifacts, rules } = basis;
  const read = await analysing.read({ imported: corrected, artifacts, rules });
  const work = kept?.work ?? NO_WORK;
  const about: IncidentAsked =
    asked === null
      ? aboutSubject(kept?.chosen ?? null)
      : { by: 'choice', choice: choiceOf(asked, read.incidents, timesOf(corrected)) };
  const conclusion = await analysing.conclude({ about, judgements: work.judgements }, artifacts);
  const store = new EventStore(corrected);
  const threads: CaseThreads = {
    analysing,
    queries: new QueryClient(querySourceOf(corrected, conclusion)),
    sql: new SqlClient(corrected),
  };
  const reading: SharedParts = { basis, clockOffsets, imported: corrected, incidents: read.incidents, store, threads };
  const evidence = caseEvidence(corrected, artifacts, read.rules, store);
  const chosen = asked === null ? (kept?.chosen ?? null) : subjectOf(conclusion.incident, evidence);
  return new AnalysedCase(reading, evidence, { work, chosen }, conclusion);
}

/** The evidence of a case under corrections of its clocks; as it is where there are none. */
export async function correctedEvidence(
  imported: ImportedEvidence,
  offsets: ClockOffsets,
  analysing: AnalysisClient,
): Promise<ImportedEvidence> {
  return hasOffset(offsets) ? analysing.correct(imported, offsets) : imported;
}

interface CaseThreads {
  readonly analysing: AnalysisClient;
  readonly queries: QueryClient;
  readonly sql: SqlClient;
}

/** What all cases share that differ in the work on them, incident and profiles alone. */
interface SharedParts {
  readonly basis: CaseBasis;
  readonly clockOffsets: ClockOffsets;
  readonly imported: ImportedEvidence;
  readonly incidents: readonly Incident[];
  readonly store: EventStore;
  readonly threads: CaseThreads;
}

interface Standpoint {
  readonly work: WorkHistory;
  readonly chosen: Subject | null;
}

class AnalysedCase implements OpenCase {
  readonly #reading: SharedParts;
  readonly evidence: CaseEvidence;
  readonly analysis: Analysis;
  readonly work: WorkHistory;
  readonly chosen: Subject | null;

  constructor(
    reading: SharedParts,
    evidence: CaseEvidence,
    { work, chosen }: Standpoint,
    conclusion: Omit<Analysis, 'incidents'>,
  ) {
    this.#reading = reading;
    this.evidence = evidence;
    this.work = work;
    this.chosen = chosen;
    const { incident } = conclusion;
    const incidents = reading.incidents.map((each) => (each.id === incident?.id ? incident : each));
    this.analysis = { ...conclusion, incidents };
  }

  get title(): string {
    return this.#reading.basis.title;
  }

  get store(): EventStore {
    return this.#reading.store;
  }

  get queries(): QueryClient {
    return this.#reading.threads.queries;
  }

  get sql(): SqlClient {
    return this.#reading.threads.sql;
  }

  get reportQueries(): ReportQueries {
    return this.#reading.basis.reportQueries;
  }

  get clockOffsets(): ClockOffsets {
    return new Map([...this.#reading.clockOffsets].filter(([, micros]) => micros !== 0));
  }

  view(): CaseView {
    const { title, evidence, store } = this;
    const { files, problems, databases, artifacts, processes, vmstat, hostMemory } = evidence;
    return {
      title,
      files,
      problems,
      eventCount: store.count,
      ...this.conclusion(),
      databases,
      artifacts,
      processes,
      vmstat,
      hostMemory,
      points: store.points(VIEW_POINTS),
      ruleFiles: ruleFilesOf(evidence.rules),
    };
  }

  conclusion(): Conclusion {
    const { analysis, work, evidence } = this;
    return {
      analysis,
      judgements: judgementsView(work, analysis, evidence),
      annotations: this.annotations(),
    };
  }

  annotations(): AnnotationsView {
    return { entries: placeAnnotations(this.work.annotations, this.evidence), ...historyWords(this.work) };
  }

  write(format: DocumentFormat): Promise<Uint8Array> {
    const { title, work, chosen, evidence, reportQueries } = this;
    const { judgements, annotations } = work;
    const about = aboutSubject(chosen);
    const request = { about, judgements, annotations, title, queries: reportQueries.forReport(), format };
    return this.#reading.threads.analysing.write(request, evidence.artifacts);
  }

  async withWork(work: WorkHistory): Promise<OpenCase> {
    const { chosen, evidence, analysis } = this;
    return work.judgements === this.work.judgements
      ? new AnalysedCase(this.#reading, evidence, { work, chosen }, analysis)
      : this.#concluded({ work, chosen });
  }

  keeping({ work, chosen }: Pick<OpenCase, 'work' | 'chosen'>): Promise<OpenCase> {
    return this.#concluded({ work, chosen });
  }

  async withIncident(choice: IncidentChoice): Promise<OpenCase> {
    const { work, evidence } = this;
    const conclusion = await this.#conclude({ by: 'choice', choice }, work, evidence.artifacts);
    const chosen = subjectOf(conclusion.incident, evidence);
    return new AnalysedCase(this.#reading, evidence, { work, chosen }, conclusion);
  }

  withProfile(evidenceId: EvidenceId, run: ProfileRun): Promise<OpenCase> {
    const { evidence } = this;
    return this.#concluded(this, { ...evidence, artifacts: withRun(evidence.artifacts, evidenceId, run) });
  }

  async withClockOffsets(offsets: ClockOffsets, signal?: AbortSignal): Promise<OpenCase> {
    const basis = { ...this.#reading.basis, artifacts: this.evidence.artifacts };
    const unknown = [...offsets.keys()].find((id) => !basis.imported.files.some((file) => file.id === id));
    if (unknown !== undefined) throw new UsageError(`This case has no source ${unknown}.`);
    const analysing = new AnalysisClient(signal);
    try {
      const corrected = await correctedEvidence(basis.imported, offsets, analysing);
      return await analysedCase(basis, offsets, corrected, analysing, { kept: this });
    } catch (thrown) {
      await analysing.close();
      throw thrown;
    }
  }

  locationOf(evidenceId: EvidenceId): string | null {
    const { files, locations } = this.#reading.imported;
    return locations[files.findIndex((file) => file.id === evidenceId)]?.absolutePath ?? null;
  }

  async retire(): Promise<void> {
    const { threads, store } = this.#reading;
    await Promise.all(Object.values(threads).map((thread) => thread.close()));
    store.close();
  }

  async dispose(): Promise<void> {
    await this.retire();
    await this.#reading.basis.removeCopies();
  }

  async #concluded({ work, chosen }: Standpoint, evidence = this.evidence): Promise<OpenCase> {
    const conclusion = await this.#conclude(aboutSubject(chosen), work, evidence.artifacts);
    return new AnalysedCase(this.#reading, evidence, { work, chosen }, conclusion);
  }

  async #conclude(
    about: IncidentAsked,
    { judgements }: WorkHistory,
    artifacts: readonly ArtifactReport[],
  ): Promise<Omit<Analysis, 'incidents'>> {
    const { threads, imported } = this.#reading;
    const conclusion = await threads.analysing.conclude({ about, judgements }, artifacts);
    // Times of day in a query are those of the incident's day.
    if (conclusion.incident?.id !== this.analysis.incident?.id) {
      void threads.queries.replace(querySourceOf(imported, conclusion));
    }
    return conclusion;
  }
}

function aboutSubject(subject: Subject | null): IncidentAsked {
  return subject === null ? null : { by: 'subject', subject };
}

function judgementsView(
  { judgements }: WorkHistory,
  { incident, facts }: Analysis,
  evidence: CaseEvidence,
): JudgementsView {
  const applies = (judgement: Judgement): boolean =>
    isAbout(judgement.about, incident, evidence) &&
    (judgement.kind === 'observation' || facts.some(({ id }) => id === judgement.factId));
  return {
    entries: judgements.map((judgement) => ({ judgement, applies: applies(judgement) })),
  };
}

/** What queries work on: the events as they were read, and the times that a time of day is resolved against. */
function querySourceOf(imported: ImportedEvidence, { incident }: Pick<Analysis, 'incident'>): QuerySource {
  const { columns, files, locations } = imported;
  return { columns, files, locations, times: { ...timesOf(imported), incident: incident?.start ?? null } };
}

function timesOf({ columns }: ImportedEvidence): {
  readonly first: EpochMicros | null;
  readonly last: EpochMicros | null;
} {
  return { first: timeAt(columns, 0), last: timeAt(columns, columns.count - 1) };
}

function timeAt({ time }: ImportedEvidence['columns'], row: number): EpochMicros | null {
  const micros = time[row];
  return row < 0 || micros === undefined ? null : epochMicros(micros);
}
