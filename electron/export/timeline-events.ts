import type { EvidenceEvent } from '../../shared/model/event.ts';
import type { CaseProblem } from '../../shared/model/evidence.ts';
import { addSeconds } from '../../shared/model/time.ts';
import type { OpenCase } from '../case-store/open-case.ts';

/** Events that a case JSON holds at most: some 20 MB of text. A journal of a week has millions. */
const TIMELINE_EVENTS = 50_000;
/** Kept on each side of the incident where not everything fits. */
const MARGIN_SECONDS = 600;

/**
 * The merged timeline of a case as its JSON holds it: every event, or where there are too many those around the incident
 * (without one, the latest), with a problem that says so.
 */
export function timelineEvents(opened: Pick<OpenCase, 'title' | 'analysis' | 'store'>): {
  readonly events: readonly EvidenceEvent[];
  readonly shortened: CaseProblem | null;
} {
  const { store, analysis } = opened;
  if (store.count <= TIMELINE_EVENTS) return { events: rows(opened, 0, store.count), shortened: null };
  const { incident } = analysis;
  const events =
    incident === null
      ? rows(opened, store.count - TIMELINE_EVENTS, store.count)
      : store.between(
          addSeconds(incident.start, -MARGIN_SECONDS),
          addSeconds(incident.end, MARGIN_SECONDS),
          TIMELINE_EVENTS,
        );
  const what = incident === null ? 'the latest' : 'those around the incident';
  const message = `The timeline holds ${events.length} of ${store.count} events, ${what}; the app shows them all.`;
  return { events, shortened: { path: opened.title, kind: 'limit-exceeded', message } };
}

function rows({ store }: Pick<OpenCase, 'store'>, from: number, to: number): readonly EvidenceEvent[] {
  return Array.from({ length: to - from }, (_, index) => store.event(from + index));
}
