import type { CaseJson } from '../../shared/contract/case-json.ts';
import { CASE_SCHEMA } from '../../shared/contract/case-schema-name.ts';
import { evidenceMatrix } from '../../shared/hypotheses/matrix.ts';
import type { Analysis, Fact, HypothesisId, Incident, WeightedFact } from '../../shared/model/analysis.ts';
import type { Annotation } from '../../shared/model/annotation.ts';
import type { ArtifactReport, ParseProfile } from '../../shared/model/artifact.ts';
import type { CaseEvidence } from '../../shared/model/case.ts';
import type { DatabaseReport, JobInQuestion } from '../../shared/model/database.ts';
import type { EvidenceEvent } from '../../shared/model/event.ts';
import type { EvidenceFile, ParseProblem, Provenance } from '../../shared/model/evidence.ts';
import type { Judgement } from '../../shared/model/judgement.ts';
import { type PlacedAnnotation, placeAnnotations } from '../../shared/model/placed-annotations.ts';
import { formatIsoMicros } from '../../shared/model/time.ts';
import { NO_WORK, type Work } from '../../shared/model/work-history.ts';
import { timeSettingProblems } from '../../shared/report/time-settings.ts';
import { tagsOfRows } from '../../shared/rules/tags.ts';

type SourceJson = CaseJson['timeline'][number]['source'];
type FactJson = CaseJson['questions'][number]['facts'][number];
type EvidenceJson = CaseJson['evidence'][number];
type IncidentJson = CaseJson['incidents'][number];

/** The case as scripts read it; it satisfies caseJsonSchema. `events` become the timeline, in the order given. */
export function toCaseJson(
  evidence: CaseEvidence,
  analysis: Analysis,
  events: Iterable<EvidenceEvent>,
  { judgements, annotations }: Work = NO_WORK,
): CaseJson {
  const artifact = analysis.artifactIndex === null ? undefined : evidence.artifacts[analysis.artifactIndex];
  const database = analysis.databaseIndex === null ? undefined : evidence.databases[analysis.databaseIndex];
  const { config } = analysis;
  const tags = tagsOfRows(evidence.rules);
  return {
    schema: CASE_SCHEMA,
    evidence: evidence.files.map((file) => ({
      id: file.id,
      path: file.path,
      format: file.format,
      bytes: file.bytes,
      sha256: file.sha256,
      events: file.records,
      carriers: [...(file.carriers ?? [])],
      ...unreadJson(file),
      problems: problemsOf(file).map(({ kind, message, byteOffset }) => ({ kind, message, byteOffset })),
    })),
    incidents: analysis.incidents.map(incidentJson),
    incident: analysis.incident === null ? null : incidentJson(analysis.incident),
    timeline: Array.from(events, (event) => eventJson(event, tags.get(event.row))),
    artifact: artifact === undefined ? null : artifactJson(artifact),
    database: database === undefined ? null : databaseJson(database, analysis.job ?? null),
    config:
      config === null
        ? null
        : {
            timeoutSeconds: config.timeoutSeconds,
            timeoutSource: config.timeoutSource,
            timeoutText: config.timeoutText,
            gracefulTimeoutSeconds: config.gracefulTimeoutSeconds,
            workers: config.workers,
            workerClass: config.workerClass,
            maxRequests: config.maxRequests,
          },
    hypotheses: analysis.hypotheses.map(({ id, verdict, score, missing, counterfactual, ...facts }) => ({
      id,
      verdict,
      score: rounded(score, 3),
      for: facts.for.map(weightedFactJson(id)),
      against: facts.against.map(weightedFactJson(id)),
      missing: missing.map(({ what, command }) => ({ what, command })),
      ...(counterfactual.length === 0
        ? {}
        : { counterfactual: counterfactual.map((each) => ({ fact: each.factId, verdict: each.verdict })) }),
    })),
    ...matrixJson(analysis),
    ...judgementsJson(analysis, judgements),
    questions: analysis.questions.map(({ id, question, answer, facts }) => ({
      id,
      question,
      answer,
      facts: facts.map((fact) => factJson(fact, heaviestWeight(fact), fact.decides !== undefined)),
    })),
    expectedFindings: analysis.expectedFindings.map(({ id, expected, observed, holds }) => ({
      id,
      expected,
      observed,
      holds,
    })),
    summary: { ...analysis.summary, caveats: [...analysis.summary.caveats] },
    recommendations: analysis.recommendations.map(
      ({ id, text, action, patch, kind, apply, because, wouldHavePrevented, effect }) => ({
        id,
        text,
        action,
        patch,
        kind,
        ...(apply === undefined ? {} : { apply }),
        because: [...because],
        wouldHavePrevented,
        ...(effect === undefined ? {} : { effect }),
      }),
    ),
    annotations: [...judgementAnnotations(evidence, analysis, judgements), ...annotationsJson(evidence, annotations)],
    problems: [
      ...evidence.problems.map(({ path, kind, message }) => ({ path, kind, message })),
      ...evidence.files.flatMap((file) =>
        problemsOf(file).map(({ kind, message }) => ({ path: file.path, kind, message })),
      ),
    ],
  };
}

/** What was wrong with a file, and first what was said of its times by whoever analysed it. */
function problemsOf(file: EvidenceFile): readonly ParseProblem[] {
  return [...timeSettingProblems(file), ...file.problems];
}

/** Text of the JSON file: two spaces of indent and a line feed at the end, as every writer of the case gives it. */
export function caseJsonText(caseJson: CaseJson): string {
  return `${JSON.stringify(caseJson, null, 2)}\n`;
}

function rounded(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  return Math.round(value * factor) / factor;
}

function sourceJson({ evidenceId, byteOffset, byteLength, line }: Provenance): SourceJson {
  return { evidenceId, byteOffset, byteLength, line };
}

function eventJson(event: EvidenceEvent, tags: readonly string[] | undefined): CaseJson['timeline'][number] {
  const { time, timestampDesc, kind, message, pid, severity, source, copies } = event;
  return {
    ...(event.isUndated === true ? { time: null, notBefore: formatIsoMicros(time) } : { time: formatIsoMicros(time) }),
    timestampDesc,
    kind,
    message,
    pid,
    severity,
    source: sourceJson(source),
    ...(copies === undefined ? {} : { otherSources: copies.map(sourceJson) }),
    ...(tags === undefined ? {} : { tags: [...tags] }),
  };
}

/** Lines that belong to no record; of a file of no known format, those that were looked at. */
function unreadJson({ unreadLines = 0, graveLines = 0 }: EvidenceFile): Pick<EvidenceJson, 'unread' | 'unreadGrave'> {
  return { unread: Math.max(unreadLines, graveLines), unreadGrave: graveLines };
}

function incidentJson(incident: Incident): IncidentJson {
  const { id, pid, unit, place, host, operation, start, end, mechanism, phases, together, killer } = incident;
  return {
    id,
    pid,
    unit,
    container: place === undefined || host?.toLowerCase().startsWith(place) === true ? null : place,
    operation,
    start: formatIsoMicros(start),
    end: formatIsoMicros(end),
    mechanism,
    phases: phases.map(({ name, from, to, seconds }) => ({
      name,
      from: formatIsoMicros(from),
      to: formatIsoMicros(to),
      seconds: rounded(seconds, 6),
    })),
    together: [...(together ?? [])],
    killer: killer ?? null,
  };
}

function factJson(fact: Fact, weight: number, decides: boolean): FactJson {
  return { id: fact.id, text: fact.text, weight: rounded(weight, 3), decides, events: fact.sources.map(sourceJson) };
}

function weightedFactJson(hypothesis: HypothesisId): (weighted: WeightedFact) => FactJson {
  return ({ fact, weight }) => factJson(fact, weight, fact.decides?.[hypothesis] !== undefined);
}

/** Nothing at all where no fact weighs anything. */
function matrixJson(analysis: Analysis): Pick<CaseJson, 'matrix'> {
  const { rows } = evidenceMatrix(analysis);
  if (rows.length === 0) return {};
  return {
    matrix: rows.map(({ fact, diagnosticity, cells, overruled }) => ({
      fact: fact.id,
      text: fact.text,
      diagnosticity: rounded(diagnosticity, 3),
      cells: cells.map(({ hypothesis, reading, weight }) => ({ hypothesis, reading, weight: rounded(weight, 3) })),
      ...(overruled === null ? {} : { overruled: overruled.comment }),
      ...(fact.isObservation === true ? { observed: true as const } : {}),
    })),
  };
}

/** What was overruled and observed; nothing at all where nothing was. */
function judgementsJson(
  { overruled, facts }: Analysis,
  judgements: readonly Judgement[],
): Pick<CaseJson, 'overruled' | 'observations'> {
  const observations = judgements.flatMap((judgement) => {
    const fact = facts.find(({ id, isObservation }) => id === judgement.id && isObservation === true);
    if (judgement.kind !== 'observation' || fact === undefined) return [];
    const { id, text, readings, time } = judgement;
    return [
      {
        id,
        text,
        readings: [...readings],
        time: time === null ? null : formatIsoMicros(time),
        events: fact.sources.map(sourceJson),
      },
    ];
  });
  const factOf = (factId: string): string => facts.find(({ id }) => id === factId)?.text ?? '';
  return {
    ...(overruled.length === 0
      ? {}
      : { overruled: overruled.map(({ factId, comment }) => ({ fact: factId, text: factOf(factId), comment })) }),
    ...(observations.length === 0 ? {} : { observations }),
  };
}

/** A fact outside the view of one hypothesis is given the weight that says most, 0 when it weighs nothing. */
function heaviestWeight({ weights }: Fact): number {
  return Object.values(weights).reduce((most, weight) => (Math.abs(weight) > Math.abs(most) ? weight : most), 0);
}

function profileJson(profile: ParseProfile) {
  const { seconds, cpuSeconds, peakHeapBytes, peakExternalBytes, peakRssBytes, gc, runs, memoryLimitBytes } = profile;
  const { outcome } = profile;
  return {
    seconds: rounded(seconds, 6),
    peakHeapBytes,
    peakRssBytes,
    cpuSeconds: rounded(cpuSeconds, 6),
    peakExternalBytes,
    gc: { count: gc.count, pauseMillis: rounded(gc.pauseMillis, 3) },
    runs: runs.seconds.length,
    memoryLimitBytes,
    outcome: {
      kind: outcome.kind,
      atBytes: outcome.kind === 'finished' ? null : outcome.atBytes,
      limitBytes: outcome.kind === 'memory-limit' ? Math.round(outcome.limitBytes) : null,
    },
  };
}

function artifactJson(artifact: ArtifactReport): NonNullable<CaseJson['artifact']> {
  const { path, bytes, testcases, suites, passed, failed, errors, skipped, stream, tree, statistics } = artifact;
  return {
    path,
    bytes,
    testcases,
    suites,
    passed,
    failed,
    errors,
    skipped,
    profile: { stream: profileJson(stream), tree: tree === null ? null : profileJson(tree) },
    lines: artifact.lines,
    dialect: statistics.dialect?.name ?? null,
    encoding: statistics.encoding.name,
    declared: statistics.declared,
    durationSeconds: artifact.durationSeconds,
    bytesByPart: statistics.bytesByPart,
    duplicateCases: statistics.duplicates.cases,
    maxDepth: artifact.maxDepth,
    longestTextBytes: artifact.longestTextBytes,
    damage: artifact.damage,
    estimates: artifact.estimates.map((estimate) => ({ ...estimate, seconds: rounded(estimate.seconds, 3) })),
  };
}

function databaseJson(database: DatabaseReport, job: JobInQuestion | null): NonNullable<CaseJson['database']> {
  const { path, journalMode, pageSize, pages, freelistPages, wal, hotJournal, integrity } = database;
  return {
    path,
    journalMode,
    pageSize,
    pages,
    freelistPages,
    walBytes: wal?.bytes ?? null,
    walFrames: wal?.validFrames ?? null,
    walCommittedFrames: wal?.committedFrames ?? null,
    walUncommittedFrames: wal?.uncommittedFrames ?? null,
    hotJournal,
    integrity,
    tables: database.tables
      .filter(({ type }) => type === 'table')
      .map(({ name, rows, bytes }) => ({ name, rows, bytes })),
    job: jobJson(database, job),
  };
}

/** The job that the operation is about, committed or not, with what its import had written. */
function jobJson({ jobHistory }: DatabaseReport, job: JobInQuestion | null): NonNullable<CaseJson['database']>['job'] {
  if (jobHistory === null || job === null) return null;
  const most = (counts: readonly (number | null)[]): number | null =>
    counts.length === 0 || counts.includes(null) ? null : Math.max(...counts.map((count) => count ?? 0));
  return {
    key: job.key,
    table: jobHistory.table,
    committed: job.state === 'committed',
    committedRows: most(job.imported.map(({ committedRows }) => committedRows)),
    uncommittedRows: most(job.imported.map(({ uncommittedRows }) => uncommittedRows)),
    expectedRows: job.expectedRows,
    values: job.record === null ? null : { ...job.record.values },
  };
}

/** Tags of the user's rules, comments by which facts were dismissed, and what the analyst observed. */
function judgementAnnotations(
  { rules, events }: CaseEvidence,
  { overruled, facts }: Analysis,
  judgements: readonly Judgement[],
): CaseJson['annotations'] {
  const tags = [...tagsOfRows(rules)].flatMap(([row, own]) =>
    own.map((tag) => ({ kind: 'tag' as const, tag, source: sourceJson(events.event(row).source) })),
  );
  const comments = overruled.map(({ factId, comment }) => ({ kind: 'comment' as const, text: comment, fact: factId }));
  const observed = judgements.flatMap((judgement) => {
    const fact = facts.find(({ id, isObservation }) => id === judgement.id && isObservation === true);
    if (judgement.kind !== 'observation' || fact === undefined) return [];
    const [source] = fact.sources;
    return [
      {
        kind: 'event' as const,
        text: judgement.text,
        time: judgement.time === null ? null : formatIsoMicros(judgement.time),
        source: source === undefined ? null : sourceJson(source),
      },
    ];
  });
  return [...tags, ...comments, ...observed];
}

/** What the analyst put beside the evidence, by records as far as they are in it. */
function annotationsJson(evidence: CaseEvidence, annotations: readonly Annotation[]): CaseJson['annotations'] {
  return placeAnnotations(annotations, evidence).flatMap((placed) => annotationJson(placed, evidence) ?? []);
}

function annotationJson(
  { annotation, row, time, to }: PlacedAnnotation,
  { events }: CaseEvidence,
): CaseJson['annotations'][number] | null {
  const source = row === null ? null : sourceJson(events.event(row).source);
  switch (annotation.kind) {
    case 'bookmark':
      return source === null ? null : { kind: 'bookmark', source };
    case 'tag':
      return source === null ? null : { kind: 'tag', tag: annotation.tag, source };
    case 'comment':
      return { kind: 'comment', text: annotation.text, ...(source === null ? {} : { source }) };
    case 'range': {
      const ends = time === null || to === null ? {} : { from: formatIsoMicros(time), to: formatIsoMicros(to) };
      return { kind: 'comment', text: annotation.text, ...ends };
    }
    case 'event':
      return { kind: 'event', text: annotation.text, time: formatIsoMicros(annotation.time), source: null };
    case 'hidden':
      return null;
  }
}
