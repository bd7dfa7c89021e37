import type { OpenTransaction } from '../model/database.ts';
import type { FactContext } from './context.ts';
import { insertStep, rowsToWrite } from './rows-to-write.ts';

/**
 * Whose transaction it was, by the keys in its new rows: those that carry the job's own number, or a number that no
 * committed job has, are this operation's; rows of earlier jobs, and transactions that add no row to any job while the
 * operation was inserting, are somebody else's. Of a rollback journal that was not synced no new row has reached the database.
 */
export function transactionOwner(
  context: FactContext,
  transaction: OpenTransaction,
): 'this-operation' | 'another' | 'unknown' {
  const report = context.database?.report;
  if (report?.journalTransaction === transaction && !report.hotJournal) return 'unknown';
  const jobKey = context.record?.operation?.jobKey ?? null;
  const history = report?.jobHistory ?? null;
  const wasInserting = context.lastStep?.name === 'insert';
  if (history === null) return batchOwner(context, transaction);
  const jobColumn = new RegExp(`(?:^|_)${lastWord(history.table)}(?:_?id|_no|_key)?$`, 'i');
  const values = transaction.newKeys
    .filter((entry) => jobColumn.test(entry.column) || entry.table === history.table)
    .flatMap((entry) => (entry.table === history.table && entry.column !== history.keyColumn ? [] : entry.values))
    .map(Number);
  if (jobKey !== null && values.includes(jobKey)) return 'this-operation';
  if (exceedsOperation(context, transaction)) return 'another';
  const committed = history.keys.map(Number);
  if (values.some((value) => !committed.includes(value))) return wasInserting ? 'this-operation' : 'unknown';
  if (values.length > 0) {
    // A service may number its jobs otherwise than its log does: the newest one may be this operation's own.
    return values.includes(Math.max(...committed)) ? 'unknown' : 'another';
  }
  const addsToJobs = transaction.newRows.some((entry) => entry.table === history.table);
  return wasInserting && !addsToJobs ? 'another' : 'unknown';
}

/** A record may become several rows of one table, but hardly this many. */
const MOST_ROWS_OF_A_RECORD = 10;

/** Whether the transaction added far more rows to one table than the operation had records to write. */
function exceedsOperation(context: FactContext, transaction: OpenTransaction): boolean {
  const step = insertStep(context);
  const records = step === null ? null : rowsToWrite(context, step);
  if (records === null) return false;
  return transaction.newRows.some(({ rows }) => rows > records * MOST_ROWS_OF_A_RECORD);
}

/** Without a table of jobs: rows that fit the size of the batch can hardly be anybody else's. */
function batchOwner(context: FactContext, transaction: OpenTransaction): 'this-operation' | 'unknown' {
  const rows = transaction.newRows.reduce((most, entry) => Math.max(most, entry.rows), 0);
  const batch = context.lastStep?.startLine.reading.records ?? null;
  return batch !== null && rows >= 100 && rows > batch / 100 && rows <= batch && context.lastStep?.name === 'insert'
    ? 'this-operation'
    : 'unknown';
}

/** `import_runs` -> `run`: other tables refer to it as `run_id` or `import_run_id`. Safe within a pattern. */
function lastWord(table: string): string {
  const word = table.split('_').at(-1) ?? table;
  return word
    .replace(/ies$/i, 'y')
    .replace(/s$/i, '')
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
