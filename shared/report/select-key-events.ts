import type { Analysis } from '../model/analysis.ts';
import { EVENT_KINDS, type EventKind, type EventSource, type EvidenceEvent } from '../model/event.ts';
import { addSeconds } from '../model/time.ts';

/** Rows of a table that a reader still reads. */
const MAX_KEY_EVENTS = 40;
/** Around the incident: what led to it and what came right after. */
const MARGIN_SECONDS = 5;

/** Kinds worth a row wherever they stand near the incident; plain lines only when a moment or a fact rests on them. */
export const NOTABLE_KINDS: readonly EventKind[] = EVENT_KINDS.filter(
  (kind) =>
    kind !== 'log' &&
    kind !== 'kernel' &&
    kind !== 'oom-context' &&
    kind !== 'notice' &&
    kind !== 'process-sample' &&
    kind !== 'memory-sample' &&
    kind !== 'systemd-unit',
);

/** Rows of `ps` and `vmstat` fill a table without telling anything that the memory curve does not show. */
const SAMPLE_KINDS: ReadonlySet<EventKind> = new Set(['process-sample', 'memory-sample']);

/**
 * The events that tell the incident, in time order, at most 40: first those that the moments show, then those that facts
 * rest on (the weightiest first), then notable ones around the incident, then the worker's own lines. Without an incident:
 * what facts rest on and the notable ones of the whole case.
 */
export function selectKeyEvents(analysis: Analysis, events: EventSource): EvidenceEvent[] {
  const chosen = new Map<number, EvidenceEvent>();
  const take = (event: EvidenceEvent | null | undefined): void => {
    if (event === null || event === undefined || SAMPLE_KINDS.has(event.kind)) return;
    if (chosen.size < MAX_KEY_EVENTS) chosen.set(event.row, event);
  };
  const { incident } = analysis;
  const notable = events.ofKinds(NOTABLE_KINDS);
  const own =
    incident === null || incident.pid === null
      ? []
      : events
          .at(incident.place ?? null)
          .ofPid(incident.pid, addSeconds(incident.start, -MARGIN_SECONDS), addSeconds(incident.end, MARGIN_SECONDS));
  const byRow = new Map([...notable, ...own].map((event) => [event.row, event]));
  const find = (row: number): EvidenceEvent | null => byRow.get(row) ?? null;
  const wanted = [
    ...(incident?.moments.flatMap(({ row }) => (row === null ? [] : [row])) ?? []),
    ...[...analysis.facts].sort((a, b) => heaviest(b) - heaviest(a)).flatMap(({ rows }) => rows.slice(0, 4)),
  ];
  const lost = wanted.filter((row) => find(row) === null);
  const others =
    incident === null || lost.length === 0 ? [] : aroundIncident(events, incident.start, incident.end, lost);
  for (const row of wanted) take(find(row) ?? others.find((event) => event.row === row));
  for (const event of notable) {
    if (incident === null) take(event);
    else if (event.time >= addSeconds(incident.start, -MARGIN_SECONDS)) {
      if (event.time <= addSeconds(incident.end, MARGIN_SECONDS)) take(event);
    }
  }
  for (const event of own) take(event);
  return [...chosen.values()].sort((a, b) => a.row - b.row);
}

/** Rows that no other look-up gave, sought among what was written around the incident by anybody. */
function aroundIncident(
  events: EventSource,
  start: EvidenceEvent['time'],
  end: EvidenceEvent['time'],
  rows: readonly number[],
): readonly EvidenceEvent[] {
  const sought = new Set(rows);
  return events
    .between(addSeconds(start, -MARGIN_SECONDS), addSeconds(end, MARGIN_SECONDS), 5_000)
    .filter(({ row }) => sought.has(row));
}

function heaviest(fact: Analysis['facts'][number]): number {
  return Math.max(0, ...Object.values(fact.weights).map(Math.abs));
}
