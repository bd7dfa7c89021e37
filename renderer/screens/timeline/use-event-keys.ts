import { useEffect, useRef } from 'react';
import { ERROR_SEVERITIES } from '../../../shared/model/event.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { annotationIndex, hiddenTemplates } from '../../state/annotation-index.ts';
import { useActions, useAppState, useBridge } from '../../state/app-context.tsx';
import { useDisplayZone } from '../../state/display-zone.tsx';
import type { EventSelection } from '../../state/event-selection.ts';
import { listFilter, matchFilter } from '../../state/navigation.ts';
import { useAnnotate } from './annotate.tsx';

type Direction = 'next' | 'previous';

/** Ways from one event to another. */
export interface EventSteps {
  readonly toError: (direction: Direction) => void;
  readonly toMatch: (direction: Direction) => void;
}

/** Goes to the next or previous error of the list, and to what the search found, from the selected event on. */
export function useEventSteps(view: CaseView): EventSteps {
  const bridge = useBridge();
  const { move, tell } = useActions();
  const { trail } = useAppState();
  const { zone } = useDisplayZone();
  const place = trail.here;
  const step = async (what: string, filter: ReturnType<typeof listFilter>, direction: Direction): Promise<void> => {
    try {
      const request = { from: place.selectedRow, direction, filter, sort: place.sort, zone };
      const found = await bridge.request('events.step', request);
      if (found === null) tell('info', `No ${what} in the list`, null);
      else {
        move({ selectedRow: found.row }, 'selection');
        if (found.hasWrapped) {
          tell(
            'info',
            direction === 'next'
              ? `Last ${what} passed: went on from the start`
              : `First ${what} passed: went on from the end`,
            null,
          );
        }
      }
    } catch {
      tell('failed', `The next ${what} was not found`, null);
    }
  };
  const hidden = hiddenTemplates(view);
  return {
    toError: (direction) => {
      const filter = listFilter(place, hidden);
      const errors = filter.severities.filter((severity) => ERROR_SEVERITIES.some((each) => each === severity));
      // A list of other severities has none.
      if (filter.severities.length > 0 && errors.length === 0) tell('info', 'No error in the list', null);
      else void step('error', { ...filter, severities: errors.length > 0 ? errors : [...ERROR_SEVERITIES] }, direction);
    },
    toMatch: (direction) => {
      if (place.filter.query === '') tell('info', 'Type a search first (Ctrl+F)', null);
      else void step('match', matchFilter(place, hidden), direction);
    },
  };
}

/** Whether keys are for something else: a field, a dialog, an open menu. */
function isElsewhere(target: EventTarget | null): boolean {
  const isTyped =
    target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));
  return isTyped || document.querySelector('dialog[open], [role=menu]') !== null;
}

/** Keys of the timeline: B, T, C and H for the selected events, E and Shift+E for errors, F3 and Shift+F3 for matches. */
export function useEventKeys(view: CaseView, selection: EventSelection, steps: EventSteps): void {
  const actions = useActions();
  const annotate = useAnnotate();
  const latest = useRef({ view, selection, steps });
  latest.current = { view, selection, steps };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
      const { selection: now, steps: ways } = latest.current;
      const direction = event.shiftKey ? 'previous' : 'next';
      // F3 goes on with a search also while it is typed.
      if (event.key === 'F3' && document.querySelector('dialog[open], [role=menu]') === null) ways.toMatch(direction);
      else if (isElsewhere(event.target)) return;
      else if (event.key.toLowerCase() === 'e') ways.toError(direction);
      else if (now.rows.size === 0 || event.shiftKey) return;
      else {
        const rows = [...now.rows];
        const marks = annotationIndex(latest.current.view.annotations).byRow;
        if (event.key === 'b') void actions.bookmark(rows, !rows.every((row) => marks.get(row)?.isBookmarked === true));
        else if (event.key === 't') annotate.tag(rows);
        else if (event.key === 'c') annotate.comment(rows);
        else if (event.key === 'h' && rows[0] !== undefined) void actions.hideLike(rows.at(-1) ?? rows[0]);
        else return;
      }
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [actions, annotate]);
}
