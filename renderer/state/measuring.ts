import type { ProfileOutcome, ProfileProgressEvent, RequestOf } from '../../shared/contract/ipc.ts';
import type { ParseProfile } from '../../shared/model/artifact.ts';

/** What is asked of a profile: which artifact, how it is parsed, how often, with how much memory. */
export type MeasureRequest = RequestOf<'profile.run'>;

type MeasureEnd =
  | { readonly status: 'measured'; readonly profile: ParseProfile }
  /** `profile`: as far as it came; null when nothing ran. */
  | { readonly status: 'cancelled'; readonly profile: ParseProfile | null }
  | { readonly status: 'failed'; readonly message: string };

/** A profile that was asked for. */
export interface Measuring {
  readonly request: MeasureRequest;
  /** The latest word of it; null before the first. */
  readonly progress: ProfileProgressEvent | null;
  readonly isCancelling: boolean;
  /** null while it runs. */
  readonly ended: MeasureEnd | null;
}

export function startMeasure(request: MeasureRequest): Measuring {
  return { request, progress: null, isCancelling: false, ended: null };
}

export function isRunning({ ended }: Measuring): boolean {
  return ended === null;
}

/** Takes in progress; that of another run, which comes late, changes nothing. */
export function withProgress(measuring: Measuring, progress: ProfileProgressEvent): Measuring {
  const { request, ended } = measuring;
  const isOwn = progress.evidenceId === request.evidenceId && progress.mode === request.mode;
  return ended !== null || !isOwn ? measuring : { ...measuring, progress };
}

export function endMeasure(measuring: Measuring, outcome: ProfileOutcome): Measuring {
  switch (outcome.status) {
    case 'measured':
      return { ...measuring, ended: { status: 'measured', profile: outcome.profile } };
    case 'cancelled':
      return { ...measuring, ended: { status: 'cancelled', profile: outcome.profile } };
    case 'failed':
      return { ...measuring, ended: { status: 'failed', message: outcome.error.message } };
  }
}

/** Part of all runs that is done, 0 to 1; null before anything is known. */
export function doneShare({ progress, request }: Measuring): number | null {
  if (progress === null) return null;
  const { doneBytes, totalBytes } = progress.progress;
  const ofRun = totalBytes === null || totalBytes === 0 ? 0 : Math.min(1, doneBytes / totalBytes);
  return (progress.run - 1 + ofRun) / request.runs;
}
