import type { TableDefinition } from './create-statement.ts';
import { nameWords, refersTo, singular } from './key-columns.ts';
import { same } from './record-pattern.ts';

export interface NamedTable {
  readonly name: string;
  readonly definition: TableDefinition;
}

/** A table that rows of the list of jobs refer to, directly or by another. */
export interface JobRelation {
  /** Columns that lead there: `module_id`; or `module_id`, `release_id`. */
  readonly path: readonly string[];
  readonly table: string;
  readonly keyColumn: string;
  readonly columns: readonly string[];
}

/** A table whose rows refer to a job. */
export interface JobReference {
  readonly table: string;
  readonly column: string;
}

export interface JobRelations {
  readonly relations: readonly JobRelation[];
  readonly children: readonly JobReference[];
  /** When a job ran. */
  readonly timeColumn: string | null;
  /** What kind of job it was, by which jobs are compared. */
  readonly groupColumn: string | null;
}

const MAX_RELATIONS = 12;
const MAX_CHILDREN = 6;
const MAX_COLUMNS = 30;
/** What jobs are of one kind by, best first; a release or a build is another one every time. */
const GROUP_WORDS = ['module', 'component', 'product', 'project', 'suite', 'service', 'pipeline', 'branch', 'app'];
/** `timestamp`, `started_at`, `createdAt`, `run_date`, `start_time`. */
const TIME_NAME =
  /(?:^|_)(?:timestamp|time|date|datetime|started|created|imported|executed|finished|at|on|ts)$|(?:At|On|Time|Date)$/;
const TIME_TYPE = /DATE|TIME/i;

/** Follows the foreign keys of the list of jobs, declared or by name, two steps far; cycles and self-references end. */
export function jobRelations(job: NamedTable, tables: readonly NamedTable[]): JobRelations {
  const relations: JobRelation[] = [];
  const follow = (from: NamedTable, path: readonly string[]): void => {
    for (const column of from.definition.columns) {
      const target = tables.find(
        ({ name }) => !same(name, from.name) && !same(name, job.name) && refersTo(column, name),
      );
      const keyColumn = target === undefined ? null : keyOf(target.definition);
      if (target === undefined || keyColumn === null || relations.length >= MAX_RELATIONS) continue;
      if (relations.some((each) => same(each.table, target.name))) continue;
      const columns = target.definition.columns.slice(0, MAX_COLUMNS).map(({ name }) => name);
      relations.push({ path: [...path, column.name], table: target.name, keyColumn, columns });
      if (path.length === 0) follow(target, [column.name]);
    }
  };
  follow(job, []);
  const children = tables.flatMap(({ name, definition }) => {
    const column = same(name, job.name) ? undefined : definition.columns.find((each) => refersTo(each, job.name));
    return column === undefined ? [] : [{ table: name, column: column.name }];
  });
  const { columns } = job.definition;
  const timeColumn =
    columns.find(({ name }) => TIME_NAME.test(name)) ?? columns.find((column) => TIME_TYPE.test(column.declaredType));
  return {
    relations,
    children: children.slice(0, MAX_CHILDREN),
    timeColumn: timeColumn?.name ?? null,
    groupColumn: groupColumn(job.definition, relations),
  };
}

function keyOf(definition: TableDefinition): string | null {
  if (definition.rowidColumn !== null) return definition.rowidColumn;
  const [only] = definition.primaryKey;
  return definition.primaryKey.length === 1 ? (only ?? null) : null;
}

function groupColumn(definition: TableDefinition, relations: readonly JobRelation[]): string | null {
  for (const word of GROUP_WORDS) {
    const relation = relations.find(
      ({ path, table }) => path.length === 1 && singular(nameWords(table).at(-1) ?? '') === word,
    );
    const column = relation?.path[0] ?? definition.columns.find(({ name }) => nameWords(name)[0] === word)?.name;
    if (column !== undefined) return column;
  }
  return null;
}
