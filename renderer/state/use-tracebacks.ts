import { useEffect, useMemo, useRef, useState } from 'react';
import type { EvidenceEvent } from '../../shared/model/event.ts';
import type { TracebackLine } from '../../shared/model/views.ts';
import { useBridge } from './app-context.tsx';
import { type EventPages, PAGE_EVENTS } from './event-pages.ts';

/** What a table knows of the tracebacks among its rows. */
export interface TracebackGroups {
  /** Which line of which traceback an event is; null for others and while it is not known. */
  lineOf(event: EvidenceEvent | null): TracebackLine | null;
  /** Whether an event is one of the lines that a folded traceback hides behind its head. */
  isFolded(event: EvidenceEvent | null): boolean;
  isExpanded(head: number): boolean;
  toggle(head: number): void;
}

interface Known {
  readonly pages: EventPages;
  readonly lines: ReadonlyMap<number, TracebackLine>;
  readonly listedHeads: ReadonlySet<number>;
}

/**
 * Folds tracebacks of several entries in a list by time: the head stays and hides the lines below it until it is expanded.
 * Every entry remains a row of the list. Where the head is not in the list (a filter hides it, another order) its lines stand
 * by themselves. What is asked for are whole pages, so that rows fold before they come into sight.
 */
export function useTracebacks(
  pages: EventPages,
  version: number,
  firstIndex: number,
  lastIndex: number,
  selectedRow: number | null,
): TracebackGroups {
  const bridge = useBridge();
  const [known, setKnown] = useState<Known>(() => nothingKnown(pages));
  const [expanded, setExpanded] = useState<ReadonlySet<number>>(new Set());
  const asked = useRef({ pages, rows: new Set<number>() });
  if (asked.current.pages !== pages) asked.current = { pages, rows: new Set() };
  const { filter, sort } = pages;
  const inTime = sort.column === 'time' && !sort.descending;
  const current = known.pages === pages ? known : null;

  const firstPage = Math.floor(firstIndex / PAGE_EVENTS);
  const lastPage = Math.floor(lastIndex / PAGE_EVENTS);
  // biome-ignore lint/correctness/useExhaustiveDependencies: version says when further pages have come.
  useEffect(() => {
    const { rows: before } = asked.current;
    const rows: number[] = [];
    for (let index = firstPage * PAGE_EVENTS; index < (lastPage + 1) * PAGE_EVENTS; index++) {
      const event = pages.eventAt(index);
      // Without a pid nothing tells the lines of one process from those of another.
      if (event === null || event.pid === null || before.has(event.row)) continue;
      before.add(event.row);
      rows.push(event.row);
    }
    if (rows.length === 0) return;
    bridge
      .request('events.tracebacks', { rows: rows.slice(0, 1_000), filter, sort, ...pages.zone })
      .then((answer) => {
        if (asked.current.rows !== before || answer.lines.length === 0) return;
        setKnown((last) => {
          const own = last.pages === pages ? last : nothingKnown(pages);
          return {
            pages,
            lines: new Map([...own.lines, ...answer.lines.map((line) => [line.row, line] as const)]),
            listedHeads: new Set([...own.listedHeads, ...answer.listedHeads]),
          };
        });
      })
      // Without an answer the lines are shown one by one; they may be asked for again.
      .catch(() => {
        for (const row of rows) before.delete(row);
      });
  }, [bridge, pages, version, firstPage, lastPage]);

  // What is selected is shown: a jump to a folded line unfolds it.
  const selectedHead = selectedRow === null ? null : (current?.lines.get(selectedRow)?.head ?? null);
  useEffect(() => {
    if (selectedHead === null || selectedHead === selectedRow) return;
    setExpanded((before) => (before.has(selectedHead) ? before : new Set(before).add(selectedHead)));
  }, [selectedHead, selectedRow]);

  return useMemo(() => {
    const lineOf = (event: EvidenceEvent | null): TracebackLine | null =>
      event === null ? null : (current?.lines.get(event.row) ?? null);
    return {
      lineOf,
      isExpanded: (head) => expanded.has(head),
      isFolded: (event) => {
        const line = lineOf(event);
        if (line === null || line.place === 0 || !inTime || expanded.has(line.head)) return false;
        return current?.listedHeads.has(line.head) === true;
      },
      toggle: (head) =>
        setExpanded((before) => {
          const after = new Set(before);
          if (!after.delete(head)) after.add(head);
          return after;
        }),
    };
  }, [current, expanded, inTime]);
}

function nothingKnown(pages: EventPages): Known {
  return { pages, lines: new Map(), listedHeads: new Set() };
}
