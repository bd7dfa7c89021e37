import type { CaseMeasure } from '../figures/histogram-figure.ts';
import type { TimelineInput } from '../figures/timeline-figure.ts';
import type { CellReading } from '../hypotheses/matrix.ts';
import type { ActionType, HypothesisId, Recommendation, Recurrence, Summary, Verdict } from '../model/analysis.ts';
import type { ArtifactReport, LogHistogram, SuiteNode } from '../model/artifact.ts';
import type { Field, ReportQuery } from '../model/report-query.ts';
import type { EpochMicros } from '../model/time.ts';

/**
 * The report as plain data: its sentences are chosen once, here. The writers (PDF, HTML, terminal, the window's preview) still
 * choose the order of sections and their titles each for itself. Figures are given as their input, so that each writer lays them out at its own width. All times are UTC.
 */
export interface Report {
  readonly title: string;
  readonly headline: string;
  /** When the report was made; null leaves it open, so that the same case gives the same bytes. */
  readonly generatedAt: EpochMicros | null;
  /** The time that documents carry as theirs: generatedAt, else the end of the incident, else null. */
  readonly documentTime: EpochMicros | null;
  /** Worker, host, operation, times; empty without an incident. */
  readonly incident: readonly Field[];
  /** Incidents by day of UTC, oldest first; empty where they all fall on one day. */
  readonly byDay: Recurrence['byDay'];
  /** Cause, factor, impact and the rest, a field each; empty ones are left out. */
  readonly summary: readonly SummaryField[];
  /** What limits all of it, a sentence each: damaged evidence, dismissed facts. They stand above the verdict. */
  readonly caveats: readonly string[];
  readonly timeline: ReportTimeline | null;
  readonly phases: readonly ReportPhase[];
  /** The moments that a reader must see, logged or derived, from the start of the operation on. */
  readonly moments: readonly ReportMoment[];
  readonly keyEvents: readonly ReportEvent[];
  readonly hypotheses: readonly ReportHypothesis[];
  readonly matrix: ReportMatrix | null;
  /** What whoever analysed the case said against the facts, and beside them; empty for most. */
  readonly overrulings: readonly ReportOverruling[];
  readonly observations: readonly ReportObservation[];
  /** What the analyst put beside the evidence, in the order of time; it weighs nothing. Empty for most. */
  readonly annotations: readonly ReportAnnotation[];
  readonly artifact: {
    readonly report: ArtifactReport;
    readonly fields: readonly Field[];
    /** What the log and the database show of the import, against what the artifact costs. */
    readonly comparison: readonly Field[];
    /** The suites, for the map of the file; null where there are fewer than two. */
    readonly map: SuiteNode | null;
    /** How the test cases are distributed; none of what too few of them tell, or all alike. */
    readonly histograms: readonly ReportHistogram[];
  } | null;
  readonly database: { readonly fields: readonly Field[]; readonly tables: readonly ReportTable[] } | null;
  /** What somebody asked the database, with the answers. */
  readonly queries: readonly ReportQuery[];
  readonly config: readonly Field[];
  readonly questions: readonly ReportQuestion[];
  readonly expectedFindings: readonly ReportFinding[];
  readonly recommendations: readonly ReportRecommendation[];
  readonly problems: readonly ReportProblem[];
  readonly evidence: readonly ReportFile[];
  /** What the words of verdicts mean, and how weights and scores are read. */
  readonly verdictKey: readonly string[];
  /** How the rest is to be read. */
  readonly notes: readonly string[];
}

/** A field of the summary: what it is of it, with its label and text. */
export interface SummaryField extends Field {
  readonly id: Exclude<keyof Summary, 'caveats'>;
}

export interface ReportHistogram {
  readonly of: CaseMeasure;
  readonly title: string;
  readonly caption: string;
  readonly histogram: LogHistogram;
}

export interface ReportTimeline {
  readonly input: TimelineInput;
  readonly from: EpochMicros;
  readonly to: EpochMicros;
  readonly caption: string;
}

export interface ReportPhase {
  readonly label: string;
  readonly depth: 0 | 1;
  readonly from: EpochMicros;
  readonly to: EpochMicros;
  readonly duration: string;
  /** `unfinished` for a step that was going on when the worker was ended; else empty. */
  readonly note: string;
}

export interface ReportMoment {
  /** Empty, as the clock, for a line without a time. */
  readonly date: string;
  /** With milliseconds, unless the sources have whole seconds only; empty for a line without a time. */
  readonly clock: string;
  /** Since the start of the incident: `+92.5 s`; empty where its start has no time of its own. */
  readonly offset: string;
  readonly label: string;
  /** File and line; `derived` for what is not logged. */
  readonly source: string;
}

export interface ReportEvent {
  readonly time: EpochMicros;
  /** `2026-01-28`, `04:12:15.229579`: with six decimals always, as the source states them. */
  readonly date: string;
  readonly clock: string;
  /** Time since the row before: `+20.659131 s`; empty for the first. */
  readonly delta: string;
  /** File and line, `journal/crash_logs.txt:12`. */
  readonly source: string;
  readonly pid: number | null;
  readonly severity: string | null;
  readonly message: string;
  /** What the event is in the incident (`WORKER TIMEOUT`), or null. */
  readonly moment: string | null;
}

export interface ReportFact {
  readonly text: string;
  readonly weight: number;
  readonly sources: readonly string[];
}

export interface ReportHypothesis {
  readonly id: HypothesisId;
  readonly title: string;
  readonly verdict: Verdict;
  /** `fits`, `contributes`, `inconclusive`, `ruled out`. */
  readonly verdictWords: string;
  readonly score: number;
  readonly reason: string;
  readonly for: readonly ReportFact[];
  readonly against: readonly ReportFact[];
  readonly missing: readonly { readonly what: string; readonly command: string }[];
  /** What the verdict would be without a single fact, in sentences; empty where no single one decides. */
  readonly counterfactual: readonly string[];
}

/** Facts against hypotheses, the most telling first. */
export interface ReportMatrix {
  /** How the rows are ordered and the signs are read. */
  readonly key: string;
  /** Titles of the columns. */
  readonly hypotheses: readonly string[];
  readonly rows: readonly ReportMatrixRow[];
  /** Sum of what speaks against each hypothesis. */
  readonly against: readonly string[];
}
interface ReportMatrixRow {
  readonly text: string;
  /** What whoever analysed the case said of it; null for most. */
  readonly note: string | null;
  readonly isOverruled: boolean;
  readonly cells: readonly { readonly signs: string; readonly words: string; readonly reading: CellReading }[];
  readonly sources: readonly string[];
}

export interface ReportOverruling {
  readonly text: string;
  readonly comment: string;
  readonly sources: readonly string[];
}

export interface ReportObservation {
  readonly text: string;
  /** `strongly for database lock, slightly against infinite loop`. */
  readonly says: string;
  /** When it was so; empty where nobody said. */
  readonly time: string;
  readonly sources: readonly string[];
}

export interface ReportAnnotation {
  /** `2026-01-28 04:12:15.229579 UTC`, or a stretch from one to another. */
  readonly time: string;
  /** `Bookmark`, `Tag`, `Comment`. */
  readonly what: string;
  /** What the analyst wrote; empty for a bookmark. */
  readonly text: string;
  /** The message of the record that it is about; empty where it is about none. */
  readonly record: string;
  readonly source: string;
}

export interface ReportQuestion {
  readonly question: string;
  readonly answer: string;
  readonly known: boolean;
  readonly sources: readonly string[];
}

interface ReportFinding {
  readonly expected: string;
  readonly observed: string;
  readonly holds: 'yes' | 'no' | 'unknown';
}

export interface ReportRecommendation {
  readonly text: string;
  readonly patch: string | null;
  readonly because: readonly string[];
  readonly action: ActionType;
  readonly kind?: Recommendation['kind'];
  readonly apply?: string;
  readonly wouldHavePrevented: boolean | null;
  readonly effect?: string;
}

export interface ReportProblem {
  readonly path: string;
  readonly kind: string;
  readonly message: string;
}

interface ReportTable {
  readonly name: string;
  readonly rows: string;
  readonly size: string;
}

export interface ReportFile {
  readonly id: string;
  readonly path: string;
  readonly format: string;
  readonly bytes: string;
  readonly records: string;
  readonly sha256: string;
  /** What was said of its times by whoever analysed it (`clock corrected by +4.200000 s`); empty for most. */
  readonly timeSettings: readonly string[];
}
