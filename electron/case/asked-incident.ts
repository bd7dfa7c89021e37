import type { Incident, IncidentChoice } from '../../shared/model/analysis.ts';
import type { CaseTimes } from '../../shared/model/case-times.ts';
import { type EpochMicros, epochMicros } from '../../shared/model/time.ts';
import type { TimeText } from '../../shared/search/query.ts';
import { resolveTime } from '../../shared/search/resolve-time.ts';

/** An incident as a person asks for it: by a time as typed, by a pid, or by both. */
export interface AskedIncident {
  readonly at: TimeText | null;
  readonly pid: number | null;
}

/**
 * The choice that a person's words come to. A time of day is of the day on which an incident lies nearest to it, since a
 * journal of a week has it seven times; it is read in UTC unless it says its zone. A time that no day has is no time.
 */
export function choiceOf(
  asked: AskedIncident,
  incidents: readonly Incident[],
  times: Omit<CaseTimes, 'incident'>,
): IncidentChoice {
  const { at, pid } = asked;
  const own = pid === null ? {} : { pid };
  if (at === null) return own;
  let nearest: { readonly time: EpochMicros; readonly distance: number } | null = null;
  for (const { start, end, pid: ofPid } of incidents) {
    if (pid !== null && ofPid !== pid) continue;
    const stretch = resolveTime(at, 'UTC', { ...times, incident: start });
    if (stretch === null) continue;
    const time = epochMicros((stretch.from + stretch.to) / 2);
    const distance = Math.max(0, start - time, time - end);
    if (nearest === null || distance < nearest.distance) nearest = { time, distance };
  }
  return nearest === null ? own : { ...own, at: nearest.time };
}
