import type { Fact } from '../model/analysis.ts';
import type { RULE_FAMILIES } from './facts.ts';

/** The id of a built-in rule, which is that of the fact that it finds. */
export type FactId = (typeof RULE_FAMILIES)[number]['rules'][number]['id'];

/** Whether a fact is what one of these rules finds. */
export function isFactOf({ id }: Fact, ...rules: readonly FactId[]): boolean {
  return rules.some((rule) => rule === id);
}
