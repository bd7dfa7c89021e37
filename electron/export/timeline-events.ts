import type { EventSource, EvidenceEvent } from '../../shared/model/event.ts';
import type { CaseProblem } from '../../shared/model/evidence.ts';
import { addSeconds } from '../../shared/model/time.ts';
import type { ExportInput } from './export-input.ts';

/** Events that a case JSON holds at most: some 20 MB of text. A journal of a week has millions. */
const TIMELINE_EVENTS = 50_000;
/** Kept on each side of the incident where not everything fits. */
const MARGIN_SECONDS = 600;

/**
 * The merged timeline of a case as its JSON holds it: every event, or where there are too many those around the incident
 * (without one, the latest), with a problem that says so.
 */
export function timelineEvents({
  title,
  analysis: { incident },
  evidence: { events: source },
}: Pick<ExportInput, 'title' | 'analysis' | 'evidence'>): {
  readonly events: readonly EvidenceEvent[];
  readonly shortened: CaseProblem | null;
} {
  if (source.count <= TIMELINE_EVENTS) return { events: rows(source, 0, source.count), shortened: null };
  const events =
    incident === null
      ? rows(source, source.count - TIMELINE_EVENTS, source.count)
      : source.between(
          addSeconds(incident.start, -MARGIN_SECONDS),
          addSeconds(incident.end, MARGIN_SECONDS),
          TIMELINE_EVENTS,
        );
  const what = incident === null ? 'the latest' : 'those around the incident';
  const message = `The timeline holds ${events.length} of ${source.count} events, ${what}; the app shows them all.`;
  return { events, shortened: { path: title, kind: 'limit-exceeded', message } };
}

function rows(source: EventSource, from: number, to: number): readonly EvidenceEvent[] {
  return Array.from({ length: to - from }, (_, index) => source.event(from + index));
}
