import type { ProfileRequest, ProfileWorkerMessage } from '../../shared/contract/worker-protocol.ts';
import type { ArtifactReport, ProfileSample } from '../../shared/model/artifact.ts';
import type { Progress } from '../../shared/model/job.ts';
import { type JobOutcome, runJob } from '../threads/run-job.ts';
import { startWorker } from '../threads/start-worker.ts';

/**
 * The parser itself needs a few megabytes; what it leaves behind is dead by the time it is collected. A young generation
 * of 32 MiB keeps the thread's resident memory below 20 MB. A smaller one is collected so often that on a busy machine,
 * where the collector's threads wait for one another, the parse takes up to twice as long.
 */
const LIMITS = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 32 } as const;

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
