import type { Analysis, Fact, HypothesisResult, Incident, WeightedFact } from '../model/analysis.ts';
import type { Annotation } from '../model/annotation.ts';
import type { CaseEvidence } from '../model/case.ts';
import type { EvidenceEvent } from '../model/event.ts';
import type { Judgement } from '../model/judgement.ts';
import type { Field, ReportQuery } from '../model/report-query.ts';
import { type EpochMicros, formatDate, formatTimeOfDay, MICROS_PER_SECOND, secondsBetween } from '../model/time.ts';
import { formatCount, formatSeconds } from '../wording/figures.ts';
import { BOUND_WORDS, ENDING_WORDS, MECHANISM_WORDS, VERDICT_WORDS } from '../wording/names.ts';
import { recurrenceWords } from '../wording/recurrence-words.ts';
import { artifactFields, artifactHistograms, artifactMap } from './artifact-section.ts';
import { comparisonFacts } from './comparison.ts';
import { databaseSection } from './database-section.ts';
import { shortPaths, sourceName, sourceNames } from './paths.ts';
import { withoutRepeats } from './repeated-header.ts';
import type {
  Report,
  ReportEvent,
  ReportFact,
  ReportFile,
  ReportHypothesis,
  ReportMoment,
  ReportPhase,
  ReportProblem,
  ReportQuestion,
} from './report.ts';
import { reportAnnotations } from './report-annotations.ts';
import { counterfactualWords, reportMatrix, reportObservations, reportOverrulings } from './report-judgements.ts';
import { reportTimeline } from './report-timeline.ts';
import { timeSettingProblems, timeSettings } from './time-settings.ts';
import { exactDelta, summaryFields, utcStamp } from './words.ts';

export interface ReportInput {
  readonly title: string;
  readonly evidence: CaseEvidence;
  readonly analysis: Analysis;
  /** What the analysis was made with; none unless given. */
  readonly judgements?: readonly Judgement[];
  /** What the analyst put beside the evidence; nothing unless given. */
  readonly annotations?: readonly Annotation[];
  /** From selectKeyEvents, in time order. */
  readonly keyEvents: readonly EvidenceEvent[];
  /** Queries that somebody put into the report; none by default. */
  readonly queries?: readonly ReportQuery[];
  /** null: leave the time of making open, so that the same case always gives the same document. */
  readonly generatedAt: EpochMicros | null;
}

/** Messages longer than this are cut in the report, which then says by how much; the evidence keeps them whole. */
const MAX_MESSAGE_CHARS = 1_500;
/** Problems listed one by one; a file damaged throughout has its number said instead. */
const MAX_PROBLEMS = 60;

/** Puts a case into words: the one model behind PDF, HTML and the terminal. Pure; never fails on a sound case. */
export function buildReport(input: ReportInput): Report {
  const { title, evidence, analysis, keyEvents, generatedAt } = input;
  const paths = shortPaths(evidence.files);
  const artifact = analysis.artifactIndex === null ? undefined : evidence.artifacts[analysis.artifactIndex];
  const database = analysis.databaseIndex === null ? undefined : evidence.databases[analysis.databaseIndex];
  return {
    title,
    headline: analysis.headline,
    generatedAt,
    documentTime: generatedAt ?? analysis.incident?.end ?? null,
    incident: analysis.incident === null ? [] : incidentFields(analysis.incident, analysis),
    byDay: (analysis.recurrence?.byDay.length ?? 0) > 1 ? (analysis.recurrence?.byDay ?? []) : [],
    summary: summaryFields(analysis),
    caveats: analysis.summary.caveats,
    timeline: reportTimeline(evidence, analysis, keyEvents, input.annotations ?? []),
    phases: phasesOf(analysis.incident),
    moments: momentsOf(analysis.incident, evidence, paths),
    keyEvents: eventRows(keyEvents, analysis.incident, paths),
    hypotheses: analysis.hypotheses.map((hypothesis) => hypothesisOf(hypothesis, analysis.facts, paths)),
    matrix: reportMatrix(analysis, paths),
    overrulings: reportOverrulings(analysis, paths),
    observations: reportObservations(analysis, input.judgements ?? [], paths),
    annotations: reportAnnotations(input.annotations ?? [], evidence, paths),
    artifact:
      artifact === undefined
        ? null
        : {
            report: artifact,
            fields: artifactFields(artifact, paths),
            comparison: comparisonFacts(analysis.facts).map(({ label, fact }) => ({ label, value: fact.text })),
            map: artifactMap(artifact),
            histograms: artifactHistograms(artifact),
          },
    database: database === undefined ? null : databaseSection(database, analysis.job ?? null, paths),
    queries: input.queries ?? [],
    config: configFields(analysis, paths),
    questions: analysis.questions.map(({ question, answer, facts }): ReportQuestion => {
      const sources = sourceNames(
        facts.flatMap((fact) => fact.sources),
        paths,
      );
      return { question, answer: answer ?? 'Not in the evidence.', known: answer !== null, sources };
    }),
    expectedFindings: analysis.expectedFindings.map(({ expected, observed, holds }) => ({
      expected,
      observed: observed ?? 'Not in the evidence.',
      holds: holds === null ? 'unknown' : holds ? 'yes' : 'no',
    })),
    recommendations: analysis.recommendations,
    problems: problemsOf(evidence, paths),
    evidence: evidence.files.map(fileOf),
    verdictKey: VERDICT_KEY,
    notes: NOTES,
  };
}

const NOTES: readonly string[] = [
  'All times are UTC. Offsets and lines count from the beginning of the named file, after unpacking.',
  'Messages are shown without the time and the process that the logger of the service repeats; the source line has them whole.',
  'The evidence was opened for reading only. SHA-256 sums are of the bytes as they were read.',
];

/** The verdicts first: weights and scores are read after them. */
const VERDICT_KEY: readonly string[] = [
  'fits: it explains the kill. contributes: it made the kill possible or worse. ruled out: the evidence contradicts it. inconclusive: the deciding evidence is missing.',
  'Weights are natural logarithms of likelihood ratios: +2.3 makes a hypothesis ten times as likely as before, -2.3 a tenth; facts without a weight for a hypothesis are neutral to it. The score is the probability that the weights add up to; where no fact decides, it stays between 0.20 and 0.88.',
];

function incidentFields(incident: Incident, { incidents, recurrence }: Analysis): readonly Field[] {
  const count = incidents.length;
  const fields: (Field | null)[] = [
    incident.operation === null ? null : { label: 'Operation', value: incident.operation },
    { label: 'Worker', value: incident.pid === null ? 'unknown' : `pid ${incident.pid}` },
    incident.unit === null ? null : { label: 'Service', value: incident.unit },
    incident.host === null ? null : { label: 'Host', value: incident.host },
    { label: 'From', value: `${BOUND_WORDS[incident.startIsBound ?? 'exact']}${utcStamp(incident.start)}` },
    { label: 'To', value: utcStamp(incident.end) },
    incident.startIsBound !== undefined
      ? null
      : { label: 'Duration', value: formatSeconds(secondsBetween(incident.start, incident.end)) },
    { label: 'Ended by', value: MECHANISM_WORDS[incident.mechanism] },
    count > 1 ? { label: 'Incidents', value: `${count} in this evidence; this report is about one of them` } : null,
    recurrence === null ? null : { label: 'Recurrence', value: recurrenceWords(recurrence, ENDING_WORDS).join(' ') },
  ];
  return fields.filter((field) => field !== null);
}

function phasesOf(incident: Incident | null): readonly ReportPhase[] {
  return (incident?.phases ?? []).map(({ label, depth, from, to, seconds, finished }) => ({
    label,
    depth,
    from,
    to,
    duration: formatSeconds(seconds),
    note: finished || depth === 0 ? '' : 'unfinished',
  }));
}

/** The moments of an incident, by the clock and from its start. */
function momentsOf(
  incident: Incident | null,
  { events }: CaseEvidence,
  paths: ReadonlyMap<string, string>,
): readonly ReportMoment[] {
  if (incident === null) return [];
  const { moments, start, startIsBound } = incident;
  // The last heartbeat is reckoned from the TIMEOUT, so it has as many decimals as that.
  const isWhole = moments.every(({ time }) => time % MICROS_PER_SECOND === 0);
  return moments.map(({ time, label, row, source }) => {
    const isUndated = row !== null && events.event(row).isUndated === true;
    const seconds = secondsBetween(start, time);
    return {
      date: isUndated ? '' : formatDate(time),
      clock: isUndated ? '' : formatTimeOfDay(time, isWhole ? 0 : 3),
      offset:
        startIsBound !== undefined || isUndated
          ? ''
          : `${seconds < 0 ? '-' : '+'}${Math.abs(seconds).toFixed(isWhole ? 0 : 1)} s`,
      label,
      source: source === null ? 'derived' : sourceName(source, paths),
    };
  });
}

function eventRows(
  events: readonly EvidenceEvent[],
  incident: Incident | null,
  paths: ReadonlyMap<string, string>,
): readonly ReportEvent[] {
  const moments = new Map<number, string>();
  // The first moment of a row names it best: the operation's start comes before its first step.
  for (const { row, label } of incident?.moments ?? []) {
    if (row !== null && !moments.has(row)) moments.set(row, label);
  }
  return events.map((event, index) => {
    const previous = events[index - 1];
    return {
      time: event.time,
      date: formatDate(event.time),
      clock: formatTimeOfDay(event.time, 6),
      delta: previous === undefined ? '' : exactDelta(previous.time, event.time),
      source: sourceName(event.source, paths),
      pid: event.pid,
      severity: event.severity,
      message: shortened(withoutRepeats(event.message)),
      moment: moments.get(event.row) ?? null,
    };
  });
}

function shortened(message: string): string {
  if (message.length <= MAX_MESSAGE_CHARS) return message;
  const kept = message.slice(0, MAX_MESSAGE_CHARS);
  return `${kept} … (${formatCount(message.length - MAX_MESSAGE_CHARS)} more characters in the evidence)`;
}

function hypothesisOf(
  hypothesis: HypothesisResult,
  facts: readonly Fact[],
  paths: ReadonlyMap<string, string>,
): ReportHypothesis {
  const factOf = ({ fact, weight }: WeightedFact): ReportFact => ({
    text: fact.text,
    weight,
    sources: sourceNames(fact.sources, paths),
  });
  const { id, title, verdict, score, reason, missing } = hypothesis;
  return {
    id,
    title,
    verdict,
    verdictWords: VERDICT_WORDS[verdict],
    score,
    reason,
    for: hypothesis.for.map(factOf),
    against: hypothesis.against.map(factOf),
    missing,
    counterfactual: counterfactualWords(hypothesis, facts),
  };
}

function configFields(analysis: Analysis, paths: ReadonlyMap<string, string>): readonly Field[] {
  const { config } = analysis;
  if (config === null) return [];
  const sources = sourceNames(config.sources, paths);
  const fields: (Field | null)[] = [
    {
      label: 'Worker timeout',
      value: `${config.timeoutSeconds === null ? 'not readable' : config.timeoutSeconds === 0 ? 'switched off' : `${config.timeoutSeconds} s`}, from ${config.timeoutFrom}`,
    },
    {
      label: 'Graceful timeout',
      value: config.gracefulTimeoutSeconds === null ? 'not readable' : `${config.gracefulTimeoutSeconds} s`,
    },
    { label: 'Workers', value: `${config.workers ?? 'unknown number'}, class ${config.workerClass ?? 'not readable'}` },
    {
      label: 'Max requests',
      value:
        config.maxRequests === null
          ? 'not readable'
          : config.maxRequests === 0
            ? 'no limit'
            : formatCount(config.maxRequests),
    },
    sources.length === 0 ? null : { label: 'Read from', value: sources.join(', ') },
  ];
  return fields.filter((field) => field !== null);
}

function problemsOf(evidence: CaseEvidence, paths: ReadonlyMap<string, string>): readonly ReportProblem[] {
  const all: ReportProblem[] = [
    ...evidence.problems,
    ...evidence.files.flatMap((file) => {
      const { id, path: wholePath, problems, problemCount } = file;
      const path = paths.get(id) ?? wholePath;
      return [
        ...timeSettingProblems(file).map(({ kind, message }) => ({ path, kind, message })),
        ...problems.map(({ kind, message, byteOffset }) => ({
          path,
          kind,
          message: byteOffset === null ? message : `${message} (byte ${formatCount(byteOffset)})`,
        })),
        ...(problemCount > problems.length
          ? [
              {
                path,
                kind: 'more',
                message: `${formatCount(problemCount - problems.length)} more problems of this file`,
              },
            ]
          : []),
      ];
    }),
  ];
  if (all.length <= MAX_PROBLEMS) return all;
  const rest = all.length - MAX_PROBLEMS;
  return [
    ...all.slice(0, MAX_PROBLEMS),
    { path: '', kind: 'more', message: `${formatCount(rest)} more problems; the case JSON lists them.` },
  ];
}

function fileOf(file: CaseEvidence['files'][number]): ReportFile {
  const { id, path, format, bytes, records, unreadLines } = file;
  return {
    id,
    path,
    format,
    bytes: formatCount(bytes),
    records: `${formatCount(records)}${unreadLines === undefined ? '' : ` (${formatCount(unreadLines)} lines unread)`}`,
    sha256: hashOf(file),
    timeSettings: timeSettings(file),
  };
}

/** Nobody may take the hash of a part for that of the whole file. */
function hashOf({ sha256, hashedBytes }: CaseEvidence['files'][number]): string {
  if (hashedBytes === undefined) return sha256;
  return hashedBytes === 0 ? 'not hashed' : `${sha256} (of the first ${formatCount(hashedBytes)} bytes only)`;
}
