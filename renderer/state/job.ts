import type { Progress } from '../../shared/contract/worker-protocol.ts';
import type { ProfileSample } from '../../shared/model/artifact.ts';

interface Mark {
  readonly atMillis: number;
  readonly doneBytes: number;
}

/** A running import, as the window knows it from progress messages. */
export interface JobState {
  /** What is being opened, for people. */
  readonly title: string;
  readonly startedMillis: number;
  readonly progress: Progress | null;
  /** Progress of the present stage over the last seconds, for the rate. */
  readonly marks: readonly Mark[];
  readonly samples: readonly ProfileSample[];
  readonly isCancelling: boolean;
}

const RATE_WINDOW_MILLIS = 4_000;
/** A short history gives wild rates: nothing is said before this much was seen. */
const LEAST_RATE_MILLIS = 400;
const MOST_SAMPLES = 600;

export function startJob(title: string, atMillis: number): JobState {
  return { title, startedMillis: atMillis, progress: null, marks: [], samples: [], isCancelling: false };
}

/** Takes in one progress message. Another stage or item starts a new count of bytes and so a new rate. */
export function advanceJob(
  job: JobState,
  progress: Progress,
  sample: ProfileSample | null,
  atMillis: number,
): JobState {
  const sameWork =
    job.progress !== null && job.progress.stage === progress.stage && job.progress.item === progress.item;
  const kept = sameWork ? job.marks.filter((mark) => atMillis - mark.atMillis <= RATE_WINDOW_MILLIS) : [];
  return {
    ...job,
    progress,
    marks: [...kept, { atMillis, doneBytes: progress.doneBytes }],
    samples: nextSamples(sameWork ? job.samples : [], sample),
  };
}

/** Every second sample goes when there are too many: the curve keeps its shape over its whole length. */
function nextSamples(samples: readonly ProfileSample[], sample: ProfileSample | null): readonly ProfileSample[] {
  if (sample === null) return samples;
  const next = [...samples, sample];
  return next.length <= MOST_SAMPLES ? next : next.filter((_each, index) => index % 2 === 0);
}

/** Bytes per second over the last seconds, or null while too little was seen. */
export function bytesPerSecond(job: JobState): number | null {
  const first = job.marks[0];
  const last = job.marks.at(-1);
  if (first === undefined || last === undefined) return null;
  const millis = last.atMillis - first.atMillis;
  if (millis < LEAST_RATE_MILLIS) return null;
  const rate = ((last.doneBytes - first.doneBytes) / millis) * 1000;
  return rate > 0 ? rate : null;
}

/** Seconds until the present stage is done at the present rate, or null while unknown. */
export function secondsLeft(job: JobState): number | null {
  const rate = bytesPerSecond(job);
  const total = job.progress?.totalBytes ?? null;
  if (rate === null || total === null || job.progress === null) return null;
  return Math.max(0, (total - job.progress.doneBytes) / rate);
}

/** Share done of the present stage, 0..1, or null while the total is unknown. */
export function shareDone(job: JobState): number | null {
  const progress = job.progress;
  if (progress === null || progress.totalBytes === null || progress.totalBytes <= 0) return null;
  return Math.min(1, progress.doneBytes / progress.totalBytes);
}
