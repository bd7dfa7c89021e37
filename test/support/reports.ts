import { toCaseJson } from '../../electron/export/case-json.ts';
import type { CaseJson } from '../../shared/contract/case-json.ts';
import type { Analysis } from '../../shared/model/analysis.ts';
import type { CaseEvidence } from '../../shared/model/case.ts';
import type { Report } from '../../shared/report/report.ts';
import { buildReport } from '../../shared/report/report-model.ts';
import { selectKeyEvents } from '../../shared/report/select-key-events.ts';
import { EventArray } from './event-array.ts';
import { hostileCase } from './hostile-case.ts';
import { referenceAnalysis, referenceEvidence } from './reference-case.ts';

export interface WrittenCase {
  readonly report: Report;
  readonly caseJson: CaseJson;
}

/** Report and JSON of a case, as both shells make them. */
export function written(evidence: CaseEvidence, analysis: Analysis, title: string): WrittenCase {
  const keyEvents = selectKeyEvents(analysis, evidence.events);
  return {
    report: buildReport({ title, evidence, analysis, keyEvents, generatedAt: null }),
    caseJson: toCaseJson(evidence, analysis, keyEvents),
  };
}

export function referenceReport(): WrittenCase {
  return written(referenceEvidence(), referenceAnalysis(), 'incident-2026-01-28');
}

export function hostileReport(copies = 1): WrittenCase {
  const { evidence, analysis } = hostileCase(copies);
  return written(evidence, analysis, '<b>title</b> & <script>');
}

/** A case in which nothing was found: an unreadable file and no conclusion. */
export function emptyReport(): WrittenCase {
  const evidence = referenceEvidence();
  const analysis = referenceAnalysis();
  const nothing: CaseEvidence = {
    ...evidence,
    files: evidence.files.slice(-1),
    events: new EventArray([]),
    processes: [],
    vmstat: [],
    hostMemory: [],
    configs: [],
    databases: [],
    artifacts: [],
  };
  const open: Analysis = {
    incidents: [],
    recurrence: null,
    incident: null,
    headline: 'No log of workers was saved.',
    summary: {
      ...analysis.summary,
      happened: 'No log of workers was saved.',
      cause: 'The evidence does not show how any worker exited.',
      factor: null,
      ruledOut: null,
      unexplained: null,
      action: 'Save the log.',
    },
    config: null,
    facts: [],
    overruled: [],
    hypotheses: analysis.hypotheses.map((hypothesis) => ({
      ...hypothesis,
      verdict: 'inconclusive',
      score: 0.2,
      for: [],
      against: [],
    })),
    questions: analysis.questions.map((question) => ({ ...question, answer: null, facts: [] })),
    expectedFindings: analysis.expectedFindings.map((finding) => ({ ...finding, observed: null, holds: null })),
    recommendations: [],
    artifactIndex: null,
    databaseIndex: null,
    course: null,
    artifactIsNamed: false,
  };
  return written(nothing, open, 'nothing');
}
