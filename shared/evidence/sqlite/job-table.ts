import type { TableDefinition } from './create-statement.ts';
import { type JobRelations, jobRelations } from './job-relations.ts';
import { nameWords, refersTo, singular } from './key-columns.ts';
import type { SchemaTree } from './page-owners.ts';
import { recordPatterns, same } from './record-pattern.ts';

/** A table that looks like the service's list of jobs. */
export interface JobTable {
  readonly table: string;
  readonly keyColumn: string;
  /** The column that counts tests or results of a job, or null. */
  readonly sizeColumn: string | null;
  /** Columns to show of a job: all that are stored, as written. */
  readonly columns: readonly string[];
  readonly related: JobRelations;
}

/** Words for one run of the service's work, best first: `jobs`, `import_runs`, `tbl_builds`. */
const JOB_WORDS = [
  'job',
  'import',
  'run',
  'build',
  'execution',
  'task',
  'batch',
  'upload',
  'report',
  'session',
  'pipeline',
];
/** `total_tests`, `testCount`, `n_results`, `total`: how much there was in all, best first. */
const SIZE_WORDS: readonly RegExp[] = [
  /^(?:total|num|number|no|n|count|cnt)(?:of)?(?:tests?|testcases?|cases|results?|rows|records|items)$/,
  /^(?:tests?|testcases?|cases|results?|rows|records|items)(?:total|count|cnt|num|number)$/,
  /^(?:tests|testcases|cases|results)$/,
  /^(?:total|count|cnt|totalcount)$/,
];
/** `passed`, `failed_count`: outcomes, a sign that a row sums up a run. */
const OUTCOME_WORDS =
  /^(?:n|num|count|total)?(?:pass(?:ed)?|fail(?:ed|ures?)?|errors?|skip(?:ped)?|broken)(?:count|total|tests)?$/;

/**
 * Chooses the table that lists jobs from the schema alone: a whole-number primary key, numeric columns that mean totals or
 * outcomes, a name that means a run of work, and other tables that refer to it. Null when no table has enough of that.
 */
export function chooseJobTable(trees: readonly SchemaTree[]): JobTable | null {
  const patterns = recordPatterns(trees);
  const tables = trees.flatMap((tree, index) => {
    const definition = patterns[index]?.table;
    return tree.type === 'table' && definition !== undefined ? [{ name: tree.name, definition }] : [];
  });
  let best: { table: JobTable; score: number } | null = null;
  for (const { name, definition } of tables) {
    const keyColumn = wholeNumberKey(definition);
    if (keyColumn === null || name.toLowerCase().startsWith('sqlite_')) continue;
    const referring = tables.filter(
      (other) => !same(other.name, name) && other.definition.columns.some((column) => refersTo(column, name)),
    ).length;
    const sizeColumn = chooseSizeColumn(definition, keyColumn);
    const outcomes = definition.columns.filter(
      (column) => isNumeric(column) && OUTCOME_WORDS.test(plain(column.name)),
    ).length;
    const nameScore = jobNameScore(name);
    // Neither a name nor counts: a list of something else (releases, users), however many tables refer to it.
    if (nameScore === 0 && sizeColumn === null && outcomes === 0) continue;
    if (referring === 0 && nameScore === 0) continue;
    const score = nameScore + Math.min(referring, 2) * 3 + (sizeColumn === null ? 0 : 3) + Math.min(outcomes, 3);
    if (score < 5) continue;
    if (best === null || score > best.score) {
      const columns = definition.columns.map((column) => column.name);
      const related = jobRelations({ name, definition }, tables);
      best = { table: { table: name, keyColumn, sizeColumn, columns, related }, score };
    }
  }
  return best?.table ?? null;
}

function wholeNumberKey(definition: TableDefinition): string | null {
  if (definition.rowidColumn !== null) return definition.rowidColumn;
  const [only] = definition.primaryKey;
  if (definition.primaryKey.length !== 1 || only === undefined) return null;
  return definition.columns.some((column) => same(column.name, only) && column.affinity === 'integer') ? only : null;
}

function isNumeric(column: { readonly affinity: string; readonly virtual: boolean }): boolean {
  return column.affinity === 'integer' || column.affinity === 'numeric' || column.affinity === 'real';
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

function chooseSizeColumn(definition: TableDefinition, keyColumn: string): string | null {
  for (const words of SIZE_WORDS) {
    const found = definition.columns.find(
      (column) => isNumeric(column) && !same(column.name, keyColumn) && words.test(plain(column.name)),
    );
    if (found !== undefined) return found.name;
  }
  return null;
}

/** 6 for `jobs`, less for later words; the last word of a name says what a row is (`job_history` is not a job). */
function jobNameScore(name: string): number {
  const at = JOB_WORDS.indexOf(singular(nameWords(name).at(-1) ?? ''));
  return at < 0 ? 0 : 6 - Math.min(at * 0.5, 4);
}
