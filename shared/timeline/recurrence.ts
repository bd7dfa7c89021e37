import { formatSeconds, listing, plural } from '../facts/wording.ts';
import { type Incident, MECHANISMS, type Mechanism } from '../model/analysis.ts';
import {
  type EpochMicros,
  epochMicros,
  MICROS_PER_DAY,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  secondsBetween,
} from '../model/time.ts';

/** A number of incidents that something is said of. */
export interface Share<T> {
  readonly value: T;
  readonly count: number;
}

/** How often it happened, to what, and what the incidents have in common. */
export interface Recurrence {
  readonly count: number;
  readonly from: EpochMicros;
  readonly to: EpochMicros;
  /** Most frequent first, as the other lists. */
  readonly mechanisms: readonly Share<Mechanism>[];
  /** Operations by kind: `VPN job 14` and `VPN job 15` are both `VPN job`. Those without a name are left out. */
  readonly operations: readonly Share<string>[];
  readonly units: readonly Share<string>[];
  /** Median distance of one end to the next, in seconds. */
  readonly medianGapSeconds: number;
}

/** What incidents have in common; null for fewer than two, where nothing recurs. */
export function recurrenceOf(incidents: readonly Incident[]): Recurrence | null {
  const ends = incidents.map(({ end }) => end).sort((a, b) => a - b);
  const [from, to] = [ends[0], ends.at(-1)];
  if (ends.length < 2 || from === undefined || to === undefined) return null;
  const gaps = ends.slice(1).map((end, index) => secondsBetween(ends[index] ?? end, end));
  return {
    count: incidents.length,
    from,
    to,
    mechanisms: shares(incidents.map(({ mechanism }) => mechanism)),
    operations: shares(incidents.map(({ operation }) => (operation === null ? null : operationKind(operation)))),
    units: shares(incidents.map(({ unit }) => unit)),
    medianGapSeconds: gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0,
  };
}

/** An operation without the number that tells one of its kind from the next. */
export function operationKind(operation: string): string {
  return operation.replace(/[\s#:_-]*\d[\d._-]*\s*$/, '').trim() || operation;
}

function shares<T>(values: readonly (T | null)[]): readonly Share<T>[] {
  const counts = new Map<T, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
}

/** Kinds and units that a sentence names one by one. */
const NAMED = 3;

/** `40 incidents within 6 days; one every 4 h 12 min in the median.`, and what they have in common, in sentences. */
export function recurrenceWords(
  recurrence: Recurrence,
  mechanismWords: Readonly<Record<Mechanism, string>>,
): readonly string[] {
  const { count, from, to, mechanisms, operations, units, medianGapSeconds } = recurrence;
  const share = (part: number): string => (part === count ? 'all' : String(part));
  const named = (list: readonly Share<string>[]): string =>
    listing(list.slice(0, NAMED).map((each) => `${each.value} (${share(each.count)})`));
  return [
    `${plural(count, 'incident')} within ${formatSpan(secondsBetween(from, to))}, one every ${formatSpan(medianGapSeconds)} in the median.`,
    `${listing(mechanisms.map((each) => `${share(each.count)} ${mechanismWords[each.value]}`))}.`,
    ...(operations.length === 0 ? [] : [`In the middle of: ${named(operations)}.`]),
    ...(units.length === 0 ? [] : [`Of: ${named(units)}.`]),
  ];
}

function formatSpan(seconds: number): string {
  const days = seconds / 86_400;
  return days >= 2 ? `${Math.round(days * 10) / 10} days` : formatSeconds(seconds);
}

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
