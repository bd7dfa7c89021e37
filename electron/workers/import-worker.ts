import { parentPort, workerData } from 'node:worker_threads';
import type { ImportRequest, ImportWorkerMessage, JobError, Progress } from '../../shared/contract/worker-protocol.ts';
import { readGivenEvidence } from '../intake/import-evidence.ts';
import { MissingInput } from '../intake/inventory.ts';
import { jobErrorOf } from './run-job.ts';

/** At most ten messages a second: people see no more, and the other thread has better things to do. */
const PROGRESS_INTERVAL_MILLIS = 100;

function post(message: ImportWorkerMessage): void {
  parentPort?.postMessage(message);
}

/** Lets through the first report of each stage and then one per interval. */
function throttled(send: (progress: Progress) => void): (progress: Progress) => void {
  let stage: Progress['stage'] | null = null;
  let sentMillis = 0;
  return (progress) => {
    const nowMillis = performance.now();
    if (progress.stage === stage && nowMillis - sentMillis < PROGRESS_INTERVAL_MILLIS) return;
    stage = progress.stage;
    sentMillis = nowMillis;
    send(progress);
  };
}

function importError(thrown: unknown): JobError {
  if (thrown instanceof MissingInput) return { kind: 'usage', message: thrown.message };
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const message = 'The disk for temporary files is full; point TMPDIR to one with room for the unpacked evidence.';
    return { kind: 'usage', message };
  }
  return jobErrorOf(thrown);
}

async function serve(request: ImportRequest): Promise<void> {
  try {
    const imported = await readGivenEvidence(
      request,
      throttled((progress) => post({ type: 'progress', progress })),
    );
    post({ type: 'done', imported });
  } catch (thrown) {
    post({ type: 'failed', error: importError(thrown) });
  }
}

// workerData is what import-client.ts, the only one to start this worker, puts there.
const request: ImportRequest = workerData;
await serve(request);
