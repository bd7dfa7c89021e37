import { createColumnHelper, rowSortingFeature, tableFeatures, useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { SqlCell } from '../../../shared/model/sql-result.ts';
import { cellText } from '../../../shared/sql/cells.ts';
import { CopyButton } from '../../components/copy.tsx';
import { formatBytes, formatCount } from '../../format.ts';
import { useActions } from '../../state/app-context.tsx';
import { columnPlan } from './column-plan.ts';

/** Height of a row in CSS pixels; `--row-height` of .grid-row must agree. */
const ROW_PX = 24;
/** Chromium cannot make an element taller than about 33 million pixels. */
export const MOST_SCROLLED_ROWS = 1_000_000;
/** More columns than that are not laid out; a file of CSV has them all. */
export const MOST_SHOWN_COLUMNS = 200;

interface GridRow {
  readonly index: number;
  readonly cells: readonly SqlCell[] | null;
}
const features = tableFeatures({ rowSortingFeature });
const helper = createColumnHelper<typeof features, GridRow>();

/** A table of values of a database: virtualised rows, a cursor for the keyboard, and the whole of the value it stands on. */
export function DataGrid(props: {
  readonly label: string;
  readonly columns: readonly string[];
  readonly rowCount: number;
  readonly rowAt: (index: number) => readonly SqlCell[] | null;
  /** Some rows, for the widths of the columns. */
  readonly sample: readonly (readonly SqlCell[])[];
  /** Another one when rows are others. */
  readonly version: unknown;
  readonly sort?: { readonly column: number; readonly descending: boolean } | null;
  readonly onSort?: (column: number) => void;
  readonly onRange?: (first: number, last: number) => void;
}) {
  const { columns, rowAt, sample, version, sort = null, onSort, onRange } = props;
  const actions = useActions();
  const rowCount = Math.min(props.rowCount, MOST_SCROLLED_ROWS);
  const shown = columns.slice(0, MOST_SHOWN_COLUMNS);
  const scroller = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState<{ readonly row: number; readonly column: number } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the sample belongs to the columns and to whether there is one.
  const plan = useMemo(() => columnPlan(shown, sample), [columns, sample.length > 0]);
  useLayoutEffect(() => {
    frame.current?.style.setProperty('--columns', plan.map(({ widthPx }) => `${widthPx}px`).join(' '));
    frame.current?.style.setProperty('--width', `${plan.reduce((sum, { widthPx }) => sum + widthPx, 0)}px`);
  }, [plan]);

  const virtualizer = useVirtualizer({
    count: rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
    directDomUpdates: true,
  });
  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => onRange?.(first, last), [onRange, first, last]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: version and the range of items say when the rows are others.
  const data = useMemo<GridRow[]>(
    () => items.map(({ index }) => ({ index, cells: rowAt(index) })),
    [rowAt, version, first, last, items.length],
  );
  const definitions = useMemo(
    () =>
      helper.columns(
        shown.map((name, column) =>
          helper.accessor((row) => row.cells?.[column] ?? null, {
            id: String(column),
            header: name,
            cell: ({ row }) => <Cell value={row.original.cells?.[column] ?? null} />,
          }),
        ),
      ),
    [shown],
  );
  const table = useTable({
    features,
    columns: definitions,
    data,
    getRowId: (row) => String(row.index),
    manualSorting: true,
    state: { sorting: sort === null ? [] : [{ id: String(sort.column), desc: sort.descending }] },
  });

  const move = (row: number, column: number): void => {
    if (rowCount === 0 || shown.length === 0) return;
    const to = {
      row: Math.max(0, Math.min(rowCount - 1, row)),
      column: Math.max(0, Math.min(shown.length - 1, column)),
    };
    setCursor(to);
    virtualizer.scrollToIndex(to.row, { align: 'auto' });
    frame.current
      ?.querySelector(`[data-column="${to.column}"]`)
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  const value = cursor === null ? undefined : rowAt(cursor.row)?.[cursor.column];
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.metaKey) return;
    const { row, column } = cursor ?? { row: -1, column: 0 };
    const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW_PX) / ROW_PX) - 2);
    if (event.ctrlKey) {
      if (event.key === 'c' && value !== undefined && window.getSelection()?.isCollapsed !== false) {
        event.preventDefault();
        void actions.copy(value === null ? '' : copyText(value), 'Value');
      } else if (event.key === 'Home') move(0, 0);
      else if (event.key === 'End') move(rowCount - 1, shown.length - 1);
      return;
    }
    const target = (
      {
        ArrowDown: [row + 1, column],
        ArrowUp: [row - 1, column],
        ArrowRight: [row, column + 1],
        ArrowLeft: [row, column - 1],
        PageDown: [row + pageRows, column],
        PageUp: [row - pageRows, column],
        Home: [row, 0],
        End: [row, shown.length - 1],
      } as Readonly<Record<string, readonly [number, number]>>
    )[event.key];
    if (target === undefined) return;
    event.preventDefault();
    move(...target);
  };

  const isCursorLaidOut = cursor !== null && cursor.row >= first && cursor.row <= last;
  return (
    <div className="data-grid" ref={frame}>
      {/* biome-ignore lint/a11y/useSemanticElements: rows are absolutely placed, which takes a table element's own roles away. */}
      <div
        role="grid"
        aria-label={props.label}
        aria-rowcount={rowCount + 1}
        aria-colcount={columns.length}
        aria-activedescendant={isCursorLaidOut ? `cell-${cursor.row}-${cursor.column}` : undefined}
        tabIndex={0}
        className="grid"
        onKeyDown={onKeyDown}
        onFocus={() => setCursor((old) => old ?? { row: 0, column: 0 })}
      >
        <div ref={scroller} className="data-scroller" data-testid="data-scroller">
          {/* biome-ignore lint/a11y/useSemanticElements: see the grid. */}
          <div role="rowgroup" className="data-head">
            {table.getHeaderGroups().map((group) => (
              // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see the grid, which has the focus.
              <div key={group.id} role="row" aria-rowindex={1} className="grid-row">
                {group.headers.map((header, column) => {
                  const isSorted = sort?.column === column;
                  const direction = sort?.descending === true ? 'descending' : 'ascending';
                  return (
                    // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see the grid.
                    <div
                      key={header.id}
                      role="columnheader"
                      data-column={column}
                      className={`grid-cell${plan[column]?.isNumeric === true ? ' cell-number' : ''}`}
                      aria-sort={onSort === undefined ? undefined : isSorted ? direction : 'none'}
                      title={columns[column]}
                    >
                      {onSort === undefined ? (
                        <table.FlexRender header={header} />
                      ) : (
                        <button type="button" className="sort-button" tabIndex={-1} onClick={() => onSort(column)}>
                          <span className="sort-name">
                            <table.FlexRender header={header} />
                          </span>
                          {isSorted ? <SortArrow isDescending={sort.descending} /> : null}
                        </button>
                      )}
                    </div>
                  );
                })}
              </div>
            ))}
          </div>
          {/* biome-ignore lint/a11y/useSemanticElements: see the grid. */}
          <div ref={virtualizer.containerRef} role="rowgroup" className="data-body">
            {table.getRowModel().rows.map((row, position) => {
              const item = items[position];
              const { index, cells } = row.original;
              if (item === undefined) return null;
              return (
                // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: the grid has the focus and the keys.
                <div
                  key={item.key}
                  ref={virtualizer.measureElement}
                  data-index={item.index}
                  role="row"
                  aria-rowindex={index + 2}
                  aria-selected={cursor?.row === index}
                  className={`grid-row body-row${cells === null ? ' row-loading' : ''}`}
                >
                  {row.getAllCells().map((cell, column) => (
                    // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: see the grid.
                    <div
                      key={cell.id}
                      id={`cell-${index}-${column}`}
                      role="gridcell"
                      aria-selected={cursor?.row === index && cursor.column === column}
                      className={`grid-cell${plan[column]?.isNumeric === true ? ' cell-number' : ''}`}
                      onClick={() => setCursor({ row: index, column })}
                    >
                      {cells === null ? <span className="placeholder" /> : <table.FlexRender cell={cell} />}
                    </div>
                  ))}
                </div>
              );
            })}
          </div>
        </div>
      </div>
      <ValueBar
        place={cursor === null ? null : `${columns[cursor.column] ?? ''}, row ${formatCount(cursor.row + 1)}`}
        value={value}
      />
    </div>
  );
}

function SortArrow({ isDescending }: { readonly isDescending: boolean }) {
  const Arrow = isDescending ? ArrowDown : ArrowUp;
  return <Arrow size={11} aria-hidden="true" />;
}

function Cell({ value }: { readonly value: SqlCell }) {
  if (value === null) return <span className="cell-null">NULL</span>;
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return value === '' ? <span className="cell-null">''</span> : oneLine(value);
  switch (value.type) {
    case 'number':
      return value.text;
    case 'text':
      return (
        <>
          {oneLine(value.text)}… <span className="cell-null">{formatCount(value.characters)} characters</span>
        </>
      );
    case 'blob':
      return (
        <>
          <span className="cell-null">{formatBytes(value.bytes)}</span> {value.hex}
          {value.hex.length < value.bytes * 2 ? '…' : ''}
        </>
      );
  }
}

function oneLine(text: string): string {
  return text.includes('\n') ? text.replaceAll('\n', ' ⏎ ') : text;
}

function copyText(value: Exclude<SqlCell, null>): string {
  return typeof value === 'object' && value.type === 'text' ? value.text : cellText(value);
}

/** The value under the cursor as far as it is shown, with its kind and length. */
function ValueBar({ place, value }: { readonly place: string | null; readonly value: SqlCell | undefined }) {
  if (place === null || value === undefined) return null;
  return (
    <section className="value-bar" aria-label="Value">
      <p className="value-place">
        <span className="mono">{place}</span> <span className="secondary">{kindWords(value)}</span>
      </p>
      <pre className="mono">{value === null ? 'NULL' : copyText(value)}</pre>
      {value === null ? null : <CopyButton text={copyText(value)} what="Value" />}
    </section>
  );
}

function kindWords(value: SqlCell): string {
  if (value === null) return 'no value';
  if (typeof value === 'number') return Number.isInteger(value) ? 'INTEGER' : 'REAL';
  if (typeof value === 'string') return `TEXT, ${formatCount(value.length)} characters`;
  switch (value.type) {
    case 'number':
      return /^-?\d+$/.test(value.text) ? 'INTEGER' : 'REAL';
    case 'text':
      return `TEXT, ${formatCount(value.characters)} characters, the first ${formatCount(value.text.length)} shown`;
    case 'blob':
      return `BLOB, ${formatCount(value.bytes)} bytes`;
  }
}
