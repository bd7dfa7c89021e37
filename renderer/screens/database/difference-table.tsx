import type { TableDifference } from '../../../shared/model/database.ts';
import { cx } from '../../components/class-names.ts';
import { Table } from '../../components/table.tsx';
import { formatCount } from '../../format.ts';

/** Rows inserted, changed and deleted, by table; a plus says that counting was ended at its limit. */
export function DifferenceTable({ tables }: { readonly tables: readonly TableDifference[] }) {
  return (
    <Table>
      <thead>
        <tr>
          <th scope="col">Table</th>
          <th scope="col" className="number">
            Inserted
          </th>
          <th scope="col" className="number">
            Changed
          </th>
          <th scope="col" className="number">
            Deleted
          </th>
        </tr>
      </thead>
      <tbody>
        {tables.map((each) => {
          const words = (rows: number | null): string =>
            rows === null ? 'unknown' : rows === 0 ? '–' : `${formatCount(rows)}${each.isLimited ? '+' : ''}`;
          return (
            <tr key={each.table}>
              <th scope="row" className="mono">
                {each.table}
              </th>
              <td className="number">{words(each.inserted)}</td>
              <td className="number">{words(each.changed)}</td>
              <td className={cx('number', each.deleted === null ? 'unknown' : undefined)}>{words(each.deleted)}</td>
            </tr>
          );
        })}
      </tbody>
    </Table>
  );
}
