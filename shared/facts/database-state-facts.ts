import { sourceOnly } from '../context/context.ts';
import type { DatabaseReport, JobInQuestion, TableSize } from '../model/database.ts';
import { formatBytes, formatCount, listing, plural } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { type FactOf, rule } from './rule.ts';

/** SQLite's page cache of a connection by default: 2 MB. Source: https://www.sqlite.org/pragma.html#pragma_cache_size */
const DEFAULT_CACHE_BYTES = 2_048_000;
/** A log of ten times as many frames as the automatic checkpoint keeps was not brought back for a long time. */
const AUTOMATIC_CHECKPOINT_FRAMES = 1000;
const STARVED_FRAMES = 10 * AUTOMATIC_CHECKPOINT_FRAMES;
const MUCH_FREE_SHARE = 0.25;

/** What the state of the files says apart from who held the lock: size, free pages, a log that grew, broken references. */
export function databaseStateFacts(report: DatabaseReport, job: JobInQuestion | null): readonly DatabaseStateFact[] {
  return [sizeOfWrites(report), grownLog(report), referencesBroken(report), jobInDatabase(report, job)].filter(
    (fact) => fact !== null,
  );
}

const indexesExceedCache = rule({
  id: 'indexes-exceed-cache',
  needs: ['database'],
  basis: 'SQLite, Database File Format, sections 1.3.7 and 1.5 (https://www.sqlite.org/fileformat2.html#the_freelist)',
});

const sizeIsNoBurden = rule({
  id: 'size-is-no-burden',
  needs: ['database'],
  basis: 'SQLite, Database File Format, sections 1.3.7 and 1.5 (https://www.sqlite.org/fileformat2.html#the_freelist)',
});

/**
 * Whether size and free pages make inserts slow. Free pages are taken before the file grows and cost nothing by themselves;
 * an index that is larger than the cache is read and written at a random place by every row.
 */
function sizeOfWrites(report: DatabaseReport): DatabaseStateFact | null {
  const size = report.pages * report.pageSize;
  const free = report.freelistPages * report.pageSize;
  const touched = new Set((report.wal?.openTransaction ?? report.journalTransaction)?.touched.map(({ name }) => name));
  const indexes = report.tables.filter(
    ({ name, type, tableName }) =>
      type === 'index' && (touched.size === 0 || touched.has(name) || touched.has(tableName)),
  );
  const large = indexes.filter(({ bytes }) => bytes > DEFAULT_CACHE_BYTES).sort(bySize);
  const isSparse = size > 0 && free / size > MUCH_FREE_SHARE;
  const freeWords = `${plural(report.freelistPages, 'free page')} (${formatBytes(free)}${
    isSparse ? ', which VACUUM would give back; inserts take them first, which costs no time' : ''
  })`;
  const indexWords = large.slice(0, 3).map(({ name, bytes }) => `${name} (${formatBytes(bytes)})`);
  return (large.length > 0 ? indexesExceedCache : sizeIsNoBurden).fact({
    text:
      large.length > 0
        ? `The database has ${formatBytes(size)} and ${freeWords}. ${listing(indexWords)} ${large.length === 1 ? 'is' : 'are'} larger than the 2 MB that SQLite caches by default: rows in no order of ${large.length === 1 ? 'it' : 'them'} read and write a page each.`
        : `The database has ${formatBytes(size)} and ${freeWords}; no index that was written is larger than the 2 MB that SQLite caches by default: neither size nor free pages make its writes slow.`,
    ...sourceOnly({ ...report.source, byteOffset: 28, byteLength: 12 }),
  });
}

function bySize(one: TableSize, other: TableSize): number {
  return other.bytes - one.bytes;
}

const walGrownByTransaction = rule({
  id: 'wal-grown-by-transaction',
  needs: ['database'],
  basis:
    'SQLite, Write-Ahead Logging, "Avoiding Excessively Large WAL Files" (https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files)',
});

const checkpointStarved = rule({
  id: 'checkpoint-starved',
  needs: ['database'],
  basis:
    'SQLite, Write-Ahead Logging, "Avoiding Excessively Large WAL Files" (https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files)',
});

/** A checkpoint cannot pass a reader's mark, and a log is begun again only when all of it was checkpointed. */
function grownLog({ wal, shm }: DatabaseReport): DatabaseStateFact | null {
  if (wal === null || wal.validFrames < STARVED_FRAMES) return null;
  const isOneTransaction = wal.uncommittedFrames > wal.committedFrames;
  const done = shm?.belongsToWal === true ? (shm.backfilledFrames ?? null) : null;
  const why = isOneTransaction
    ? 'one transaction that has not been committed wrote most of them, and no checkpoint can pass it'
    : `checkpoints were starved: a reader that never ends, or writers that leave no gap, keep the log from being begun again${
        done === null ? '' : `; ${formatCount(done)} of its frames had been checkpointed`
      }`;
  return (isOneTransaction ? walGrownByTransaction : checkpointStarved).fact({
    text: `The WAL has grown to ${formatBytes(wal.bytes)} and ${formatCount(wal.validFrames)} valid frames, and the automatic checkpoint begins at ${formatCount(AUTOMATIC_CHECKPOINT_FRAMES)}: ${why}. Reads become slower with it.`,
    ...sourceOnly(wal.source, ...(shm === null || shm === undefined ? [] : [shm.source])),
  });
}

const brokenReferences = rule({
  id: 'broken-references',
  needs: ['database'],
  basis: 'SQLite, PRAGMA foreign_key_check (https://www.sqlite.org/pragma.html#pragma_foreign_key_check)',
});

function referencesBroken(report: DatabaseReport): DatabaseStateFact | null {
  const check = report.foreignKeyCheck ?? null;
  if (check === null || check.violations === 0) return null;
  const pairs = [...new Set(check.listed.map(({ table, parent }) => `${table} to ${parent}`))];
  return brokenReferences.fact({
    text: `${check.isLimited ? 'At least ' : ''}${plural(check.violations, 'row')} of the committed state ${check.violations === 1 ? 'refers' : 'refer'} to rows that do not exist (${listing(pairs.slice(0, 3))}): SQLite checks foreign keys only for connections that ask for it, so this says nothing of damage.`,
    ...sourceOnly(report.source),
  });
}

const jobCommitted = rule({
  id: 'job-committed',
  needs: ['database', 'service-log'],
  basis: BASIS.wal,
});

const jobUncommitted = rule({
  id: 'job-uncommitted',
  needs: ['database', 'service-log'],
  basis: BASIS.wal,
});

const jobAbsent = rule({
  id: 'job-absent',
  needs: ['database', 'service-log'],
  basis: BASIS.wal,
});

const JOB_RULES = {
  committed: jobCommitted,
  uncommitted: jobUncommitted,
  absent: jobAbsent,
} as const satisfies Record<JobInQuestion['state'], unknown>;

/** How far the import of the job in question had got by its rows. */
function jobInDatabase(report: DatabaseReport, job: JobInQuestion | null): DatabaseStateFact | null {
  const history = report.jobHistory;
  if (job === null || history === null) return null;
  const rows = job.imported.flatMap(({ table, committedRows, uncommittedRows }) => [
    ...((committedRows ?? 0) > 0 ? [`${plural(committedRows ?? 0, 'committed row')} in ${table}`] : []),
    ...((uncommittedRows ?? 0) > 0 ? [`${plural(uncommittedRows ?? 0, 'uncommitted row')} in ${table}`] : []),
  ]);
  const where =
    job.state === 'committed'
      ? `Job ${job.key} stands in ${history.table}`
      : `Job ${job.key} is not among the ${plural(history.rows, 'job')} of ${history.table}`;
  const got = rows.length === 0 ? 'no row refers to it' : `it has ${listing(rows)}`;
  const of =
    job.expectedRows === null || rows.length === 0
      ? ''
      : ` of the ${formatCount(job.expectedRows)} that its artifact holds`;
  return JOB_RULES[job.state].fact({
    text: `${where}; ${got}${of}.`,
    ...sourceOnly(...(report.wal?.openTransaction ? [report.wal.openTransaction.source] : []), report.source),
  });
}

/** The rules of what else the files of a database say. */
export const DATABASE_STATE_RULES = [
  indexesExceedCache,
  sizeIsNoBurden,
  walGrownByTransaction,
  checkpointStarved,
  brokenReferences,
  jobCommitted,
  jobUncommitted,
  jobAbsent,
] as const;
type DatabaseStateFact = FactOf<typeof DATABASE_STATE_RULES>;
