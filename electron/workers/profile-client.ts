import type { ProfileRequest, ProfileWorkerMessage, Progress } from '../../shared/contract/worker-protocol.ts';
import type { ArtifactReport, ProfileSample } from '../../shared/model/artifact.ts';
import { type JobOutcome, runJob } from './run-job.ts';
import { startWorker } from './start-worker.ts';

/**
 * The parser needs a few megabytes. A small young generation keeps the thread's resident memory near that, at no cost in
 * speed: what a parser leaves behind is dead by the time it is collected.
 */
const LIMITS = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 8 } as const;

export interface ProfileOptions {
  /** About ten times a second, with the newest measurement. */
  readonly onProgress?: (progress: Progress, sample: ProfileSample) => void;
  readonly signal?: AbortSignal;
}

/**
 * Parses an artifact in a worker of its own and measures the cost. Rejects with JobFailure when the file cannot be read
 * (`usage`) or the worker dies (`internal`), and with JobCancelled when `signal` aborts. A damaged artifact is a result.
 */
export function profileArtifact(request: ProfileRequest, options: ProfileOptions = {}): Promise<ArtifactReport> {
  const read = (message: ProfileWorkerMessage): JobOutcome<ArtifactReport> => {
    switch (message.type) {
      case 'progress':
        options.onProgress?.(message.progress, message.sample);
        return null;
      case 'done':
        return { status: 'done', result: message.artifact };
      case 'failed':
        return { status: 'failed', error: message.error };
    }
  };
  return runJob(startWorker('profile-worker', request, LIMITS), read, options.signal);
}
