import type { JobHistory } from '../../model/database.ts';
import { quotedIdentifier } from '../../sql/identifier.ts';
import { fileLabel } from '../../wording/figures.ts';
import { isNextKey } from '../job-key.ts';
import { type AdviceFamily, isInvolved, mitigate, reasonFor, sql, verdictFor } from './advice.ts';

/** A column that says how far a job is: `status`, `import_state`. */
const STATUS = /(?:^|_)(?:status|state)$/i;
/** Columns that count what a job brought. */
const COUNT =
  /(?:^|_)(?:total|tests?|cases?|results?|passed|failed|failures?|errors?|skipped|count|rows|records|bytes|size)(?:_|$)/i;
const NAME = /(?:^|_)(?:name|title|label)$/i;

/**
 * Leaving out the job that ends its worker, where the job itself is the reason and would be so again. A lock, a kill by
 * hand or a stop of the unit is not the job's doing. The SQL is for the tables that were found; nobody runs it but the
 * reader.
 */
export const skipJobAdvice: AdviceFamily = (advice) => {
  const { record, database } = advice.context;
  const history = database?.report.jobHistory ?? null;
  const key = record?.operation?.jobKey ?? null;
  if (record?.death == null || database === null || history === null || key === null) return [];
  const causes = (['infinite-loop', 'memory-exhaustion', 'large-artifact', 'worker-timeout'] as const).filter(
    (id) => verdictFor(advice, id) === 'fits',
  );
  const isOfTheJob = causes.length > 0 || record.incident.mechanism === 'crash';
  if (!isOfTheJob || isInvolved(advice, 'database-lock')) return [];
  // Once may be chance: only a job that ended workers again and again is the reason.
  const ended = advice.context.history.incidents.filter(
    ({ operation, death }) =>
      death !== null && operation?.jobKey === key && operation.template === record.operation?.template,
  ).length;
  const attempts = advice.context.history.operations.filter(
    ({ jobKey, template }) => jobKey === key && template === record.operation?.template,
  );
  if (ended < 2 || attempts.some(({ outcome }) => outcome === 'done') || !isKeyOf(history, key)) return [];
  const statements = skippingSql(history, key);
  if (statements === null) return [];
  return [
    mitigate('skip-job', {
      text: `Skip ${record.incident.operation ?? `job ${key}`} until the cause is fixed: each of its ${ended} attempts killed a worker. Stop the service, back up ${fileLabel(database.report.path)}, then run this; Inquest does not.`,
      patch: sql(statements),
      because: [
        causes[0] === undefined ? undefined : reasonFor(advice, causes[0]),
        history.keys.includes(key)
          ? `The table ${history.table} has a row for it.`
          : `The table ${history.table} has no row for it, so a service that imports what is not there yet retries it.`,
      ],
      prevented: true,
    }),
  ];
};

/** Whether a number that the log names is one of the table's keys, or its next. */
function isKeyOf(history: JobHistory, key: number): boolean {
  return history.keys.some((each) => Number(each) === key) || isNextKey(history, key);
}

/** The statements for the table of jobs; null where no column says what a job is at and there is a row already. */
function skippingSql(history: JobHistory, key: number): string | null {
  const latest = history.recent?.[0];
  if (latest === undefined) return null;
  const columns = Object.keys(latest.values).filter((column) => column !== history.keyColumn);
  const [table, keyColumn] = [quotedIdentifier(history.table), quotedIdentifier(history.keyColumn)];
  const status = columns.find((column) => STATUS.test(column)) ?? null;
  if (history.keys.includes(key)) {
    if (status === null) return null;
    const known = [...new Set((history.recent ?? []).map(({ values }) => values[status]))];
    return [
      `-- ${sqlComment(status)} has so far been: ${sqlComment(known.map(String).join(', '))}`,
      'BEGIN IMMEDIATE;',
      `UPDATE ${table} SET ${quotedIdentifier(status)} = 'skipped' WHERE ${keyColumn} = ${key};`,
      'COMMIT;',
    ].join('\n');
  }
  // What a row must have besides is taken from the latest one: the schema may forbid NULL.
  const values = columns.map((column) => {
    if (column === status) return "'skipped'";
    if (typeof latest.values[column] === 'number' && (column === history.sizeColumn || COUNT.test(column))) return '0';
    if (NAME.test(column) && typeof latest.values[column] === 'string') return `'${key} (skipped by hand)'`;
    return quotedIdentifier(column);
  });
  return [
    'BEGIN IMMEDIATE;',
    `INSERT INTO ${table} (${[keyColumn, ...columns.map(quotedIdentifier)].join(', ')})`,
    `  SELECT ${[String(key), ...values].join(', ')} FROM ${table} WHERE ${keyColumn} = ${sqlValue(latest.values[history.keyColumn] ?? latest.key)};`,
    'COMMIT;',
    `-- To take it back: DELETE FROM ${table} WHERE ${keyColumn} = ${key};`,
  ].join('\n');
}

function sqlValue(value: string | number): string {
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}

/** Evidence must not end a comment. */
function sqlComment(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, 200);
}
