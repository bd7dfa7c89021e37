import { type Incident, MECHANISMS, type Mechanism } from '../model/analysis.ts';
import { type EpochMicros, epochMicros, MICROS_PER_DAY, MICROS_PER_MINUTE, MICROS_PER_SECOND } from '../model/time.ts';

/** Incidents that ended within one stretch of time, by mechanism. */
export interface IncidentBin {
  readonly from: EpochMicros;
  readonly to: EpochMicros;
  readonly counts: Readonly<Partial<Record<Mechanism, number>>>;
  readonly total: number;
}

const HOUR = 60 * MICROS_PER_MINUTE;
/** Widths of bins that a reader thinks in. */
const STEPS = [
  MICROS_PER_MINUTE,
  10 * MICROS_PER_MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  MICROS_PER_DAY,
  7 * MICROS_PER_DAY,
];

/** Counts incidents by their ends in at most `mostBins` equal bins that begin at whole minutes, hours or days of UTC. */
export function incidentBins(incidents: readonly Incident[], mostBins: number): readonly IncidentBin[] {
  const ends = incidents.map(({ end }) => end);
  if (ends.length === 0) return [];
  const first = ends.reduce<number>((least, end) => Math.min(least, end), Number.POSITIVE_INFINITY);
  const last = ends.reduce<number>((most, end) => Math.max(most, end), Number.NEGATIVE_INFINITY);
  const bins = (step: number): number => Math.floor(last / step) - Math.floor(first / step) + 1;
  const widest = 7 * MICROS_PER_DAY;
  const step =
    STEPS.find((each) => bins(each) <= mostBins) ??
    Math.ceil((last - first + MICROS_PER_SECOND) / (mostBins - 1) / widest) * widest;
  const origin = Math.floor(first / step);
  const counts = Array.from({ length: bins(step) }, (): Partial<Record<Mechanism, number>> => ({}));
  for (const { end, mechanism } of incidents) {
    const bin = counts[Math.floor(end / step) - origin];
    if (bin !== undefined) bin[mechanism] = (bin[mechanism] ?? 0) + 1;
  }
  return counts.map((own, index) => ({
    from: epochMicros((origin + index) * step),
    to: epochMicros((origin + index + 1) * step),
    counts: own,
    total: MECHANISMS.reduce((sum, mechanism) => sum + (own[mechanism] ?? 0), 0),
  }));
}
