import { Fragment } from 'react';
import type { CaseView } from '../../shared/model/views.ts';
import { annotationWords } from '../../shared/report/report-annotations.ts';
import {
  counterfactualWords,
  reportMatrix,
  reportObservations,
  reportOverrulings,
} from '../../shared/report/report-judgements.ts';
import { byAction, utcStamp } from '../../shared/report/words.ts';
import { cx } from '../components/class-names.ts';
import pageStyles from '../components/page.module.css';
import { Table } from '../components/table.tsx';
import { VerdictMark } from '../components/verdict-mark.tsx';
import { formatScore } from '../format.ts';
import reportStyles from './report.module.css';
import judgementListStyles from './verdict/judgement-list.module.css';
import matrixTableStyles from './verdict/matrix-table.module.css';

const MATRIX_CLASSES: { readonly [reading in 'consistent' | 'inconsistent' | 'neutral']: string | undefined } = {
  consistent: matrixTableStyles.matrixConsistent,
  inconsistent: matrixTableStyles.matrixInconsistent,
  neutral: matrixTableStyles.matrixNeutral,
};

/** The preview names no sources: no paths have to be shortened for it. */
const NO_PATHS: ReadonlyMap<string, string> = new Map();
/** Rows of the matrix that the preview shows; the report has all. */
const MATRIX_ROWS = 6;
/** Annotations that the preview shows. */
const ANNOTATION_ROWS = 12;

/** Each hypothesis with its verdict, and the single facts that it hangs on. */
export function HypothesesPreview({ view }: { readonly view: CaseView }) {
  const { hypotheses, facts } = view.analysis;
  return (
    <Table className={cx(reportStyles.plainTable, matrixTableStyles.plainTable)}>
      <tbody>
        {hypotheses.map((hypothesis) => {
          const hinges = counterfactualWords(hypothesis, facts);
          return (
            <Fragment key={hypothesis.id}>
              <tr className={hinges.length === 0 ? undefined : reportStyles.paperHinged}>
                <th scope="row">{hypothesis.title}</th>
                <td>
                  <VerdictMark verdict={hypothesis.verdict} />
                </td>
                <td className="number">{formatScore(hypothesis.score)}</td>
                <td className="number secondary">
                  {hypothesis.for.length} for, {hypothesis.against.length} against
                </td>
              </tr>
              {hinges.length === 0 ? null : (
                <tr>
                  <td colSpan={4} className={reportStyles.paperHinge}>
                    {hinges.map((words) => (
                      <p key={words}>{words}</p>
                    ))}
                  </td>
                </tr>
              )}
            </Fragment>
          );
        })}
      </tbody>
    </Table>
  );
}

/** The beginning of the matrix as the report has it; nothing where no fact weighs anything. */
export function MatrixPreview({ view }: { readonly view: CaseView }) {
  const matrix = reportMatrix(view.analysis, NO_PATHS);
  if (matrix === null) return null;
  const more = matrix.rows.length - MATRIX_ROWS;
  return (
    <section className={reportStyles.paperSection}>
      <h4 id="paper-matrix">Evidence matrix</h4>
      <Table
        className={cx(
          reportStyles.plainTable,
          matrixTableStyles.plainTable,
          matrixTableStyles.matrixTable,
          reportStyles.matrixTable,
        )}
        aria-labelledby="paper-matrix"
      >
        <thead>
          <tr>
            <th scope="col">Fact</th>
            {matrix.hypotheses.map((title) => (
              <th key={title} scope="col" className={cx(matrixTableStyles.matrixColumn, reportStyles.matrixColumn)}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.rows.slice(0, MATRIX_ROWS).map(({ text, note, isOverruled, cells }) => (
            <tr key={text}>
              <th scope="row">
                {isOverruled ? <s>{text}</s> : text}
                {note === null ? null : <span className={matrixTableStyles.matrixNote}>{note}</span>}
              </th>
              {cells.map(({ signs, words, reading }, index) => (
                <td
                  key={matrix.hypotheses[index]}
                  className={cx(matrixTableStyles.matrixCell, MATRIX_CLASSES[isOverruled ? 'neutral' : reading])}
                  title={words}
                >
                  {signs}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Speaks against it, in sum</th>
            {matrix.against.map((sum, index) => (
              <td key={matrix.hypotheses[index]} className={cx(matrixTableStyles.matrixCell, 'numeric')}>
                {sum}
              </td>
            ))}
          </tr>
        </tfoot>
      </Table>
      {more > 0 ? <p className="secondary">and {more} more in the report</p> : null}
    </section>
  );
}

/** What was overruled and observed; nothing where nobody did. */
export function JudgementsPreview({ view }: { readonly view: CaseView }) {
  const overrulings = reportOverrulings(view.analysis, NO_PATHS);
  const judgements = view.judgements.entries.map(({ judgement }) => judgement);
  const observations = reportObservations(view.analysis, judgements, NO_PATHS);
  if (overrulings.length + observations.length === 0) return null;
  return (
    <section className={reportStyles.paperSection}>
      <h4>Overruled and observed</h4>
      <ul className={cx(pageStyles.plainList, reportStyles.paperJudgements)}>
        {overrulings.map(({ text, comment }) => (
          <li key={text}>
            <s>{text}</s>
            <span className={judgementListStyles.judgementComment}>{comment}</span>
          </li>
        ))}
        {observations.map(({ text, says }) => (
          <li key={text}>
            {text}
            <span className={judgementListStyles.judgementComment}>{says}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What to do, by what it is for, without reasons and patches. */
export function ChangesPreview({ view }: { readonly view: CaseView }) {
  const groups = byAction(view.analysis.recommendations);
  if (groups.length === 0) return null;
  return (
    <section className={reportStyles.paperSection}>
      <h4>What to do</h4>
      {groups.map(({ title, start, items }) => (
        <div key={start}>
          <p className="secondary">{title}</p>
          <ol className={reportStyles.paperChanges} start={start}>
            {items.map(({ id, text }) => (
              <li key={id}>{text}</li>
            ))}
          </ol>
        </div>
      ))}
    </section>
  );
}

/** What the analyst put beside the evidence; nothing where nobody did. */
export function AnnotationsPreview({ view }: { readonly view: CaseView }) {
  const shown = view.annotations.entries.flatMap(({ annotation, time, to }) =>
    annotation.kind === 'hidden' || time === null
      ? []
      : [
          {
            id: annotation.id,
            time: to === null ? utcStamp(time) : `${utcStamp(time)} to ${utcStamp(to)}`,
            ...annotationWords(annotation),
          },
        ],
  );
  if (shown.length === 0) return null;
  const more = shown.length - ANNOTATION_ROWS;
  return (
    <section className={reportStyles.paperSection}>
      <h4>Annotations</h4>
      <ul className={cx(pageStyles.plainList, reportStyles.paperJudgements)}>
        {shown.slice(0, ANNOTATION_ROWS).map(({ id, time, what, text, record }) => (
          <li key={id}>
            {[what, text].filter((part) => part !== '').join(': ')}
            <span className={judgementListStyles.judgementComment}>
              {time} {record}
            </span>
          </li>
        ))}
      </ul>
      {more > 0 ? <p className="secondary">and {more} more in the report</p> : null}
    </section>
  );
}
