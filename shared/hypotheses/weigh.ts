import type { FactId } from '../facts/fact-id.ts';
import { type Fact, HYPOTHESIS_IDS, type HypothesisId, type WeightedFact } from '../model/analysis.ts';

/**
 * Prior log-odds of each hypothesis before any evidence: rare causes start lower. They are small against any decisive
 * fact and only keep an empty case from looking like an even bet.
 */
const PRIOR: Readonly<Record<HypothesisId, number>> = {
  'memory-exhaustion': -1,
  'worker-timeout': -1,
  'database-lock': -1.5,
  'large-artifact': -1,
  'infinite-loop': -1.5,
};

/** The facts as one hypothesis sees them, with their sum. */
export interface Weighing {
  readonly id: HypothesisId;
  readonly for: readonly WeightedFact[];
  readonly against: readonly WeightedFact[];
  /** What the facts alone add up to, without the prior. */
  readonly evidence: number;
  /** Log-odds: prior plus all weights. */
  readonly total: number;
}

/** All that verdicts are drawn from: which facts were found, and what they add up to for each hypothesis. */
export interface WeighedFacts {
  readonly of: Readonly<Record<HypothesisId, Weighing>>;
  /** Whether any of these facts was found, whatever it weighs. */
  has(...ids: readonly FactId[]): boolean;
}

/** Weighs the facts for every hypothesis. */
export function weighFacts(facts: readonly Fact[]): WeighedFacts {
  const ids = new Set<string>(facts.map(({ id }) => id));
  const weighings = HYPOTHESIS_IDS.map((id) => [id, weigh(id, facts)] as const);
  return {
    of: Object.fromEntries(weighings) as Record<HypothesisId, Weighing>,
    has: (...wanted) => wanted.some((id) => ids.has(id)),
  };
}

/** Adds up what the facts say of one hypothesis, strongest first. */
function weigh(id: HypothesisId, facts: readonly Fact[]): Weighing {
  const weighted: WeightedFact[] = [];
  for (const fact of facts) {
    const weight = fact.weights[id] ?? 0;
    if (weight !== 0) weighted.push({ fact, weight });
  }
  const evidence = weighted.reduce((sum, { weight }) => sum + weight, 0);
  const total = evidence + PRIOR[id];
  return {
    id,
    for: weighted.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight),
    against: weighted.filter(({ weight }) => weight < 0).sort((a, b) => a.weight - b.weight),
    evidence,
    total,
  };
}
