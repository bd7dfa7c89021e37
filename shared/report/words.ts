import type { Mechanism, Recommendation, Verdict } from '../model/analysis.ts';
import { type EpochMicros, formatDate, formatTimeOfDay } from '../model/time.ts';
import type { Field, Report } from './report.ts';

/** What ended the worker, as a reader would say it. */
export const MECHANISM_WORDS: Readonly<Record<Mechanism, string>> = {
  'gunicorn-timeout': "gunicorn's timeout: the arbiter logged WORKER TIMEOUT and ended the worker",
  'kernel-oom': "the kernel's OOM killer",
  'systemd-oomd': 'systemd-oomd, for memory pressure',
  'systemd-stop': 'systemd, because the unit did not stop in time',
  'external-sigkill': 'SIGKILL from a sender that the evidence does not name',
  crash: 'a fatal signal or exit of its own',
  none: 'nothing: no worker was ended',
};

/** The same in few words, as one says it of a worker: in lists and counts. */
export const ENDING_WORDS: Readonly<Record<Mechanism, string>> = {
  'gunicorn-timeout': 'ended by gunicorn after WORKER TIMEOUT',
  'kernel-oom': 'killed by the kernel’s OOM killer',
  'systemd-oomd': 'killed by systemd-oomd',
  'systemd-stop': 'killed by systemd while stopping',
  'external-sigkill': 'killed from outside (SIGKILL)',
  crash: 'crashed',
  none: 'no worker was killed',
};

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  fits: 'fits',
  contributes: 'contributes',
  inconclusive: 'inconclusive',
  'ruled-out': 'ruled out',
};

/** When a recommendation serves: until the cause is dealt with, or by dealing with it. */
export const WHEN_WORDS: Readonly<Record<NonNullable<Recommendation['when']>, string>> = {
  immediate: 'At once, until the cause is dealt with',
  lasting: 'To stay',
};

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
