import type { DatabaseViewId } from '../model/database.ts';
import type { ReportQuery } from '../model/report-query.ts';
import type { SqlResult } from '../model/sql-result.ts';
import { cellText } from '../sql/cells.ts';
import { formatCount, plural } from '../wording/figures.ts';
import { VIEW_WORDS } from '../wording/view-words.ts';

/** What a document holds of a result; the rest is counted. */
const MOST_ROWS = 40;
const MOST_COLUMNS = 10;
const MOST_CHARACTERS = 160;

/** A query and its result as the report tells them. `path` is that of the database. */
export function reportQuery(asked: {
  readonly sql: string;
  readonly path: string;
  readonly view: DatabaseViewId;
  readonly result: Pick<SqlResult, 'columns' | 'rows' | 'cut'>;
}): ReportQuery {
  const { columns, rows, cut } = asked.result;
  const shownRows = Math.min(rows.length, MOST_ROWS);
  const moreColumns = columns.length - MOST_COLUMNS;
  const count = cut === null ? plural(rows.length, 'row') : `more than ${formatCount(rows.length)} rows`;
  const notes = [
    rows.length > shownRows || cut !== null ? `the first ${formatCount(shownRows)} are shown` : '',
    moreColumns > 0 ? `${plural(moreColumns, 'more column is', 'more columns are')} left out` : '',
  ];
  return {
    sql: asked.sql.trim(),
    fields: [
      { label: 'Database', value: asked.path },
      { label: 'View', value: VIEW_WORDS[asked.view] },
      { label: 'Result', value: [count, ...notes.filter((note) => note !== '')].join('; ') },
    ],
    columns: columns.slice(0, MOST_COLUMNS),
    rows: rows.slice(0, MOST_ROWS).map((row) => row.slice(0, MOST_COLUMNS).map((cell) => shortened(cellText(cell)))),
  };
}

function shortened(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`;
}
