import type { Incident, IncidentChoice } from '../model/analysis.ts';
import { type EpochMicros, formatIsoMicros } from '../model/time.ts';
import type { IncidentRecord } from './incident-record.ts';
import { worstIncident } from './incidents.ts';

/** Incidents named to who asked for one that is not there. */
const NAMED_INCIDENTS = 12;

/** No incident of the case is the one that was asked for; the message lists what there is. */
export class NoSuchIncident extends Error {
  override readonly name = 'NoSuchIncident';
}

/**
 * The incident that was asked for: the one of that id, else among those of that pid the one nearest to the time. Without a
 * time, and without a choice at all, the worst of them. Null for a case without incidents when nothing was asked for.
 * Throws NoSuchIncident where there is none of that id or pid, and for any choice in a case without incidents.
 */
export function chooseIncident(
  records: readonly IncidentRecord[],
  choice: IncidentChoice | null,
): IncidentRecord | null {
  if (choice === null) return worstIncident(records);
  const { incidentId, pid, at } = choice;
  const asked = records.filter(
    ({ incident }) =>
      (incidentId === undefined || incident.id === incidentId) && (pid === undefined || incident.pid === pid),
  );
  const chosen = at === undefined ? worstIncident(asked) : nearest(asked, at);
  if (chosen === null) throw new NoSuchIncident(describeAbsence(records, choice));
  return chosen;
}

/** Among those under way at that time the worst; else the one whose start or end is nearest to it. */
function nearest(records: readonly IncidentRecord[], at: EpochMicros): IncidentRecord | null {
  const distance = ({ incident: { start, end } }: IncidentRecord): number => Math.max(0, start - at, at - end);
  const least = records.reduce((most, record) => Math.min(most, distance(record)), Number.POSITIVE_INFINITY);
  return worstIncident(records.filter((record) => distance(record) === least));
}

function describeAbsence(records: readonly IncidentRecord[], { incidentId, pid }: IncidentChoice): string {
  if (records.length === 0) return 'There is no incident in this case.';
  const asked = [incidentId, pid === undefined ? undefined : `of pid ${pid}`].filter((part) => part !== undefined);
  const named = records.slice(0, NAMED_INCIDENTS).map(({ incident }) => describe(incident));
  const more = records.length - named.length;
  return [
    `There is no incident ${asked.join(' ')}. There are:`,
    ...named,
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join('\n');
}

function describe({ id, pid, end, mechanism, operation }: Incident): string {
  return `  ${id}: ${formatIsoMicros(end)}, pid ${pid ?? 'unknown'}, ${mechanism}${operation === null ? '' : `, ${operation}`}`;
}
