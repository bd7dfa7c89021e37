import { useMemo, useState } from 'react';
import { MOST_COPIED_EVENTS } from '../../shared/contract/copy-limits.ts';
import { useActions, useAppState } from './app-context.tsx';

/** Events that are worked with together. */
export interface EventSelection {
  readonly rows: ReadonlySet<number>;
  /** The place in the list that a stretch is extended from; null where the list does not know it. */
  readonly anchor: number | null;
  /** Selects these events, of which `current` is the one that is shown in detail. */
  readonly select: (rows: Iterable<number>, current: number, anchor: number | null) => void;
}

const NO_ROWS: ReadonlySet<number> = new Set();

/**
 * The selected events: the one that is shown in detail, and those that were selected with it. Whatever leads to another event
 * selects that one alone.
 */
export function useEventSelection(): EventSelection {
  const { trail, caseNumber } = useAppState();
  const { move, tell } = useActions();
  const { selectedRow } = trail.here;
  const [held, setHeld] = useState<{
    readonly key: string;
    readonly rows: ReadonlySet<number>;
    readonly anchor: number | null;
  } | null>(null);
  return useMemo(() => {
    const isHeld = held?.key === `${caseNumber} ${selectedRow}`;
    return {
      rows: isHeld ? held.rows : selectedRow === null ? NO_ROWS : new Set([selectedRow]),
      anchor: isHeld ? held.anchor : null,
      select: (rows, current, anchor) => {
        const all = [...new Set(rows)];
        if (all.length > MOST_COPIED_EVENTS) {
          tell('info', `At most ${MOST_COPIED_EVENTS.toLocaleString('en-US')} events can be selected`, null);
        }
        setHeld({ key: `${caseNumber} ${current}`, rows: new Set(all.slice(0, MOST_COPIED_EVENTS)), anchor });
        move({ selectedRow: current }, 'selection');
      },
    };
  }, [held, caseNumber, selectedRow, move, tell]);
}
