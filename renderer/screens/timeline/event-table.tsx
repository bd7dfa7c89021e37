import {
  createColumnHelper,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp, ChevronLeft, ChevronRight } from 'lucide-react';
import { type KeyboardEvent, memo, useEffect, useMemo, useRef, useState } from 'react';
import { EVERY_EVENT, type EventFilter, type EventSort } from '../../../shared/contract/ipc.ts';
import { splitInnerHeader } from '../../../shared/evidence/wording/classify.ts';
import type { EvidenceEvent } from '../../../shared/model/event.ts';
import type { EpochMicros } from '../../../shared/model/time.ts';
import type { CaseView, ListedEvent } from '../../../shared/model/views.ts';
import type { ZoneName } from '../../../shared/model/zone.ts';
import { KIND_WORDS } from '../../../shared/wording/names.ts';
import { SeverityMark } from '../../components/severity-mark.tsx';
import {
  baseName,
  changesWithin,
  countOf,
  formatCount,
  formatDelta,
  formatEventTime,
  offsetSuffix,
  rangeZoneLabel,
  zonedDate,
} from '../../format.ts';
import { useActions } from '../../state/app-context.tsx';
import { useDisplayZone } from '../../state/display-zone.tsx';
import type { EventPages } from '../../state/event-pages.ts';
import { useEventPages } from '../../state/use-events.ts';
import { type TracebackGroups, useTracebacks } from '../../state/use-tracebacks.ts';
import type { SearchReport } from './search-status.tsx';
import { TracebackMark, TracebackToggle } from './traceback-mark.tsx';

/** Height of a row in CSS pixels; `--row-height` in timeline.css must agree. */
const ROW_PX = 24;
/**
 * Rows that are laid out at once. Chromium cannot make an element taller than about 33 million pixels, so longer lists
 * are shown in blocks; moving past the end of one goes on in the next.
 */
const BLOCK_ROWS = 500_000;

/** A row of the table: an event, or a place in the list whose page is still on its way. */
interface TableRow {
  readonly index: number;
  readonly event: ListedEvent | null;
}

const features = tableFeatures({ rowSortingFeature });
const helper = createColumnHelper<typeof features, TableRow>();
type ColumnId = 'time' | 'delta' | 'source' | 'pid' | 'severity' | 'kind' | 'message';
const SORTABLE: Readonly<Partial<Record<ColumnId, EventSort['column']>>> = {
  time: 'time',
  source: 'source',
  pid: 'pid',
  severity: 'severity',
  kind: 'kind',
};

interface EventTableProps {
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
export const EventTable = memo(function EventTable(props: EventTableProps) {
  const { view, filter, sort, selectedRow, flash, origin, onTotal, onSearch } = props;
  const { move } = useActions();
  const { pages, snapshot } = useEventPages(filter, sort);
  const scroller = useRef<HTMLDivElement>(null);
  const [block, setBlock] = useState(0);
  /** Place of the selected event in this list; null while unknown or hidden. */
  const [cursor, setCursor] = useState<number | null>(null);

  const total = snapshot.total ?? 0;
  const blockStart = block * BLOCK_ROWS;
  const blockRows = Math.max(0, Math.min(BLOCK_ROWS, total - blockStart));
  const lastBlock = Math.max(0, Math.ceil(total / BLOCK_ROWS) - 1);

  const virtualizer = useVirtualizer({
    count: blockRows,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    directDomUpdates: true,
  });
  const items = virtualizer.getVirtualItems();
  const firstIndex = blockStart + (items[0]?.index ?? 0);
  const lastIndex = blockStart + (items.at(-1)?.index ?? 0);

  const groups = useTracebacks(pages, snapshot.version, firstIndex, lastIndex, selectedRow);

  useEffect(() => void pages.ensure(firstIndex, lastIndex), [pages, firstIndex, lastIndex]);
  useEffect(() => onTotal(snapshot.total), [snapshot.total, onTotal]);
  const { search } = snapshot;
  useEffect(
    () => onSearch(search === null ? null : { progress: search, control: (action) => void pages.control(action) }),
    [search, pages, onSearch],
  );
  // Another list begins at its top; the effect below then scrolls to the selection if it is in it.
  useEffect(() => {
    if (pages.snapshot().total === null) setBlock(0);
    if (scroller.current !== null) scroller.current.scrollTop = 0;
  }, [pages]);

  const goTo = useRef((_index: number, _align: 'auto' | 'center'): void => undefined);
  goTo.current = (index, align) => {
    const target = Math.floor(index / BLOCK_ROWS);
    if (target !== block) setBlock(target);
    // The new block has to be laid out before the virtualizer can scroll in it.
    requestAnimationFrame(() => virtualizer.scrollToIndex(index - target * BLOCK_ROWS, { align }));
  };

  const ownMove = useRef<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a second jump to the same event must scroll again, hence flash.
  useEffect(() => {
    if (selectedRow === null) {
      setCursor(null);
      return;
    }
    // Moved by this table's own keys: the place is known and already in sight.
    if (ownMove.current === selectedRow) {
      ownMove.current = null;
      return;
    }
    let isCurrent = true;
    void pages.positionOf(selectedRow).then((position) => {
      if (!isCurrent) return;
      setCursor(position);
      if (position !== null) goTo.current(position, 'center');
    });
    return () => {
      isCurrent = false;
    };
  }, [pages, selectedRow, flash]);

  const select = async (index: number): Promise<void> => {
    if (total === 0) return;
    const clamped = unfoldedFrom(pages, groups, Math.max(0, Math.min(total - 1, index)), cursor ?? -1, total);
    setCursor(clamped);
    goTo.current(clamped, 'auto');
    const event = await pages.load(clamped);
    if (event === null || event.row === selectedRow) return;
    ownMove.current = event.row;
    move({ selectedRow: event.row }, 'selection');
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW_PX) / ROW_PX) - 1);
    const from = cursor ?? -1;
    const target = (
      {
        ArrowDown: from + 1,
        ArrowUp: from - 1,
        PageDown: Math.max(0, from) + pageRows,
        PageUp: from - pageRows,
        Home: 0,
        End: total - 1,
      } as Readonly<Record<string, number>>
    )[event.key];
    if (target !== undefined) {
      event.preventDefault();
      void select(target);
    } else if ((event.key === 'ArrowRight' || event.key === 'ArrowLeft') && cursor !== null) {
      const line = groups.lineOf(pages.eventAt(cursor));
      if (line === null) return;
      event.preventDefault();
      if (groups.isExpanded(line.head) !== (event.key === 'ArrowRight')) {
        // A line that folds away under the cursor leaves it on its head.
        if (line.place > 0) move({ selectedRow: line.head }, 'selection');
        groups.toggle(line.head);
      }
    } else if (event.key === 'Enter' && cursor !== null) {
      event.preventDefault();
      document.querySelector<HTMLElement>('.detail button')?.focus();
    }
  };

  const sorting = useMemo<SortingState>(() => [{ id: sort.column, desc: sort.descending }], [sort]);
  const names = useMemo(() => new Map(view.files.map((file) => [file.id, file.path])), [view]);
  const { zone } = useDisplayZone();
  const times = useMemo<TimeColumn>(() => {
    const first = view.points[0]?.time;
    const last = view.points.at(-1)?.time;
    if (first === undefined || last === undefined) return { zone, header: zone, showDate: false, showOffset: false };
    return {
      zone,
      header: rangeZoneLabel(zone, first, last),
      showDate: zonedDate(first, zone) !== zonedDate(last, zone),
      showOffset: changesWithin(zone, first, last),
    };
  }, [view, zone]);
  const columns = useMemo(() => columnsFor(names, origin, times, groups), [names, origin, times, groups]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: version and the range of items say when the rows are others.
  const data = useMemo<TableRow[]>(
    () => items.map((item) => ({ index: blockStart + item.index, event: pages.eventAt(blockStart + item.index) })),
    [pages, snapshot.version, blockStart, firstIndex, lastIndex, items.length],
  );
  const table = useTable({
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

  const cursorRendered = cursor !== null && cursor >= firstIndex && cursor <= lastIndex;
  return (
    <div className="event-table">
      {/* biome-ignore lint/a11y/useSemanticElements: rows are absolutely placed, which takes a table element's own roles away. */}
      <div
        role="grid"
        aria-label="Events"
        aria-rowcount={snapshot.total === null ? -1 : total + 1}
        aria-activedescendant={cursorRendered ? `event-${cursor}` : undefined}
        tabIndex={0}
        className={`grid${times.showDate ? ' with-dates' : ''}${times.showOffset ? ' with-offsets' : ''}`}
        onKeyDown={onKeyDown}
      >
        {/* biome-ignore lint/a11y/useSemanticElements: see the grid. */}
        <div role="rowgroup" className="grid-head">
          {table.getHeaderGroups().map((group) => (
            // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see the grid, which has the focus.
            <div key={group.id} role="row" aria-rowindex={1} className="grid-row">
              {group.headers.map((header) => {
                const sorted = header.column.getIsSorted();
                const canSort = header.id in SORTABLE;
                return (
                  // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see the grid.
                  <div
                    key={header.id}
                    role="columnheader"
                    className={`grid-cell cell-${header.id}`}
                    aria-sort={
                      sorted === false ? (canSort ? 'none' : undefined) : sorted === 'asc' ? 'ascending' : 'descending'
                    }
                  >
                    {canSort ? (
                      <button type="button" className="sort-button" onClick={header.column.getToggleSortingHandler()}>
                        <table.FlexRender header={header} />
                        {sorted === 'asc' ? <ArrowUp size={11} aria-hidden="true" /> : null}
                        {sorted === 'desc' ? <ArrowDown size={11} aria-hidden="true" /> : null}
                      </button>
                    ) : (
                      <table.FlexRender header={header} />
                    )}
                  </div>
                );
              })}
            </div>
          ))}
        </div>
        <div ref={scroller} className="grid-scroller" data-testid="events-scroller">
          {/* biome-ignore lint/a11y/useSemanticElements: see the grid. */}
          <div ref={virtualizer.containerRef} role="rowgroup" className="grid-body">
            {table.getRowModel().rows.map((row, position) => {
              const item = items[position];
              const { index, event } = row.original;
              if (item === undefined) return null;
              const isSelected = event !== null && event.row === selectedRow;
              const isFlashed = event !== null && flash?.row === event.row;
              return (
                // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the grid has the focus and the keys.
                <div
                  key={isFlashed ? `${item.key} ${flash.count}` : item.key}
                  ref={virtualizer.measureElement}
                  data-index={item.index}
                  id={`event-${index}`}
                  role="row"
                  aria-rowindex={index + 2}
                  aria-selected={isSelected}
                  className={`grid-row body-row${isFlashed ? ' flash' : ''}${event === null ? ' row-loading' : ''}${rowTone(event)}${groups.isFolded(event) ? ' row-folded' : ''}`}
                  onClick={() => {
                    if (event === null) return;
                    ownMove.current = event.row === selectedRow ? null : event.row;
                    setCursor(index);
                    move({ selectedRow: event.row }, 'selection');
                  }}
                >
                  {row.getAllCells().map((cell) => (
                    // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see the grid.
                    <div key={cell.id} role="gridcell" className={`grid-cell cell-${cell.column.id}`}>
                      {event === null ? <span className="placeholder" /> : <table.FlexRender cell={cell} />}
                    </div>
                  ))}
                </div>
              );
            })}
          </div>
        </div>
      </div>
      {snapshot.error !== null ? (
        <div className="table-message" role="alert">
          <p>The events could not be read: {snapshot.error}</p>
          <button
            type="button"
            className="button button-small"
            onClick={() => void pages.ensure(firstIndex, lastIndex)}
          >
            Try again
          </button>
        </div>
      ) : snapshot.total === 0 && snapshot.search?.state !== 'running' ? (
        <NoEvents view={view} />
      ) : null}
      {lastBlock > 0 ? (
        <nav className="block-bar" aria-label="Blocks of rows">
          <button
            type="button"
            className="icon-button"
            aria-label="Previous block"
            disabled={block === 0}
            onClick={() => setBlock(block - 1)}
          >
            <ChevronLeft size={14} aria-hidden="true" />
          </button>
          <span className="numeric">
            Rows {formatCount(blockStart + 1)}–{formatCount(blockStart + blockRows)} of {formatCount(total)}
          </span>
          <button
            type="button"
            className="icon-button"
            aria-label="Next block"
            disabled={block >= lastBlock}
            onClick={() => setBlock(block + 1)}
          >
            <ChevronRight size={14} aria-hidden="true" />
          </button>
        </nav>
      ) : null}
    </div>
  );
});

/** The nearest place that is not folded away, onwards in the direction of a move and else backwards. */
function unfoldedFrom(pages: EventPages, groups: TracebackGroups, index: number, from: number, total: number): number {
  const step = index < from ? -1 : 1;
  for (const direction of [step, -step]) {
    for (let at = index; at >= 0 && at < total; at += direction) {
      const event = pages.eventAt(at);
      // What is not here yet is not known to be folded.
      if (event === null || !groups.isFolded(event)) return at;
    }
  }
  return index;
}

function rowTone(event: EvidenceEvent | null): string {
  if (event === null) return '';
  switch (event.severity) {
    case 'emerg':
    case 'alert':
    case 'crit':
    case 'err':
      return ' row-danger';
    case 'warning':
      return ' row-warning';
    default:
      return '';
  }
}

/**
 * A message in one line: without the logger's own time, pid and level, which have their columns, and with a visible sign
 * for each line break. The detail pane shows it as it is.
 */
function oneLine(message: string): string {
  return (splitInnerHeader(message)?.text ?? message).replaceAll('\n', ' ⏎ ');
}

function NoEvents({ view }: { readonly view: CaseView }) {
  const { move } = useActions();
  return (
    <div className="table-message" role="status">
      {view.eventCount === 0 ? (
        <p>Nothing in this evidence carries a time. Add a journal or a log: journalctl -u UNIT -o short-iso-precise</p>
      ) : (
        <>
          <p>None of {countOf(view.eventCount, 'event')} passes the filter.</p>
          <button
            type="button"
            className="button button-small"
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
          </button>
        </>
      )}
    </div>
  );
}

/** How times are shown: their zone, and what of date and offset differs between the events of the case. */
interface TimeColumn {
  readonly zone: ZoneName;
  readonly header: string;
  readonly showDate: boolean;
  readonly showOffset: boolean;
}

function columnsFor(
  names: ReadonlyMap<string, string>,
  origin: EventTableProps['origin'],
  times: TimeColumn,
  groups: TracebackGroups,
) {
  const { zone, showDate, showOffset } = times;
  return helper.columns([
    helper.accessor((row) => row.event?.time, {
      id: 'time',
      header: `Time (${times.header})`,
      cell: ({ row }) => {
        const event = row.original.event;
        if (event === null) return null;
        return (
          <>
            {showDate ? <span className="cell-date">{zonedDate(event.time, zone).slice(5)} </span> : null}
            {formatEventTime(event.time, event.resolutionMicros, zone)}
            {showOffset ? <span className="cell-date"> {offsetSuffix(event.time, zone)}</span> : null}
          </>
        );
      },
    }),
    helper.accessor((row) => row.event?.time, {
      id: 'delta',
      header: 'Delta',
      enableSorting: false,
      cell: ({ row }) =>
        row.original.event === null || origin === null ? '' : formatDelta(row.original.event.time - origin.time),
    }),
    helper.accessor((row) => row.event?.source.evidenceId, {
      id: 'source',
      header: 'Source',
      cell: ({ row }) => {
        const path = names.get(row.original.event?.source.evidenceId ?? '') ?? '';
        return <span title={path}>{baseName(path)}</span>;
      },
    }),
    helper.accessor((row) => row.event?.pid, {
      id: 'pid',
      header: 'Pid',
      cell: ({ row }) => row.original.event?.pid ?? '–',
    }),
    helper.accessor((row) => row.event?.severity, {
      id: 'severity',
      header: 'Severity',
      cell: ({ row }) => <SeverityMark severity={row.original.event?.severity ?? null} />,
    }),
    helper.accessor((row) => row.event?.kind, {
      id: 'kind',
      header: 'Kind',
      cell: ({ row }) => (row.original.event === null ? '' : KIND_WORDS[row.original.event.kind]),
    }),
    helper.accessor((row) => row.event?.message, {
      id: 'message',
      header: 'Message',
      enableSorting: false,
      cell: ({ row }) => {
        const { event } = row.original;
        if (event === null) return null;
        const line = groups.lineOf(event);
        return (
          <>
            {line === null ? null : <TracebackMark line={line} />}
            {line === null || line.place > 0 ? null : <TracebackToggle line={line} groups={groups} />}
            {event.tags === undefined ? null : (
              <span className="row-tags" title={`Tags of your own rules: ${event.tags.join(', ')}`}>
                <span className="tag">{event.tags[0]}</span>
                {event.tags.length > 1 ? <span className="tag">+{event.tags.length - 1}</span> : null}
              </span>
            )}
            {oneLine(event.message)}
          </>
        );
      },
    }),
  ]);
}
