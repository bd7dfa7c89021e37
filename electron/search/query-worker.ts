import { parentPort, workerData } from 'node:worker_threads';
import type {
  QueryName,
  QueryWorkerData,
  QueryWorkerReply,
  QueryWorkerRequest,
} from '../../shared/contract/worker-protocol.ts';
import type { JobError } from '../../shared/model/job.ts';
import { QueryRefused } from '../events/row-search.ts';
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

// Payloads come from query-client.ts, whose types are those of the contract.
const ANSWERS: { readonly [N in QueryName]: (payload: never) => unknown } = {
  'events.page': (payload) => engine.page(payload),
  'events.position': (payload) => engine.position(payload),
  'events.facets': (payload) => engine.facets(payload),
  'events.histogram': (payload) => engine.histogram(payload),
  'events.control': (payload) => engine.control(payload),
};

async function answer({ id, name, payload }: QueryWorkerRequest): Promise<QueryWorkerReply> {
  try {
    return { id, ok: true, value: await ANSWERS[name](payload as never) };
  } catch (thrown) {
    return { id, ok: false, error: errorOf(thrown) };
  }
}

function errorOf(thrown: unknown): JobError {
  return thrown instanceof QueryRefused ? { kind: 'usage', message: thrown.message } : jobErrorOf(thrown);
}

parentPort?.on('message', (request: QueryWorkerRequest) => {
  void answer(request).then((reply) => parentPort?.postMessage(reply));
});
