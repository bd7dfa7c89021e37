import type { TimeResolution } from '../shared/model/evidence.ts';
import { formatOffset } from './format.ts';

const KNOWN_FROM = {
  file: 'stated by the file',
  'other-source': 'taken from other evidence',
  given: 'set by you',
  assumed: 'assumed',
} as const;

/** How the stamps of a file became instants, one statement each for the zone and the year. */
export function timeResolutionWords(resolution: TimeResolution): { readonly zone: string; readonly year: string } {
  return {
    zone:
      resolution.offsetMinutes === null
        ? resolution.zoneFrom === 'other-source'
          ? 'dated through other evidence'
          : 'zone in every stamp'
        : `${resolution.zone ?? formatOffset(resolution.offsetMinutes)}, ${KNOWN_FROM[resolution.zoneFrom]}`,
    year:
      resolution.year === null ? 'year in every stamp' : `year ${resolution.year}, ${KNOWN_FROM[resolution.yearFrom]}`,
  };
}
