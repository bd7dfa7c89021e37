import { type FactId, isFactOf } from '../facts/fact-id.ts';
import type { Fact } from '../model/analysis.ts';

/** The facts of shared/facts/profile-facts.ts and reproduction-facts.ts, in the order in which a reader asks, and what each answers. */
const QUESTIONS: readonly { readonly label: string; readonly ids: readonly FactId[] }[] = [
  { label: 'Parsing', ids: ['parse-not-the-cost', 'parse-is-the-cost'] },
  { label: 'By hand', ids: ['parse-repeated', 'import-repeated'] },
  { label: 'Inserting', ids: ['insert-rate'] },
  { label: 'Timeout', ids: ['timeout-needed'] },
  { label: 'Memory', ids: ['tree-exceeds-memory', 'tree-fits-memory', 'tree-memory'] },
];

/** What the log and the database show against what the artifact costs, each with a heading in a word. */
export function comparisonFacts(facts: readonly Fact[]): readonly { readonly label: string; readonly fact: Fact }[] {
  return QUESTIONS.flatMap(({ label, ids }) =>
    facts.filter((fact) => isFactOf(fact, ...ids)).map((fact) => ({ label, fact })),
  );
}
