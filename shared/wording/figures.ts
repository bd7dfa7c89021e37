import { type EpochMicros, formatTimeOfDay } from '../model/time.ts';

/** How figures are worded in facts, answers and advice: one place, so that no two sentences disagree. */

/** `59.3 MB`: decimal units, as disks and file managers count; exact below 1000 bytes. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const units = ['kB', 'MB', 'GB', 'TB'] as const;
  let value = bytes;
  let unit = 'bytes';
  for (const next of units) {
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value * 10) / 10 >= 100 ? Math.round(value) : value.toFixed(1)} ${unit}`;
}

/** `110,000`. */
export function formatCount(count: number): string {
  const whole = Math.round(count);
  // To load what the engine knows of languages takes longer than all figures of a report.
  return Number.isSafeInteger(whole) && (whole > 0 || Object.is(whole, 0))
    ? String(whole).replace(/\B(?=(?:\d{3})+$)/g, ',')
    : whole.toLocaleString('en-US');
}

/** `0.02 s`, `1.3 s`, `92.5 s`, `5 min 12 s`, `2 h 3 min`. */
export function formatSeconds(seconds: number): string {
  const s = Math.max(0, seconds);
  if (s === 0) return '0 s';
  if (s < 0.1) return `${s.toFixed(s < 0.01 ? 3 : 2)} s`;
  if (s < 120) return `${s.toFixed(1).replace(/\.0$/, '')} s`;
  const whole = Math.round(s);
  if (whole < 7200) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}

/** A duration that was estimated: `18 min`, `2.1 h`; below two minutes as it was reckoned. */
export function formatEstimate(seconds: number): string {
  if (seconds < 120) return formatSeconds(seconds);
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** `04:12:15.229 UTC`, with as many decimals as the source's own stamps can bear (at most milliseconds). */
export function formatMoment(event: { readonly time: EpochMicros; readonly resolutionMicros: number }): string {
  return `${formatTimeOfDay(event.time, event.resolutionMicros >= 1_000_000 ? 0 : 3)} UTC`;
}

/** A file's own name within sentences; where it lies stands in the list of evidence and in each source. */
export function fileLabel(path: string): string {
  return path.split('/').at(-1) ?? path;
}

/** `1 frame`, `434 frames`. */
export function plural(count: number, singular: string, many = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : many}`;
}

/** `0.87`; `>0.99` and `<0.01` at the ends: no sum of evidence is a certainty. */
export function formatScore(score: number): string {
  if (score > 0.99) return '>0.99';
  return score < 0.01 ? '<0.01' : score.toFixed(2);
}

/** `a`, `a and b`, `a, b and c`. */
export function listing(words: readonly string[]): string {
  if (words.length <= 1) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

/** Up to the first full stop that ends a sentence. */
export function firstSentence(text: string): string {
  return /^.*?[.](?=\s+[A-Z]|$)/s.exec(text)?.[0] ?? text;
}

/** A sentence's beginning. */
export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
