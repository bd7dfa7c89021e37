import { describe, expect, it } from 'vitest';
import { isFactOf } from '../../../shared/facts/fact-id.ts';
import { ALL_RULES } from '../../../shared/facts/facts.ts';
import { family, readingsOf, rule } from '../../../shared/facts/rule.ts';
import { HYPOTHESIS_IDS } from '../../../shared/model/analysis.ts';

describe('the rules as data', () => {
  it('have each an id of its own', () => {
    expect(ALL_RULES.length).toBeGreaterThan(100);
    expect(new Set(ALL_RULES.map(({ id }) => id)).size).toBe(ALL_RULES.length);
  });

  it.each(ALL_RULES)('$id: weights are likelihood ratios, and what decides points where its weight does', (each) => {
    for (const { weights = {}, decides = {} } of readingsOf(each)) {
      for (const hypothesis of HYPOTHESIS_IDS) {
        const weight = weights[hypothesis];
        // e^8 is three thousand to one; nothing that was logged is surer than that.
        if (weight !== undefined) expect(Math.abs(weight)).toBeLessThanOrEqual(8);
        if (weight !== undefined) expect(weight).not.toBe(0);
        if (weight !== undefined && decides[hypothesis] !== undefined) {
          expect(Math.sign(weight)).toBe(decides[hypothesis] === 'for' ? 1 : -1);
        }
      }
    }
  });

  it.each(ALL_RULES)('$id: no case weighs what holds in every case', ({ weights = {}, cases = {} }) => {
    for (const each of Object.values(cases)) {
      expect(Object.keys(each.weights ?? {}).filter((hypothesis) => hypothesis in weights)).toEqual([]);
    }
  });

  it('find facts that weigh what the cases that hold say', () => {
    const found = rule({
      id: 'made-up',
      needs: ['service-log'],
      basis: 'the manual',
      weights: { 'worker-timeout': 1 },
      cases: {
        long: { when: 'it was long', weights: { 'infinite-loop': -2 }, decides: { 'infinite-loop': 'against' } },
        measured: { when: 'it was measured', basis: 'the measurement' },
      },
    });
    const evidence = { text: 'It was long.', sources: [], rows: [] };
    expect(found.fact(evidence)).toEqual({
      id: 'made-up',
      ...evidence,
      weights: { 'worker-timeout': 1 },
      basis: 'the manual',
    });
    expect(found.fact({ case: ['long', 'measured'], ...evidence })).toEqual({
      id: 'made-up',
      ...evidence,
      weights: { 'worker-timeout': 1, 'infinite-loop': -2 },
      decides: { 'infinite-loop': 'against' },
      basis: 'the measurement',
    });
  });

  it('cannot be asked for by an id that none has, nor find what their family does not list: neither compiles', () => {
    const listed = rule({ id: 'listed', needs: ['service-log'], basis: 'the manual' });
    const unlisted = rule({ id: 'unlisted', needs: ['service-log'], basis: 'the manual' });
    const evidence = { text: 'It was.', sources: [], rows: [] };
    const made = { name: 'made-up', about: 'Rules of this test.', rules: [listed] };
    family({ ...made, find: () => [listed.fact(evidence)] });
    // @ts-expect-error: its rule is not among those of the family
    family({ ...made, find: () => [unlisted.fact(evidence)] });
    // @ts-expect-error: a fact that no rule made
    family({ ...made, find: () => [{ id: 'listed', weights: { 'worker-timeout': 9 }, basis: '', ...evidence }] });
    // @ts-expect-error: the rule has no such case
    expect(listed.fact({ case: 'long', ...evidence }).weights).toEqual({});
    // @ts-expect-error: no rule has this id
    expect(isFactOf(listed.fact(evidence), 'timeout-loged')).toBe(false);
  });
});
