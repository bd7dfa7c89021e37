import { Database, TriangleAlert } from 'lucide-react';
import type { CaseView } from '../../shared/contract/ipc.ts';
import type { DatabaseReport, OpenTransaction, WalReport } from '../../shared/model/database.ts';
import { ShareBar, StackBar } from '../components/bars.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { Figure, FigureRow, FileChoice } from '../components/figures.tsx';
import { countOf, formatBytes, formatCount } from '../format.ts';
import { useActions, useAppState } from '../state/app-context.tsx';

/** The database copy: its header, what its write-ahead log holds, and what is in it. */
export function DatabaseScreen({ view }: { readonly view: CaseView }) {
  const { trail } = useAppState();
  const { move } = useActions();
  const index = Math.min(
    trail.here.databaseIndex ?? view.analysis.databaseIndex ?? 0,
    Math.max(0, view.databases.length - 1),
  );
  const database = view.databases[index];
  if (database === undefined) {
    return (
      <EmptyState icon={Database} title="No database in this case">
        <p>
          Add a copy of the SQLite file <em>together with</em> its <code>-wal</code>, <code>-shm</code> and{' '}
          <code>-journal</code> files, taken while nothing else opened it:
        </p>
        <pre className="mono">cp --preserve=timestamps app.db app.db-wal app.db-shm evidence/</pre>
        <p>A write-ahead log without commit shows that a write transaction was open, and for how much.</p>
      </EmptyState>
    );
  }
  return (
    <div className="page">
      <header className="page-header">
        <h2 className="page-heading">Database</h2>
        <FileChoice
          label="Database file"
          paths={view.databases.map((each) => each.path)}
          chosen={index}
          inQuestion={view.analysis.databaseIndex}
          onChoose={(chosen) => move({ databaseIndex: chosen }, 'filter')}
        />
      </header>
      <FigureRow>
        <Figure
          name="Journal mode"
          value={database.journalMode === 'wal' ? 'WAL' : 'rollback'}
          detail={database.journalMode === 'wal' ? 'header bytes 18 and 19 are 2' : 'delete, truncate or persist'}
        />
        <Figure name="Size" value={formatBytes(database.bytes)} detail={`${formatCount(database.bytes)} bytes`} />
        <Figure
          name="Pages"
          value={formatCount(database.pages)}
          detail={`of ${formatCount(database.pageSize)} bytes, ${formatCount(database.freelistPages)} free`}
        />
        <Figure
          name="Hot journal"
          value={database.hotJournal ? 'yes' : 'no'}
          detail={database.hotJournal ? 'the next open would roll back' : 'nothing to roll back'}
          tone={database.hotJournal ? 'warning' : 'plain'}
        />
        <Figure
          name="Integrity"
          value={database.integrity === null ? 'not checked' : database.integrity === 'ok' ? 'ok' : 'damaged'}
          detail="integrity_check of the committed state"
          tone={database.integrity !== null && database.integrity !== 'ok' ? 'warning' : 'plain'}
        />
      </FigureRow>
      {database.integrity !== null && database.integrity !== 'ok' ? (
        <section className="notice notice-warning" aria-label="Integrity">
          <TriangleAlert size={15} aria-hidden="true" />
          <pre className="mono">{database.integrity}</pre>
        </section>
      ) : null}
      <div className="two-columns">
        <div>
          {database.wal === null ? <NoWal database={database} /> : <Wal wal={database.wal} />}
          {database.jobHistory === null ? null : <History database={database} />}
        </div>
        <Tables database={database} />
      </div>
    </div>
  );
}

function NoWal({ database }: { readonly database: DatabaseReport }) {
  return (
    <section className="block" aria-labelledby="wal-title">
      <h3 id="wal-title" className="block-heading">
        Write-ahead log
      </h3>
      <p className="secondary">
        {database.journalMode === 'wal'
          ? 'The database is in WAL mode, but no -wal file was given: whether a transaction was open cannot be told.'
          : 'The database is not in WAL mode, so there is none.'}
      </p>
    </section>
  );
}

function Wal({ wal }: { readonly wal: WalReport }) {
  return (
    <section className="block" aria-labelledby="wal-title">
      <h3 id="wal-title" className="block-heading">
        Write-ahead log{' '}
        <span className="secondary numeric">
          {formatBytes(wal.bytes)} · {countOf(wal.validFrames, 'valid frame')}
        </span>
      </h3>
      <StackBar
        label="Frames of the write-ahead log"
        parts={[
          { name: 'committed', value: wal.committedFrames, text: formatCount(wal.committedFrames), tone: 'ok' },
          {
            name: 'uncommitted',
            value: wal.uncommittedFrames,
            text: formatCount(wal.uncommittedFrames),
            tone: 'warning',
          },
          { name: 'stale', value: wal.staleFrames, text: formatCount(wal.staleFrames), tone: 'faint' },
        ]}
      />
      {wal.tornBytes > 0 ? (
        <p className="notice notice-warning">
          <TriangleAlert size={14} aria-hidden="true" />
          The last frame is cut short: {countOf(wal.tornBytes, 'byte')} of it are there.
        </p>
      ) : null}
      {wal.openTransaction === null ? (
        <p className="secondary">Every valid frame is committed: no write transaction was open.</p>
      ) : (
        <OpenTransactionBlock transaction={wal.openTransaction} />
      )}
    </section>
  );
}

function OpenTransactionBlock({ transaction }: { readonly transaction: OpenTransaction }) {
  const most = Math.max(1, ...transaction.touched.map((each) => each.pages));
  return (
    <section className="open-transaction" aria-labelledby="transaction-title">
      <h4 id="transaction-title">
        <TriangleAlert size={14} aria-hidden="true" />A write transaction was open
      </h4>
      <p>
        {countOf(transaction.frames, 'frame')} without a commit rewrite {countOf(transaction.pages, 'page')} (
        {formatBytes(transaction.bytes)}). Whoever wrote them held the write lock.
      </p>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">Table or index</th>
            <th scope="col" className="number">
              Pages
            </th>
            <th scope="col" className="bar-column">
              <span className="visually-hidden">Share</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {transaction.touched.map((each) => (
            <tr key={each.name}>
              <th scope="row" className="mono">
                {each.name}
              </th>
              <td className="number">{formatCount(each.pages)}</td>
              <td className="bar-column">
                <ShareBar share={each.pages / most} tone="warning" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {transaction.newRows.length === 0 ? null : (
        <ul className="plain-list">
          {transaction.newRows.map((each) => (
            <li key={each.table}>
              <span className="mono">{each.table}</span>: {countOf(each.rows, 'new row')} that nobody else could see
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
      )}
    </section>
  );
}

function History({ database }: { readonly database: DatabaseReport }) {
  const history = database.jobHistory;
  if (history === null) return null;
  const keys = history.keys.slice(0, 12);
  return (
    <section className="block" aria-labelledby="history-title">
      <h3 id="history-title" className="block-heading">
        Job history <span className="secondary mono">{history.table}</span>
      </h3>
      <dl className="pairs">
        <div>
          <dt>Rows</dt>
          <dd className="numeric">{formatCount(history.rows)}</dd>
        </div>
        {history.sizeColumn === null ? null : (
          <>
            <div>
              <dt>
                Median <span className="mono">{history.sizeColumn}</span>
              </dt>
              <dd className="numeric">{history.medianSize === null ? '–' : formatCount(history.medianSize)}</dd>
            </div>
            <div>
              <dt>
                Largest <span className="mono">{history.sizeColumn}</span>
              </dt>
              <dd className="numeric">{history.maxSize === null ? '–' : formatCount(history.maxSize)}</dd>
            </div>
          </>
        )}
        <div>
          <dt>
            {history.keys.length > keys.length ? 'Latest ' : ''}
            <span className="mono">{history.keyColumn}</span>
          </dt>
          <dd className="numeric">{keys.length === 0 ? 'none' : keys.join(', ')}</dd>
        </div>
      </dl>
    </section>
  );
}

function Tables({ database }: { readonly database: DatabaseReport }) {
  const tables = [...database.tables].sort((one, other) => other.bytes - one.bytes);
  const most = Math.max(1, ...tables.map((table) => table.bytes));
  return (
    <section className="block" aria-labelledby="tables-title">
      <h3 id="tables-title" className="block-heading">
        Tables and indexes <span className="secondary">as of the last commit</span>
      </h3>
      {tables.length === 0 ? (
        <p className="secondary">None could be read.</p>
      ) : (
        <table className="plain-table" aria-labelledby="tables-title">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col" className="number">
                Rows
              </th>
              <th scope="col" className="number">
                Size
              </th>
              <th scope="col" className="bar-column">
                <span className="visually-hidden">Share</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {tables.map((table) => (
              <tr key={`${table.type} ${table.name}`}>
                <th scope="row">
                  <span className="mono">{table.name}</span>
                  {table.type === 'index' ? <span className="secondary"> index of {table.tableName}</span> : null}
                </th>
                <td className="number">{table.rows === null ? '–' : formatCount(table.rows)}</td>
                <td className="number">{formatBytes(table.bytes)}</td>
                <td className="bar-column">
                  <ShareBar share={table.bytes / most} tone="quiet" />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
