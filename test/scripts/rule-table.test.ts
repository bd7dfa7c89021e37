import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/project.ts';
import { ruleFamilies, rulesDocument } from '../../scripts/rule-table.ts';

const judgements = readFileSync(join(ROOT, 'shared/hypotheses/assess.ts'), 'utf8');

describe('the table of rules', () => {
  const families = ruleFamilies();
  const rules = families.flatMap((family) => family.rules);
  const ids = new Set(rules.flatMap((rule) => rule.ids));

  it('is current: run `npm run rules` when a rule has changed', () => {
    expect(readFileSync(join(ROOT, 'docs/rules.md'), 'utf8')).toBe(rulesDocument());
  });

  it('names for each rule its fact, what it says and its source, and for each family what it is about', () => {
    for (const { ids: own, text, weights, basis } of rules) {
      expect(own.length, text).toBeGreaterThan(0);
      expect(text.length, own.join()).toBeGreaterThan(1);
      expect(weights, own.join()).not.toBe('');
      expect(basis.join(), own.join()).not.toBe('');
    }
    for (const { file, about, rules: own } of families) {
      expect(about, file).not.toBe('');
      expect(own.length, file).toBeGreaterThan(0);
    }
  });

  it('holds every fact that the verdicts ask for', () => {
    const asked = [...judgements.matchAll(/'([a-z]+(?:-[a-z]+)+)'/g)].map(([, id = '']) => id);
    const verdictWords = new Set([
      'memory-exhaustion',
      'worker-timeout',
      'database-lock',
      'large-artifact',
      'infinite-loop',
      'ruled-out',
    ]);
    const facts = asked.filter((id) => !verdictWords.has(id));
    expect(facts.length).toBeGreaterThan(15);
    for (const id of facts) expect(ids, id).toContain(id);
  });
});
