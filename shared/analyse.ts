import { type FactContext, factContext } from './context/context.ts';
import { jobInQuestion } from './context/job-in-question.ts';
import { longestTimeout } from './context/longest-timeout.ts';
import { factsOf } from './facts/facts.ts';
import { withGaps } from './findings/evidence-gaps.ts';
import { checkExpectedFindings } from './findings/expected-findings.ts';
import { answerQuestions } from './findings/questions.ts';
import { recommend } from './findings/recommendations.ts';
import { summary } from './findings/summary.ts';
import { knownCourse } from './findings/trial.ts';
import { judgedFacts } from './hypotheses/judged-facts.ts';
import { judge } from './hypotheses/verdicts.ts';
import type { Analysis, Fact, Incident, IncidentChoice, Recurrence } from './model/analysis.ts';
import type { CaseEvidence } from './model/case.ts';
import type { Judgement } from './model/judgement.ts';
import { addSeconds } from './model/time.ts';
import { chooseIncident } from './timeline/choose-incident.ts';
import type { IncidentRecord } from './timeline/incident-record.ts';
import { type WorkerHistory, workerHistory } from './timeline/incidents.ts';
import { recurrenceOf } from './timeline/recurrence.ts';

/** What is drawn from the evidence alone, before anybody has judged it. It is made once; conclusions are drawn from it anew. */
export interface FoundFacts {
  readonly context: FactContext;
  readonly facts: readonly Fact[];
  /** Of all incidents of the case. */
  readonly recurrence: Recurrence | null;
}

/** What the journals show, and with it what is the same for every incident of the case. */
export function readHistory(evidence: CaseEvidence): WorkerHistory {
  return workerHistory(evidence.events, longestTimeout(evidence));
}

/** Finds the facts about one incident of the history; null: about a case in which nothing went wrong. */
export function findFacts(evidence: CaseEvidence, history: WorkerHistory, record: IncidentRecord | null): FoundFacts {
  const context = factContext(evidence, history, record);
  return {
    context,
    facts: factsOf(context),
    recurrence: recurrenceOf(history.incidents.map(({ incident }) => incident)),
  };
}

/**
 * Draws every conclusion from what was found: verdicts, answers and advice. Judgements of whoever analyses the case come
 * before: a fact that they overrule weighs nothing, what they observed weighs as they say. Cheap: nothing is read again.
 */
export function conclude(
  { context, facts: found, recurrence }: FoundFacts,
  judgements: readonly Judgement[] = [],
): Analysis {
  const { record, history, evidence } = context;
  const { weighed, facts, overruled } = judgedFacts(evidence, record?.incident ?? null, found, judgements);
  const silenced = new Set(overruled.map(({ factId }) => factId));
  const dismissed = found.filter(({ id }) => silenced.has(id));
  const hypotheses = withGaps(context, judge(context, weighed, silenced));
  const recommendations = recommend(context, weighed, hypotheses);
  const concluded = summary(context, { facts: weighed, dismissed, hypotheses, recommendations });
  const incident = record === null ? null : withHeartbeat(record.incident, context);
  return {
    incidents: history.incidents.map((each) => (each === record && incident !== null ? incident : each.incident)),
    recurrence,
    incident,
    headline: concluded.happened,
    summary: concluded,
    config: context.config,
    facts,
    overruled,
    hypotheses,
    questions: answerQuestions(context, weighed),
    expectedFindings: checkExpectedFindings(context, hypotheses),
    recommendations,
    course: knownCourse(context, hypotheses),
    artifactIndex: context.artifact?.index ?? null,
    artifactIsNamed: context.artifact?.isNamed ?? false,
    databaseIndex: context.database?.index ?? null,
    job: jobInQuestion(context),
  };
}

/**
 * Draws every conclusion from a case: incidents, the worst of them or the one that is asked for, facts, verdicts, answers
 * and advice. Pure: the same evidence and judgements give the same analysis, whichever shell asks. Throws NoSuchIncident
 * when there is no incident of the choice.
 */
export function analyse(
  evidence: CaseEvidence,
  choice: IncidentChoice | null = null,
  judgements: readonly Judgement[] = [],
): Analysis {
  const history = readHistory(evidence);
  return conclude(findFacts(evidence, history, chooseIncident(history.incidents, choice)), judgements);
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
