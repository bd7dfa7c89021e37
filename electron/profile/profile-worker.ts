import { parentPort, workerData } from 'node:worker_threads';
import type { ProfileRequest, ProfileWorkerMessage } from '../../shared/contract/worker-protocol.ts';
import { jobErrorOf } from '../threads/run-job.ts';
import { profileFile } from './profile-file.ts';

/** Entry of the profile worker: one request in its `workerData`, ProfileWorkerMessage out, then it ends. */
const request: ProfileRequest = workerData;
const post = (message: ProfileWorkerMessage): void => parentPort?.postMessage(message);

profileFile(request, (progress, sample) => post({ type: 'progress', progress, sample })).then(
  (artifact) => post({ type: 'done', artifact }),
  (thrown: unknown) => post({ type: 'failed', error: jobErrorOf(thrown) }),
);
