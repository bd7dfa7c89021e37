import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { EventPages, EventPagesSnapshot } from '../../state/event-pages.ts';

/** Height of a row in CSS pixels; `--row-height` in grid.module.css must agree. */
export const ROW_PX = 24;
/**
 * Rows that are laid out at once. Chromium cannot make an element taller than about 33 million pixels, so longer lists
 * are shown in blocks; moving past the end of one goes on in the next.
 */
const BLOCK_ROWS = 500_000;

/** The part of a list that is laid out. */
export interface LaidOutRows {
  readonly total: number;
  readonly blocks: RowBlocks;
  /** Places in the whole list of the first and last row that are laid out. */
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly items: ReturnType<Rows['getVirtualItems']>;
  readonly virtualizer: Rows;
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** Brings a place of the whole list into sight, in its block. Always the latest, for use in effects. */
  readonly goTo: RefObject<(index: number, align: 'auto' | 'center') => void>;
}

/** Which block of the list is laid out. */
export interface RowBlocks {
  readonly current: number;
  readonly last: number;
  /** Place in the whole list of the block's first row. */
  readonly start: number;
  readonly rows: number;
  readonly choose: (block: number) => void;
}

type Rows = ReturnType<typeof useVirtualizer<HTMLDivElement, Element>>;

/** Lays out what is in sight of a list and has its pages loaded. */
export function useLaidOutRows(pages: EventPages, snapshot: EventPagesSnapshot): LaidOutRows {
  const scroller = useRef<HTMLDivElement>(null);
  const [block, setBlock] = useState(0);
  const total = snapshot.total ?? 0;
  const start = block * BLOCK_ROWS;
  const blockRows = Math.max(0, Math.min(BLOCK_ROWS, total - start));
  const last = Math.max(0, Math.ceil(total / BLOCK_ROWS) - 1);

  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
    count: blockRows,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    directDomUpdates: true,
  });
  const items = virtualizer.getVirtualItems();
  const firstIndex = start + (items[0]?.index ?? 0);
  const lastIndex = start + (items.at(-1)?.index ?? 0);
  useEffect(() => void pages.ensure(firstIndex, lastIndex), [pages, firstIndex, lastIndex]);
  // Another list begins at its top; the cursor then scrolls to the selection if it is in it.
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
  return {
    total,
    blocks: { current: block, last, start, rows: blockRows, choose: setBlock },
    firstIndex,
    lastIndex,
    items,
    virtualizer,
    scroller,
    goTo,
  };
}
