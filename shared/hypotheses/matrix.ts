import { type Analysis, type Fact, HYPOTHESIS_IDS, type HypothesisId, type OverruledFact } from '../model/analysis.ts';

/**
 * The matrix of an Analysis of Competing Hypotheses: every fact against every hypothesis, the most telling first. A fact
 * that speaks the same way for all of them tells nothing, however true it is (Heuer, Psychology of Intelligence Analysis,
 * chapter 8, steps 3 to 5).
 */

/** From here on a weight counts as strong: e^2 is more than seven to one. */
const STRONG_WEIGHT = 2;

export type CellReading = 'consistent' | 'inconsistent' | 'neutral';

export interface MatrixCell {
  readonly hypothesis: HypothesisId;
  readonly reading: CellReading;
  readonly isStrong: boolean;
  /** Natural-log likelihood ratio, 0 for a neutral cell; of an overruled fact what it would weigh. */
  readonly weight: number;
}

export interface MatrixRow {
  readonly fact: Fact;
  /** In the order of the matrix's hypotheses. */
  readonly cells: readonly MatrixCell[];
  /** How far the weights of the fact differ between hypotheses, in natural logarithms; 0 or more. */
  readonly diagnosticity: number;
  readonly overruled: OverruledFact | null;
}

export interface EvidenceMatrix {
  /** As the analysis orders them, best first. */
  readonly hypotheses: readonly { readonly id: HypothesisId; readonly title: string }[];
  readonly rows: readonly MatrixRow[];
  /**
   * For each hypothesis the sum of what speaks against it, 0 or less, without what is overruled: the one with the least
   * against it is the one that stands (Heuer, step 5).
   */
  readonly against: readonly number[];
}

/** Arranges the facts of an analysis as a matrix; facts that weigh nothing anywhere are left out. */
export function evidenceMatrix(analysis: Pick<Analysis, 'facts' | 'hypotheses' | 'overruled'>): EvidenceMatrix {
  const hypotheses = analysis.hypotheses.map(({ id, title }) => ({ id, title }));
  const overruled = new Map(analysis.overruled.map((each) => [each.factId, each]));
  const rows = analysis.facts
    .filter(({ weights }) => Object.values(weights).some((weight) => weight !== 0))
    .map(
      (fact): MatrixRow => ({
        fact,
        cells: hypotheses.map(({ id }) => cellOf(id, fact)),
        diagnosticity: diagnosticity(fact),
        overruled: fact.isObservation === true ? null : (overruled.get(fact.id) ?? null),
      }),
    )
    .sort((one, other) => other.diagnosticity - one.diagnosticity);
  const counted = rows.filter((row) => row.overruled === null);
  return {
    hypotheses,
    rows,
    against: hypotheses.map((_, index) =>
      counted.reduce((sum, { cells }) => sum + Math.min(0, cells[index]?.weight ?? 0), 0),
    ),
  };
}

/** How much a fact tells the hypotheses apart: the spread of its weights over all of them, neutral ones included. */
export function diagnosticity({ weights }: Pick<Fact, 'weights'>): number {
  const all = HYPOTHESIS_IDS.map((id) => weights[id] ?? 0);
  return Math.max(...all) - Math.min(...all);
}

function cellOf(hypothesis: HypothesisId, { weights }: Fact): MatrixCell {
  const weight = weights[hypothesis] ?? 0;
  return {
    hypothesis,
    weight,
    reading: weight === 0 ? 'neutral' : weight > 0 ? 'consistent' : 'inconsistent',
    isStrong: Math.abs(weight) >= STRONG_WEIGHT,
  };
}

/** A cell in signs, as the method's own literature writes them: `++`, `+`, `·`, `−`, `−−`. */
export function cellSigns({ reading, isStrong }: Pick<MatrixCell, 'reading' | 'isStrong'>): string {
  if (reading === 'neutral') return '·';
  const sign = reading === 'consistent' ? '+' : '−';
  return isStrong ? sign.repeat(2) : sign;
}

/** A cell in words: `neutral`, `consistent`, `strongly inconsistent`. */
export function cellWords({ reading, isStrong }: Pick<MatrixCell, 'reading' | 'isStrong'>): string {
  return reading !== 'neutral' && isStrong ? `strongly ${reading}` : reading;
}
