import process from 'node:process';
import { parentPort, workerData } from 'node:worker_threads';
import type { MeasureWorkerMessage } from '../../shared/contract/worker-protocol.ts';
import { jobErrorOf } from '../threads/run-job.ts';
import type { MeasureWorkerData } from './measure-client.ts';
import { measureFile } from './measure-file.ts';

/** Entry of the worker for one run of a parse: MeasureWorkerMessage out, then it ends. */
const { request, reached, asked }: MeasureWorkerData = workerData;
const post = (message: MeasureWorkerMessage): void => parentPort?.postMessage(message);

measureFile(
  request,
  (progress, sample, kept, pauses) => post({ type: 'progress', progress, sample, kept, pauses }),
  (bytes) => {
    reached[0] = bytes;
    // Of a thread this ends the thread alone.
    if (Atomics.load(asked, 0) !== 0) process.exit(0);
  },
).then(
  (profile) => post({ type: 'done', profile }),
  (thrown: unknown) => post({ type: 'failed', error: jobErrorOf(thrown) }),
);
