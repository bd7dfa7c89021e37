import { workerData } from 'node:worker_threads';
import type { Answer, Task } from '../../shared/contract/asked-thread.ts';
import type { QueryTasks, QueryWorkerData } from '../../shared/contract/worker-protocol.ts';
import type { JobError } from '../../shared/model/job.ts';
import { QueryRefused } from '../events/row-search.ts';
import { answerTasks } from '../threads/answer-tasks.ts';
import { jobErrorOf } from '../threads/run-job.ts';
import { QueryEngine } from './query-engine.ts';
import { queryHash } from './query-hash.ts';

/** Entry of the query worker: QueryWorkerData in its `workerData`, then requests in and replies out until it is ended. */
const { source, watch }: QueryWorkerData = workerData;
const engine = new QueryEngine(source, (query) => {
  const hash = queryHash(query);
  return {
    enter() {
      Atomics.add(watch, 1, 1);
      Atomics.store(watch, 0, hash);
    },
    leave() {
      Atomics.store(watch, 0, 0);
    },
  };
});

async function perform({ name, payload }: Task<QueryTasks>): Promise<Answer<QueryTasks>> {
  switch (name) {
    case 'events.page':
      return { name, value: await engine.page(payload) };
    case 'events.position':
      return { name, value: await engine.position(payload) };
    case 'events.count':
      return { name, value: await engine.count(payload) };
    case 'events.step':
      return { name, value: await engine.step(payload) };
    case 'events.facets':
      return { name, value: await engine.facets(payload) };
    case 'events.histogram':
      return { name, value: await engine.histogram(payload) };
    case 'events.control':
      return { name, value: engine.control(payload) };
  }
}

function errorOf(thrown: unknown): JobError {
  return thrown instanceof QueryRefused ? { kind: 'usage', message: thrown.message } : jobErrorOf(thrown);
}

answerTasks<QueryTasks, JobError>('side by side', perform, errorOf);
