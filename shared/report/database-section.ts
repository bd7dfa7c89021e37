import type {
  DatabaseReport,
  DatabaseViewId,
  JobInQuestion,
  ViewDifference,
  WalReport,
  WalStop,
} from '../model/database.ts';
import type { Field } from '../model/report-query.ts';
import { formatBytes, formatCount } from '../wording/figures.ts';
import type { Report } from './report.ts';

/** The database for readers of the report: what it is, what its files show, how it got there, and what they cannot tell. */
export function databaseSection(
  database: DatabaseReport,
  job: JobInQuestion | null,
  paths: ReadonlyMap<string, string>,
): NonNullable<Report['database']> {
  const { wal, header, shm, journal } = database;
  const open = wal?.openTransaction ?? database.journalTransaction ?? null;
  const fields: (Field | null)[] = [
    { label: 'File', value: paths.get(database.evidenceId) ?? database.path },
    {
      label: 'Size',
      value: `${formatBytes(database.bytes)}: ${formatCount(database.pages)} pages of ${formatCount(database.pageSize)} bytes, ${formatCount(database.freelistPages)} of them free`,
    },
    header === undefined
      ? null
      : {
          label: 'Header',
          value: [
            `text in ${header.encoding.toUpperCase()}`,
            `auto-vacuum ${header.autoVacuum}`,
            `user_version ${header.userVersion}`,
            `application_id ${header.applicationId}`,
            `change counter ${formatCount(header.changeCounter)}`,
            ...(header.sqliteVersion === null ? [] : [`written by SQLite ${header.sqliteVersion}`]),
            ...(header.headerPages === null || header.headerPages === header.filePages
              ? []
              : [
                  `${formatCount(header.filePages)} pages in the file where the header says ${formatCount(header.headerPages)}`,
                ]),
          ].join(', '),
        },
    { label: 'Journal mode', value: database.journalMode === 'wal' ? 'WAL' : 'rollback journal (not WAL)' },
    wal === null
      ? null
      : {
          label: 'Write-ahead log',
          value: `${formatBytes(wal.bytes)}, ${formatCount(wal.validFrames)} valid frames: ${formatCount(wal.committedFrames)} committed, ${formatCount(wal.uncommittedFrames)} after the last commit${wal.tornBytes > 0 ? `, last frame cut after ${formatCount(wal.tornBytes)} bytes` : ''}`,
        },
    stopWords(wal) === null ? null : { label: 'The log is read', value: stopWords(wal) ?? '' },
    shm === null || shm === undefined || !shm.isValid
      ? null
      : {
          label: 'Shared-memory index',
          value: `${formatCount(shm.maxFrame ?? 0)} committed frames known to connections, ${formatCount(shm.backfilledFrames ?? 0)} of them checkpointed${shm.belongsToWal === false ? '; it is of another generation of the log' : ''}`,
        },
    open === null ? null : { label: 'Open transaction', value: openTransactionWords(open) },
    journal === null || journal === undefined || journal.state === 'hot'
      ? null
      : { label: 'Rollback journal', value: `${formatBytes(journal.bytes)}, ${JOURNAL_WORDS[journal.state]}` },
    database.hotJournal
      ? { label: 'Hot journal', value: 'a rollback journal that SQLite would roll back at the next open' }
      : null,
    { label: 'Integrity', value: database.integrity ?? 'not checked' },
    ...(database.differences ?? []).map((difference) => ({
      label: DIFFERENCE_LABELS[difference.to] ?? `From ${difference.from} to ${difference.to}`,
      value: differenceWords(difference),
    })),
    database.foreignKeyCheck === null || database.foreignKeyCheck === undefined
      ? null
      : {
          label: 'Foreign keys',
          value:
            database.foreignKeyCheck.violations === 0
              ? 'every reference leads to a row'
              : `${database.foreignKeyCheck.isLimited ? 'at least ' : ''}${formatCount(database.foreignKeyCheck.violations)} rows refer to rows that do not exist`,
        },
    job === null ? null : { label: 'Job in question', value: jobWords(job) },
    database.jobHistory === null
      ? null
      : {
          label: 'Earlier jobs',
          value: `${formatCount(database.jobHistory.rows)} rows in ${database.jobHistory.table}${database.jobHistory.medianSize === null ? '' : `, ${database.jobHistory.sizeColumn ?? 'size'} ${formatCount(database.jobHistory.medianSize)} at the median and ${formatCount(database.jobHistory.maxSize ?? database.jobHistory.medianSize)} at most`}`,
        },
    // One label for them all: the rows below it continue it.
    ...(database.unknowable ?? []).map((value, index) => ({ label: index === 0 ? 'Cannot be known' : '', value })),
  ];
  const tables = database.tables
    .filter(({ type }) => type === 'table')
    .slice(0, 12)
    .map(({ name, rows, bytes }) => ({
      name,
      rows: rows === null ? 'unreadable' : formatCount(rows),
      size: formatBytes(bytes),
    }));
  return { fields: fields.filter((field) => field !== null), tables };
}

function openTransactionWords(open: NonNullable<NonNullable<DatabaseReport['wal']>['openTransaction']>): string {
  const rows = open.newRows.map(({ table, rows: count }) => `${formatCount(count)} new in ${table}`).join(', ');
  const keys = open.newKeys.map(({ table, column, values }) => `${table}.${column} = ${values.join(', ')}`).join('; ');
  const touched = open.touched
    .slice(0, 4)
    .map(({ name, pages }) => `${name} (${formatCount(pages)})`)
    .join(', ');
  return [
    `${formatCount(open.frames)} frames rewrite ${formatCount(open.pages)} pages`,
    touched === '' ? '' : `of ${touched}`,
    rows === '' ? '' : `rows: ${rows}`,
    keys === '' ? '' : `for ${keys}`,
  ]
    .filter((part) => part !== '')
    .join('; ');
}

const JOURNAL_WORDS: Readonly<Record<'unsynced' | 'finished' | 'unreadable', string>> = {
  unsynced: 'begun but not yet synced: SQLite ignores it, and yet a write transaction was open',
  finished: 'empty or zeroed, as a commit leaves it',
  unreadable: 'not readable',
};

const DIFFERENCE_LABELS: Readonly<Partial<Record<DatabaseViewId, string>>> = {
  committed: 'Committed since the main file',
  'open-transaction': 'Written but not committed',
};

function differenceWords({ tables }: ViewDifference): string {
  if (tables.length === 0) return 'no row differs';
  const words = tables.slice(0, 5).map(({ table, inserted, changed, deleted, isLimited }) => {
    const parts = [
      inserted > 0 ? `${formatCount(inserted)} inserted` : '',
      changed > 0 ? `${formatCount(changed)} changed` : '',
      deleted !== null && deleted > 0 ? `${formatCount(deleted)} deleted` : '',
    ].filter((part) => part !== '');
    return `${table}: ${isLimited ? 'at least ' : ''}${parts.join(', ')}`;
  });
  return `${words.join('; ')}${tables.length > words.length ? `; ${formatCount(tables.length - words.length)} more tables` : ''}`;
}

const STOP_WORDS: Readonly<Record<WalStop['reason'], string>> = {
  salt: 'what follows was left from before the log was begun again',
  checksum: 'its checksum does not hold',
  unwritten: 'it was never written',
  torn: 'it is cut short',
};

/** Up to where SQLite reads the log, and why; an open transaction says itself that what follows does not count. */
function stopWords(wal: WalReport | null): string | null {
  const stop = wal?.stop ?? null;
  if (stop === null || (stop.reason === 'checksum' && wal?.openTransaction != null)) return null;
  return `up to frame ${formatCount(stop.frame - 1)} (byte ${formatCount(stop.source.byteOffset)}); of the next one ${STOP_WORDS[stop.reason]}`;
}

function jobWords(job: JobInQuestion): string {
  const { history, identity, imported } = job;
  const rows = imported.flatMap(({ table, committedRows, uncommittedRows }) => [
    ...((committedRows ?? 0) > 0 ? [`${formatCount(committedRows ?? 0)} committed rows in ${table}`] : []),
    ...((uncommittedRows ?? 0) > 0 ? [`${formatCount(uncommittedRows ?? 0)} uncommitted rows in ${table}`] : []),
  ]);
  return [
    `${job.key}: ${job.state === 'committed' ? 'its row is there' : job.state === 'uncommitted' ? 'not committed' : 'not in the database'}`,
    identity.map(({ name, value }) => `${name} ${value}`).join(', '),
    job.timestamp ?? '',
    job.counts.map(({ name, value }) => `${name} ${formatCount(value)}`).join(', '),
    rows.length === 0
      ? ''
      : `${rows.join(', ')}${job.expectedRows === null ? '' : ` of ${formatCount(job.expectedRows)} expected`}`,
    history.ratio === null || history.size === null
      ? ''
      : `${formatCount(history.size)} tests, ${history.ratio < 10 ? history.ratio.toFixed(1) : formatCount(history.ratio)} times the median of ${formatCount(history.points.length)} earlier jobs${history.group === null ? '' : ` of ${history.group}`}`,
  ]
    .filter((part) => part !== '')
    .join('; ');
}
