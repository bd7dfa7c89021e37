import type { FactContext } from '../context/context.ts';
import type { Fact } from '../model/analysis.ts';
import type { AppliedRule, RuleHit } from '../model/rules.ts';
import { addSeconds } from '../model/time.ts';

/** Hits that a fact leads to; it says how many there were. */
const SHOWN_HITS = 20;
/** What is written in the moment of the end often follows it. */
const AFTERMATH_SECONDS = 5;

/** What rules of the user's own say of the incident, where they matched within its window. */
export function userRuleFacts(context: FactContext): readonly Fact[] {
  return (context.evidence.rules?.rules ?? []).flatMap((rule) => {
    const hits = hitsWithin(context, rule);
    if (rule.fact === null || hits.length === 0) return [];
    return [factOf(context, rule, rule.fact, hits)];
  });
}

function hitsWithin({ window }: FactContext, { hits }: AppliedRule): readonly RuleHit[] {
  if (window === null) return [];
  const until = addSeconds(window.to, AFTERMATH_SECONDS);
  return hits.filter(({ time }) => time >= window.from && time <= until);
}

function factOf(
  { evidence }: FactContext,
  { id, file, line }: AppliedRule,
  fact: NonNullable<AppliedRule['fact']>,
  hits: readonly RuleHit[],
): Fact {
  const events = hits.slice(0, SHOWN_HITS).map(({ row }) => evidence.events.event(row));
  return {
    id: `rule:${id}`,
    text: hits.length === 1 ? fact.text : `${fact.text} (${hits.length} events)`,
    weights: fact.weights,
    sources: events.map(({ source }) => source),
    rows: events.map(({ row }) => row),
    basis: `${fact.basis} (your rule ${id}, ${file} line ${line})`,
  };
}
