import {
  cellSigns,
  cellWords,
  evidenceMatrix,
  type MatrixCell,
  type MatrixRow,
} from '../../../shared/hypotheses/matrix.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { SourceLinks } from '../../components/source-link.tsx';
import { countOf, formatWeight } from '../../format.ts';
import { OverruleButton } from './overrule.tsx';

/** All facts against all hypotheses, the most telling first (Analysis of Competing Hypotheses). */
export function EvidenceMatrix({ view }: { readonly view: CaseView }) {
  const { hypotheses, rows, against } = evidenceMatrix(view.analysis);
  if (rows.length === 0) return null;
  return (
    <section className="block" aria-labelledby="matrix-title">
      <header className="page-header">
        <h2 id="matrix-title" className="page-heading">
          Evidence matrix
        </h2>
        <p className="secondary matrix-key">
          {countOf(rows.length, 'fact')}, the most telling first. <b className="matrix-consistent">++</b> strongly
          consistent, <b className="matrix-consistent">+</b> consistent, <b>·</b> neutral,{' '}
          <b className="matrix-inconsistent">−</b> inconsistent, <b className="matrix-inconsistent">−−</b> strongly so
        </p>
      </header>
      <div className="table-frame">
        <table className="plain-table matrix-table" aria-labelledby="matrix-title">
          <thead>
            <tr>
              <th scope="col">Fact</th>
              {hypotheses.map(({ id, title }) => (
                <th key={id} scope="col" className="matrix-column">
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
                <td key={id} className="matrix-cell numeric">
                  {against[index] === 0 ? '0' : formatWeight(against[index] ?? 0)}
                </td>
              ))}
              <td />
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  );
}

function FactRow({ view, row }: { readonly view: CaseView; readonly row: MatrixRow }) {
  const { fact, cells, overruled } = row;
  return (
    <tr className={overruled === null ? undefined : 'matrix-overruled'}>
      <th scope="row">
        {overruled === null ? fact.text : <s>{fact.text}</s>}
        {overruled === null ? null : <span className="matrix-note">Overruled: {overruled.comment}</span>}
        {fact.isObservation === true ? <span className="matrix-note">Your observation</span> : null}
        <SourceLinks view={view} sources={fact.sources} rows={fact.rows} />
      </th>
      {cells.map((cell) => (
        <Cell key={cell.hypothesis} cell={cell} isOverruled={overruled !== null} />
      ))}
      <td className="matrix-action">
        <OverruleButton fact={fact} overruled={overruled} />
      </td>
    </tr>
  );
}

function Cell({ cell, isOverruled }: { readonly cell: MatrixCell; readonly isOverruled: boolean }) {
  const words = isOverruled ? `would be ${cellWords(cell)}, overruled` : cellWords(cell);
  return (
    <td className={`matrix-cell matrix-${isOverruled ? 'neutral' : cell.reading}`}>
      <span title={cell.weight === 0 ? words : `${words}, ${formatWeight(cell.weight)}`}>
        <span aria-hidden="true">{cellSigns(cell)}</span>
        <span className="visually-hidden">{words}</span>
      </span>
    </td>
  );
}
