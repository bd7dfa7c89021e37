import type {
  ImportedEvidence,
  ImportRequest,
  ImportWorkerMessage,
  Progress,
} from '../../shared/contract/worker-protocol.ts';
import { runJob } from './run-job.ts';
import { startWorker } from './start-worker.ts';

export { JobCancelled, JobFailure } from './run-job.ts';

/** The heap an import may take, in MiB; event columns and chunks lie outside it. Hostile evidence ends the job, not the app. */
const MAX_HEAP_MIB = 1024;
/** A small nursery: parsing makes short-lived objects only, and a large one would show as resident memory. */
const MAX_YOUNG_HEAP_MIB = 16;

/**
 * Takes in evidence on a thread of its own: see readGivenEvidence for what that does. `onProgress` is called about ten
 * times a second. Rejects with JobFailure (kind `usage` when a path is missing) or, when `signal` aborts, JobCancelled; the
 * thread has ended by then, so the spool folder can be removed.
 */
export function importEvidence(
  request: ImportRequest,
  options: { readonly onProgress?: (progress: Progress) => void; readonly signal?: AbortSignal } = {},
): Promise<ImportedEvidence> {
  const worker = startWorker('import-worker', request, {
    maxOldGenerationSizeMb: MAX_HEAP_MIB,
    maxYoungGenerationSizeMb: MAX_YOUNG_HEAP_MIB,
  });
  return runJob<ImportWorkerMessage, ImportedEvidence>(
    worker,
    (message) => {
      switch (message.type) {
        case 'progress':
          options.onProgress?.(message.progress);
          return null;
        case 'done':
          return { status: 'done', result: message.imported };
        case 'failed':
          return { status: 'failed', error: message.error };
      }
    },
    options.signal,
  );
}
