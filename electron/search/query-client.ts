import type { Task } from '../../shared/contract/asked-thread.ts';
import type { RequestOf, ResponseOf } from '../../shared/contract/ipc.ts';
import type { QueryName, QuerySource, QueryTasks, QueryWorkerData } from '../../shared/contract/worker-protocol.ts';
import { AskingThread, CASE_CLOSED, failureFor } from '../threads/asking-thread.ts';
import { JobFailure } from '../threads/run-job.ts';
import { queryHash } from './query-hash.ts';

/** A regular expression may look at one message so long; what takes longer will hardly ever end. */
const REGEX_LIMIT_MILLIS = 2_000;
const LOOK_MILLIS = 250;
/** Query texts that are remembered, and those that had to be ended. */
const MOST_REMEMBERED = 100;

/**
 * Asks a thread of its own about the events of a case, so that no search ever holds up the window. The thread starts with the
 * first request and lives as long as the case. A regular expression that does not come to an end costs its own query: the
 * thread is ended, another takes its place, and what else was asked is asked again.
 */
export class QueryClient {
  #source: QuerySource;
  readonly #thread: AskingThread<QueryTasks>;
  #watch = new Int32Array(new SharedArrayBuffer(8));
  /** What has not been answered yet: how to give it up, with its query. */
  readonly #unanswered = new Map<AbortController, string | null>();
  /** Queries that were ended, and what is answered to them from then on. */
  readonly #ended = new Map<string, string>();
  /** The latest queries by their hash, to tell which one a regular expression belongs to. */
  readonly #latest = new Map<number, string>();
  #looking: NodeJS.Timeout | null = null;
  /** The message that a regular expression was last seen at, and since when. */
  #seen = { messages: -1, sinceMillis: 0 };

  constructor(source: QuerySource) {
    this.#source = source;
    this.#thread = new AskingThread({
      worker: 'query-worker',
      topic: 'the search',
      data: () => this.#dataOfThread(),
      thrownFor: failureFor,
    });
  }

  /**
   * Sends a request of the contract. Rejects with JobFailure: `usage` when the query cannot be run or does not come to an end,
   * `internal` when the thread died.
   */
  async request<N extends QueryName>(name: N, payload: RequestOf<N>): Promise<ResponseOf<N>> {
    const task: Task<QueryTasks, N> = { name, payload };
    const query = queryOf(payload);
    const ended = query === null ? undefined : this.#ended.get(query);
    if (ended !== undefined) throw new JobFailure({ kind: 'usage', message: ended });
    if (query !== null && query !== '') this.#remember(query);
    const abort = new AbortController();
    this.#unanswered.set(abort, query);
    try {
      const answer = this.#thread.ask(task, { signal: abort.signal });
      this.#looking ??= setInterval(() => this.#look(), LOOK_MILLIS).unref();
      return await answer;
    } finally {
      this.#unanswered.delete(abort);
    }
  }

  /** Goes on with other columns of the same case. What was asked and is not answered yet is answered from them. */
  async replace(source: QuerySource): Promise<void> {
    this.#source = source;
    this.#ended.clear();
    await this.#thread.restart();
  }

  /** Ends the thread; every request that is not answered yet is rejected. Safe to repeat. */
  async close(): Promise<void> {
    if (this.#looking !== null) clearInterval(this.#looking);
    await this.#thread.close(new JobFailure(CASE_CLOSED));
  }

  /** Every thread has a watch of its own: one that was ended leaves its at whatever it was at. */
  #dataOfThread(): QueryWorkerData {
    this.#watch = new Int32Array(new SharedArrayBuffer(8));
    this.#seen = { messages: -1, sinceMillis: 0 };
    return { source: this.#source, watch: this.#watch };
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
    // Until another thread has its own: what it says now is of the one that is being ended.
    this.#watch = new Int32Array(new SharedArrayBuffer(8));
    for (const [abort, query] of this.#unanswered) {
      if (query === guilty) abort.abort(new JobFailure({ kind: 'usage', message }));
    }
    // A list goes on being searched after its first page was answered.
    await this.#thread.restart();
  }
}

/** The query of a request's filter; null when the request has none. */
function queryOf(payload: RequestOf<QueryName>): string | null {
  return 'filter' in payload ? payload.filter.query : null;
}
