/** How far something had come at a moment of a monotonic clock. */
export interface Mark {
  readonly atMillis: number;
  readonly doneBytes: number;
}

const RATE_WINDOW_MILLIS = 4_000;
/** A short history gives wild rates: nothing is said before this much was seen. */
const LEAST_RATE_MILLIS = 400;

/** The marks of the last seconds with a new one. */
export function withMark(marks: readonly Mark[], mark: Mark): readonly Mark[] {
  return [...marks.filter(({ atMillis }) => mark.atMillis - atMillis <= RATE_WINDOW_MILLIS), mark];
}

/** Bytes per second over the last seconds, or null while too little was seen. */
export function rateOf(marks: readonly Mark[]): number | null {
  const first = marks[0];
  const last = marks.at(-1);
  if (first === undefined || last === undefined) return null;
  const millis = last.atMillis - first.atMillis;
  if (millis < LEAST_RATE_MILLIS) return null;
  const rate = ((last.doneBytes - first.doneBytes) / millis) * 1000;
  return rate > 0 ? rate : null;
}

/** Seconds until all is done at the present rate, or null while unknown. */
export function secondsLeftOf(marks: readonly Mark[], totalBytes: number | null): number | null {
  const rate = rateOf(marks);
  const last = marks.at(-1);
  if (rate === null || totalBytes === null || last === undefined) return null;
  return Math.max(0, (totalBytes - last.doneBytes) / rate);
}
