import { type MessagePort, Worker, type WorkerOptions } from 'node:worker_threads';

/** The workers there are; each is one file in this folder. */
export type WorkerName =
  | 'analysis-worker'
  | 'hash-worker'
  | 'import-worker'
  | 'measure-worker'
  | 'part-worker'
  | 'profile-worker'
  | 'query-worker'
  | 'rules-worker'
  | 'sql-worker';

/**
 * Starts a worker of this folder: the bundled file beside this one in the built app, the TypeScript source (through tsx)
 * on the command line and in tests. `data` becomes its `workerData`; `ports` are those in it that
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
  const source = new URL(`./${name}.ts`, import.meta.url).href;
  // Code given as text resolves against the working directory, which is the user's and not the project's.
  const tsx = import.meta.resolve('tsx/esm/api');
  const bootstrap = `import(${JSON.stringify(tsx)}).then(({ register }) => { register(); return import(${JSON.stringify(source)}); });`;
  return new Worker(bootstrap, { ...options, eval: true });
}
