import type { OperationLine } from '../timeline/operation-lines.ts';
import type { OperationStep } from '../timeline/operations.ts';
import type { FactContext } from './context.ts';

// "Starting database insert (batch size: 500)", "in batches of 1,000", "batch_size=320"
const BATCH = /\bbatch(?:es)?(?:[ _-]?size)?\s*(?:[:=]|of)?\s*(\d[\d,_]*)/i;

/** Rows that the log says go into one transaction; null where it does not tell. */
export function batchRows(context: FactContext): number | null {
  for (const line of insertLines(context)) {
    const rows = toCount(BATCH.exec(line.text.slice(0, READ_CHARACTERS))?.[1]);
    if (rows !== null) return rows;
  }
  return null;
}

/** The operation's write to its database: the last step of that kind that had begun before its work ended. */
export function insertStep(context: FactContext): OperationStep | null {
  const steps = context.record?.operation?.steps ?? [];
  return steps.filter((step) => step.name === 'insert' && step.from <= (context.workEnd ?? step.from)).at(-1) ?? null;
}

/**
 * Rows that the import has to write: what the line that begins the insert counts, unless that is the size of a batch, else
 * what the parse found.
 */
export function rowsToWrite(context: FactContext, step: OperationStep): number | null {
  const parsed =
    context.record?.operation?.lines.findLast(
      (line) => line.reading.role === 'step-done' && line.reading.step === 'parse' && line.reading.records !== null,
    )?.reading.records ?? null;
  const found = parsed ?? context.figures?.testcases ?? null;
  const begun = step.startLine.reading.records;
  if (begun === null) return found;
  return BATCH.test(step.startLine.text.slice(0, READ_CHARACTERS)) ? Math.max(begun, found ?? begun) : begun;
}

/** Characters of a line that are read for counts: a longer one is a dump. */
export const READ_CHARACTERS = 4096;

/** The operation's lines within its write, in time order; none where it wrote nothing. */
export function insertLines(context: FactContext): readonly OperationLine[] {
  const step = insertStep(context);
  if (step === null) return [];
  const lines = context.record?.operation?.lines ?? [];
  return lines.filter(
    ({ event }) => event.time >= step.from && event.time <= (step.to ?? context.workEnd ?? step.from),
  );
}

/** `3,000` or `3_000` as a number; null without digits. */
export function toCount(digits: string | undefined): number | null {
  return digits === undefined ? null : Number(digits.replace(/[,_]/g, ''));
}
