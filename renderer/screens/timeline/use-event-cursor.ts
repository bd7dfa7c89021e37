import { type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from 'react';
import { MOST_COPIED_EVENTS } from '../../../shared/contract/copy-limits.ts';
import { useActions } from '../../state/app-context.tsx';
import type { EventPages } from '../../state/event-pages.ts';
import type { EventSelection } from '../../state/event-selection.ts';
import type { TracebackGroups } from '../../state/use-tracebacks.ts';
import { type LaidOutRows, ROW_PX } from './use-laid-out-rows.ts';

interface CursorOptions {
  readonly pages: EventPages;
  readonly rows: LaidOutRows;
  readonly groups: TracebackGroups;
  readonly selectedRow: number | null;
  readonly flash: { readonly row: number; readonly count: number } | null;
  readonly selection: EventSelection;
  /** Leads to the selected event in detail. */
  readonly onOpen: () => void;
}

/** The row that the keyboard stands on, which is that of the selected event where it is in the list. */
export interface EventCursor {
  /** Its place in the list; null while unknown or hidden. */
  readonly place: number | null;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  /** Selects the event of a row that was clicked: with Shift up to it, with Ctrl beside the others. */
  readonly pick: (place: number, row: number, keys: HeldKeys) => void;
  /** Selects the row that a menu is opened on, unless it is one of those that are selected. */
  readonly pickForMenu: (event: MouseEvent) => void;
}

/** Keys that were held during a click. */
interface HeldKeys {
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

/** Follows the selection, and moves it by arrow keys, page keys, Home and End. */
export function useEventCursor({
  pages,
  rows,
  groups,
  selectedRow,
  flash,
  selection,
  onOpen,
}: CursorOptions): EventCursor {
  const { move } = useActions();
  const { total, goTo } = rows;
  const [place, setPlace] = useState<number | null>(null);
  const ownMove = useRef<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a second jump to the same event must scroll again, hence flash.
  useEffect(() => {
    if (selectedRow === null) {
      setPlace(null);
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
      setPlace(position);
      if (position !== null) goTo.current(position, 'center');
    });
    return () => {
      isCurrent = false;
    };
  }, [pages, selectedRow, flash]);

  const { select, extendTo, toggle, selectAll } = cursorMoves({
    pages,
    rows,
    groups,
    selectedRow,
    selection,
    place,
    setPlace,
    setOwnMove: (row) => {
      ownMove.current = row === selectedRow ? null : row;
    },
  });
  /** Folds or unfolds the traceback under the cursor; false where there is none. */
  const fold = (at: number, expand: boolean): boolean => {
    const line = groups.lineOf(pages.eventAt(at));
    if (line === null) return false;
    if (groups.isExpanded(line.head) !== expand) {
      // A line that folds away under the cursor leaves it on its head.
      if (line.place > 0) move({ selectedRow: line.head }, 'selection');
      groups.toggle(line.head);
    }
    return true;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey) return;
    const isCommand = event.ctrlKey || event.metaKey;
    const target = targetOf(event.key, place, total, rows.scroller.current?.clientHeight ?? ROW_PX);
    if (isCommand && event.key === 'a') void selectAll();
    else if (isCommand) return;
    else if (target !== null) void (event.shiftKey ? extendTo(target) : select(target));
    else if (place === null) return;
    else if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      if (!fold(place, event.key === 'ArrowRight')) return;
    } else if (event.key === 'Enter') onOpen();
    else return;
    event.preventDefault();
  };
  return {
    place,
    onKeyDown,
    pick: (index, row, { shiftKey, ctrlKey, metaKey }) => {
      if (shiftKey) void extendTo(index);
      else if (ctrlKey || metaKey) toggle(index, row);
      else {
        ownMove.current = row === selectedRow ? null : row;
        setPlace(index);
        selection.select([row], row, index);
      }
    },
    pickForMenu: ({ target }) => {
      const element = target instanceof Element ? target.closest('[role=row][data-row]') : null;
      const row = Number(element?.getAttribute('data-row') ?? Number.NaN);
      const index = Number(element?.getAttribute('data-place') ?? Number.NaN);
      if (Number.isNaN(row) || Number.isNaN(index)) return;
      setPlace(index);
      if (selection.rows.has(row)) selection.select(selection.rows, row, selection.anchor);
      else selection.select([row], row, index);
      ownMove.current = row === selectedRow ? null : row;
    },
  };
}

/** What moves the cursor and the selection with it. */
function cursorMoves(
  options: Omit<CursorOptions, 'flash' | 'onOpen'> & {
    readonly place: number | null;
    readonly setPlace: (place: number) => void;
    /** Says that the selected event is about to be this one, whose place is known and in sight. */
    readonly setOwnMove: (row: number) => void;
  },
) {
  const { pages, rows, groups, selectedRow, selection, place, setPlace, setOwnMove } = options;
  const { total } = rows;
  const go = async (index: number): Promise<{ readonly place: number; readonly row: number } | null> => {
    if (total === 0) return null;
    const clamped = unfoldedFrom(pages, groups, Math.max(0, Math.min(total - 1, index)), place ?? -1, total);
    setPlace(clamped);
    rows.goTo.current(clamped, 'auto');
    const event = await pages.load(clamped);
    if (event === null) return null;
    setOwnMove(event.row);
    return { place: clamped, row: event.row };
  };
  const select = async (index: number): Promise<void> => {
    const reached = await go(index);
    if (reached !== null) selection.select([reached.row], reached.row, reached.place);
  };
  /** Selects everything from where the stretch began to a place, which becomes that of the cursor. */
  const extendTo = async (index: number): Promise<void> => {
    const anchor = selection.anchor ?? place ?? index;
    const reached = await go(index);
    if (reached === null) return;
    const [first, last] = anchor <= reached.place ? [anchor, reached.place] : [reached.place, anchor];
    const between = await pages.rowsBetween(first, last, MOST_COPIED_EVENTS + 1);
    setOwnMove(reached.row);
    selection.select(between, reached.row, anchor);
  };
  const toggle = (index: number, row: number): void => {
    const chosen = new Set(selection.rows);
    if (chosen.has(row) && chosen.size > 1) chosen.delete(row);
    else chosen.add(row);
    // What is shown in detail is one of the selected ones.
    const current = chosen.has(row) ? row : ([...chosen].at(-1) ?? row);
    setOwnMove(current);
    if (current === row) setPlace(index);
    selection.select(chosen, current, index);
  };
  const selectAll = async (): Promise<void> => {
    const all = await pages.rowsBetween(0, total - 1, MOST_COPIED_EVENTS + 1);
    const current = selectedRow !== null && all.includes(selectedRow) ? selectedRow : all[0];
    if (current === undefined) return;
    setOwnMove(current);
    selection.select(all, current, 0);
  };
  return { select, extendTo, toggle, selectAll };
}

/** Where a key leads to; it may lie outside of the list. null: the key is for something else. */
function targetOf(key: string, place: number | null, total: number, heightPx: number): number | null {
  const pageRows = Math.max(1, Math.floor(heightPx / ROW_PX) - 1);
  const from = place ?? -1;
  switch (key) {
    case 'ArrowDown':
      return from + 1;
    case 'ArrowUp':
      return from - 1;
    case 'PageDown':
      return Math.max(0, from) + pageRows;
    case 'PageUp':
      return from - pageRows;
    case 'Home':
      return 0;
    case 'End':
      return total - 1;
    default:
      return null;
  }
}

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
