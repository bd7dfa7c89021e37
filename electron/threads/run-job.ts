import type { Worker } from 'node:worker_threads';
import type { JobError } from '../../shared/model/job.ts';
import { fileSystemError } from './file-system-error.ts';

/** A job that could not be done; `error` says whether what was asked for or Inquest itself is the reason. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
  readonly error: JobError;

  constructor(error: JobError) {
    super(error.message);
    this.error = error;
  }
}

/** A job that was stopped through its AbortSignal. Named like the platform's own abort errors. */
export class JobCancelled extends Error {
  override readonly name = 'AbortError';

  constructor() {
    super('The job was cancelled.');
  }
}

/** What a message means for the job: null while it goes on, else how it ended. */
export type JobOutcome<R> =
  | { readonly status: 'done'; readonly result: R }
  | { readonly status: 'failed'; readonly error: JobError }
  | null;

/**
 * Listens to a worker that serves one job until the job ends. `read` gets every message (and may pass progress on) and
 * returns the outcome once there is one. The worker has ended when the promise settles, so its memory and descriptors are
 * free and a folder it wrote to can be removed; one that cannot be ended within some seconds is left, and not waited for.
 *
 * Rejects with JobCancelled when `signal` aborts, and with JobFailure when the worker reports a failure, throws, runs out
 * of memory or ends without an outcome: a worker that dies fails one job, not the app.
 */
export function runJob<M extends { readonly type: string }, R>(
  worker: Worker,
  read: (message: M) => JobOutcome<R>,
  signal?: AbortSignal,
  /** Asked when the worker dies of something thrown: an outcome in its place, null where it is a failure. */
  died?: (thrown: unknown) => JobOutcome<R>,
  /** Asks a worker that looks for it to end by itself when the job is cancelled; it is ended if it does not soon. */
  askToEnd?: () => void,
): Promise<R> {
  return new Promise<R>((resolve, reject) => {
    let settled = false;
    const settle = (finish: () => void, ended: () => Promise<void> = () => endedOrGivenUp(worker)): void => {
      if (settled) return;
      settled = true;
      signal?.removeEventListener('abort', cancel);
      ended().then(finish, finish);
    };
    const fail = (error: JobError): void => settle(() => reject(new JobFailure(error)));
    const cancel = (): void =>
      settle(
        () => reject(new JobCancelled()),
        askToEnd === undefined ? undefined : () => endedWhenAsked(worker, askToEnd),
      );

    worker.on('message', (message: M) => {
      if (settled) return;
      try {
        const outcome = read(message);
        if (outcome?.status === 'done') settle(() => resolve(outcome.result));
        else if (outcome?.status === 'failed') fail(outcome.error);
      } catch (thrown) {
        settle(() => reject(thrown));
      }
    });
    worker.on('messageerror', (error) =>
      fail({ kind: 'internal', message: `A message of the worker could not be read: ${error.message}` }),
    );
    worker.on('error', (thrown: unknown) => {
      const outcome = died?.(thrown) ?? null;
      if (outcome?.status === 'done') settle(() => resolve(outcome.result));
      else fail(outcome === null ? jobErrorOf(thrown) : outcome.error);
    });
    worker.on('exit', (exitCode) =>
      fail({ kind: 'internal', message: `The worker ended before its job was done (exit code ${exitCode}).` }),
    );
    if (signal?.aborted) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
  });
}

/** A thread that is deep in the engine's own code takes no notice of its end: who cancelled is not kept waiting for it. */
const END_WITHIN_MS = 3_000;

async function endedOrGivenUp(worker: Worker): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const givenUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, END_WITHIN_MS);
  });
  await Promise.race([worker.terminate(), givenUp]).finally(() => clearTimeout(timer));
}

/** A thread that looks for it between two pieces of its work needs no more. */
const END_BY_ITSELF_MS = 1_000;

/** To be ended from outside amid the growth of its heap may hold up the thread that asks as well. */
async function endedWhenAsked(worker: Worker, askToEnd: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<boolean>((resolve) => {
    worker.once('exit', () => resolve(true));
    timer = setTimeout(() => resolve(false), END_BY_ITSELF_MS);
  });
  askToEnd();
  const isEnded = await ended.finally(() => clearTimeout(timer));
  if (!isEnded) await endedOrGivenUp(worker);
}

/**
 * Anything thrown as data that can cross to another thread: a JobFailure keeps its own error, what the file system said is in
 * words, all else is a defect.
 */
export function jobErrorOf(thrown: unknown): JobError {
  if (thrown instanceof JobFailure) return thrown.error;
  const told = fileSystemError(thrown);
  if (told !== null) return told;
  return { kind: 'internal', message: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) };
}
