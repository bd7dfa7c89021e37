import type { AppliedRule, RuleOutcome } from '../model/rules.ts';

const NO_TAGS: ReadonlyMap<number, readonly string[]> = new Map();
/** A list asks page by page, and what rules matched does not change. */
const known = new WeakMap<RuleOutcome, ReadonlyMap<number, readonly string[]>>();

/** The tags of each row that rules matched, without repetition; a rule that names none tags by its own id. */
export function tagsOfRows(outcome: RuleOutcome | undefined): ReadonlyMap<number, readonly string[]> {
  if (outcome === undefined) return NO_TAGS;
  const tags = known.get(outcome) ?? collected(outcome);
  known.set(outcome, tags);
  return tags;
}

function collected(outcome: RuleOutcome): ReadonlyMap<number, readonly string[]> {
  const tags = new Map<number, string[]>();
  for (const rule of outcome.rules) {
    for (const { row } of rule.hits) {
      const own = tags.get(row);
      if (own === undefined) tags.set(row, [...new Set(tagsOf(rule))]);
      else own.push(...tagsOf(rule).filter((tag) => !own.includes(tag)));
    }
  }
  return tags;
}

function tagsOf({ id, tags }: AppliedRule): readonly string[] {
  return tags.length === 0 ? [id] : tags;
}
