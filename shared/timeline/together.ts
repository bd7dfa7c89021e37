import { type EpochMicros, secondsBetween } from '../model/time.ts';
import type { IncidentRecord } from './incident-record.ts';

/**
 * Deaths that follow one another within this are of one moment: the arbiter looks at its workers once a second, and kills and
 * tells of them one by one.
 */
export const TOGETHER_SECONDS = 5;

/** When it was decided: the TIMEOUT where there is one, since the kills that follow are spread by what each worker was in. */
function momentOf({ incident, death }: IncidentRecord): EpochMicros {
  return death?.timeout?.time ?? incident.end;
}

/**
 * Which deaths are of one moment, as lists of their places in `records`; only those with company are listed. A worker that
 * booted after the first of them had died is its replacement: that it dies as well within seconds is a recurrence.
 */
export function deathsTogether(records: readonly IncidentRecord[]): readonly (readonly number[])[] {
  const places = records.flatMap(({ death }, place) => (death === null ? [] : [place]));
  const at = (place: number): IncidentRecord | null => records[place] ?? null;
  const time = (place: number): EpochMicros | null => {
    const record = at(place);
    return record === null ? null : momentOf(record);
  };
  const ordered = places.sort((a, b) => (time(a) ?? 0) - (time(b) ?? 0));
  const groups: number[][] = [];
  for (const place of ordered) {
    const group = groups.at(-1);
    const first = group?.[0] === undefined ? null : time(group[0]);
    const latest = group?.at(-1) === undefined ? null : time(group.at(-1) ?? place);
    const own = time(place);
    const from = at(place)?.death?.life.boot?.time ?? null;
    const belongs =
      group !== undefined &&
      first !== null &&
      latest !== null &&
      own !== null &&
      secondsBetween(latest, own) <= TOGETHER_SECONDS &&
      (from === null || from < first) &&
      !group.some((each) => isSameProcess(at(each), at(place)));
    if (belongs) group.push(place);
    else groups.push([place]);
  }
  return groups.filter(({ length }) => length > 1);
}

function isSameProcess(a: IncidentRecord | null, b: IncidentRecord | null): boolean {
  return a?.death?.pid === b?.death?.pid && a?.place === b?.place;
}
