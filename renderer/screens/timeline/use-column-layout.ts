import { type RefObject, useEffect, useMemo } from 'react';
import { useSize } from '../../components/use-size.ts';
import {
  type ColumnChoice,
  columnWidth,
  EVENT_COLUMNS,
  type EventColumn,
  useColumnChoice,
} from '../../state/table-columns.ts';
import type { TimeColumn } from './event-columns.tsx';

/** The columns as they lie. */
export interface ColumnLayout {
  readonly ref: RefObject<HTMLDivElement | null>;
  /** Those that are shown, in their order. */
  readonly shown: readonly EventColumn[];
  readonly choice: ColumnChoice;
  readonly setChoice: (choice: ColumnChoice) => void;
  readonly widthOf: (column: EventColumn) => number;
  /** Gives a column a width; null: the one that it has at first. */
  readonly resize: (column: EventColumn, px: number | null) => void;
  /** Characters that a message has room for. */
  readonly messageRoom: number;
}

/** What a message should have at least, in pixels, before other columns are shown beside it. */
const MESSAGE_PX = 360;
/** One character of the fixed width font of messages. */
const CHARACTER_PX = 6.9;
/** Those that give way to the message where there is little room, the first one first. */
const GIVING_WAY: readonly EventColumn[] = ['delta', 'source', 'pid', 'kind'];

/** Lays out the columns of the table: as a person left them, as far as there is room. */
export function useColumnLayout(times: TimeColumn): ColumnLayout {
  const { ref, width } = useSize<HTMLDivElement>();
  const { columns: choice, setColumns: setChoice } = useColumnChoice();
  const { showDate, showOffset } = times;
  const layout = useMemo(() => {
    const widthOf = (column: EventColumn): number => choice.widths[column] ?? firstWidth(column, showDate, showOffset);
    let shown: readonly EventColumn[] = EVENT_COLUMNS.filter((column) => !choice.hidden.includes(column));
    const taken = (): number => shown.reduce((sum, column) => sum + (column === 'message' ? 0 : widthOf(column)), 0);
    for (const column of GIVING_WAY) {
      if (width === 0 || width - taken() >= MESSAGE_PX) break;
      shown = shown.filter((each) => each !== column);
    }
    const template = shown
      .map((column) => (column === 'message' ? 'minmax(0, 1fr)' : `${widthOf(column)}px`))
      .join(' ');
    return { shown, widthOf, template, messagePx: Math.max(MESSAGE_PX, width - taken()) };
  }, [choice, width, showDate, showOffset]);

  const { template } = layout;
  // From script: the page's policy allows no style attributes.
  useEffect(() => ref.current?.style.setProperty('--event-columns', template), [ref, template]);
  return useMemo(() => {
    const { shown, widthOf, messagePx } = layout;
    return {
      ref,
      shown,
      choice,
      setChoice,
      widthOf,
      resize: (column, px) => {
        const { [column]: _before, ...others } = choice.widths;
        setChoice({ ...choice, widths: px === null ? others : { ...others, [column]: columnWidth(px) } });
      },
      messageRoom: Math.floor(messagePx / CHARACTER_PX),
    };
  }, [ref, layout, choice, setChoice]);
}

function firstWidth(column: EventColumn, showDate: boolean, showOffset: boolean): number {
  switch (column) {
    case 'severity':
      return 48;
    case 'time':
      return 125 + (showDate ? 43 : 0) + (showOffset ? 47 : 0);
    case 'kind':
      return 112;
    case 'message':
      return MESSAGE_PX;
    case 'source':
      return 124;
    case 'pid':
      return 60;
    case 'delta':
      return 118;
  }
}
