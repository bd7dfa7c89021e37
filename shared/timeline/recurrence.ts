import type { Incident, Recurrence } from '../model/analysis.ts';
import { MICROS_PER_DAY, secondsBetween } from '../model/time.ts';

/** Operations and days that a summary names; a crash loop has thousands. */
const NAMED = 20;

/**
 * How often it happens: what the incidents of a case have in common, by day, by operation and by mechanism. Incidents come
 * in the order of their ends; those of one moment are one event. Null for fewer than two moments.
 */
export function recurrenceOf(all: readonly Incident[]): Recurrence | null {
  const incidents = firstOfEachMoment(all);
  const first = incidents[0];
  const last = incidents.at(-1);
  if (first === undefined || last === undefined || incidents.length < 2) return null;
  const byOperation = counted(
    incidents.map(({ operation }) => operation),
    (operation) => operation && operationKind(operation),
  );
  const byMechanism = counted(
    incidents.map(({ mechanism }) => mechanism),
    (mechanism) => mechanism,
  );
  return {
    count: incidents.length,
    from: first.end,
    to: last.end,
    medianGapSeconds: medianGap(incidents),
    byMechanism: byMechanism.map(({ value, count }) => ({ mechanism: value, count })),
    byOperation: byOperation
      .slice(0, NAMED)
      .map(({ value, count }) => ({ operation: value && withoutNumber(value), count })),
    byDay: daysOf(incidents),
    common: inCommon(incidents),
  };
}

/** One incident of each moment, the first: several workers that die together are one event. */
function firstOfEachMoment(incidents: readonly Incident[]): readonly Incident[] {
  const taken = new Set<string>();
  return incidents.filter(({ id, together }) => {
    if (taken.has(id)) return false;
    for (const other of together ?? []) taken.add(other);
    return true;
  });
}

/**
 * Incidents before this one, and of other moments, that ended the same way, in the same kind of operation where both name one;
 * of each moment one.
 */
export function similarBefore(incidents: readonly Incident[], incident: Incident): readonly Incident[] {
  const kind = incident.operation === null ? null : operationKind(incident.operation);
  const company = new Set([incident.id, ...(incident.together ?? [])]);
  const similar = incidents.filter(
    (other) =>
      !company.has(other.id) &&
      other.end < incident.end &&
      other.mechanism === incident.mechanism &&
      (kind === null || other.operation === null || operationKind(other.operation) === kind),
  );
  return firstOfEachMoment(similar);
}

/** `VPN job 14` and `vpn job 15` are the same kind of work: numbers and letter case tell only which one it was. */
export function operationKind(operation: string): string {
  return operation
    .toLowerCase()
    .replace(/[#\d][\w.:-]*/g, '#')
    .replace(/\s+/g, ' ')
    .trim();
}

/** `VPN job 14` as a kind of work is called: without the number that tells one from the next. */
function withoutNumber(operation: string): string {
  return operation.replace(/[\s#:_-]*\d[\d._-]*\s*$/, '').trim() || operation;
}

/** How many values are of each kind, the most frequent first; a kind is shown as the first of its values. */
function counted<V>(
  values: readonly V[],
  kindOf: (value: V) => unknown,
): readonly { readonly value: V; readonly count: number }[] {
  const kinds = new Map<unknown, { readonly value: V; count: number }>();
  for (const value of values) {
    const kind = kinds.get(kindOf(value));
    if (kind === undefined) kinds.set(kindOf(value), { value, count: 1 });
    else kind.count += 1;
  }
  return [...kinds.values()].sort((a, b) => b.count - a.count);
}

/** Seconds from the end of one to the end of the next, in the median. */
function medianGap(incidents: readonly Incident[]): number {
  const gaps = incidents.slice(1).map(({ end }, index) => secondsBetween(incidents[index]?.end ?? end, end));
  return gaps.sort((a, b) => a - b)[gaps.length >> 1] ?? 0;
}

/** Days of UTC from the first to the last that have any. */
function daysOf(incidents: readonly Incident[]): Recurrence['byDay'] {
  const days = new Map<number, number>();
  for (const { end } of incidents) {
    const day = end - (end % MICROS_PER_DAY);
    days.set(day, (days.get(day) ?? 0) + 1);
  }
  return [...days].sort(([a], [b]) => a - b).map(([day, count]) => ({ day: day as Incident['end'], count }));
}

/** What all of them share; a member is null where they differ or where some do not tell. */
function inCommon(incidents: readonly Incident[]): Recurrence['common'] {
  const same = <V>(of: (incident: Incident) => V | null): V | null => {
    const value = incidents[0] === undefined ? null : of(incidents[0]);
    return value !== null && incidents.every((incident) => of(incident) === value) ? value : null;
  };
  return {
    mechanism: same(({ mechanism }) => mechanism),
    operation: same(({ operation }) => operation),
    operationKind: same(({ operation }) => (operation === null ? null : operationKind(operation))),
    unit: same(({ unit }) => unit),
    lastStep: same(({ phases }) => phases.findLast(({ depth }) => depth === 1)?.name ?? null),
  };
}
