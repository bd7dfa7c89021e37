import { ACTION_TYPES, type Analysis, type Recommendation } from '../model/analysis.ts';
import { type EpochMicros, formatDate, formatTimeOfDay } from '../model/time.ts';
import { ACTION_WORDS } from '../wording/names.ts';
import type { SummaryField } from './report.ts';

/**
 * Recommendations as they are listed: what limits the harm, what keeps it away, what lets the next one be seen, each in their
 * order otherwise, numbered through from `start`. The first of all goes first, since it acts on the cause.
 */
export function byAction<R extends Pick<Recommendation, 'action'>>(
  recommendations: readonly R[],
): readonly { readonly title: string; readonly start: number; readonly items: readonly R[] }[] {
  const first = recommendations[0]?.action;
  const order = [...ACTION_TYPES].sort((a, b) => Number(b === first) - Number(a === first));
  let start = 1;
  return order.flatMap((action) => {
    const items = recommendations.filter((each) => each.action === action);
    if (items.length === 0) return [];
    const group = { title: ACTION_WORDS[action], start, items };
    start += items.length;
    return [group];
  });
}

/** The fields of a summary that say something, with what each is about; what happened is left out below a headline that is it. */
export function summaryFields({
  summary,
  headline,
  incident,
}: Pick<Analysis, 'summary' | 'headline' | 'incident'>): readonly SummaryField[] {
  return SUMMARY_LABELS.flatMap(([id, label]) => {
    const value = summary[id];
    if (value === null || (id === 'happened' && value === headline)) return [];
    // Without an incident there is no cause to tell, only what was seen.
    return [{ id, label: id === 'cause' && incident === null ? 'Seen' : label, value }];
  });
}

const SUMMARY_LABELS = [
  ['happened', 'What happened'],
  ['cause', 'Cause'],
  ['factor', 'Factor'],
  ['ruledOut', 'Ruled out'],
  ['undecided', 'Undecided'],
  ['unexplained', 'Unexplained'],
  ['impact', 'Impact'],
  ['action', 'What to do'],
] as const satisfies readonly (readonly [SummaryField['id'], string])[];

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
