import type { Worker, WorkerOptions } from 'node:worker_threads';
import type { Answer, Task, TaskMap, ThreadReply, ThreadRequest } from '../../shared/contract/asked-thread.ts';
import type { JobError } from '../../shared/model/job.ts';
import { JobCancelled, JobFailure, jobErrorOf } from './run-job.ts';
import { startWorker, type WorkerName } from './start-worker.ts';

/** What a thread that is asked is made of. */
export interface ThreadPlan<M extends TaskMap, E> {
  readonly worker: WorkerName;
  /** What it is about, in the middle of a sentence: "the search". */
  readonly topic: string;
  /** Its `workerData`, asked for at every start. */
  readonly data: () => unknown;
  readonly limits?: NonNullable<WorkerOptions['resourceLimits']>;
  /** Tasks that bring another thread to where the one before it was. */
  readonly restore?: () => readonly Task<M>[];
  /** What is thrown for an error that the thread answered with. */
  readonly thrownFor: (error: E) => Error;
}

export interface AskOptions<P> {
  readonly onProgress?: (progress: P) => void;
  /**
   * Gives this one task up: it rejects with the signal's reason. A thread cannot be interrupted from within, so one that has
   * the task is ended, and another is asked what else had not been answered.
   */
  readonly signal?: AbortSignal;
}

interface Pending<M extends TaskMap, P> {
  readonly request: ThreadRequest<M>;
  readonly onProgress: ((progress: P) => void) | undefined;
  readonly take: (answer: Answer<M>) => void;
  readonly reject: (thrown: unknown) => void;
}

/**
 * A thread that is asked one thing after another. It starts with the first task (or by `start`) and lives until it is closed;
 * while nothing is asked of it, it does not keep the program alive.
 *
 * A thread that dies fails what it was asked with JobFailure (`internal`), and the next task starts another in its place.
 * After `close`, or once `signal` has aborted (JobCancelled), everything rejects. Whoever waits is told when the thread has
 * ended: its memory and descriptors are free by then.
 */
export class AskingThread<M extends TaskMap, E extends { readonly message: string } = JobError, P = never> {
  readonly #plan: ThreadPlan<M, E>;
  readonly #signal: AbortSignal | null;
  readonly #cancel = (): void => void this.close(new JobCancelled());
  /** In the order in which they were asked. */
  readonly #pending = new Map<number, Pending<M, P>>();
  #worker: Worker | null = null;
  #hasStarted = false;
  /** While one thread is ended on purpose, what is asked waits for the next. */
  #ending: Promise<void> | null = null;
  #nextId = 1;
  /** Why nothing is answered any more; null while the thread may be asked. */
  #end: Error | null = null;
  #ended: Promise<void> | null = null;

  constructor(plan: ThreadPlan<M, E>, signal: AbortSignal | null = null) {
    this.#plan = plan;
    this.#signal = signal;
    if (signal?.aborted === true) this.#cancel();
    else signal?.addEventListener('abort', this.#cancel, { once: true });
  }

  /** Starts the thread before it is asked anything, and again where it died. */
  start(): void {
    if (this.#end === null && this.#ending === null) this.#living();
  }

  /** Rejects with what the plan throws for the thread's error, with JobFailure where it dies, or as `options.signal` says. */
  async ask<N extends keyof M>(task: Task<M, N>, options: AskOptions<P> = {}): Promise<M[N]['answer']> {
    const { onProgress, signal } = options;
    if (this.#end !== null) throw this.#end;
    signal?.throwIfAborted();
    const { promise, resolve, reject } = withResolvers<M[N]['answer']>();
    const id = this.#nextId;
    this.#nextId += 1;
    const giveUp = (): void => void this.#giveUp(id, signal?.reason);
    const settle = (tell: () => void): void => {
      signal?.removeEventListener('abort', giveUp);
      tell();
    };
    const pending: Pending<M, P> = {
      request: { id, task },
      onProgress,
      take: (answer) =>
        settle(() => {
          if (isAnswerTo<M, N>(answer, task.name)) resolve(answer.value);
          else reject(new TypeError(`${String(task.name)} was answered with ${String(answer.name)}`));
        }),
      reject: (thrown) => settle(() => reject(thrown)),
    };
    if (this.#ending === null) this.#send(this.#living(), pending);
    else this.#pending.set(id, pending);
    signal?.addEventListener('abort', giveUp, { once: true });
    return promise;
  }

  /** Ends the thread for another with the plan's data of now, which is asked what has not been answered yet. */
  async restart(): Promise<void> {
    if (this.#end === null) await this.#replace();
  }

  /** Ends the thread for good; whatever is not answered yet is rejected with `end`. Safe to repeat: the first end counts. */
  close(end: Error): Promise<void> {
    this.#end ??= end;
    this.#ended ??= this.#close(this.#end);
    return this.#ended;
  }

  async #close(end: Error): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#cancel);
    await Promise.all([this.#ending, this.#endWorker()]);
    this.#failAll(end);
  }

  /** Ends the thread that may be at work on a task, and tells its asker once it has ended. */
  async #giveUp(id: number, reason: unknown): Promise<void> {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    await this.#replace();
    pending.reject(this.#end ?? reason);
  }

  async #replace(): Promise<void> {
    if (this.#ending === null) {
      this.#ending = this.#endWorker();
      // Nobody asks the old thread from here on, and several may wait for the same end.
      void this.#ending.then(() => {
        this.#ending = null;
        this.#askAgain();
      });
    }
    await this.#ending;
  }

  #askAgain(): void {
    if (this.#end !== null || this.#pending.size === 0) return;
    try {
      const worker = this.#living();
      for (const pending of this.#pending.values()) this.#send(worker, pending);
    } catch (thrown) {
      this.#failAll(new JobFailure(jobErrorOf(thrown)));
    }
  }

  async #endWorker(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #send(worker: Worker, pending: Pending<M, P>): void {
    // First, since it throws where a payload cannot be sent.
    worker.postMessage(pending.request);
    this.#pending.set(pending.request.id, pending);
    worker.ref();
  }

  /** The thread, or another that has been brought to where the one before it was. */
  #living(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = startWorker(this.#plan.worker, this.#plan.data(), this.#plan.limits);
    worker.unref();
    this.#worker = worker;
    this.#listen(worker);
    if (this.#hasStarted) {
      // What comes of these is told to those who ask something after them: nothing is pending under id 0.
      for (const task of this.#plan.restore?.() ?? []) worker.postMessage({ id: 0, task } satisfies ThreadRequest<M>);
    }
    this.#hasStarted = true;
    return worker;
  }

  #listen(worker: Worker): void {
    const isCurrent = (): boolean => worker === this.#worker;
    worker.on('message', (reply: ThreadReply<M, E, P>) => {
      if (isCurrent()) this.#take(reply);
    });
    worker.on('messageerror', (error) => {
      const message = `An answer of ${this.#plan.topic} could not be read: ${error.message}`;
      if (isCurrent()) this.#failAll(new JobFailure({ kind: 'internal', message }));
    });
    const died = (error: JobError): void => {
      if (!isCurrent()) return;
      this.#worker = null;
      this.#failAll(new JobFailure(error));
    };
    worker.on('error', (thrown: unknown) => died(jobErrorOf(thrown)));
    worker.on('exit', (exitCode) => {
      const message = `${capitalised(this.#plan.topic)} ended unexpectedly (exit code ${exitCode}); try again.`;
      died({ kind: 'internal', message });
    });
  }

  #take(reply: ThreadReply<M, E, P>): void {
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return;
    if (reply.type === 'progress') {
      pending.onProgress?.(reply.progress);
      return;
    }
    this.#pending.delete(reply.id);
    if (this.#pending.size === 0) this.#worker?.unref();
    if (reply.type === 'answered') pending.take(reply.answer);
    else pending.reject(this.#plan.thrownFor(reply.error));
  }

  #failAll(thrown: Error): void {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of all) reject(thrown);
  }
}

/** What is told to those who ask, or still wait, when a case is closed. */
export const CASE_CLOSED: JobError = { kind: 'usage', message: 'The case was closed.' };

/** The plan's `thrownFor` of threads whose errors are those of jobs. */
export function failureFor(error: JobError): Error {
  return new JobFailure(error);
}

function isAnswerTo<M extends TaskMap, N extends keyof M>(answer: Answer<M>, name: N): answer is Answer<M, N> {
  return answer.name === name;
}

function capitalised(topic: string): string {
  return topic.charAt(0).toUpperCase() + topic.slice(1);
}

interface Resolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (thrown: unknown) => void;
}

/** Promise.withResolvers, which Node 20 does not have. */
function withResolvers<T>(): Resolvers<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (thrown: unknown) => void = () => {};
  const promise = new Promise<T>((whenDone, whenFailed) => {
    resolve = whenDone;
    reject = whenFailed;
  });
  return { promise, resolve, reject };
}
