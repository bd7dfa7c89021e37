import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { inject } from 'vitest';
import type { startWorker as startWorkerOfApp } from '../../electron/threads/start-worker.ts';

/**
 * Stands in for electron/threads/start-worker.ts in unit tests: starts the worker that was bundled for the run, as the built
 * app does, where the source would be compiled anew for every worker. The command line's tests start them from source too.
 */
export const startWorker: typeof startWorkerOfApp = (name, data, limits = {}, ports = []) =>
  new Worker(join(inject('programs'), `${name}.js`), {
    workerData: data,
    resourceLimits: limits,
    transferList: [...ports],
  });
