import { useEffect, useState } from 'react';

/** Columns of the table of events, in their order: what happened comes first, where it was written after it. */
export const EVENT_COLUMNS = ['severity', 'time', 'kind', 'message', 'source', 'pid', 'delta'] as const;
export type EventColumn = (typeof EVENT_COLUMNS)[number];

/** What a person made of the columns: hidden ones, and widths in pixels where they are other than at first. */
export interface ColumnChoice {
  readonly hidden: readonly EventColumn[];
  readonly widths: Readonly<Partial<Record<EventColumn, number>>>;
}

/** The kind stands before the message, as long as it has no column. */
export const FIRST_COLUMNS: ColumnChoice = { hidden: ['kind'], widths: {} };
/** Without these a row would say nothing. */
export const FIXED_COLUMNS: readonly EventColumn[] = ['severity', 'message'];

const STORAGE_KEY = 'inquest.columns';
const LEAST_PX = 40;
const MOST_PX = 900;

/** The columns as they were left; they outlive the window. */
export function useColumnChoice(): {
  readonly columns: ColumnChoice;
  readonly setColumns: (columns: ColumnChoice) => void;
} {
  const [columns, setColumns] = useState(storedColumns);
  useEffect(() => localStorage.setItem(STORAGE_KEY, JSON.stringify(columns)), [columns]);
  return { columns, setColumns };
}

/** A width that a column can have. */
export function columnWidth(px: number): number {
  return Math.round(Math.min(MOST_PX, Math.max(LEAST_PX, px)));
}

/** What is stored and is no choice of columns counts as none. */
export function storedColumns(): ColumnChoice {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? 'null');
    if (typeof stored !== 'object' || stored === null || !('hidden' in stored) || !('widths' in stored)) {
      return FIRST_COLUMNS;
    }
    const { hidden, widths } = stored;
    if (!Array.isArray(hidden) || typeof widths !== 'object' || widths === null) return FIRST_COLUMNS;
    return {
      hidden: EVENT_COLUMNS.filter((column) => hidden.includes(column) && !FIXED_COLUMNS.includes(column)),
      widths: Object.fromEntries(
        Object.entries(widths).flatMap(([column, px]) =>
          EVENT_COLUMNS.some((each) => each === column) && typeof px === 'number' && Number.isFinite(px)
            ? [[column, columnWidth(px)]]
            : [],
        ),
      ),
    };
  } catch {
    return FIRST_COLUMNS;
  }
}
