import type { FactContext } from './facts/context.ts';
import { factContext } from './facts/context.ts';
import { factsOf } from './facts/facts.ts';
import { jobInQuestion } from './facts/job-in-question.ts';
import { checkExpectedFindings } from './findings/expected-findings.ts';
import { answerQuestions } from './findings/questions.ts';
import { recommend } from './findings/recommendations.ts';
import { headline, summary } from './findings/summary.ts';
import { judge } from './hypotheses/verdicts.ts';
import type { Analysis, Incident } from './model/analysis.ts';
import type { CaseEvidence } from './model/case.ts';
import { addSeconds } from './model/time.ts';
import { workerHistory, worstIncident } from './timeline/incidents.ts';

/**
 * Draws every conclusion from a case: incidents, the worst of them, facts, verdicts, answers and advice. Pure: the same
 * evidence gives the same analysis, whichever shell asks.
 */
export function analyse(evidence: CaseEvidence): Analysis {
  const history = workerHistory(evidence.events);
  const record = worstIncident(history.incidents);
  const context = factContext(evidence, history, record);
  const facts = factsOf(context);
  const hypotheses = judge(context, facts);
  const recommendations = recommend(context, facts, hypotheses);
  const incident = record === null ? null : withHeartbeat(record.incident, context);
  return {
    incidents: history.incidents.map((each) => (each === record && incident !== null ? incident : each.incident)),
    incident,
    headline: headline(context),
    summary: summary(context, facts, hypotheses, recommendations),
    config: context.config,
    facts,
    hypotheses,
    questions: answerQuestions(context, facts),
    expectedFindings: checkExpectedFindings(context, hypotheses),
    recommendations,
    artifactIndex: context.artifact?.index ?? null,
    databaseIndex: context.database?.index ?? null,
    job: jobInQuestion(context),
  };
}

/**
 * Adds the last heartbeat that the timeout setting implies: TIMEOUT minus `timeout`, to about a second (arbiter.py,
 * murder_workers). It is computed, not logged, so it has no event.
 */
function withHeartbeat(incident: Incident, context: FactContext): Incident {
  const timeout = context.record?.death?.timeout ?? null;
  const seconds = context.config?.timeoutSeconds ?? 0;
  if (timeout === null || seconds === 0) return incident;
  const heartbeat = {
    id: 'last-heartbeat' as const,
    time: addSeconds(timeout.time, -seconds),
    label: `last heartbeat (TIMEOUT minus ${seconds} s)`,
    row: null,
    source: null,
  };
  return { ...incident, moments: [...incident.moments, heartbeat].sort((a, b) => a.time - b.time) };
}
