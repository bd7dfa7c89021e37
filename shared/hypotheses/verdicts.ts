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
  if (record?.operation == null) {
    return 'The arbiter ended the worker because no heartbeat came within the timeout';
  }
  const elapsed = elapsedSeconds(context);
  const limit =
    config === null || config.timeoutSeconds === null ? 'the timeout' : `a timeout of ${config.timeoutSeconds} s`;
  const ran = elapsed === null ? '' : `had run ${formatSeconds(elapsed)} and `;
  return `The operation ${ran}was not done, against ${limit}; the arbiter ended the worker for that`;
}
