import { TriangleAlert } from 'lucide-react';
import type { DatabaseHeaderFacts, DatabaseReport, JobInQuestion } from '../../../shared/model/database.ts';
import { cx } from '../../components/class-names.ts';
import { Figure, FigureRow } from '../../components/figures.tsx';
import noticeStyles from '../../components/notice.module.css';
import pageStyles from '../../components/page.module.css';
import pairsStyles from '../../components/pairs.module.css';
import { countOf, formatBytes, formatCount } from '../../format.ts';
import { JobBlock } from './job-block.tsx';
import { JournalBlock } from './journal-block.tsx';
import { OpenTransactionBlock } from './open-transaction.tsx';
import styles from './overview.module.css';
import { ShmBlock } from './shm-block.tsx';
import { NoWal, WalBlock } from './wal-block.tsx';

/** What the files of the database say by themselves. */
export function OverviewPane(props: { readonly database: DatabaseReport; readonly job: JobInQuestion | null }) {
  const { database, job } = props;
  const { journal = null, shm = null, header, unknowable = [] } = database;
  const rolledBack = database.journalTransaction ?? null;
  return (
    <div className={pageStyles.page}>
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
        <ForeignKeys database={database} />
      </FigureRow>
      {database.integrity !== null && database.integrity !== 'ok' ? (
        <section className={cx(noticeStyles.notice, noticeStyles.noticeWarning)} aria-label="Integrity">
          <TriangleAlert size={15} aria-hidden="true" />
          <pre className="mono">{database.integrity}</pre>
        </section>
      ) : null}
      {database.wal === null ? <NoWal database={database} /> : <WalBlock wal={database.wal} />}
      <div className={pageStyles.twoColumns}>
        <div>
          {job === null ? null : <JobBlock job={job} />}
          {journal === null ? null : <JournalBlock journal={journal} />}
          {rolledBack === null ? null : <OpenTransactionBlock transaction={rolledBack} from="journal" />}
          {shm === null ? null : <ShmBlock shm={shm} />}
          {database.jobHistory === null || job !== null ? null : <History database={database} />}
        </div>
        <div>
          {header === undefined ? null : <HeaderFacts header={header} database={database} />}
          {unknowable.length === 0 ? null : <Unknowable sentences={unknowable} />}
        </div>
      </div>
    </div>
  );
}

function ForeignKeys({ database }: { readonly database: DatabaseReport }) {
  const { foreignKeyCheck: check } = database;
  if (check === undefined || check === null) return null;
  return (
    <Figure
      name="Foreign keys"
      value={check.violations === 0 ? 'ok' : `${formatCount(check.violations)}${check.isLimited ? '+' : ''} broken`}
      detail={
        check.violations === 0
          ? 'every reference has its row'
          : `${check.listed[0]?.table ?? ''} refers to missing rows of ${check.listed[0]?.parent ?? ''}`
      }
      tone={check.violations === 0 ? 'plain' : 'warning'}
    />
  );
}

function HeaderFacts(props: { readonly header: DatabaseHeaderFacts; readonly database: DatabaseReport }) {
  const { header, database } = props;
  const { freelist } = database;
  const pairs: readonly (readonly [string, string])[] = [
    ['Encoding', header.encoding.toUpperCase()],
    ['Auto-vacuum', header.autoVacuum],
    ['Written by', header.sqliteVersion === null ? 'not told' : `SQLite ${header.sqliteVersion}`],
    ['Change counter', formatCount(header.changeCounter)],
    ['Schema', `cookie ${formatCount(header.schemaCookie)}, format ${header.schemaFormat}`],
    ['user_version', String(header.userVersion)],
    ['application_id', header.applicationId === 0 ? '0' : `0x${header.applicationId.toString(16).padStart(8, '0')}`],
    ['Pages by the header', header.headerPages === null ? 'not valid' : formatCount(header.headerPages)],
    [
      'Pages in the main file',
      `${formatCount(header.filePages)}${header.trailingBytes > 0 ? ` and ${formatBytes(header.trailingBytes)} behind them` : ''}`,
    ],
    ['Reserved', header.reservedBytes === 0 ? 'nothing' : `${header.reservedBytes} bytes of each page`],
  ];
  return (
    <section className={pageStyles.block} aria-labelledby="header-title">
      <h3 id="header-title" className={pageStyles.blockHeading}>
        Header <span className="secondary">as of the last commit</span>
      </h3>
      <dl className={pairsStyles.pairs}>
        {pairs.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="numeric">{value}</dd>
          </div>
        ))}
        {freelist === undefined ? null : (
          <div>
            <dt>Free pages</dt>
            <dd className="numeric">
              {countOf(freelist.walkedPages, 'page')}, {formatBytes(freelist.bytes)}
              {freelist.walkedPages === database.freelistPages
                ? ''
                : `; the header counts ${formatCount(database.freelistPages)}`}
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}

function Unknowable({ sentences }: { readonly sentences: readonly string[] }) {
  return (
    <section className={pageStyles.block} aria-labelledby="unknowable-title">
      <h3 id="unknowable-title" className={pageStyles.blockHeading}>
        What these files cannot tell
      </h3>
      <ul className={cx(pageStyles.plainList, styles.unknowable)}>
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </section>
  );
}

function History({ database }: { readonly database: DatabaseReport }) {
  const history = database.jobHistory;
  if (history === null) return null;
  const keys = history.keys.slice(0, 12);
  return (
    <section className={pageStyles.block} aria-labelledby="history-title">
      <h3 id="history-title" className={pageStyles.blockHeading}>
        Job history <span className="secondary mono">{history.table}</span>
      </h3>
      <dl className={pairsStyles.pairs}>
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
