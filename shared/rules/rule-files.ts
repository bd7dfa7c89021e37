import type { RuleOutcome } from '../model/rules.ts';
import type { RuleFileView } from '../model/views.ts';

/** What became of each file of rules, in the order in which they were given, as far as it holds or should hold any. */
export function ruleFilesOf(outcome: RuleOutcome | undefined): readonly RuleFileView[] {
  if (outcome === undefined) return [];
  const paths = new Set([...outcome.rules.map(({ file }) => file), ...outcome.problems.map(({ path }) => path)]);
  return [...paths].map((path) => ({
    path,
    rules: outcome.rules
      .filter(({ file }) => file === path)
      .map(({ id, title, line, hits, hitCount }) => ({ id, title, line, hitCount, firstRow: hits[0]?.row ?? null })),
    problems: outcome.problems.filter((problem) => problem.path === path),
  }));
}
