import type { FactContext } from '../../context/context.ts';
import { type FactId, isFactOf } from '../../facts/fact-id.ts';
import type { Fact, HypothesisId, HypothesisResult, Recommendation, Verdict } from '../../model/analysis.ts';
import { verdictOf } from '../questions.ts';

/** What every family of recommendations reads: the case, its facts, and what the hypotheses came to. */
export interface Advice {
  readonly context: FactContext;
  readonly facts: readonly Fact[];
  readonly hypotheses: readonly HypothesisResult[];
}

/** One family: what it recommends, and nothing where the evidence does not support it. */
export type AdviceFamily = (advice: Advice) => readonly Recommendation[];

/** What a hypothesis came to; a missing one is undecided. */
export function verdictFor({ hypotheses }: Advice, id: HypothesisId): Verdict {
  return verdictOf(hypotheses, id)?.verdict ?? 'inconclusive';
}

/** Whether a hypothesis explains the death or is part of the chain that led to it. */
export function isInvolved(advice: Advice, id: HypothesisId): boolean {
  const verdict = verdictFor(advice, id);
  return verdict === 'fits' || verdict === 'contributes';
}

/** Why a hypothesis has its verdict. */
export function reasonFor({ hypotheses }: Advice, id: HypothesisId): string | undefined {
  return verdictOf(hypotheses, id)?.reason;
}

/** The fact of this id, if it was found. */
export function factFor({ facts }: Advice, id: FactId): Fact | undefined {
  return facts.find((fact) => isFactOf(fact, id));
}

/** A change that stays, with those of the reasons that hold. */
export function recommendation(
  id: string,
  text: string,
  patch: string | null,
  ...because: readonly (string | undefined)[]
): Recommendation {
  return { id, text, patch, because: because.filter(isReason), when: 'lasting' };
}

/** What helps at once and is undone as soon as the cause is dealt with. */
export function immediately(...parts: Parameters<typeof recommendation>): Recommendation {
  return { ...recommendation(...parts), when: 'immediate' };
}

function isReason(reason: string | undefined): reason is string {
  return reason !== undefined && reason !== '';
}
