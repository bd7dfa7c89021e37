import type { CaseView } from '../../shared/contract/ipc.ts';
import type { Fact } from '../../shared/model/analysis.ts';
import { countOf, formatWeight } from '../format.ts';
import { useActions } from '../state/app-context.tsx';

/** From here on a weight counts as strong: e^2 is more than seven to one. */
const STRONG_WEIGHT = 2;

/** A cell of the matrix in signs, as the method's own literature writes them. */
export function cellSigns(weight: number): string {
  if (weight === 0) return '·';
  const sign = weight > 0 ? '+' : '−';
  return Math.abs(weight) >= STRONG_WEIGHT ? sign.repeat(2) : sign;
}

/** How much a fact tells the hypotheses apart: the spread of its weights over all of them. */
export function diagnosticity(fact: Fact, hypothesisCount: number): number {
  const weights = Object.values(fact.weights);
  const withNeutral = weights.length < hypothesisCount ? [...weights, 0] : weights;
  return withNeutral.length === 0 ? 0 : Math.max(...withNeutral) - Math.min(...withNeutral);
}

/**
 * All facts against all hypotheses, the most telling first (Analysis of Competing Hypotheses; Heuer, Psychology of
 * Intelligence Analysis, chapter 8).
 */
export function EvidenceMatrix({ view }: { readonly view: CaseView }) {
  const { showEvent } = useActions();
  const { hypotheses, facts } = view.analysis;
  const weighted = facts
    .filter((fact) => Object.values(fact.weights).some((weight) => weight !== 0))
    .map((fact) => ({ fact, spread: diagnosticity(fact, hypotheses.length) }))
    .sort((one, other) => other.spread - one.spread);
  if (weighted.length === 0) return null;
  return (
    <details className="matrix">
      <summary>
        Evidence matrix <span className="secondary">{countOf(weighted.length, 'fact')}, the most telling first</span>
      </summary>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">Fact</th>
            {hypotheses.map((hypothesis) => (
              <th key={hypothesis.id} scope="col" className="matrix-column">
                {hypothesis.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weighted.map(({ fact }) => (
            <tr key={fact.id}>
              <th scope="row">
                {fact.rows[0] === undefined ? (
                  fact.text
                ) : (
                  <button type="button" className="link link-plain" onClick={() => void showEvent(fact.rows[0] ?? 0)}>
                    {fact.text}
                  </button>
                )}
              </th>
              {hypotheses.map((hypothesis) => {
                const weight = fact.weights[hypothesis.id] ?? 0;
                const meaning = weight === 0 ? 'neutral' : weight > 0 ? 'consistent' : 'inconsistent';
                return (
                  <td key={hypothesis.id} className={`matrix-cell matrix-${meaning}`}>
                    <span title={weight === 0 ? 'neutral' : `${meaning}, ${formatWeight(weight)}`}>
                      <span aria-hidden="true">{cellSigns(weight)}</span>
                      <span className="visually-hidden">{meaning}</span>
                    </span>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
