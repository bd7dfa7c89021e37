import { parentPort } from 'node:worker_threads';
import type { Answer, Task, TaskMap, ThreadReply, ThreadRequest } from '../../shared/contract/asked-thread.ts';

/** Performs one task; what it throws is told by `errorOf`. `tell` sends progress about it. */
export type Perform<M extends TaskMap, P> = (
  task: Task<M>,
  tell: (progress: P) => void,
) => Promise<Answer<M>> | Answer<M>;

/**
 * The answering half of an AskingThread: listens in a thread until it is ended. Tasks are performed one after the other, or
 * side by side where each waits for something. Bytes in a buffer of their own are handed over, not copied.
 */
export function answerTasks<M extends TaskMap, E, P = never>(
  order: 'one after the other' | 'side by side',
  perform: Perform<M, P>,
  errorOf: (thrown: unknown) => E,
): void {
  const post = (reply: ThreadReply<M, E, P>): void => {
    const value: unknown = reply.type === 'answered' ? reply.answer.value : null;
    parentPort?.postMessage(reply, buffersOf(value));
  };
  const answer = async ({ id, task }: ThreadRequest<M>): Promise<void> => {
    try {
      post({
        id,
        type: 'answered',
        answer: await perform(task, (progress) => post({ id, type: 'progress', progress })),
      });
    } catch (thrown) {
      post({ id, type: 'failed', error: errorOf(thrown) });
    }
  };
  let before: Promise<void> = Promise.resolve();
  parentPort?.on('message', (request: ThreadRequest<M>) => {
    if (order === 'side by side') void answer(request);
    else before = before.then(() => answer(request));
  });
}

function buffersOf(value: unknown): readonly ArrayBuffer[] {
  return value instanceof Uint8Array && value.buffer instanceof ArrayBuffer ? [value.buffer] : [];
}
