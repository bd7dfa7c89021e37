import { TriangleAlert } from 'lucide-react';
import type { OpenTransaction } from '../../../shared/model/database.ts';
import { cx } from '../../components/class-names.ts';
import pageStyles from '../../components/page.module.css';
import { countOf, formatBytes } from '../../format.ts';
import { DifferenceTable } from './difference-table.tsx';
import styles from './open-transaction.module.css';
import { TouchedTable } from './touched-table.tsx';

/** A write transaction that had not come to its end, by what it left in the -wal or in the rollback journal. */
export function OpenTransactionBlock(props: {
  readonly transaction: OpenTransaction;
  readonly from: 'wal' | 'journal';
}) {
  const { transaction, from } = props;
  const { changes = [] } = transaction;
  const left =
    from === 'wal'
      ? `${countOf(transaction.frames, 'frame')} without a commit rewrite ${countOf(transaction.pages, 'page')}`
      : `The journal keeps ${countOf(transaction.frames, 'page')} as they were before, and ${countOf(transaction.pages, 'page')} had been taken up`;
  return (
    <section className={styles.openTransaction} aria-labelledby={`transaction-${from}`}>
      <h4 id={`transaction-${from}`}>
        <TriangleAlert size={14} aria-hidden="true" />A write transaction was open
      </h4>
      <p>
        {left} ({formatBytes(transaction.bytes)}). Whoever wrote them held the write lock.
      </p>
      <div className={cx(pageStyles.twoColumns, styles.transactionTables)}>
        <TouchedTable touched={transaction.touched} tone="warning" />
        <div className={styles.transactionRows}>
          {changes.length > 0 ? <DifferenceTable tables={changes} /> : null}
          <ul className={pageStyles.plainList}>
            {changes.length > 0
              ? null
              : transaction.newRows.map((each) => (
                  <li key={each.table}>
                    <span className="mono">{each.table}</span>: {countOf(each.rows, 'new row')} that nobody else could
                    see
                  </li>
                ))}
            {transaction.newKeys.map((each) => (
              <li key={`${each.table}.${each.column}`}>
                <span className="mono">
                  {each.table}.{each.column}
                </span>{' '}
                of the new rows: <span className="numeric">{each.values.join(', ')}</span>
              </li>
            ))}
          </ul>
        </div>
      </div>
    </section>
  );
}
