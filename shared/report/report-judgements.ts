import { hingesOf } from '../hypotheses/counterfactual.ts';
import { cellSigns, cellWords, evidenceMatrix } from '../hypotheses/matrix.ts';
import { type Analysis, type Fact, HYPOTHESIS_TITLES, type HypothesisResult } from '../model/analysis.ts';
import type { Judgement } from '../model/judgement.ts';
import { VERDICT_WORDS } from '../wording/names.ts';
import { sourceNames } from './paths.ts';
import type { ReportMatrix, ReportObservation, ReportOverruling } from './report.ts';
import { utcStamp } from './words.ts';

const MATRIX_KEY =
  'The most telling facts first, by how far their weights differ between hypotheses: ++ strongly consistent, + consistent, · neutral, - inconsistent, -- strongly inconsistent; strong from a likelihood ratio of about 7 on. What is overruled counts nowhere.';

/** The matrix in words and signs; null when no fact weighs anything. */
export function reportMatrix(analysis: Analysis, paths: ReadonlyMap<string, string>): ReportMatrix | null {
  const { hypotheses, rows, against } = evidenceMatrix(analysis);
  if (rows.length === 0) return null;
  return {
    key: MATRIX_KEY,
    hypotheses: hypotheses.map(({ title }) => title),
    rows: rows.map(({ fact, cells, overruled }) => ({
      text: fact.text,
      note: overruled !== null ? `Overruled: ${overruled.comment}` : fact.isObservation === true ? 'Observed' : null,
      isOverruled: overruled !== null,
      cells: cells.map((cell) => ({ signs: cellSigns(cell), words: cellWords(cell), reading: cell.reading })),
      sources: sourceNames(fact.sources, paths),
    })),
    against: against.map((sum) => (sum === 0 ? '0' : sum.toFixed(1))),
  };
}

/** What was overruled, with why. */
export function reportOverrulings(analysis: Analysis, paths: ReadonlyMap<string, string>): readonly ReportOverruling[] {
  return analysis.overruled.flatMap(({ factId, comment }) => {
    const fact = analysis.facts.find(({ id }) => id === factId);
    return fact === undefined ? [] : [{ text: fact.text, comment, sources: sourceNames(fact.sources, paths) }];
  });
}

/** What whoever analysed the case observed, with what it says and when it was so. */
export function reportObservations(
  { facts }: Analysis,
  judgements: readonly Judgement[],
  paths: ReadonlyMap<string, string>,
): readonly ReportObservation[] {
  return judgements.flatMap((judgement) => {
    const fact = facts.find(({ id, isObservation }) => id === judgement.id && isObservation === true);
    if (judgement.kind !== 'observation' || fact === undefined) return [];
    const says = judgement.readings.map(
      ({ hypothesis, speaks, strength }) => `${strength} ${speaks} ${HYPOTHESIS_TITLES[hypothesis].toLowerCase()}`,
    );
    const time = judgement.time === null ? '' : utcStamp(judgement.time);
    return [{ text: fact.text, says: says.join(', '), time, sources: sourceNames(fact.sources, paths) }];
  });
}

/** `Without any one of these facts it would be inconclusive: ...`: one sentence for each verdict that it could become. */
export function counterfactualWords(hypothesis: HypothesisResult, facts: readonly Fact[]): readonly string[] {
  return hingesOf(hypothesis, facts).map(({ verdict, facts: hanging }) => {
    const texts = hanging.map(({ text }) => text).join(' ');
    const words = VERDICT_WORDS[verdict];
    return hanging.length === 1
      ? `Without this fact the verdict would be “${words}”: ${texts}`
      : `Without any one of these facts the verdict would be “${words}”: ${texts}`;
  });
}
