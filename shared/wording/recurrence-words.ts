import type { Mechanism, Recurrence } from '../model/analysis.ts';
import { formatDate, MICROS_PER_DAY, secondsBetween } from '../model/time.ts';
import { formatSeconds, listing, plural } from './figures.ts';

/** Kinds of operations that a sentence names one by one. */
const NAMED = 3;

/** `40 incidents within 6 days, one every 4 h 12 min in the median.`, and what they have in common, in sentences. */
export function recurrenceWords(
  recurrence: Recurrence,
  mechanismWords: Readonly<Record<Mechanism, string>>,
): readonly string[] {
  const { count, from, to, byMechanism, byOperation, common, medianGapSeconds } = recurrence;
  const share = (part: number): string => (part === count ? 'all' : String(part));
  const operations = byOperation.flatMap((each) =>
    each.operation === null ? [] : [`${each.operation} (${share(each.count)})`],
  );
  return [
    `${plural(count, 'incident')} within ${formatSpan(secondsBetween(from, to))}, one every ${formatSpan(medianGapSeconds)} in the median.`,
    capitalised(`${listing(byMechanism.map((each) => `${share(each.count)} ${mechanismWords[each.mechanism]}`))}.`),
    ...dayWords(recurrence),
    ...(operations.length === 0 ? [] : [`In the middle of: ${listing(operations.slice(0, NAMED))}.`]),
    ...(common.unit === null ? [] : [`All of ${common.unit}.`]),
  ];
}

/** `On 5 of 7 days (UTC), at most 9 on one (2026-01-28).`; nothing where they all fall on one day. */
function dayWords({ byDay }: Recurrence): readonly string[] {
  const [first, ...others] = byDay;
  const last = others.at(-1);
  if (first === undefined || last === undefined) return [];
  const days = Math.round((last.day - first.day) / MICROS_PER_DAY) + 1;
  const worst = byDay.reduce((most, each) => (each.count > most.count ? each : most));
  return [`On ${byDay.length} of ${days} days (UTC), at most ${worst.count} on one (${formatDate(worst.day)}).`];
}

function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function formatSpan(seconds: number): string {
  const days = seconds / 86_400;
  return days >= 2 ? `${Math.round(days * 10) / 10} days` : formatSeconds(seconds);
}
