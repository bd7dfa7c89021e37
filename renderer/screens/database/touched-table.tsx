import { ShareBar } from '../../components/bars.tsx';
import tableStyles from '../../components/table.module.css';
import { Table } from '../../components/table.tsx';
import { formatCount } from '../../format.ts';

/** Tables and indexes by how many of their pages something touched. */
export function TouchedTable(props: {
  readonly touched: readonly { readonly name: string; readonly pages: number }[];
  readonly tone: 'warning' | 'quiet';
}) {
  if (props.touched.length === 0) return null;
  const most = Math.max(1, ...props.touched.map((each) => each.pages));
  return (
    <Table>
      <thead>
        <tr>
          <th scope="col">Table or index</th>
          <th scope="col" className="number">
            Pages
          </th>
          <th scope="col" className={tableStyles.barColumn}>
            <span className="visually-hidden">Share</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {props.touched.map((each) => (
          <tr key={each.name}>
            <th scope="row" className="mono">
              {each.name}
            </th>
            <td className="number">{formatCount(each.pages)}</td>
            <td className={tableStyles.barColumn}>
              <ShareBar share={each.pages / most} tone={props.tone} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
