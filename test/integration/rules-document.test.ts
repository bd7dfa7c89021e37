import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/project.ts';
import { examplesOf, rulesDocument } from '../../scripts/rules-document.ts';
import { ALL_RULES } from '../../shared/facts/facts.ts';
import { factsForRules } from '../support/rule-evidence.ts';

describe('the rules', () => {
  it('all find a fact in some evidence, and docs/rules.md shows them: `npm run rules` prints it anew', async () => {
    const examples = examplesOf(await factsForRules());
    expect(ALL_RULES.filter(({ id }) => !examples.has(id)).map(({ id }) => id)).toEqual([]);
    await expect(rulesDocument(examples)).toMatchFileSnapshot(join(ROOT, 'docs/rules.md'));
  });
});
