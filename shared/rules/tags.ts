import type { RuleOutcome } from '../model/rules.ts';

/** The tags of each row that rules matched, without repetition; a rule that names none tags by its own id. */
export function tagsOfRows(outcome: RuleOutcome | undefined): ReadonlyMap<number, readonly string[]> {
  const tags = new Map<number, string[]>();
  for (const rule of outcome?.rules ?? []) {
    const own = rule.tags.length === 0 ? [rule.id] : rule.tags;
    for (const { row } of rule.hits) {
      const known = tags.get(row);
      if (known === undefined) tags.set(row, [...own]);
      else known.push(...own.filter((tag) => !known.includes(tag)));
    }
  }
  return tags;
}
