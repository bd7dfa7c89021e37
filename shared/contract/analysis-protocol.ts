import type { Analysis, Incident, IncidentChoice } from '../model/analysis.ts';
import type { Annotation } from '../model/annotation.ts';
import type { ArtifactReport } from '../model/artifact.ts';
import type { EvidenceId } from '../model/evidence.ts';
import type { ImportedEvidence } from '../model/imported-evidence.ts';
import type { JobError } from '../model/job.ts';
import type { Judgement, Subject } from '../model/judgement.ts';
import type { ReportQuery } from '../model/report-query.ts';
import type { RuleOutcome } from '../model/rules.ts';

/**
 * The messages between a case and the worker that analyses it. Tasks are answered one after the other, in the order in which
 * they were asked; each says all that its answer depends on, so that an answer fits the case that asked for it, whatever
 * was asked in between.
 */

/** What rules found, with each hit by the file and the byte at which its event begins: rows change with the clocks. */
export interface PlacedRules {
  readonly outcome: RuleOutcome;
  /** For each rule its hits, in their order. */
  readonly places: readonly (readonly { readonly fileIndex: number; readonly byteOffset: number }[])[];
}

/** The evidence of a case, with the clocks of its sources as they are held to be. Columns are shared, not copied. */
export interface AnalysisSource {
  readonly imported: ImportedEvidence;
  readonly artifacts: readonly ArtifactReport[];
  /** What the user's own rules found; null where there are none. */
  readonly rules: PlacedRules | null;
}

/** What the evidence shows before anybody has judged it. */
export interface ReadCase {
  readonly incidents: readonly Incident[];
  /** By the rows of the columns that were read. */
  readonly rules: RuleOutcome | null;
}

/**
 * Which incident is meant: null the worst; by a choice, which must be there; by records that show it, and the worst where
 * none is shown by them.
 */
export type IncidentAsked =
  | null
  | { readonly by: 'choice'; readonly choice: IncidentChoice }
  | { readonly by: 'subject'; readonly subject: Subject };

/** What conclusions are drawn about, and with which judgements. */
export interface ConclusionBasis {
  readonly about: IncidentAsked;
  readonly judgements: readonly Judgement[];
}

/** What is written of a case. Text is for a terminal of so many columns. */
export type DocumentFormat =
  | { readonly name: 'pdf' | 'html' | 'json' }
  | { readonly name: 'text'; readonly width: number; readonly colour: boolean; readonly full: boolean };

/** What a document tells beside the evidence and the conclusions. */
export interface DocumentRequest {
  readonly title: string;
  readonly annotations: readonly Annotation[];
  /** Queries whose results are part of the report. */
  readonly queries: readonly ReportQuery[];
  readonly format: DocumentFormat;
}

/** What the worker is asked, and what it answers. */
export type AnalysisTasks = {
  /** Corrects the clocks of sources, in microseconds; the answer has columns of its own. */
  readonly correct: {
    readonly payload: { readonly imported: ImportedEvidence; readonly offsets: ReadonlyMap<EvidenceId, number> };
    readonly answer: ImportedEvidence;
  };
  /** Which XML files are measured first, where there are more than are measured: those that the log names. */
  readonly rank: {
    readonly payload: Pick<ImportedEvidence, 'columns' | 'files' | 'locations'>;
    readonly answer: readonly EvidenceId[];
  };
  /** Comes before all that follow. */
  readonly read: { readonly payload: AnalysisSource; readonly answer: ReadCase };
  /** Artifacts with further runs, in place of those that were read. */
  readonly measured: { readonly payload: readonly ArtifactReport[]; readonly answer: null };
  /** Without the list of incidents, which `read` has told. */
  readonly conclude: { readonly payload: ConclusionBasis; readonly answer: Omit<Analysis, 'incidents'> };
  /** The bytes of the document. */
  readonly write: { readonly payload: ConclusionBasis & DocumentRequest; readonly answer: Uint8Array };
};

/** `no-such-incident`: the choice names none of the case; the message lists what there is. */
export type AnalysisError = JobError | { readonly kind: 'no-such-incident'; readonly message: string };
