import { ChevronLeft, ChevronRight } from 'lucide-react';
import { type KeyboardEvent, type MouseEvent, memo, useEffect } from 'react';
import { EVERY_EVENT } from '../../../shared/contract/event-filter.ts';
import type { EventFilter, EventSort } from '../../../shared/contract/ipc.ts';
import { isErrorSeverity } from '../../../shared/model/event.ts';
import type { EpochMicros } from '../../../shared/model/time.ts';
import type { CaseView, ListedEvent } from '../../../shared/model/views.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import { ContextMenu } from '../../components/context-menu.tsx';
import gridStyles from '../../components/grid.module.css';
import { countOf, formatCount } from '../../format.ts';
import { annotationIndex } from '../../state/annotation-index.ts';
import { useActions } from '../../state/app-context.tsx';
import { useDisplayZone } from '../../state/display-zone.tsx';
import type { EventPagesSnapshot } from '../../state/event-pages.ts';
import type { EventSelection } from '../../state/event-selection.ts';
import type { EventColumn } from '../../state/table-columns.ts';
import { useEventPages } from '../../state/use-events.ts';
import { type TracebackGroups, useTracebacks } from '../../state/use-tracebacks.ts';
import { CELL_CLASSES } from './cell-classes.ts';
import type { TimeColumn } from './event-columns.tsx';
import styles from './event-grid.module.css';
import { EventMenu } from './event-menu.tsx';
import { GridHead } from './grid-head.tsx';
import type { SearchReport } from './search-status.tsx';
import { type NotesAtRow, notesAt, TimeNotes } from './time-notes.tsx';
import type { ColumnLayout } from './use-column-layout.ts';
import { type EventCursor, useEventCursor } from './use-event-cursor.ts';
import { type EventRows, useEventRows } from './use-event-rows.ts';
import { type LaidOutRows, type RowBlocks, useLaidOutRows } from './use-laid-out-rows.ts';

interface EventGridProps {
  readonly view: CaseView;
  readonly filter: EventFilter;
  readonly sort: EventSort;
  /** What was typed: its matches are marked, whether it narrows the list or not. */
  readonly query: string;
  readonly selectedRow: number | null;
  readonly selection: EventSelection;
  readonly flash: { readonly row: number; readonly count: number } | null;
  readonly origin: { readonly time: EpochMicros; readonly name: string } | null;
  readonly times: TimeColumn;
  readonly layout: ColumnLayout;
  readonly onTotal: (total: number | null) => void;
  readonly onSearch: (report: SearchReport | null) => void;
  /** Leads to the selected event in detail. */
  readonly onOpen: () => void;
}

/** All events that pass the filter, loaded by page as they come into sight. */
export const EventGrid = memo(function EventGrid(props: EventGridProps) {
  const { view, filter, sort, selectedRow, selection, flash, times, layout, onTotal, onSearch } = props;
  const { pages, snapshot } = useEventPages(filter, sort);
  const rows = useLaidOutRows(pages, snapshot);
  const groups = useTracebacks(pages, snapshot.version, rows.firstIndex, rows.lastIndex, selectedRow);
  const cursor = useEventCursor({ pages, rows, groups, selectedRow, flash, selection, onOpen: props.onOpen });

  useEffect(() => onTotal(snapshot.total), [snapshot.total, onTotal]);
  const { search } = snapshot;
  useEffect(
    () => onSearch(search === null ? null : { progress: search, control: (action) => void pages.control(action) }),
    [search, pages, onSearch],
  );
  const table = useEventRows({ ...props, groups, pages, version: snapshot.version, rows });

  const onKeyDown = useGridKeys(cursor, selection);
  const { place } = cursor;
  const current = place === null ? null : pages.eventAt(place);
  const isCursorLaidOut = place !== null && place >= rows.firstIndex && place <= rows.lastIndex;
  return (
    <div ref={layout.ref} className={styles.eventTable}>
      <ContextMenu
        label="Selected events"
        trigger={
          // biome-ignore lint/a11y/useSemanticElements: rows are absolutely placed, which takes a table element's own roles away.
          <div
            role="grid"
            aria-label="Events"
            aria-multiselectable="true"
            aria-rowcount={snapshot.total === null ? -1 : rows.total + 1}
            aria-activedescendant={isCursorLaidOut ? `event-${place}` : undefined}
            tabIndex={0}
            className={gridStyles.grid}
            onKeyDown={onKeyDown}
            onContextMenuCapture={(event) => cursor.pickForMenu(event)}
          >
            <GridHead table={table} layout={layout} />
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
                    isCurrent={row.original.index === place}
                    isSelected={row.original.event !== null && selection.rows.has(row.original.event.row)}
                    notes={notesAt(annotationIndex(view.annotations).notes, pages, row.original.index, rows.total)}
                    showDate={times.showDate}
                    flash={flash}
                    groups={groups}
                    onPick={cursor.pick}
                    onOpen={props.onOpen}
                  />
                ))}
              </div>
            </div>
          </div>
        }
      >
        <EventMenu view={view} event={current} rows={selection.rows} onOpen={props.onOpen} />
      </ContextMenu>
      <TableMessage
        view={view}
        snapshot={snapshot}
        onRetry={() => void pages.ensure(rows.firstIndex, rows.lastIndex)}
      />
      {rows.blocks.last > 0 ? <BlockBar blocks={rows.blocks} total={rows.total} /> : null}
    </div>
  );
});

/** Keys of the table itself: those of the cursor, the menu key and Ctrl+C. */
function useGridKeys(cursor: EventCursor, selection: EventSelection): (event: KeyboardEvent) => void {
  const { copyEvents } = useActions();
  const { zone } = useDisplayZone();
  return (event) => {
    const isCopy = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === 'c';
    // Words that were selected with the pointer are what is meant.
    if (isCopy && window.getSelection()?.isCollapsed !== false && selection.rows.size > 0) {
      event.preventDefault();
      void copyEvents([...selection.rows], 'text', zone);
    } else if (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10')) {
      event.preventDefault();
      openMenuAt(event.currentTarget, cursor.place);
    } else cursor.onKeyDown(event);
  };
}

/** Opens the menu beside the row of the cursor: the system would put it where the pointer is. */
function openMenuAt(grid: Element, place: number | null): void {
  const row = grid.querySelector(`#event-${place}`) ?? grid;
  const { left, top, height } = row.getBoundingClientRect();
  const clientX = left + 60;
  const clientY = row === grid ? top + 40 : top + height;
  row.dispatchEvent(
    new window.MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX, clientY, button: 2 }),
  );
}

function GridRow(props: {
  readonly table: EventRows;
  readonly row: ReturnType<EventRows['getRowModel']>['rows'][number];
  readonly item: LaidOutRows['items'][number] | undefined;
  readonly measure: (element: Element | null) => void;
  readonly isCurrent: boolean;
  readonly isSelected: boolean;
  readonly notes: NotesAtRow;
  readonly showDate: boolean;
  readonly flash: EventGridProps['flash'];
  readonly groups: TracebackGroups;
  readonly onPick: EventCursor['pick'];
  readonly onOpen: () => void;
}) {
  const { table, row, item, flash, groups, notes } = props;
  const { index, event } = row.original;
  if (item === undefined) return null;
  const isFlashed = event !== null && flash?.row === event.row;
  const onClick = (mouse: MouseEvent): void => {
    if (event !== null) props.onPick(index, event.row, mouse);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the grid has the focus and the keys.
    <div
      key={isFlashed ? flash.count : 0}
      ref={props.measure}
      data-index={item.index}
      data-place={index}
      data-row={event?.row}
      id={`event-${index}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={props.isSelected}
      aria-busy={event === null}
      data-current={props.isCurrent}
      data-folded={groups.isFolded(event)}
      className={cx(
        gridStyles.gridRow,
        styles.gridRow,
        gridStyles.bodyRow,
        styles.bodyRow,
        isFlashed ? 'flash' : undefined,
        notes.above.length + notes.below.length > 0 ? styles.rowWithNotes : undefined,
        rowTone(event),
        groups.isFolded(event) ? styles.rowFolded : undefined,
      )}
      onClick={onClick}
      onDoubleClick={props.onOpen}
    >
      <TimeNotes notes={notes.above} showDate={props.showDate} />
      {row.getAllCells().map((cell) => (
        // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see the grid.
        <div
          key={cell.id}
          role="gridcell"
          data-column={cell.column.id}
          className={cx(gridStyles.gridCell, styles.gridCell, CELL_CLASSES[cell.column.id as EventColumn])}
        >
          {event === null ? <span className={gridStyles.placeholder} /> : <table.FlexRender cell={cell} />}
        </div>
      ))}
      <TimeNotes notes={notes.below} showDate={props.showDate} />
    </div>
  );
}

function rowTone(event: ListedEvent | null): string | undefined {
  if (event === null) return undefined;
  if (isErrorSeverity(event.severity)) return styles.rowDanger;
  return event.severity === 'warning' ? styles.rowWarning : undefined;
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
              move({ filter: EVERY_EVENT, onlyVisibleRange: false, showsSamples: true, showsHidden: true }, 'filter')
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
