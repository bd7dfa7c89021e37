import type { JobReference, JobRelation } from '../../shared/evidence/sqlite/job-relations.ts';
import type { JobTable } from '../../shared/evidence/sqlite/job-table.ts';
import type { JobChildren, JobHistory, JobRecord, RelatedRecord } from '../../shared/model/database.ts';
import { quotedIdentifier } from '../../shared/sql/identifier.ts';
import { rows, type SqlDatabase, type SqlParameter } from './sql-rows.ts';

const MAX_JOB_KEYS = 10_000;
const MAX_RECENT_JOBS = 200;
const MAX_SHOWN_COLUMNS = 60;
const MAX_TEXT_CHARACTERS = 500;

/** The list of jobs with what each refers to, and how many rows refer to each; bounded whatever the tables hold. */
export function readJobHistory(database: SqlDatabase, jobTable: JobTable): JobHistory {
  const table = quotedIdentifier(jobTable.table);
  // Qualified, because SQLite takes an unknown "name" on its own for a string.
  const column = (name: string): string => `${table}.${quotedIdentifier(name)}`;
  const key = column(jobTable.keyColumn);
  const size = jobTable.sizeColumn === null ? 'NULL' : column(jobTable.sizeColumn);
  const [[count] = []] = rows(database, `SELECT count(*) FROM ${table}`, 1);
  const keys: (number | string)[] = [];
  const sizes: number[] = [];
  for (const [keyValue, sizeValue] of rows(
    database,
    `SELECT ${key}, ${size} FROM ${table} ORDER BY ${key} DESC LIMIT ${MAX_JOB_KEYS}`,
    MAX_JOB_KEYS,
  )) {
    if (typeof keyValue === 'number' || typeof keyValue === 'string') keys.push(keyValue);
    if (typeof sizeValue === 'number') sizes.push(sizeValue);
  }
  sizes.sort((one, other) => one - other);
  return {
    table: jobTable.table,
    keyColumn: jobTable.keyColumn,
    rows: typeof count === 'number' ? count : keys.length,
    sizeColumn: jobTable.sizeColumn,
    medianSize: median(sizes),
    maxSize: sizes.at(-1) ?? null,
    keys,
    recent: recentJobs(database, jobTable),
    timeColumn: jobTable.related.timeColumn,
    groupColumn: jobTable.related.groupColumn,
    children: jobTable.related.children.map((child) => countChildren(database, child, keys)),
  };
}

function recentJobs(database: SqlDatabase, jobTable: JobTable): readonly JobRecord[] {
  const known = new Map<string, JobRecord | null>();
  const { table, keyColumn, columns, related } = jobTable;
  const found = records(database, { table, keyColumn, columns }, '', MAX_RECENT_JOBS, []);
  return found.map((job) => ({ ...job, related: relatedRecords(database, job, related.relations, known) }));
}

/** The rows that a job refers to, each asked for once. A key that leads nowhere has none. */
function relatedRecords(
  database: SqlDatabase,
  job: JobRecord,
  relations: readonly JobRelation[],
  known: Map<string, JobRecord | null>,
): readonly RelatedRecord[] {
  const found: RelatedRecord[] = [];
  for (const relation of relations) {
    const [first, second] = relation.path;
    const from = second === undefined ? job : found.find(({ path }) => path.length === 1 && path[0] === first);
    const value = from?.values[second ?? first ?? ''];
    if (value === undefined || value === null) continue;
    const name = `${relation.table}\0${value}`;
    const record =
      known.get(name) ??
      records(
        database,
        relation,
        `WHERE ${quotedIdentifier(relation.table)}.${quotedIdentifier(relation.keyColumn)} = ?`,
        1,
        [value],
      )[0] ??
      null;
    known.set(name, record);
    if (record !== null) found.push({ ...record, path: relation.path });
  }
  return found;
}

/** Rows of a table as they are shown, those with the highest keys first: long texts cut, blobs by their size. */
function records(
  database: SqlDatabase,
  { table, keyColumn, columns }: Pick<JobRelation, 'table' | 'keyColumn' | 'columns'>,
  where: string,
  limit: number,
  parameters: readonly SqlParameter[],
): readonly JobRecord[] {
  const names = columns.slice(0, MAX_SHOWN_COLUMNS);
  const column = (name: string): string => `${quotedIdentifier(table)}.${quotedIdentifier(name)}`;
  const shown = names.map((name) => {
    const value = column(name);
    return `CASE typeof(${value}) WHEN 'text' THEN substr(${value}, 1, ${MAX_TEXT_CHARACTERS}) WHEN 'blob' THEN '(' || length(${value}) || ' bytes)' ELSE ${value} END`;
  });
  const key = column(keyColumn);
  const sql = `SELECT ${key}, ${shown.join(', ')} FROM ${quotedIdentifier(table)} ${where} ORDER BY ${key} DESC LIMIT ${limit}`;
  return rows(database, sql, limit, parameters).map(([keyValue, ...values]) => ({
    table,
    key: String(keyValue),
    values: Object.fromEntries(names.map((name, index) => [name, plainValue(values[index])])),
  }));
}

/** Rows that refer to the most recent jobs. A scan of the table or of its index: bounded by what fits into memory anyway. */
function countChildren(
  database: SqlDatabase,
  { table, column }: JobReference,
  keys: readonly (number | string)[],
): JobChildren {
  const recent = keys.slice(0, MAX_RECENT_JOBS);
  const lowest = recent.at(-1);
  const name = `${quotedIdentifier(table)}.${quotedIdentifier(column)}`;
  const sql = `SELECT ${name}, count(*) FROM ${quotedIdentifier(table)} WHERE ${name} >= ? GROUP BY ${name} ORDER BY ${name} DESC LIMIT ${MAX_RECENT_JOBS}`;
  const counted = lowest === undefined ? [] : rows(database, sql, MAX_RECENT_JOBS, [lowest]);
  return {
    table,
    column,
    rows: counted.flatMap(([key, count]) =>
      (typeof key === 'number' || typeof key === 'string') && typeof count === 'number' ? [{ key, rows: count }] : [],
    ),
  };
}

function plainValue(value: unknown): number | string | null {
  return typeof value === 'number' || typeof value === 'string' ? value : null;
}

/** Middle of sorted numbers; the mean of the two middle ones when their count is even; null of none. */
function median(sorted: readonly number[]): number | null {
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2;
}
