import { type SortingState, useTable } from '@tanstack/react-table';
import { ArrowDown, ArrowUp, ChevronLeft, ChevronRight } from 'lucide-react';
import { memo, useEffect, useMemo } from 'react';
import { EVERY_EVENT } from '../../../shared/contract/event-filter.ts';
import type { EventFilter, EventSort } from '../../../shared/contract/ipc.ts';
import type { EvidenceEvent } from '../../../shared/model/event.ts';
import type { EpochMicros } from '../../../shared/model/time.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import gridStyles from '../../components/grid.module.css';
import tableStyles from '../../components/table.module.css';
import { countOf, formatCount } from '../../format.ts';
import { useActions } from '../../state/app-context.tsx';
import type { EventPages, EventPagesSnapshot } from '../../state/event-pages.ts';
import { useEventPages } from '../../state/use-events.ts';
import { type TracebackGroups, useTracebacks } from '../../state/use-tracebacks.ts';
import { type ColumnId, columnsFor, features, SORTABLE, type TableRow, useTimeColumn } from './event-columns.tsx';
import styles from './event-grid.module.css';
import type { SearchReport } from './search-status.tsx';
import { type EventCursor, useEventCursor } from './use-event-cursor.ts';
import { type LaidOutRows, type RowBlocks, useLaidOutRows } from './use-laid-out-rows.ts';

const CELL_CLASSES: Readonly<Record<ColumnId, string | undefined>> = {
  time: styles.cellTime,
  delta: styles.cellDelta,
  source: styles.cellSource,
  pid: styles.cellPid,
  severity: undefined,
  kind: styles.cellKind,
  message: styles.cellMessage,
};

interface EventGridProps {
  readonly view: CaseView;
  readonly filter: EventFilter;
  readonly sort: EventSort;
  readonly selectedRow: number | null;
  readonly flash: { readonly row: number; readonly count: number } | null;
  readonly origin: { readonly time: EpochMicros; readonly name: string } | null;
  readonly onTotal: (total: number | null) => void;
  readonly onSearch: (report: SearchReport | null) => void;
}

/** All events that pass the filter, loaded by page as they come into sight. */
export const EventGrid = memo(function EventGrid(props: EventGridProps) {
  const { view, filter, sort, selectedRow, flash, origin, onTotal, onSearch } = props;
  const { pages, snapshot } = useEventPages(filter, sort);
  const rows = useLaidOutRows(pages, snapshot);
  const groups = useTracebacks(pages, snapshot.version, rows.firstIndex, rows.lastIndex, selectedRow);
  const cursor = useEventCursor({ pages, rows, groups, selectedRow, flash });
  const times = useTimeColumn(view);

  useEffect(() => onTotal(snapshot.total), [snapshot.total, onTotal]);
  const { search } = snapshot;
  useEffect(
    () => onSearch(search === null ? null : { progress: search, control: (action) => void pages.control(action) }),
    [search, pages, onSearch],
  );

  const names = useMemo(() => new Map(view.files.map((file) => [file.id, file.path])), [view]);
  const columns = useMemo(() => columnsFor(names, origin, times, groups), [names, origin, times, groups]);
  const table = useEventRows({ columns, pages, version: snapshot.version, rows, sort });

  const { place } = cursor;
  const isCursorLaidOut = place !== null && place >= rows.firstIndex && place <= rows.lastIndex;
  return (
    <div className={styles.eventTable}>
      {/* biome-ignore lint/a11y/useSemanticElements: rows are absolutely placed, which takes a table element's own roles away. */}
      <div
        role="grid"
        aria-label="Events"
        aria-rowcount={snapshot.total === null ? -1 : rows.total + 1}
        aria-activedescendant={isCursorLaidOut ? `event-${place}` : undefined}
        tabIndex={0}
        className={cx(
          gridStyles.grid,
          times.showDate ? styles.withDates : undefined,
          times.showOffset ? styles.withOffsets : undefined,
        )}
        onKeyDown={cursor.onKeyDown}
      >
        <GridHead table={table} />
        <div ref={rows.scroller} className={styles.gridScroller} data-testid="events-scroller">
          {/* biome-ignore lint/a11y/useSemanticElements: see the grid. */}
          <div ref={rows.virtualizer.containerRef} role="rowgroup" className={styles.gridBody}>
            {table.getRowModel().rows.map((row, position) => (
              <GridRow
                key={row.id}
                table={table}
                row={row}
                item={rows.items[position]}
                measure={rows.virtualizer.measureElement}
                selectedRow={selectedRow}
                flash={flash}
                groups={groups}
                onPick={cursor.pick}
              />
            ))}
          </div>
        </div>
      </div>
      <TableMessage
        view={view}
        snapshot={snapshot}
        onRetry={() => void pages.ensure(rows.firstIndex, rows.lastIndex)}
      />
      {rows.blocks.last > 0 ? <BlockBar blocks={rows.blocks} total={rows.total} /> : null}
    </div>
  );
});

/** The table over the rows that are laid out. */
function useEventRows(options: {
  readonly columns: ReturnType<typeof columnsFor>;
  readonly pages: EventPages;
  readonly version: number;
  readonly rows: LaidOutRows;
  readonly sort: EventSort;
}) {
  const { columns, pages, version, rows, sort } = options;
  const { move } = useActions();
  const { items, firstIndex, lastIndex } = rows;
  const { start } = rows.blocks;
  const sorting = useMemo<SortingState>(() => [{ id: sort.column, desc: sort.descending }], [sort]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: version and the range of items say when the rows are others.
  const data = useMemo<TableRow[]>(
    () => items.map((item) => ({ index: start + item.index, event: pages.eventAt(start + item.index) })),
    [pages, version, start, firstIndex, lastIndex, items.length],
  );
  return useTable({
    features,
    columns,
    data,
    getRowId: (row) => String(row.index),
    manualSorting: true,
    enableSortingRemoval: false,
    sortDescFirst: false,
    state: { sorting },
    onSortingChange: (updater) => {
      const next = (typeof updater === 'function' ? updater(sorting) : updater)[0];
      const column = SORTABLE[(next?.id ?? 'time') as ColumnId];
      if (column !== undefined) move({ sort: { column, descending: next?.desc ?? false } }, 'filter');
    },
  });
}

type EventRows = ReturnType<typeof useEventRows>;

function GridHead({ table }: { readonly table: EventRows }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid.
    <div role="rowgroup" className={styles.gridHead}>
      {table.getHeaderGroups().map((group) => (
        // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see the grid, which has the focus.
        <div key={group.id} role="row" aria-rowindex={1} className={cx(gridStyles.gridRow, styles.gridRow)}>
          {group.headers.map((header) => {
            const sorted = header.column.getIsSorted();
            const canSort = header.id in SORTABLE;
            return (
              // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see the grid.
              <div
                key={header.id}
                role="columnheader"
                className={cx(gridStyles.gridCell, styles.gridCell, CELL_CLASSES[header.id as ColumnId])}
                aria-sort={
                  sorted === false ? (canSort ? 'none' : undefined) : sorted === 'asc' ? 'ascending' : 'descending'
                }
              >
                {canSort ? (
                  <Button
                    tone="bare"
                    className={tableStyles.sortButton}
                    onClick={header.column.getToggleSortingHandler()}
                  >
                    <table.FlexRender header={header} />
                    {sorted === 'asc' ? <ArrowUp size={11} aria-hidden="true" /> : null}
                    {sorted === 'desc' ? <ArrowDown size={11} aria-hidden="true" /> : null}
                  </Button>
                ) : (
                  <table.FlexRender header={header} />
                )}
              </div>
            );
          })}
        </div>
      ))}
    </div>
  );
}

function GridRow(props: {
  readonly table: EventRows;
  readonly row: ReturnType<EventRows['getRowModel']>['rows'][number];
  readonly item: LaidOutRows['items'][number] | undefined;
  readonly measure: (element: Element | null) => void;
  readonly selectedRow: number | null;
  readonly flash: EventGridProps['flash'];
  readonly groups: TracebackGroups;
  readonly onPick: EventCursor['pick'];
}) {
  const { table, row, item, selectedRow, flash, groups } = props;
  const { index, event } = row.original;
  if (item === undefined) return null;
  const isFlashed = event !== null && flash?.row === event.row;
  return (
    // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the grid has the focus and the keys.
    <div
      key={isFlashed ? flash.count : 0}
      ref={props.measure}
      data-index={item.index}
      id={`event-${index}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={event !== null && event.row === selectedRow}
      aria-busy={event === null}
      data-folded={groups.isFolded(event)}
      className={cx(
        gridStyles.gridRow,
        styles.gridRow,
        gridStyles.bodyRow,
        styles.bodyRow,
        isFlashed ? 'flash' : undefined,
        event === null ? undefined : undefined,
        rowTone(event),
        groups.isFolded(event) ? styles.rowFolded : undefined,
      )}
      onClick={() => {
        if (event !== null) props.onPick(index, event.row);
      }}
    >
      {row.getAllCells().map((cell) => (
        // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see the grid.
        <div
          key={cell.id}
          role="gridcell"
          data-column={cell.column.id}
          className={cx(gridStyles.gridCell, styles.gridCell, CELL_CLASSES[cell.column.id as ColumnId])}
        >
          {event === null ? <span className={gridStyles.placeholder} /> : <table.FlexRender cell={cell} />}
        </div>
      ))}
    </div>
  );
}

function rowTone(event: EvidenceEvent | null): string | undefined {
  if (event === null) return undefined;
  switch (event.severity) {
    case 'emerg':
    case 'alert':
    case 'crit':
    case 'err':
      return styles.rowDanger;
    case 'warning':
      return styles.rowWarning;
    default:
      return undefined;
  }
}

/** Why there are no rows, where there are none. */
function TableMessage(props: {
  readonly view: CaseView;
  readonly snapshot: EventPagesSnapshot;
  readonly onRetry: () => void;
}) {
  const { view, snapshot } = props;
  if (snapshot.error !== null) {
    return (
      <div className={styles.tableMessage} role="alert">
        <p>The events could not be read: {snapshot.error}</p>
        <Button size="small" onClick={props.onRetry}>
          Try again
        </Button>
      </div>
    );
  }
  return snapshot.total === 0 && snapshot.search?.state !== 'running' ? <NoEvents view={view} /> : null;
}

function NoEvents({ view }: { readonly view: CaseView }) {
  const { move } = useActions();
  return (
    <div className={styles.tableMessage} role="status">
      {view.eventCount === 0 ? (
        <p>Nothing in this evidence carries a time. Add a journal or a log: journalctl -u UNIT -o short-iso-precise</p>
      ) : (
        <>
          <p>None of {countOf(view.eventCount, 'event')} passes the filter.</p>
          <Button
            size="small"
            onClick={() =>
              move(
                {
                  filter: EVERY_EVENT,
                  onlyVisibleRange: false,
                },
                'filter',
              )
            }
          >
            Clear the filter
          </Button>
        </>
      )}
    </div>
  );
}

/** Goes through a list that is too long to be laid out at once. */
function BlockBar({ blocks, total }: { readonly blocks: RowBlocks; readonly total: number }) {
  const { current, last, start } = blocks;
  return (
    <nav className={styles.blockBar} aria-label="Blocks of rows">
      <IconButton label="Previous block" disabled={current === 0} onClick={() => blocks.choose(current - 1)}>
        <ChevronLeft size={14} aria-hidden="true" />
      </IconButton>
      <span className="numeric">
        Rows {formatCount(start + 1)}–{formatCount(start + blocks.rows)} of {formatCount(total)}
      </span>
      <IconButton label="Next block" disabled={current >= last} onClick={() => blocks.choose(current + 1)}>
        <ChevronRight size={14} aria-hidden="true" />
      </IconButton>
    </nav>
  );
}
