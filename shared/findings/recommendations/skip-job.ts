import type { JobHistory } from '../../model/database.ts';
import { quotedIdentifier } from '../../sql/identifier.ts';
import { fileLabel } from '../../wording/figures.ts';
import { type AdviceFamily, immediately, isInvolved, reasonFor, verdictFor } from './advice.ts';

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
  if (ended < 2) return [];
  const sql = skippingSql(history, key);
  if (sql === null) return [];
  return [
    immediately(
      'skip-job',
      `Leave out ${record.incident.operation ?? `job ${key}`} until it is understood: as long as it is tried again, it ends the next worker in the same way. Inquest does not run this; run it on the host, in ${fileLabel(database.report.path)}, while the service is stopped, after a copy was made.`,
      sql,
      causes[0] === undefined ? undefined : reasonFor(advice, causes[0]),
      history.keys.includes(key)
        ? `The table ${history.table} has a row for it.`
        : `The table ${history.table} has no row for it, so a service that imports what is not there yet takes it up again.`,
    ),
  ];
};

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
