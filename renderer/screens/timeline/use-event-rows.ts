import { type SortingState, useTable } from '@tanstack/react-table';
import { useMemo } from 'react';
import type { EventSort } from '../../../shared/contract/ipc.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { annotationIndex } from '../../state/annotation-index.ts';
import { useActions } from '../../state/app-context.tsx';
import type { EventPages } from '../../state/event-pages.ts';
import type { EventColumn } from '../../state/table-columns.ts';
import { type CellContext, columnsFor, features, SORTABLE, type TableRow } from './event-columns.tsx';
import { useMatches } from './match-marks.tsx';
import type { ColumnLayout } from './use-column-layout.ts';
import type { LaidOutRows } from './use-laid-out-rows.ts';

/** The table over the rows that are laid out. */
export function useEventRows(
  options: Pick<CellContext, 'origin' | 'times' | 'groups'> & {
    readonly view: CaseView;
    readonly query: string;
    readonly layout: ColumnLayout;
    readonly sort: EventSort;
    readonly pages: EventPages;
    readonly version: number;
    readonly rows: LaidOutRows;
  },
) {
  const { view, query, origin, times, layout, groups, pages, version, rows, sort } = options;
  const { move } = useActions();
  const find = useMatches(query);
  const { shown, messageRoom } = layout;
  const marks = annotationIndex(view.annotations);
  const names = useMemo(() => new Map(view.files.map((file) => [file.id, file.path])), [view.files]);
  const columns = useMemo(() => {
    const showsKind = !shown.includes('kind');
    return columnsFor({ names, origin, times, groups, marks, find, messageRoom, showsKind }, shown);
  }, [names, origin, times, groups, marks, find, messageRoom, shown]);
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
      const column = SORTABLE[(next?.id ?? 'time') as EventColumn];
      if (column !== undefined) move({ sort: { column, descending: next?.desc ?? false } }, 'filter');
    },
  });
}

export type EventRows = ReturnType<typeof useEventRows>;
