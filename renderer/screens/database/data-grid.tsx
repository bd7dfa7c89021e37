import { createColumnHelper, rowSortingFeature, tableFeatures, useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import type { SqlCell } from '../../../shared/model/sql-result.ts';
import { Button } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import gridStyles from '../../components/grid.module.css';
import tableStyles from '../../components/table.module.css';
import { formatCount } from '../../format.ts';
import { useActions } from '../../state/app-context.tsx';
import eventGridStyles from '../timeline/event-grid.module.css';
import { columnPlan } from './column-plan.ts';
import { copyText, DataCell, ValueBar } from './data-cell.tsx';
import styles from './data-grid.module.css';
import { type GridCursor, type GridPlace, useGridCursor } from './use-grid-cursor.ts';

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

interface DataGridProps {
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
}
type ColumnPlan = ReturnType<typeof columnPlan>;

/** A table of values of a database: virtualised rows, a cursor for the keyboard, and the whole of the value it stands on. */
export function DataGrid(props: DataGridProps) {
  const { columns, rowAt, sample } = props;
  const actions = useActions();
  const rowCount = Math.min(props.rowCount, MOST_SCROLLED_ROWS);
  const shown = columns.slice(0, MOST_SHOWN_COLUMNS);
  const frame = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the sample belongs to the columns and to whether there is one.
  const plan = useMemo(() => columnPlan(shown, sample), [columns, sample.length > 0]);
  useColumnWidths(frame, plan);
  const rows = useLaidOutRows(rowCount, props.onRange);
  const table = useGridTable(props, shown, rows);
  const cursor = useGridCursor({
    rows: rowCount,
    columns: shown.length,
    pageRows: rows.pageRows,
    onMove: ({ row, column }) => {
      rows.virtualizer.scrollToIndex(row, { align: 'auto' });
      frame.current
        ?.querySelector(`[data-column="${column}"]`)
        ?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    },
    onCopy: ({ row, column }) => {
      const value = rowAt(row)?.[column];
      if (value === undefined) return false;
      void actions.copy(value === null ? '' : copyText(value), 'Value');
      return true;
    },
  });
  const { place } = cursor;
  const isCursorLaidOut = place !== null && place.row >= rows.first && place.row <= rows.last;
  return (
    <div className={styles.dataGrid} ref={frame}>
      {/* biome-ignore lint/a11y/useSemanticElements: rows are absolutely placed, which takes a table element's own roles away. */}
      <div
        role="grid"
        aria-label={props.label}
        aria-rowcount={rowCount + 1}
        aria-colcount={columns.length}
        aria-activedescendant={isCursorLaidOut ? `cell-${place.row}-${place.column}` : undefined}
        tabIndex={0}
        className={gridStyles.grid}
        onKeyDown={cursor.onKeyDown}
        onFocus={cursor.onFocus}
      >
        <div ref={rows.scroller} className={styles.dataScroller} data-testid="data-scroller">
          <GridHead {...props} table={table} plan={plan} />
          {/* biome-ignore lint/a11y/useSemanticElements: see the grid. */}
          <div ref={rows.virtualizer.containerRef} role="rowgroup" className={styles.dataBody}>
            {table.getRowModel().rows.map((row, position) => (
              <GridRowView
                key={row.id}
                table={table}
                row={row}
                item={rows.items[position]}
                measure={rows.virtualizer.measureElement}
                plan={plan}
                cursor={cursor}
              />
            ))}
          </div>
        </div>
      </div>
      <ValueBar
        place={place === null ? null : `${columns[place.column] ?? ''}, row ${formatCount(place.row + 1)}`}
        value={place === null ? undefined : rowAt(place.row)?.[place.column]}
      />
    </div>
  );
}

/** Sets the widths from script: they are known for the data alone. */
function useColumnWidths(frame: RefObject<HTMLDivElement | null>, plan: ColumnPlan): void {
  useLayoutEffect(() => {
    frame.current?.style.setProperty('--columns', plan.map(({ widthPx }) => `${widthPx}px`).join(' '));
    frame.current?.style.setProperty('--width', `${plan.reduce((sum, { widthPx }) => sum + widthPx, 0)}px`);
  }, [frame, plan]);
}

/** Lays out the rows that are in sight and tells which they are. */
function useLaidOutRows(rowCount: number, onRange: DataGridProps['onRange']) {
  const scroller = useRef<HTMLDivElement>(null);
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
  const pageRows = (): number => Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW_PX) / ROW_PX) - 2);
  return { scroller, virtualizer, items, first, last, pageRows };
}

type LaidOutRows = ReturnType<typeof useLaidOutRows>;

function useGridTable(props: DataGridProps, shown: readonly string[], { items, first, last }: LaidOutRows) {
  const { rowAt, version, sort = null } = props;
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
            cell: ({ row }) => <DataCell value={row.original.cells?.[column] ?? null} />,
          }),
        ),
      ),
    [shown],
  );
  return useTable({
    features,
    columns: definitions,
    data,
    getRowId: (row) => String(row.index),
    manualSorting: true,
    state: { sorting: sort === null ? [] : [{ id: String(sort.column), desc: sort.descending }] },
  });
}

type GridTable = ReturnType<typeof useGridTable>;

function GridHead(props: DataGridProps & { readonly table: GridTable; readonly plan: ColumnPlan }) {
  const { table, plan, columns, sort = null, onSort } = props;
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid.
    <div role="rowgroup" className={styles.dataHead}>
      {table.getHeaderGroups().map((group) => (
        // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see the grid, which has the focus.
        <div key={group.id} role="row" aria-rowindex={1} className={cx(gridStyles.gridRow, styles.gridRow)}>
          {group.headers.map((header, column) => {
            const isSorted = sort?.column === column;
            const direction = sort?.descending === true ? 'descending' : 'ascending';
            return (
              // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see the grid.
              <div
                key={header.id}
                role="columnheader"
                data-column={column}
                className={cx(
                  gridStyles.gridCell,
                  styles.gridCell,
                  plan[column]?.isNumeric === true ? eventGridStyles.cellNumber : undefined,
                )}
                aria-sort={onSort === undefined ? undefined : isSorted ? direction : 'none'}
                title={columns[column]}
              >
                {onSort === undefined ? (
                  <table.FlexRender header={header} />
                ) : (
                  <Button
                    tone="bare"
                    className={cx(tableStyles.sortButton, styles.sortButton)}
                    tabIndex={-1}
                    onClick={() => onSort(column)}
                  >
                    <span className={tableStyles.sortName}>
                      <table.FlexRender header={header} />
                    </span>
                    {isSorted ? <SortArrow isDescending={sort.descending} /> : null}
                  </Button>
                )}
              </div>
            );
          })}
        </div>
      ))}
    </div>
  );
}

function GridRowView(props: {
  readonly table: GridTable;
  readonly row: ReturnType<GridTable['getRowModel']>['rows'][number];
  readonly item: LaidOutRows['items'][number] | undefined;
  readonly measure: (element: Element | null) => void;
  readonly plan: ColumnPlan;
  readonly cursor: GridCursor;
}) {
  const { table, row, item, plan, cursor } = props;
  const { index, cells } = row.original;
  const isAt = (place: GridPlace | null, column: number): boolean => place?.row === index && place.column === column;
  if (item === undefined) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: the grid has the focus and the keys.
    <div
      ref={props.measure}
      data-index={item.index}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={cursor.place?.row === index}
      aria-busy={cells === null}
      className={cx(
        gridStyles.gridRow,
        styles.gridRow,
        gridStyles.bodyRow,
        styles.bodyRow,
        cells === null ? undefined : undefined,
      )}
    >
      {row.getAllCells().map((cell, column) => (
        // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: see the grid.
        <div
          key={cell.id}
          id={`cell-${index}-${column}`}
          role="gridcell"
          aria-selected={isAt(cursor.place, column)}
          className={cx(
            gridStyles.gridCell,
            styles.gridCell,
            plan[column]?.isNumeric === true ? eventGridStyles.cellNumber : undefined,
          )}
          onClick={() => cursor.choose({ row: index, column })}
        >
          {cells === null ? <span className={gridStyles.placeholder} /> : <table.FlexRender cell={cell} />}
        </div>
      ))}
    </div>
  );
}

function SortArrow({ isDescending }: { readonly isDescending: boolean }) {
  const Arrow = isDescending ? ArrowDown : ArrowUp;
  return <Arrow size={11} aria-hidden="true" />;
}
