import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { inject, onTestFinished } from 'vitest';
import type { startWorker as startWorkerOfApp } from '../../electron/threads/start-worker.ts';

const noted = new Set<Worker[]>();

/** Every thread that is started from now on until the test ends, so that the test can end one as a defect would. */
export function noteThreads(): readonly Worker[] {
  const threads: Worker[] = [];
  noted.add(threads);
  onTestFinished(() => void noted.delete(threads));
  return threads;
}

/**
 * Stands in for electron/threads/start-worker.ts in unit tests: starts the worker that was bundled for the run, as the built
 * app does, where the source would be compiled anew for every worker. The command line's tests start them from source too.
 */
export const startWorker: typeof startWorkerOfApp = (name, data, limits = {}, ports = []) => {
  const worker = new Worker(join(inject('programs'), `${name}.js`), {
    workerData: data,
    resourceLimits: limits,
    transferList: [...ports],
  });
  for (const threads of noted) threads.push(worker);
  return worker;
};
