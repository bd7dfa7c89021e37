import {
  cellSigns,
  cellWords,
  evidenceMatrix,
  type MatrixCell,
  type MatrixRow,
} from '../../../shared/hypotheses/matrix.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { cx } from '../../components/class-names.ts';
import pageStyles from '../../components/page.module.css';
import { SourceLinks } from '../../components/source-link.tsx';
import tableStyles from '../../components/table.module.css';
import { Table } from '../../components/table.tsx';
import { countOf, formatWeight } from '../../format.ts';
import styles from './matrix-table.module.css';
import { OverruleButton } from './overrule.tsx';

const MATRIX_CLASSES: { readonly [reading in 'consistent' | 'inconsistent' | 'neutral']: string | undefined } = {
  consistent: styles.matrixConsistent,
  inconsistent: styles.matrixInconsistent,
  neutral: styles.matrixNeutral,
};

/** All facts against all hypotheses, the most telling first (Analysis of Competing Hypotheses). */
export function MatrixTable({ view }: { readonly view: CaseView }) {
  const { hypotheses, rows, against } = evidenceMatrix(view.analysis);
  if (rows.length === 0) return null;
  return (
    <section className={pageStyles.block} aria-labelledby="matrix-title">
      <header className={pageStyles.pageHeader}>
        <h2 id="matrix-title" className={pageStyles.pageHeading}>
          Evidence matrix
        </h2>
        <p className={cx(styles.matrixKey, 'secondary')}>
          {countOf(rows.length, 'fact')}, the most telling first. <b className={styles.matrixConsistent}>++</b> strongly
          consistent, <b className={styles.matrixConsistent}>+</b> consistent, <b>·</b> neutral,{' '}
          <b className={styles.matrixInconsistent}>−</b> inconsistent, <b className={styles.matrixInconsistent}>−−</b>{' '}
          strongly so
        </p>
      </header>
      <div className={tableStyles.tableFrame}>
        <Table className={cx(styles.plainTable, styles.matrixTable)} aria-labelledby="matrix-title">
          <thead>
            <tr>
              <th scope="col">Fact</th>
              {hypotheses.map(({ id, title }) => (
                <th key={id} scope="col" className={styles.matrixColumn}>
                  {title}
                </th>
              ))}
              <th scope="col">
                <span className="visually-hidden">Overrule</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <FactRow key={row.fact.id} view={view} row={row} />
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Speaks against it, in sum</th>
              {hypotheses.map(({ id }, index) => (
                <td key={id} className={cx(styles.matrixCell, 'numeric')}>
                  {against[index] === 0 ? '0' : formatWeight(against[index] ?? 0)}
                </td>
              ))}
              <td />
            </tr>
          </tfoot>
        </Table>
      </div>
    </section>
  );
}

function FactRow({ view, row }: { readonly view: CaseView; readonly row: MatrixRow }) {
  const { fact, cells, overruled } = row;
  return (
    <tr className={overruled === null ? undefined : styles.matrixOverruled}>
      <th scope="row">
        {overruled === null ? fact.text : <s>{fact.text}</s>}
        {overruled === null ? null : <span className={styles.matrixNote}>Overruled: {overruled.comment}</span>}
        {fact.isObservation === true ? <span className={styles.matrixNote}>Your observation</span> : null}
        <SourceLinks className={styles.matrixSources} view={view} sources={fact.sources} rows={fact.rows} />
      </th>
      {cells.map((cell) => (
        <Cell key={cell.hypothesis} cell={cell} isOverruled={overruled !== null} />
      ))}
      <td className={styles.matrixAction}>
        <OverruleButton fact={fact} overruled={overruled} />
      </td>
    </tr>
  );
}

function Cell({ cell, isOverruled }: { readonly cell: MatrixCell; readonly isOverruled: boolean }) {
  const words = isOverruled ? `would be ${cellWords(cell)}, overruled` : cellWords(cell);
  return (
    <td className={cx(styles.matrixCell, MATRIX_CLASSES[isOverruled ? 'neutral' : cell.reading])}>
      <span title={cell.weight === 0 ? words : `${words}, ${formatWeight(cell.weight)}`}>
        <span aria-hidden="true">{cellSigns(cell)}</span>
        <span className="visually-hidden">{words}</span>
      </span>
    </td>
  );
}
