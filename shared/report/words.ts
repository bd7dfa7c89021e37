import type { Recommendation } from '../model/analysis.ts';
import type { Field } from '../model/report-query.ts';
import { type EpochMicros, formatDate, formatTimeOfDay } from '../model/time.ts';
import { WHEN_WORDS } from '../wording/names.ts';
import type { Report } from './report.ts';

/**
 * Recommendations as they are listed: what helps at once before what stays, in their order otherwise, numbered through
 * from `start`. The title is null where the analysis did not tell them apart.
 */
export function byWhen<R extends Pick<Recommendation, 'when'>>(
  recommendations: readonly R[],
): readonly { readonly title: string | null; readonly start: number; readonly items: readonly R[] }[] {
  let start = 1;
  return ([undefined, 'immediate', 'lasting'] as const).flatMap((when) => {
    const items = recommendations.filter((each) => each.when === when);
    if (items.length === 0) return [];
    const group = { title: when === undefined ? null : WHEN_WORDS[when], start, items };
    start += items.length;
    return [group];
  });
}

const SUMMARY_LABELS = ['What happened', 'Why', 'What to do'];

/** The three sentences with what each is about; a first one that only repeats the headline above it is left out. */
export function summaryFields(report: Pick<Report, 'headline' | 'summary'>): readonly Field[] {
  return report.summary
    .map((value, index) => ({ label: SUMMARY_LABELS[index] ?? '', value }))
    .filter(({ value }) => value !== report.headline);
}

/** `2026-01-28 04:12:15.229579 UTC`. */
export function utcStamp(time: EpochMicros): string {
  return `${formatDate(time)} ${formatTimeOfDay(time, 6)} UTC`;
}

/** Distance of two instants for a table column, exact to the microsecond: `+20.659131 s`. */
export function exactDelta(from: EpochMicros, to: EpochMicros): string {
  const micros = to - from;
  const sign = micros < 0 ? '-' : '+';
  const magnitude = Math.abs(micros);
  return `${sign}${Math.floor(magnitude / 1e6)}.${String(magnitude % 1e6).padStart(6, '0')} s`;
}
