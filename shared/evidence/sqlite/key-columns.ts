import type { TableDefinition } from './create-statement.ts';
import { same } from './record-pattern.ts';

/** `job_id`, `build_no`, `run_number`, `jobId`, `jobID`, `job_nr`, `batch_key`: a column that says which other thing a row belongs to. */
const KEY_NAME = /(?:_(?:id|no|nr|num|number|key|fk|pk)|[a-z](?:Id|ID|No|Nr|Key))$/;
const KEY_NAME_ANY_CASE = /_(?:id|no|nr|num|number|key|fk|pk)$/i;

/** `jobs` -> `job`, `batches` -> `batch`, `histories` -> `history`; names that are no plural come back unchanged. */
export function singular(name: string): string {
  const lower = name.toLowerCase();
  if (lower.endsWith('ies') && lower.length > 4) return `${lower.slice(0, -3)}y`;
  if (/(?:ch|sh|ss|x|z)es$/.test(lower)) return lower.slice(0, -2);
  return /[^siu]s$/.test(lower) ? lower.slice(0, -1) : lower;
}

/** `import_runs` -> `import`, `runs`; `tblJobs` -> `tbl`, `Jobs`. */
export function nameWords(name: string): readonly string[] {
  return name.split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/).filter((word) => word !== '');
}

/**
 * Whether `column` of a table refers to table `target`: by REFERENCES, or by name (`job_id`, `jobId`, `job` for `jobs`; also
 * by the last word of a longer name: `run_id` for `import_runs`).
 */
export function refersTo(
  column: { readonly name: string; readonly references: string | null },
  target: string,
): boolean {
  if (column.references !== null) return same(column.references, target);
  const name = column.name.toLowerCase().replaceAll('_', '');
  return [target.toLowerCase(), singular(target), singular(nameWords(target).at(-1) ?? target)].some((word) => {
    const stem = word.replaceAll('_', '');
    return name === stem || [`${stem}id`, `${stem}no`, `${stem}nr`, `${stem}number`, `${stem}key`].includes(name);
  });
}

/**
 * Columns of new rows whose values tell which operation wrote them: foreign keys, key-like names, names of other tables,
 * and the table's own key where other tables refer to it (the row of the job itself).
 */
export function keyColumns(
  table: string,
  definition: TableDefinition,
  all: readonly { readonly name: string; readonly definition: TableDefinition }[],
): readonly string[] {
  const others = all.filter((each) => !same(each.name, table));
  const isReferredTo = others.some((other) => other.definition.columns.some((column) => refersTo(column, table)));
  const ownKey = definition.rowidColumn ?? (definition.primaryKey.length === 1 ? definition.primaryKey[0] : undefined);
  return definition.columns
    .filter((column) => {
      if (ownKey !== undefined && same(column.name, ownKey)) return isReferredTo;
      if (column.virtual || column.affinity === 'real') return false;
      if (column.references !== null || others.some((other) => refersTo(column, other.name))) return true;
      return KEY_NAME.test(column.name) || KEY_NAME_ANY_CASE.test(column.name);
    })
    .map((column) => column.name);
}
