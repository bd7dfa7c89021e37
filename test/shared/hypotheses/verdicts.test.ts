import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALL_RULES } from '../../../shared/facts/facts.ts';
import { type Reading, readingsOf } from '../../../shared/facts/rule.ts';
import { assessAll, scoreOf } from '../../../shared/hypotheses/assess.ts';
import { weighFacts } from '../../../shared/hypotheses/weigh.ts';
import { type Fact, HYPOTHESIS_IDS, type HypothesisId, type Verdict } from '../../../shared/model/analysis.ts';
import { runs } from '../../support/properties.ts';

const factOf = (id: string, ...readings: readonly Reading[]): Fact => ({
  id,
  text: `${id}.`,
  weights: Object.assign({}, ...readings.map(({ weights }) => weights)),
  decides: Object.assign({}, ...readings.map(({ decides }) => decides)),
  sources: [],
  rows: [],
  basis: '',
});

/** Whatever rules may find together, each with one of its cases, if it has any. */
const anyFacts: fc.Arbitrary<readonly Fact[]> = fc.uniqueArray(
  fc.constantFrom(...ALL_RULES).chain((rule) => {
    const [always = {}, ...cases] = readingsOf(rule);
    const found = cases.length === 0 ? fc.constant([always]) : fc.constantFrom(...cases).map((each) => [always, each]);
    return found.map((readings) => factOf(rule.id, ...readings));
  }),
  { selector: ({ id }) => id, maxLength: 14 },
);

interface Judged {
  readonly verdict: Verdict;
  readonly score: number;
  readonly decides: ReadonlySet<string>;
}

function judged(facts: readonly Fact[]): Readonly<Record<HypothesisId, Judged>> {
  const weighed = weighFacts(facts);
  const assessed = assessAll(weighed, 'It ended');
  const of = (id: HypothesisId): Judged => {
    const { verdict } = assessed[id];
    const decides = new Set(facts.flatMap((fact) => fact.decides?.[id] ?? []));
    return { verdict, score: scoreOf(weighed.of[id], verdict), decides };
  };
  const all = HYPOTHESIS_IDS.map((id) => [id, of(id)] as const);
  return Object.fromEntries(all) as Record<HypothesisId, Judged>;
}

const CAUSES = ['database-lock', 'infinite-loop', 'memory-exhaustion'] as const;

describe('whatever facts come together', () => {
  it('a hypothesis is ruled out by a fact that decides against it alone', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        for (const { verdict, decides } of Object.values(judged(facts))) {
          if (verdict === 'ruled-out') expect([...decides]).toEqual(['against']);
        }
      }),
      { numRuns: runs(3_000) },
    );
  });

  it('a hypothesis fits by a fact that decides for it, or by a chain that leads to no other cause', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const all = judged(facts);
        for (const id of HYPOTHESIS_IDS) {
          if (all[id].verdict !== 'fits' || all[id].decides.has('for')) continue;
          expect(CAUSES.filter((other) => other !== id && all[other].verdict === 'fits')).toEqual([]);
        }
      }),
      { numRuns: runs(3_000) },
    );
  });

  it('the score says what the verdict says', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        for (const { verdict, score } of Object.values(judged(facts))) {
          if (verdict === 'fits') expect(score).toBeGreaterThan(0.85);
          if (verdict === 'contributes') expect(score).toBeGreaterThanOrEqual(0.5);
          if (verdict === 'inconclusive') expect(score).toBeGreaterThan(0.19);
          if (verdict === 'inconclusive') expect(score).toBeLessThan(0.89);
          if (verdict === 'ruled-out') expect(score).toBeLessThan(0.2);
        }
      }),
      { numRuns: runs(3_000) },
    );
  });

  it('no prior counts: with nothing but the decider a rare cause is ruled out where a usual one is', () => {
    for (const id of HYPOTHESIS_IDS) {
      const against = (weight: number): Fact =>
        factOf('told', { weights: { [id]: weight }, decides: { [id]: 'against' } });
      expect(judged([against(-1.4)])[id].verdict).toBe('ruled-out');
      expect(judged([against(-1.3)])[id].verdict).toBe('inconclusive');
    }
  });
});

it('a chain of signs that leads to two causes decides neither', () => {
  const chain = [
    factOf('journal-mode'),
    factOf('timeout-logged', { weights: { 'worker-timeout': 6 }, decides: { 'worker-timeout': 'for' } }),
    factOf('nothing-written', { weights: { 'database-lock': 2 } }),
    factOf('deaf-to-abort', { weights: { 'database-lock': 2 } }),
  ];
  expect(judged(chain)['database-lock'].verdict).toBe('fits');
  const swapping = factOf('swap-thrashing', {
    weights: { 'memory-exhaustion': 5 },
    decides: { 'memory-exhaustion': 'for' },
  });
  expect(judged([...chain, swapping])).toMatchObject({
    'database-lock': { verdict: 'inconclusive' },
    'memory-exhaustion': { verdict: 'fits' },
    'worker-timeout': { verdict: 'contributes' },
  });
});
