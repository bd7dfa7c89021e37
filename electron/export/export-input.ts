import type { Analysis } from '../../shared/model/analysis.ts';
import type { Annotation } from '../../shared/model/annotation.ts';
import type { CaseEvidence } from '../../shared/model/case.ts';
import type { Judgement } from '../../shared/model/judgement.ts';
import type { ReportQuery } from '../../shared/model/report-query.ts';

/** All that goes into a document about a case. */
export interface ExportInput {
  readonly title: string;
  readonly evidence: CaseEvidence;
  readonly analysis: Analysis;
  /** What the analysis was made with. */
  readonly judgements: readonly Judgement[];
  /** What the analyst put beside the evidence. */
  readonly annotations: readonly Annotation[];
  /** Queries whose results are part of the report. */
  readonly queries: readonly ReportQuery[];
}
