import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { inject, onTestFinished } from 'vitest';
import type { startWorker as startWorkerOfApp } from '../../electron/threads/start-worker.ts';

type StartWorker = typeof startWorkerOfApp;

const startBundled: StartWorker = (name, data, limits = {}, ports = []) =>
  new Worker(join(inject('programs'), `${name}.js`), {
    workerData: data,
    resourceLimits: limits,
    transferList: [...ports],
  });

let start = startBundled;

/** Has threads started in another way until what it returns is called. */
export function startWorkersWith(other: StartWorker): () => void {
  start = other;
  return () => {
    start = startBundled;
  };
}

/** Every thread that is started from now on until the test ends, so that the test can end one as a defect would. */
export function noteThreads(): readonly Worker[] {
  const threads: Worker[] = [];
  const leave = startWorkersWith((...args) => {
    const worker = startBundled(...args);
    threads.push(worker);
    return worker;
  });
  onTestFinished(leave);
  return threads;
}

/**
 * Stands in for electron/threads/start-worker.ts in unit tests: starts the worker that was bundled for the run, as the built
 * app does, where the source would be compiled anew for every worker. The command line's tests start them from source too.
 */
export const startWorker: StartWorker = (...args) => start(...args);
