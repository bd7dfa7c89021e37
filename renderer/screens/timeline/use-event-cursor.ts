import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useActions } from '../../state/app-context.tsx';
import type { EventPages } from '../../state/event-pages.ts';
import type { TracebackGroups } from '../../state/use-tracebacks.ts';
import { EVENT_DETAIL_ID } from './event-pane.tsx';
import { type LaidOutRows, ROW_PX } from './use-laid-out-rows.ts';

interface CursorOptions {
  readonly pages: EventPages;
  readonly rows: LaidOutRows;
  readonly groups: TracebackGroups;
  readonly selectedRow: number | null;
  readonly flash: { readonly row: number; readonly count: number } | null;
}

/** The row that the keyboard stands on, which is that of the selected event where it is in the list. */
export interface EventCursor {
  /** Its place in the list; null while unknown or hidden. */
  readonly place: number | null;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  /** Selects the event of a row that was clicked. */
  readonly pick: (place: number, row: number) => void;
}

/** Follows the selection, and moves it by arrow keys, page keys, Home and End. */
export function useEventCursor({ pages, rows, groups, selectedRow, flash }: CursorOptions): EventCursor {
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

  const select = async (index: number): Promise<void> => {
    if (total === 0) return;
    const clamped = unfoldedFrom(pages, groups, Math.max(0, Math.min(total - 1, index)), place ?? -1, total);
    setPlace(clamped);
    goTo.current(clamped, 'auto');
    const event = await pages.load(clamped);
    if (event === null || event.row === selectedRow) return;
    ownMove.current = event.row;
    move({ selectedRow: event.row }, 'selection');
  };
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
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const target = targetOf(event.key, place, total, rows.scroller.current?.clientHeight ?? ROW_PX);
    if (target !== null) void select(target);
    else if (place === null) return;
    else if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      if (!fold(place, event.key === 'ArrowRight')) return;
    } else if (event.key === 'Enter') document.querySelector<HTMLElement>(`#${EVENT_DETAIL_ID} button`)?.focus();
    else return;
    event.preventDefault();
  };
  return {
    place,
    onKeyDown,
    pick: (index, row) => {
      ownMove.current = row === selectedRow ? null : row;
      setPlace(index);
      move({ selectedRow: row }, 'selection');
    },
  };
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
