import { Download, Filter, SquareTerminal } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { DatabaseTarget, RowsList, SchemaEntry } from '../../../shared/contract/database-requests.ts';
import { CSV_TITLE } from '../../../shared/sql/csv.ts';
import { Button } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import { Field } from '../../components/field.tsx';
import { Working } from '../../components/working.tsx';
import { countOf, formatCount } from '../../format.ts';
import { useActions, useBridge } from '../../state/app-context.tsx';
import { useConsoleDraft } from '../../state/console-draft.ts';
import { useTablePages } from '../../state/use-database.ts';
import { DataGrid, MOST_SCROLLED_ROWS } from './data-grid.tsx';
import styles from './object-rows.module.css';
import paneStyles from './pane.module.css';
import { selectText } from './select-text.ts';

/** A filter is applied when nothing was typed for so long. */
const SETTLE_MILLIS = 250;

/** The rows of a table or view, sorted and filtered by SQLite, by page. */
export function ObjectRows(props: {
  readonly entry: SchemaEntry;
  readonly index: number;
  readonly target: DatabaseTarget;
}) {
  const { entry, index, target } = props;
  const bridge = useBridge();
  const [typed, setTyped] = useState('');
  const [text, setText] = useState('');
  const [column, setColumn] = useState<number | null>(null);
  const [sort, setSort] = useState<RowsList['sort']>(null);
  useEffect(() => {
    const timer = setTimeout(() => setText(typed), SETTLE_MILLIS);
    return () => clearTimeout(timer);
  }, [typed]);
  const list = useMemo<RowsList>(
    () => ({ object: index, filter: { text, column: text === '' ? null : column }, sort }),
    [index, text, column, sort],
  );
  const { pages, snapshot } = useTablePages(target, list);
  useEffect(() => pages.ensure(0, 0), [pages]);
  const onRange = useCallback((first: number, last: number) => pages.ensure(first, last), [pages]);
  const rowAt = useCallback((row: number) => pages.rowAt(row), [pages]);
  const total = snapshot.total ?? 0;
  const stop = (): void => void bridge.request('database.cancel', undefined);
  return (
    <div className={styles.objectRows}>
      <div className={styles.rowsBar}>
        <RowsFilter
          entry={entry}
          columns={snapshot.columns}
          typed={typed}
          onType={setTyped}
          column={column}
          onColumn={setColumn}
        />
        <span className={cx(styles.rowsCount, 'numeric secondary')}>
          {snapshot.total === null ? '' : countOf(total, 'row')}
          {total > MOST_SCROLLED_ROWS ? `, the first ${formatCount(MOST_SCROLLED_ROWS)} here` : ''}
          {snapshot.moreColumns > 0 ? `, ${countOf(snapshot.moreColumns, 'more column')}` : ''}
        </span>
        <RowsActions
          entry={entry}
          target={target}
          list={list}
          columns={snapshot.columns}
          total={total}
          onUnsort={() => setSort(null)}
        />
      </div>
      {snapshot.waitingSinceMillis === null ? null : (
        <Working words="Reading rows" sinceMillis={snapshot.waitingSinceMillis} onStop={stop} />
      )}
      {snapshot.error !== null ? (
        <div className={paneStyles.paneMessage} role="alert">
          <p>{snapshot.error}</p>
          <Button size="small" onClick={() => pages.retry(0, 0)}>
            Try again
          </Button>
        </div>
      ) : snapshot.total === 0 ? (
        <div className={paneStyles.paneMessage} role="status">
          <p className="secondary">{text === '' ? 'This table is empty in this view.' : 'No row holds that.'}</p>
        </div>
      ) : (
        <DataGrid
          label={`Rows of ${entry.name}`}
          columns={snapshot.columns}
          rowCount={total}
          rowAt={rowAt}
          sample={pages.sample()}
          version={snapshot.version}
          sort={sort}
          onSort={(at) => setSort(nextSort(sort, at))}
          onRange={onRange}
        />
      )}
    </div>
  );
}

function RowsActions(props: {
  readonly entry: SchemaEntry;
  readonly target: DatabaseTarget;
  readonly list: RowsList;
  readonly columns: readonly string[];
  readonly total: number;
  readonly onUnsort: () => void;
}) {
  const { entry, target, list } = props;
  const { move, saveCsv } = useActions();
  const draft = useConsoleDraft();
  return (
    <>
      {list.sort === null ? null : (
        <Button tone="quiet" size="small" onClick={props.onUnsort}>
          As stored
        </Button>
      )}
      <Button
        size="small"
        onClick={() => {
          draft(target.evidenceId, selectText(entry.name, list, props.columns));
          move({ databasePane: 'sql' }, 'jump');
        }}
      >
        <SquareTerminal size={12} aria-hidden="true" />
        As SQL
      </Button>
      <Button
        size="small"
        title={CSV_TITLE}
        disabled={props.total === 0}
        onClick={() => void saveCsv({ ...target, of: list })}
      >
        <Download size={12} aria-hidden="true" />
        CSV
      </Button>
    </>
  );
}

/** Words that a row must hold, in one of its columns or in any. */
function RowsFilter(props: {
  readonly entry: SchemaEntry;
  readonly columns: readonly string[];
  readonly typed: string;
  readonly onType: (text: string) => void;
  readonly column: number | null;
  readonly onColumn: (column: number | null) => void;
}) {
  return (
    <>
      <div className={styles.searchBox}>
        <Filter size={12} aria-hidden="true" />
        <input
          type="search"
          aria-label={`Filter the rows of ${props.entry.name}`}
          placeholder="Rows that hold …"
          value={props.typed}
          maxLength={1_000}
          spellCheck={false}
          onChange={(event) => props.onType(event.target.value)}
        />
      </div>
      <Field label="Column to filter by" look="hidden">
        <select
          value={props.column ?? ''}
          onChange={(event) => props.onColumn(event.target.value === '' ? null : Number(event.target.value))}
        >
          <option value="">in any column</option>
          {props.columns.map((name, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place; two may have one name.
            <option key={at} value={at}>
              in {name}
            </option>
          ))}
        </select>
      </Field>
    </>
  );
}

/** The order after a press on a column's head: ascending, descending, as stored. */
function nextSort(sort: RowsList['sort'], column: number): RowsList['sort'] {
  if (sort?.column !== column) return { column, descending: false };
  return sort.descending ? null : { column, descending: true };
}
