import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellSigns, cellWords, diagnosticity, evidenceMatrix } from '../../../shared/hypotheses/matrix.ts';
import { type Analysis, type Fact, HYPOTHESIS_IDS } from '../../../shared/model/analysis.ts';
import { runs } from '../../support/properties.ts';
import { referenceAnalysis } from '../../support/reference-case.ts';

const fact = (id: string, weights: Fact['weights']): Fact => ({
  id,
  text: id,
  weights,
  sources: [],
  rows: [],
  basis: 'test',
});

const withFacts = (facts: readonly Fact[], overruled: Analysis['overruled'] = []) =>
  evidenceMatrix({ ...referenceAnalysis(), facts, overruled });

describe('the evidence matrix', () => {
  it('ranks by how far a fact drives hypotheses apart, neutral ones included', () => {
    expect(diagnosticity({ weights: { 'worker-timeout': 5 } })).toBe(5);
    expect(diagnosticity({ weights: { 'worker-timeout': 2, 'database-lock': -3 } })).toBe(5);
    expect(diagnosticity({ weights: {} })).toBe(0);
    const everywhere = Object.fromEntries(HYPOTHESIS_IDS.map((id) => [id, 3]));
    expect(diagnosticity({ weights: everywhere })).toBe(0);
    const { rows } = withFacts([
      fact('same-for-all', everywhere),
      fact('against-one', { 'database-lock': -2 }),
      fact('both-ways', { 'database-lock': -2, 'infinite-loop': 1 }),
      fact('nothing', { 'database-lock': 0 }),
    ]);
    expect(rows.map((row) => row.fact.id)).toEqual(['both-ways', 'against-one', 'same-for-all']);
  });

  it('has every weighing fact once, in falling order, with a cell for every hypothesis', () => {
    const weight = fc.integer({ min: -50, max: 50 }).map((tenths) => tenths / 10);
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.constantFrom(...HYPOTHESIS_IDS), weight), { maxLength: 8 }), (all) => {
        const facts = all.map((weights, index) => fact(`f${index}`, weights));
        const { rows } = withFacts(facts);
        const spreads = rows.map((row) => row.diagnosticity);
        expect(spreads).toEqual([...spreads].sort((a, b) => b - a));
        const weighing = facts.filter(({ weights }) => Object.values(weights).some((each) => each !== 0));
        expect(rows.map((row) => row.fact.id).sort()).toEqual(weighing.map(({ id }) => id).sort());
        for (const { cells } of rows) expect(cells).toHaveLength(HYPOTHESIS_IDS.length);
      }),
      { numRuns: runs(50) },
    );
  });

  it('keeps an overruled fact in its place and out of the sums', () => {
    const facts = [fact('a', { 'database-lock': -4 }), fact('b', { 'database-lock': -1, 'infinite-loop': 1 })];
    const overruled = [{ judgementId: 'overruling-1', factId: 'a', comment: 'another host' }];
    const column = withFacts(facts).hypotheses.findIndex(({ id }) => id === 'database-lock');
    expect(withFacts(facts).against[column]).toBe(-5);
    const matrix = withFacts(facts, overruled);
    expect(matrix.against[column]).toBe(-1);
    expect(matrix.rows.map((row) => [row.fact.id, row.overruled?.comment ?? null])).toEqual([
      ['a', 'another host'],
      ['b', null],
    ]);
  });

  it('writes cells in signs and in words', () => {
    const { rows } = withFacts([fact('a', { 'database-lock': -3, 'infinite-loop': 0.5, 'worker-timeout': 2 })]);
    const cells = rows[0]?.cells ?? [];
    const of = (id: string) =>
      cells.find(({ hypothesis }) => hypothesis === id) ?? { reading: 'neutral', isStrong: true };
    expect(
      ['database-lock', 'infinite-loop', 'worker-timeout', 'large-artifact'].map((id) => cellSigns(of(id))),
    ).toEqual(['−−', '+', '++', '·']);
    expect(['database-lock', 'infinite-loop', 'large-artifact'].map((id) => cellWords(of(id)))).toEqual([
      'strongly inconsistent',
      'consistent',
      'neutral',
    ]);
  });
});
