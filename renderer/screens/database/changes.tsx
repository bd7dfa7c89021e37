import { GitCompareArrows } from 'lucide-react';
import type { DatabaseReport, ViewDifference } from '../../../shared/model/database.ts';
import { VIEW_WORDS } from '../../../shared/wording/view-words.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import pageStyles from '../../components/page.module.css';
import { Table } from '../../components/table.tsx';
import { countOf, formatCount } from '../../format.ts';
import { DifferenceTable } from './difference-table.tsx';
import { VIEW_NAMES } from './view-names.ts';

/** The states in which the files can be read, and what differs between them. */
export function ChangesPane({ database }: { readonly database: DatabaseReport }) {
  const { views = [], differences = [] } = database;
  if (views.length === 0 && differences.length === 0) {
    return (
      <EmptyState icon={GitCompareArrows} title="Nothing was compared">
        <p>The views of this database were not compared when it was read. SQL reads each of them.</p>
      </EmptyState>
    );
  }
  return (
    <div className={pageStyles.page}>
      <section className={pageStyles.block} aria-labelledby="views-title">
        <h3 id="views-title" className={pageStyles.blockHeading}>
          Views <span className="secondary">what can be read from the same files</span>
        </h3>
        <Table>
          <thead>
            <tr>
              <th scope="col">View</th>
              <th scope="col">The database</th>
              <th scope="col" className="number">
                Pages
              </th>
              <th scope="col">Whole</th>
            </tr>
          </thead>
          <tbody>
            {views.map(({ id, pages, isWhole, sameAs }) => (
              <tr key={id}>
                <th scope="row">{VIEW_NAMES[id]}</th>
                <td>
                  {VIEW_WORDS[id]}
                  {sameAs === null ? null : (
                    <span className="secondary"> · the same as {VIEW_NAMES[sameAs].toLowerCase()}</span>
                  )}
                </td>
                <td className="number">{formatCount(pages)}</td>
                <td>{isWhole ? 'yes' : 'no, SQL may not reach all rows'}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      </section>
      {differences.map((difference) => (
        <Difference key={`${difference.from} ${difference.to}`} difference={difference} />
      ))}
    </div>
  );
}

function Difference({ difference }: { readonly difference: ViewDifference }) {
  const { from, to, tables } = difference;
  const id = `difference-${from}-${to}`;
  return (
    <section className={pageStyles.block} aria-labelledby={id}>
      <h3 id={id} className={pageStyles.blockHeading}>
        <span>
          {VIEW_NAMES[from]} <span className="secondary">→</span> {VIEW_NAMES[to]}
        </span>
        <span className="secondary numeric">
          {tables.length === 0
            ? 'the same rows'
            : `${countOf(tables.length, 'table')} differ${tables.length === 1 ? 's' : ''}`}
        </span>
      </h3>
      {tables.length === 0 ? (
        <p className="secondary">Both views have the same rows in every table.</p>
      ) : (
        <DifferenceTable tables={tables} />
      )}
    </section>
  );
}
