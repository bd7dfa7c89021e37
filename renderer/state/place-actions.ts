import { EVERY_EVENT } from '../../shared/contract/event-filter.ts';
import type { EvidenceEvent } from '../../shared/model/event.ts';
import type { EpochMicros } from '../../shared/model/time.ts';
import type { CaseView } from '../../shared/model/views.ts';
import { hiddenTemplates } from './annotation-index.ts';
import { caseExtent, type FilePlace } from './app-state.ts';
import type { ActionContext } from './attempt.ts';
import { queryZone } from './event-pages.ts';
import { type CasePlace, type ChangeTopic, listFilter, SAMPLE_KINDS, type TabName } from './navigation.ts';
import { reveal } from './time-range.ts';
import { displayZoneNow } from './zone-choice.ts';

/** Where in the case a person is, and what they have marked there. */
export interface PlaceActions {
  go(tab: TabName): void;
  move(change: Partial<CasePlace>, topic: ChangeTopic): void;
  back(): void;
  forward(): void;
  /** Shows an event on the timeline: selects it, brings it into sight, lifts a filter that hides it, flashes it. */
  showEvent(row: number): Promise<void>;
  /** Shows a hypothesis, or another part of the Verdict screen with this element id. */
  showVerdict(id: string): void;
  pin(time: EpochMicros | null): void;
  /** Opens a file of the evidence at a place, over the screen. */
  openFile(place: FilePlace): void;
  closeFile(): void;
  /** Marks the entry for which the same moment in another source is to be picked; null ends the picking. */
  markMoment(event: EvidenceEvent | null): void;
}

/** These actions over a bridge; failures are told and never thrown. */
export function placeActions(context: ActionContext): PlaceActions {
  const { dispatch } = context;
  const atMillis = (): number => performance.now();
  return {
    go: (tab) => dispatch({ type: 'moved', change: { tab }, topic: 'tab', atMillis: atMillis() }),
    move: (change, topic) => dispatch({ type: 'moved', change, topic, atMillis: atMillis() }),
    back: () => dispatch({ type: 'back' }),
    forward: () => dispatch({ type: 'forward' }),
    async showEvent(row) {
      const { view } = context.stateNow();
      if (view === null) return;
      await context.attempt(
        'The event could not be shown',
        () => placeOfEvent(context, view, row),
        (place) => dispatch({ type: 'jumped-to-event', row, place, atMillis: atMillis() }),
      );
    },
    showVerdict: (id) => dispatch({ type: 'revealed', id, atMillis: atMillis() }),
    openFile: (place) => dispatch({ type: 'file-viewed', place }),
    closeFile: () => dispatch({ type: 'file-viewed', place: null }),
    pin: (time) => dispatch({ type: 'pinned', time }),
    markMoment: (event) => dispatch({ type: 'moment-marked', event }),
  };
}

/** What has to change for an event to be in sight. */
async function placeOfEvent(
  { bridge, stateNow }: ActionContext,
  view: CaseView,
  row: number,
): Promise<Partial<CasePlace>> {
  const { here } = stateNow().trail;
  const { event } = await bridge.request('events.raw', { row });
  const extent = caseExtent(view);
  const range = here.range === null || extent === null ? here.range : reveal(here.range, event.time, extent);
  const isSample = SAMPLE_KINDS.some((kind) => kind === event.kind);
  const hidden = hiddenTemplates(view);
  // As little as possible is lifted of what hides it.
  const shown = isSample ? { showsSamples: true } : {};
  const changes: readonly Partial<CasePlace>[] = [
    {},
    shown,
    { ...shown, showsHidden: true },
    { ...shown, filter: EVERY_EVENT },
  ];
  for (const change of changes) {
    // The visible stretch moves to the event, so it hides nothing.
    const filter = listFilter({ ...here, ...change, onlyVisibleRange: false }, hidden);
    const zone = queryZone(filter, displayZoneNow(view.files));
    const position = await bridge.request('events.position', { row, filter, sort: here.sort, ...zone });
    if (position !== null) return { range, ...change };
  }
  return { range, ...shown, showsHidden: true, filter: EVERY_EVENT };
}
