import type { FactContext } from '../context/context.ts';
import { elapsedSeconds } from '../context/elapsed.ts';
import {
  type Counterfactual,
  type Fact,
  HYPOTHESIS_IDS,
  HYPOTHESIS_TITLES,
  type HypothesisId,
  type HypothesisResult,
  type Verdict,
} from '../model/analysis.ts';
import { SUPERVISORS } from '../model/supervisor.ts';
import { formatSeconds } from '../wording/figures.ts';
import { assessAll, scoreOf } from './assess.ts';
import { missingEvidence } from './missing.ts';
import { weighFacts } from './weigh.ts';

const VERDICT_ORDER: Readonly<Record<Verdict, number>> = { fits: 0, contributes: 1, inconclusive: 2, 'ruled-out': 3 };

/**
 * All five hypotheses, best first: by verdict, then by score. They are not exclusive: the timeout that ended a worker and
 * the lock that it waited for both appear, in their roles. Evidence behind a dismissed fact counts as missing.
 */
export function judge(
  context: FactContext,
  facts: readonly Fact[],
  dismissed: ReadonlySet<string> = new Set(),
): readonly HypothesisResult[] {
  const findings = weighFacts(facts);
  const judgements = assessAll(findings, timeoutReason(context));
  const without = facts.map((fact) => ({
    factId: fact.id,
    judgements: assessAll(weighFacts(facts.filter((other) => other !== fact)), ''),
  }));
  const counterfactual = (id: HypothesisId): readonly Counterfactual[] =>
    without
      .map(({ factId, judgements: judged }) => ({ factId, verdict: judged[id].verdict }))
      .filter(({ verdict }) => verdict !== judgements[id].verdict);
  return HYPOTHESIS_IDS.map((id): HypothesisResult => {
    const { verdict, reason } = judgements[id];
    return {
      id,
      title: HYPOTHESIS_TITLES[id],
      verdict,
      reason,
      score: scoreOf(findings.of[id], verdict),
      for: findings.of[id].for,
      against: findings.of[id].against,
      missing: missingEvidence(id, context, verdict, dismissed),
      counterfactual: counterfactual(id),
    };
  }).sort(
    (a, b) => VERDICT_ORDER[a.verdict] - VERDICT_ORDER[b.verdict] || findings.of[b.id].total - findings.of[a.id].total,
  );
}

function timeoutReason(context: FactContext): string {
  const { config, record } = context;
  const supervised = supervisedReason(context);
  if (supervised !== null) return supervised;
  if (record?.operation == null) {
    return 'The arbiter ended the worker because no heartbeat came within the timeout';
  }
  const elapsed = elapsedSeconds(context);
  const limit =
    config === null || config.timeoutSeconds === null ? 'the timeout' : `a timeout of ${config.timeoutSeconds} s`;
  const ran = elapsed === null ? '' : `had run ${formatSeconds(elapsed)} and `;
  return `The operation ${ran}was not done, against ${limit}; the arbiter ended the worker for that`;
}

/** The same of another supervisor than gunicorn, whose limit has a name of its own. */
function supervisedReason(context: FactContext): string | null {
  const timeout = context.record?.death?.timeout ?? null;
  const supervisor = timeout?.detail.supervisor;
  if (timeout === null || supervisor === undefined) return null;
  const { title, limit } = SUPERVISORS[supervisor];
  const seconds = timeout.detail.limitSeconds ?? context.config?.timeoutSeconds ?? null;
  const named = `${title}'s ${limit?.title ?? 'time limit'}${seconds === null ? '' : ` of ${formatSeconds(seconds)}`}`;
  const elapsed = context.record?.operation == null ? null : elapsedSeconds(context);
  const ran = elapsed === null ? '' : ` after the operation had run ${formatSeconds(elapsed)}`;
  return limit?.of === 'sign-of-life'
    ? `${named} passed without a sign of life of the worker${ran}, and ${title} ended it for that`
    : `${named} was exceeded${ran}, and ${title} ended the worker for that`;
}
