import type { RunningJob } from '../../shared/contract/ipc.ts';
import { type Mark, rateOf, secondsLeftOf, withMark } from '../../shared/contract/progress-rate.ts';
import type { ProfileSample } from '../../shared/model/artifact.ts';
import {
  countOfStage,
  type Progress,
  type SourceProgress,
  type SourceState,
  type SourcesProgress,
} from '../../shared/model/job.ts';

/** A running import, as the window knows it from progress messages. */
export interface JobState {
  readonly kind: RunningJob['kind'];
  /** What is being opened or added, for people. */
  readonly title: string;
  readonly startedMillis: number;
  readonly progress: Progress | null;
  /** The stages that were told so far; one that had nothing to do never is. */
  readonly stages: readonly Progress['stage'][];
  /** Progress of the present count of bytes over the last seconds, for the rate. */
  readonly marks: readonly Mark[];
  readonly samples: readonly ProfileSample[];
  readonly isCancelling: boolean;
  /** The sources as last told; a stage without any leaves them as they were. */
  readonly sources: SourcesProgress | null;
  /** Progress of the source that is being worked on. */
  readonly active: { readonly id: string; readonly marks: readonly Mark[] } | null;
  /** Ids of the sources that were asked to stop. */
  readonly stopping: readonly string[];
}

const MOST_SAMPLES = 600;

export function startJob(title: string, atMillis: number, kind: RunningJob['kind'] = 'open'): JobState {
  return {
    kind,
    title,
    startedMillis: atMillis,
    progress: null,
    stages: [],
    marks: [],
    samples: [],
    isCancelling: false,
    sources: null,
    active: null,
    stopping: [],
  };
}

/** Takes in one progress message. Bytes that are counted anew give a new rate. */
export function advanceJob(
  job: JobState,
  progress: Progress,
  sample: ProfileSample | null,
  atMillis: number,
): JobState {
  const sameCount = job.progress !== null && isSameCount(job.progress, progress);
  return {
    ...job,
    progress,
    stages: job.stages.includes(progress.stage) ? job.stages : [...job.stages, progress.stage],
    marks: withMark(sameCount ? job.marks : [], { atMillis, doneBytes: progress.doneBytes }),
    samples: nextSamples(sameCount ? job.samples : [], sample),
    sources: progress.sources ?? job.sources,
    active: nextActive(job.active, progress.sources, atMillis),
  };
}

/** Artifacts are profiled one by one, each with its own count; elsewhere a count goes on from file to file. */
function isSameCount(before: Progress, now: Progress): boolean {
  if (countOfStage(before.stage) !== countOfStage(now.stage)) return false;
  return now.stage === 'profiling' ? before.item === now.item : now.doneBytes >= before.doneBytes;
}

function nextActive(before: JobState['active'], sources: SourcesProgress | undefined, atMillis: number) {
  const source = sources?.listed.find(({ state }) => isWorkedOn(state));
  if (source === undefined) return null;
  const marks = before?.id === source.id ? before.marks : [];
  return { id: source.id, marks: withMark(marks, { atMillis, doneBytes: source.doneBytes }) };
}

/** Every second sample goes when there are too many: the curve keeps its shape over its whole length. */
function nextSamples(samples: readonly ProfileSample[], sample: ProfileSample | null): readonly ProfileSample[] {
  if (sample === null) return samples;
  const next = [...samples, sample];
  return next.length <= MOST_SAMPLES ? next : next.filter((_each, index) => index % 2 === 0);
}

export function isWorkedOn(state: SourceState): boolean {
  return state === 'unpacking' || state === 'reading' || state === 'profiling';
}

/** Whether a source can still be stopped. */
export function canStop(job: JobState, source: SourceProgress): boolean {
  return (source.state === 'waiting' || isWorkedOn(source.state)) && !job.isCancelling;
}

/** Bytes per second over the last seconds, or null while too little was seen. */
export function bytesPerSecond(job: JobState): number | null {
  return rateOf(job.marks);
}

/** Seconds until the present stage is done at the present rate, or null while unknown. */
export function secondsLeft(job: JobState): number | null {
  return secondsLeftOf(job.marks, job.progress?.totalBytes ?? null);
}

/** Rate (bytes per second) and seconds left of one source; null for all but the one that is being worked on. */
export function paceOf(job: JobState, source: SourceProgress): { readonly rate: number; readonly left: number } | null {
  if (job.active?.id !== source.id) return null;
  const rate = rateOf(job.active.marks);
  const left = secondsLeftOf(job.active.marks, source.bytes);
  return rate === null || left === null ? null : { rate, left };
}

/** Share done of the present stage, 0..1, or null while the total is unknown. */
export function shareDone(job: JobState): number | null {
  const progress = job.progress;
  if (progress === null || progress.totalBytes === null || progress.totalBytes <= 0) return null;
  return Math.min(1, progress.doneBytes / progress.totalBytes);
}

/** Share done of one source, 0..1. One without content is done as soon as it has ended. */
export function shareOfSource({ bytes, doneBytes, state }: SourceProgress): number {
  if (bytes <= 0) return state === 'done' ? 1 : 0;
  return Math.min(1, doneBytes / bytes);
}
