import { type KeyboardEvent, useState } from 'react';

/** A cell by its row and column. */
export interface GridPlace {
  readonly row: number;
  readonly column: number;
}

/** The cell that the keyboard stands on; null until the grid has had the focus. */
export interface GridCursor {
  readonly place: GridPlace | null;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onFocus: () => void;
  readonly choose: (place: GridPlace) => void;
}

/** Moves over a grid by arrow keys, page keys, Home and End; `onMove` brings the cell into sight. */
export function useGridCursor(options: {
  readonly rows: number;
  readonly columns: number;
  readonly pageRows: () => number;
  readonly onMove: (place: GridPlace) => void;
  /** Copies what the cursor stands on; false where there is nothing. */
  readonly onCopy: (place: GridPlace) => boolean;
}): GridCursor {
  const { rows, columns } = options;
  const [place, setPlace] = useState<GridPlace | null>(null);
  const move = ({ row, column }: GridPlace): void => {
    if (rows === 0 || columns === 0) return;
    const to = { row: Math.max(0, Math.min(rows - 1, row)), column: Math.max(0, Math.min(columns - 1, column)) };
    setPlace(to);
    options.onMove(to);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.metaKey) return;
    if (event.ctrlKey) {
      if (event.key === 'c' && place !== null && window.getSelection()?.isCollapsed !== false) {
        if (options.onCopy(place)) event.preventDefault();
      } else if (event.key === 'Home') move({ row: 0, column: 0 });
      else if (event.key === 'End') move({ row: rows - 1, column: columns - 1 });
      return;
    }
    const target = targetOf(event.key, place ?? { row: -1, column: 0 }, options.pageRows(), columns);
    if (target === null) return;
    event.preventDefault();
    move(target);
  };
  return {
    place,
    onKeyDown,
    onFocus: () => setPlace((old) => old ?? { row: 0, column: 0 }),
    choose: setPlace,
  };
}

/** Where a key leads to; it may lie outside of the grid. null: the key is for something else. */
function targetOf(key: string, { row, column }: GridPlace, pageRows: number, columns: number): GridPlace | null {
  switch (key) {
    case 'ArrowDown':
      return { row: row + 1, column };
    case 'ArrowUp':
      return { row: row - 1, column };
    case 'ArrowRight':
      return { row, column: column + 1 };
    case 'ArrowLeft':
      return { row, column: column - 1 };
    case 'PageDown':
      return { row: row + pageRows, column };
    case 'PageUp':
      return { row: row - pageRows, column };
    case 'Home':
      return { row, column: 0 };
    case 'End':
      return { row, column: columns - 1 };
    default:
      return null;
  }
}
