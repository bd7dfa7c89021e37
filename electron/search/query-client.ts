import type { Worker } from 'node:worker_threads';
import type { EventFilter, RequestOf, ResponseOf } from '../../shared/contract/ipc.ts';
import type {
  QueryName,
  QuerySource,
  QueryWorkerData,
  QueryWorkerReply,
  QueryWorkerRequest,
} from '../../shared/contract/worker-protocol.ts';
import type { JobError } from '../../shared/model/job.ts';
import { JobFailure, jobErrorOf } from '../threads/run-job.ts';
import { startWorker } from '../threads/start-worker.ts';
import { queryHash } from './query-hash.ts';

/** A regular expression may look at one message so long; what takes longer will hardly ever end. */
const REGEX_LIMIT_MILLIS = 2_000;
const LOOK_MILLIS = 250;
/** Query texts that are remembered, and those that had to be ended. */
const MOST_REMEMBERED = 100;

interface Pending {
  readonly request: QueryWorkerRequest;
  readonly resolve: (value: unknown) => void;
  readonly reject: (thrown: unknown) => void;
}

/**
 * Asks a thread of its own about the events of a case, so that no search ever holds up the window. The thread starts with the
 * first request and lives as long as the case. A regular expression that does not come to an end costs its own query: the
 * thread is ended, another takes its place, and what else was asked is asked again.
 */
export class QueryClient {
  #source: QuerySource;
  #worker: Worker | null = null;
  #watch = new Int32Array(new SharedArrayBuffer(8));
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  /** Queries that were ended, and what is answered to them from then on. */
  readonly #ended = new Map<string, string>();
  /** The latest queries by their hash, to tell which one a regular expression belongs to. */
  readonly #latest = new Map<number, string>();
  #looking: NodeJS.Timeout | null = null;
  /** The message that a regular expression was last seen at, and since when. */
  #seen = { messages: -1, sinceMillis: 0 };
  #isClosed = false;

  constructor(source: QuerySource) {
    this.#source = source;
  }

  /**
   * Sends a request of the contract. Rejects with JobFailure: `usage` when the query cannot be run or does not come to an end,
   * `internal` when the thread died.
   */
  request<N extends QueryName>(name: N, payload: RequestOf<N>): Promise<ResponseOf<N>> {
    const query = queryOf(payload);
    const ended = query === null ? undefined : this.#ended.get(query);
    if (ended !== undefined) return Promise.reject(new JobFailure({ kind: 'usage', message: ended }));
    if (this.#isClosed) return Promise.reject(new JobFailure({ kind: 'usage', message: 'The case was closed.' }));
    if (query !== null && query !== '') this.#remember(query);
    return new Promise((resolve, reject) => {
      const request: QueryWorkerRequest = { id: this.#nextId, name, payload };
      this.#nextId += 1;
      // The worker answers a request with what the contract says of its name.
      this.#pending.set(request.id, { request, resolve: (value) => resolve(value as ResponseOf<N>), reject });
      this.#send(request);
    });
  }

  /** Goes on with other columns of the same case. What was asked and is not answered yet is answered from them. */
  async replace(source: QuerySource): Promise<void> {
    this.#source = source;
    this.#ended.clear();
    await this.#endWorker();
    this.#sendAgain();
  }

  /** Ends the thread; every request that is not answered yet is rejected. Safe to repeat. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#failAll({ kind: 'usage', message: 'The case was closed.' });
    await this.#endWorker();
  }

  #remember(query: string): void {
    const hash = queryHash(query);
    this.#latest.delete(hash);
    this.#latest.set(hash, query);
    for (const oldest of this.#latest.keys()) {
      if (this.#latest.size <= MOST_REMEMBERED) break;
      this.#latest.delete(oldest);
    }
  }

  #send(request: QueryWorkerRequest): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(request);
    this.#looking ??= setInterval(() => this.#look(), LOOK_MILLIS).unref();
  }

  #sendAgain(): void {
    for (const { request } of this.#pending.values()) this.#send(request);
  }

  #start(): Worker {
    this.#watch = new Int32Array(new SharedArrayBuffer(8));
    const data: QueryWorkerData = { source: this.#source, watch: this.#watch };
    const worker = startWorker('query-worker', data);
    const isCurrent = (): boolean => worker === this.#worker;
    worker.on('message', (reply: QueryWorkerReply) => {
      if (isCurrent()) this.#settle(reply);
    });
    worker.on('error', (thrown: unknown) => {
      if (isCurrent()) this.#failAll(jobErrorOf(thrown));
    });
    worker.on('exit', (exitCode) => {
      if (!isCurrent()) return;
      this.#worker = null;
      this.#failAll({ kind: 'internal', message: `The search ended unexpectedly (exit code ${exitCode}); try again.` });
    });
    return worker;
  }

  #settle(reply: QueryWorkerReply): void {
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return;
    this.#pending.delete(reply.id);
    if (reply.ok) pending.resolve(reply.value);
    else pending.reject(new JobFailure(reply.error));
  }

  #failAll(error: JobError): void {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of all) reject(new JobFailure(error));
  }

  async #endWorker(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    if (this.#looking !== null) clearInterval(this.#looking);
    this.#looking = null;
    this.#seen = { messages: -1, sinceMillis: 0 };
    await worker?.terminate();
  }

  /** Looks whether a regular expression has been at one message for too long. */
  #look(): void {
    const messages = Atomics.load(this.#watch, 1);
    const nowMillis = performance.now();
    const hash = Atomics.load(this.#watch, 0);
    const isAtWork = hash !== 0;
    if (!isAtWork || messages !== this.#seen.messages) {
      this.#seen = { messages: isAtWork ? messages : -1, sinceMillis: nowMillis };
      return;
    }
    if (nowMillis - this.#seen.sinceMillis >= REGEX_LIMIT_MILLIS) void this.#endQuery(this.#latest.get(hash) ?? '');
  }

  async #endQuery(guilty: string): Promise<void> {
    const message =
      'The regular expression was stopped: it did not come to an end on one message. Nested repetitions such as (a+)+ do that; write it without them.';
    if (this.#ended.size >= MOST_REMEMBERED) this.#ended.clear();
    this.#ended.set(guilty, message);
    const ending = this.#endWorker();
    for (const [id, { request, reject }] of this.#pending) {
      if (queryOf(request.payload) !== guilty) continue;
      this.#pending.delete(id);
      reject(new JobFailure({ kind: 'usage', message }));
    }
    await ending;
    this.#sendAgain();
  }
}

/** The query of a request's filter; null when the request has none. */
function queryOf(payload: unknown): string | null {
  if (typeof payload !== 'object' || payload === null || !('filter' in payload)) return null;
  return (payload.filter as EventFilter).query;
}
