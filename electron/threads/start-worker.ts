import { type MessagePort, Worker, type WorkerOptions } from 'node:worker_threads';
import THREADS from './threads.json' with { type: 'json' };

/** The threads there are, each with its source; the build, the tests and the dependency check read the same list. */
export type WorkerName = keyof typeof THREADS;

/**
 * Starts a thread: the bundled file beside this one in the built app and on the command line, the TypeScript source (through tsx)
 * in tests. `data` becomes its `workerData`; `ports` are those in it that
 * are handed over.
 */
export function startWorker(
  name: WorkerName,
  data: unknown,
  limits: WorkerOptions['resourceLimits'] = {},
  ports: readonly MessagePort[] = [],
): Worker {
  const options: WorkerOptions = { workerData: data, resourceLimits: limits, transferList: [...ports] };
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(`./${name}.js`, import.meta.url), options);
  // Node 20 does not run the parent's module hooks in a worker, so the worker registers tsx itself before its first import.
  const source = new URL(`../../${THREADS[name]}`, import.meta.url).href;
  // Code given as text resolves against the working directory, which is the user's and not the project's.
  const tsx = import.meta.resolve('tsx/esm/api');
  const bootstrap = `import(${JSON.stringify(tsx)}).then(({ register }) => { register(); return import(${JSON.stringify(source)}); });`;
  return new Worker(bootstrap, { ...options, eval: true });
}
