import { existing } from '../model/existing.ts';
import type { InsertRate } from '../model/import-course.ts';
import { secondsBetween } from '../model/time.ts';
import type { OperationLine } from '../timeline/operation-lines.ts';
import type { OperationStep } from '../timeline/operations.ts';
import type { FactContext } from './context.ts';
import { jobInQuestion } from './job-in-question.ts';
import { insertLines, insertStep, READ_CHARACTERS, rowsToWrite, toCount } from './rows-to-write.ts';
import { transactionOwner } from './transaction-owner.ts';

// "Inserted 3,000 of 110,000 rows", "rows 3000/110000"
const PART_OF_WHOLE = /(?<![\w/.-])(\d[\d,_]*)\s*(?:\/|of)\s*(\d[\d,_]*)(?![\w/.-])/i;

/**
 * How fast the operation's rows went into the database: by the log's own word when the step ended or told its progress,
 * else by the rows that its open transaction had written when it was ended. Those are the rows that had left SQLite's page
 * cache, so the rate is a lower bound. Null where nothing tells.
 */
export function insertRate(context: FactContext): InsertRate | null {
  const { workEnd } = context;
  const step = insertStep(context);
  if (step === null || workEnd === null || !step.isTimed) return null;
  const rows = rowsToWrite(context, step);
  if (rows === null || rows <= 0) return null;
  if (step.to !== null && step.to <= workEnd && step.endLine?.reading.role !== 'operation-failed') {
    return rateOf(rows, rows, secondsBetween(step.from, step.to), 'finished-step');
  }
  const told = lastProgress(context, step, rows);
  if (told !== null) return told;
  // What failed was rolled back: its rows tell of no rate.
  if (context.record?.failure != null) return null;
  const transaction =
    context.database?.report.wal?.openTransaction ?? context.database?.report.journalTransaction ?? null;
  const committed = committedRows(context);
  if (committed > 0 && committed < rows) {
    return rateOf(rows, committed, secondsBetween(step.from, workEnd), 'committed-rows');
  }
  if (transaction === null || transactionOwner(context, transaction) === 'another') return null;
  const written = transaction.newRows.reduce((most, entry) => Math.max(most, entry.rows), 0);
  if (written >= rows) return null;
  return rateOf(rows, written, secondsBetween(step.from, workEnd), 'open-transaction');
}

function rateOf(rows: number, written: number, seconds: number, from: InsertRate['from']): InsertRate | null {
  if (written <= 0 || seconds <= 0) return null;
  return { rows, written, seconds, rowsPerSecond: written / seconds, from };
}

/** Rows of this job that stand in its database for good: an import that commits as it goes shows there how far it came. */
export function committedRows(context: FactContext): number {
  return (jobInQuestion(context)?.imported ?? []).reduce((most, each) => Math.max(most, each.committedRows ?? 0), 0);
}

/** The last line within the insert that says how many of the rows are done. */
function lastProgress(context: FactContext, step: OperationStep, rows: number): InsertRate | null {
  const lines = insertLines(context).filter(
    ({ reading, event }) => reading.role === 'progress' && event.isUndated !== true,
  );
  for (const { event, text } of lines.toReversed()) {
    const counted = PART_OF_WHOLE.exec(text.slice(0, READ_CHARACTERS));
    const written = toCount(counted?.[1]);
    const whole = toCount(counted?.[2]);
    // Batches are counted too ("batch 3 of 220"): only what counts to the number of rows counts rows.
    if (written === null || whole === null || whole !== rows || written >= whole) continue;
    if (isRepeated(text, event, lines)) return null;
    return rateOf(rows, written, secondsBetween(step.from, event.time), 'progress-line');
  }
  return withoutWhole(lines, step, rows);
}

/** Whether an earlier line said so word for word: a count that comes back stands still. */
function isRepeated(text: string, event: OperationLine['event'], lines: readonly OperationLine[]): boolean {
  return lines.some((other) => other.event.time < event.time && other.text === text);
}

/**
 * The last of these lines that tells of progress: one that was not said before, unless lines that are alike count batches of
 * which some are left to do.
 */
export function lastNews(context: FactContext, lines: readonly OperationLine[]): OperationLine | null {
  const countsBatches = insertRate(context)?.from === 'progress-line';
  return lines.findLast(({ text, event }) => countsBatches || !isRepeated(text, event, lines)) ?? null;
}

/** "Stored 6000 rows so far", or "Inserted 500 rows" for each batch: one count that rises, or many that are alike. */
function withoutWhole(lines: readonly OperationLine[], step: OperationStep, rows: number): InsertRate | null {
  const counted = lines.filter(({ reading }) => reading.step === 'insert' && reading.records !== null);
  const last = counted.at(-1);
  const counts = counted.map(({ reading }) => reading.records ?? 0);
  if (last === undefined || counts.length < 2) return null;
  const rises = counts.every((count, index) => index === 0 || count > existing(counts[index - 1], index - 1));
  const alike = counts.every((count) => count === counts[0]);
  const written = rises ? counts.at(-1) : alike ? counts.reduce((sum, count) => sum + count, 0) : undefined;
  if (written === undefined || written >= rows) return null;
  return rateOf(rows, written, secondsBetween(step.from, last.event.time), 'progress-line');
}
