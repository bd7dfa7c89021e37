import type { DatabaseReport, JobGrowth, JobHistory, JobInQuestion, JobRecord } from '../model/database.ts';
import type { FactContext } from './context.ts';

const MAX_IDENTITY = 8;
const MAX_IDENTITY_CHARACTERS = 100;

/**
 * The job that the operation was about, as its database has it: found by the number in the log among the keys of the list
 * of jobs, or in the open transaction. Null without a numbered operation or without such a list.
 */
export function jobInQuestion(context: FactContext): JobInQuestion | null {
  const report = context.database?.report;
  const history = report?.jobHistory ?? null;
  const operation = context.record?.operation ?? context.history.operations.at(-1) ?? null;
  if (report === undefined || history === null || operation === null || operation.jobKey === null) return null;
  const key = String(operation.jobKey);
  const record = history.recent?.find((each) => each.key === key) ?? null;
  const isCommitted = record !== null || history.keys.some((each) => String(each) === key);
  const expectedRows = context.figures?.testcases ?? null;
  const size = expectedRows ?? sizeOf(history, record);
  const texts = [operation.name ?? '', ...operation.lines.map(({ text }) => text)];
  const grown = growth(history, record, key, size, texts);
  return {
    key,
    state: isCommitted ? 'committed' : isWritten(report, history, key) ? 'uncommitted' : 'absent',
    record,
    identity: identityOf(history, record ?? lastOfGroup(history, grown.group)),
    timestamp: record === null ? null : timeOf(history, record),
    counts: record === null ? [] : countsOf(history, record),
    imported: importedRows(report, history, key),
    expectedRows,
    history: grown,
  };
}

function transactionOf(report: DatabaseReport) {
  return report.wal?.openTransaction ?? report.journalTransaction ?? null;
}

/** Whether the open transaction holds the job's own row or rows that refer to it. */
function isWritten(report: DatabaseReport, history: JobHistory, key: string): boolean {
  return (transactionOf(report)?.newKeys ?? []).some(({ table, column, values }) => {
    const isJobKey =
      (table === history.table && column === history.keyColumn) ||
      (history.children ?? []).some((child) => child.table === table && child.column === column);
    return isJobKey && values.some((value) => String(value) === key);
  });
}

function importedRows(report: DatabaseReport, history: JobHistory, key: string): JobInQuestion['imported'] {
  const transaction = transactionOf(report);
  return (history.children ?? []).map(({ table, column, rows }) => {
    const written = transaction?.newKeys.find((each) => each.table === table && each.column === column)?.values ?? [];
    const isOwn = written.some((value) => String(value) === key);
    const newRows = transaction?.newRows.find((each) => each.table === table)?.rows ?? 0;
    return {
      table,
      committedRows: rows.find((each) => String(each.key) === key)?.rows ?? 0,
      // Rows of several jobs in one transaction are counted together only.
      uncommittedRows: !isOwn ? 0 : written.length === 1 ? newRows : null,
    };
  });
}

function sizeOf(history: JobHistory, record: JobRecord | null): number | null {
  const size = history.sizeColumn === null ? null : record?.values[history.sizeColumn];
  return typeof size === 'number' ? size : null;
}

function timeOf(history: JobHistory, record: JobRecord): string | null {
  const time = history.timeColumn == null ? null : (record.values[history.timeColumn] ?? null);
  return time === null ? null : String(time);
}

/**
 * In place of a row that is not there, what the log names: the kind of the job and what that refers to, as an earlier job
 * has it, without that job's own values.
 */
function lastOfGroup(history: JobHistory, group: string | null): JobRecord | null {
  const example = group === null ? undefined : history.recent?.find((each) => groupOf(history, each) === group);
  if (example === undefined) return null;
  const related = (example.related ?? []).filter(({ path }) => path[0] === history.groupColumn);
  return { table: example.table, key: '', values: {}, related };
}

/** Names of what the job refers to, then its own texts. */
function identityOf(history: JobHistory, record: JobRecord | null): JobInQuestion['identity'] {
  if (record === null) return [];
  const related = (record.related ?? []).map(({ table, key, values }) => ({
    name: table,
    value: labelOf(values) ?? key,
  }));
  const own = Object.entries(record.values).flatMap(([name, value]) =>
    typeof value === 'string' && name !== history.timeColumn && value.length <= MAX_IDENTITY_CHARACTERS
      ? [{ name, value }]
      : [],
  );
  return [...related, ...own].slice(0, MAX_IDENTITY);
}

/** The first text of a row is what people call it. */
function labelOf(values: JobRecord['values']): string | null {
  const text = Object.values(values).find((value) => typeof value === 'string' && value !== '');
  return typeof text === 'string' ? text.slice(0, MAX_IDENTITY_CHARACTERS) : null;
}

function countsOf(history: JobHistory, record: JobRecord): JobInQuestion['counts'] {
  const references = new Set([
    history.keyColumn,
    history.groupColumn,
    ...(record.related ?? []).map(({ path }) => path[0]),
  ]);
  return Object.entries(record.values).flatMap(([name, value]) =>
    typeof value === 'number' && !references.has(name) && name !== history.timeColumn && !/_?id$/i.test(name)
      ? [{ name, value }]
      : [],
  );
}

/** How large the jobs before it were: those of its own kind where that is known from its row or from the log's words. */
function growth(
  history: JobHistory,
  record: JobRecord | null,
  key: string,
  size: number | null,
  texts: readonly string[],
): JobGrowth {
  const earlier = (history.recent ?? []).filter((each) => each.key !== key);
  const group = record === null ? groupNamedIn(history, earlier, texts) : groupOf(history, record);
  const points = earlier
    .filter((each) => group === null || groupOf(history, each) === group)
    .flatMap((each) => {
      const own = sizeOf(history, each);
      return own === null ? [] : [{ key: each.key, timestamp: timeOf(history, each), size: own }];
    })
    .reverse();
  const sizes = points.map((point) => point.size).sort((one, other) => one - other);
  const middle = sizes[sizes.length >> 1];
  const below = sizes[(sizes.length - 1) >> 1];
  const medianSize = middle === undefined || below === undefined ? null : (middle + below) / 2;
  return { group, points, size, medianSize, ratio: size === null || !medianSize ? null : size / medianSize };
}

/** `VPN`: the name of what the group column refers to, or its own value. */
function groupOf(history: JobHistory, record: JobRecord): string | null {
  const column = history.groupColumn ?? null;
  if (column === null) return null;
  const related = record.related?.find(({ path }) => path.length === 1 && path[0] === column);
  const value = related === undefined ? (record.values[column] ?? null) : (labelOf(related.values) ?? related.key);
  return value === null ? null : String(value);
}

/** The one kind of the earlier jobs that the log calls by name; null when none or several are. */
function groupNamedIn(history: JobHistory, earlier: readonly JobRecord[], texts: readonly string[]): string | null {
  const groups = new Set(earlier.map((each) => groupOf(history, each)).filter((group) => group !== null));
  for (const text of texts) {
    const words = new Set(text.toLowerCase().split(/[^\p{L}\p{N}]+/u));
    const named = [...groups].filter((group) => words.has(group.toLowerCase()));
    if (named.length === 1) return named[0] ?? null;
  }
  return null;
}
