import type { AppliedRule, RuleOutcome } from '../model/rules.ts';

/** The tags of each row that rules matched, without repetition; a rule that names none tags by its own id. */
export function tagsOfRows(outcome: RuleOutcome | undefined): ReadonlyMap<number, readonly string[]> {
  const tags = new Map<number, string[]>();
  for (const rule of outcome?.rules ?? []) {
    for (const { row } of rule.hits) {
      const known = tags.get(row);
      if (known === undefined) tags.set(row, [...tagsOf(rule)]);
      else known.push(...tagsOf(rule).filter((tag) => !known.includes(tag)));
    }
  }
  return tags;
}

/** The tags of one row. */
export function tagsOfRow(outcome: RuleOutcome | undefined, row: number): readonly string[] {
  const matching = (outcome?.rules ?? []).filter(({ hits }) => hits.some((hit) => hit.row === row));
  return [...new Set(matching.flatMap(tagsOf))];
}

function tagsOf({ id, tags }: AppliedRule): readonly string[] {
  return tags.length === 0 ? [id] : tags;
}
