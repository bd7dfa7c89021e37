import type { RuleCase } from './rule.ts';

/** Follows what was seen where nothing dates it. */
export const NO_TIME = ' at a time that is not in the evidence';

/** A case of a rule where nothing dates what was seen: it counts for that share, and decides nothing. */
function undated({ when, weights = {}, basis }: RuleCase, share: number): RuleCase {
  const entries = Object.entries(weights).map(([id, weight]) => [id, Math.round(weight * share * 10) / 10]);
  return {
    when: `${when}, and nothing dates it`,
    weights: Object.fromEntries(entries),
    ...(basis === undefined ? {} : { basis }),
  };
}

/** Each of the cases, and the same where nothing dates it. */
export function datedOrNot<const Cases extends Readonly<Record<string, RuleCase>>>(
  cases: Cases,
  share: number,
): Cases & Readonly<Record<`${keyof Cases & string}Undated`, RuleCase>> {
  const entries = Object.entries(cases).map(([name, each]) => [`${name}Undated`, undated(each, share)]);
  return { ...cases, ...Object.fromEntries(entries) };
}
