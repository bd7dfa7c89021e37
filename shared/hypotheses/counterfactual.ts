import type { Fact, HypothesisResult, Verdict } from '../model/analysis.ts';

/** Facts on each of which alone a verdict hangs, and what it would be without any one of them. */
export interface Hinge {
  readonly verdict: Verdict;
  readonly facts: readonly Fact[];
}

/** On which facts a verdict hangs, by what it would be without them; empty where no single fact decides. */
export function hingesOf({ counterfactual }: HypothesisResult, facts: readonly Fact[]): readonly Hinge[] {
  const hinges = new Map<Verdict, Fact[]>();
  for (const { factId, verdict } of counterfactual) {
    const fact = facts.find(({ id }) => id === factId);
    if (fact === undefined) continue;
    const others = hinges.get(verdict);
    if (others === undefined) hinges.set(verdict, [fact]);
    else others.push(fact);
  }
  return [...hinges].map(([verdict, hanging]) => ({ verdict, facts: hanging }));
}
