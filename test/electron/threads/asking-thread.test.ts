import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { AskingThread, failureFor, type ThreadPlan } from '../../../electron/threads/asking-thread.ts';
import { JobCancelled, JobFailure } from '../../../electron/threads/run-job.ts';
import type { JobError } from '../../../shared/model/job.ts';

/** Speaks the protocol of shared/contract/asked-thread.ts, one task after the other, and can be told to come to grief. */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
let learnt = [];
const fail = (message) => { throw Object.assign(new Error(message), { isTold: true }); };
const perform = {
  add: ([left, right]) => left + right,
  given: () => workerData,
  learn: (word) => (learnt.push(word), learnt.length),
  learnt: () => learnt,
  refuse: (message) => fail(message),
  hang: () => { for (;;); },
  exit: (code) => process.exit(code),
  hoard: () => { const kept = []; for (;;) kept.push(new Array(1e5).fill(kept.length)); },
  confuse: () => 0,
};
parentPort.on('message', ({ id, task: { name, payload } }) => {
  try {
    if (name === 'hang') parentPort.postMessage({ id, type: 'progress', progress: 'at work' });
    const value = perform[name](payload);
    parentPort.postMessage({ id, type: 'answered', answer: { name: name === 'confuse' ? 'add' : name, value } });
  } catch (thrown) {
    if (!thrown.isTold) throw thrown;
    parentPort.postMessage({ id, type: 'failed', error: { kind: 'usage', message: thrown.message } });
  }
});`;

type Tasks = {
  readonly add: { readonly payload: readonly [number, number]; readonly answer: number };
  readonly given: { readonly payload: null; readonly answer: unknown };
  readonly learn: { readonly payload: string; readonly answer: number };
  readonly learnt: { readonly payload: null; readonly answer: readonly string[] };
  readonly refuse: { readonly payload: string; readonly answer: null };
  readonly hang: { readonly payload: null; readonly answer: null };
  readonly exit: { readonly payload: number; readonly answer: null };
  readonly hoard: { readonly payload: null; readonly answer: null };
  readonly confuse: { readonly payload: (() => void) | null; readonly answer: null };
};

const threads: Worker[] = [];
vi.mock('../../../electron/threads/start-worker.ts', () => ({
  startWorker: (_name: string, workerData: unknown, resourceLimits = {}) => {
    // What a thread that runs out of memory prints is not the test's.
    const worker = new Worker(PROGRAM, { eval: true, workerData, resourceLimits, stderr: true });
    threads.push(worker);
    return worker;
  },
}));

type Thread = AskingThread<Tasks, JobError, string>;

function threadOf(plan: Partial<ThreadPlan<Tasks, JobError>> = {}, signal: AbortSignal | null = null): Thread {
  const thread: Thread = new AskingThread(
    { worker: 'query-worker', topic: 'the test', data: () => 'first', thrownFor: failureFor, ...plan },
    signal,
  );
  onTestFinished(() => thread.close(new Error('the test is over')));
  return thread;
}

/** Resolves once the thread is inside an endless loop. */
function hangs(
  thread: Thread,
  signal?: AbortSignal,
): { readonly answer: Promise<null>; readonly begun: Promise<void> } {
  let answer: Promise<null> = Promise.reject();
  answer.catch(() => {});
  const begun = new Promise<void>((resolve) => {
    const onProgress = (progress: string): void => {
      expect(progress).toBe('at work');
      resolve();
    };
    const task = { name: 'hang', payload: null } as const;
    answer = thread.ask(task, signal === undefined ? { onProgress } : { onProgress, signal });
  });
  answer.catch(() => {});
  return { answer, begun };
}

afterEach(() => {
  threads.length = 0;
});

describe('a thread that is asked', () => {
  test('answers each task by its name, and starts when it is first needed', async () => {
    const thread = threadOf();
    expect(threads).toHaveLength(0);
    const answers = await Promise.all([
      thread.ask({ name: 'add', payload: [1, 2] }),
      thread.ask({ name: 'given', payload: null }),
      thread.ask({ name: 'add', payload: [3, 4] }),
    ]);
    expect(answers).toEqual([3, 'first', 7]);
    expect(threads).toHaveLength(1);
  });

  test('tells errors as what the plan makes of them, and goes on', async () => {
    const thread = threadOf({ thrownFor: ({ message }) => new RangeError(message) });
    await expect(thread.ask({ name: 'refuse', payload: 'not that' })).rejects.toThrow(new RangeError('not that'));
    expect(await thread.ask({ name: 'add', payload: [1, 1] })).toBe(2);
    expect(threads).toHaveLength(1);
  });

  test('takes no answer for that of another task', async () => {
    const thread = threadOf();
    await expect(thread.ask({ name: 'confuse', payload: null })).rejects.toThrow('confuse was answered with add');
  });

  test('rejects what cannot be sent, and keeps nothing of it', async () => {
    const thread = threadOf();
    await expect(thread.ask({ name: 'confuse', payload: () => {} })).rejects.toThrow('could not be cloned');
    expect(await thread.ask({ name: 'add', payload: [1, 1] })).toBe(2);
    await thread.restart();
    expect(await thread.ask({ name: 'add', payload: [2, 2] })).toBe(4);
  });
});

describe('a thread that dies', () => {
  test('fails what it was asked, and another is brought to where it was', async () => {
    const words: string[] = [];
    const thread = threadOf({ restore: () => words.map((payload) => ({ name: 'learn', payload }) as const) });
    words.push('one');
    await thread.ask({ name: 'learn', payload: 'one' });
    const lost = [thread.ask({ name: 'exit', payload: 3 }), thread.ask({ name: 'add', payload: [1, 1] })];
    for (const each of lost) {
      await expect(each).rejects.toMatchObject({
        error: { kind: 'internal', message: 'The test ended unexpectedly (exit code 3); try again.' },
      });
    }
    expect(await thread.ask({ name: 'learnt', payload: null })).toEqual(['one']);
    expect(threads).toHaveLength(2);
  });

  test('of memory fails its task alone', async () => {
    const thread = threadOf({ limits: { maxOldGenerationSizeMb: 16 } });
    const hoarding = thread.ask({ name: 'hoard', payload: null });
    await expect(hoarding).rejects.toBeInstanceOf(JobFailure);
    await expect(hoarding).rejects.toMatchObject({
      error: { kind: 'internal', message: expect.stringContaining('memory') },
    });
    expect(await thread.ask({ name: 'add', payload: [20, 3] })).toBe(23);
  });

  test('is started anew before it is asked again, where that is wanted', async () => {
    const thread = threadOf();
    thread.start();
    thread.start();
    expect(threads).toHaveLength(1);
    await expect(thread.ask({ name: 'exit', payload: 0 })).rejects.toBeInstanceOf(JobFailure);
    thread.start();
    expect(threads).toHaveLength(2);
  });
});

describe('a task that is given up', () => {
  test('ends the thread in the middle of it; what else was asked is answered by another', async () => {
    const words: string[] = [];
    const thread = threadOf({ restore: () => words.map((payload) => ({ name: 'learn', payload }) as const) });
    words.push('one');
    await thread.ask({ name: 'learn', payload: 'one' });
    const abort = new AbortController();
    const { answer, begun } = hangs(thread, abort.signal);
    const learnt = thread.ask({ name: 'learnt', payload: null });
    await begun;
    abort.abort(new RangeError('too long'));
    // Asked while the thread is being ended.
    const sum = thread.ask({ name: 'add', payload: [1, 2] });
    await expect(answer).rejects.toThrow(new RangeError('too long'));
    expect(threads[0]?.threadId).toBe(-1);
    expect(await learnt).toEqual(['one']);
    expect(await sum).toBe(3);
    expect(threads).toHaveLength(2);
  });

  test('costs one thread, however many are given up at once', async () => {
    const thread = threadOf();
    const abort = new AbortController();
    const both = [hangs(thread, abort.signal), hangs(thread, abort.signal)];
    await both[0]?.begun;
    abort.abort(new RangeError('stop'));
    for (const { answer } of both) await expect(answer).rejects.toThrow('stop');
    expect(await thread.ask({ name: 'add', payload: [1, 2] })).toBe(3);
    expect(threads).toHaveLength(2);
  });

  test('was never asked where its signal had aborted, and costs nothing once it is answered', async () => {
    const thread = threadOf();
    const signal = AbortSignal.abort(new RangeError('before'));
    await expect(thread.ask({ name: 'add', payload: [1, 2] }, { signal })).rejects.toThrow('before');
    expect(threads).toHaveLength(0);
    const abort = new AbortController();
    await thread.ask({ name: 'add', payload: [1, 2] }, { signal: abort.signal });
    abort.abort();
    await thread.ask({ name: 'add', payload: [1, 2] });
    expect(threads).toHaveLength(1);
  });
});

test('restarting asks the next thread, which has the data of now, what has not been answered', async () => {
  let data = 'first';
  const thread = threadOf({ data: () => data });
  const waiting = thread.ask({ name: 'given', payload: null });
  data = 'second';
  await thread.restart();
  expect(await waiting).toBe('second');
});

describe('closing', () => {
  test('rejects what waits once the thread has ended, and everything from then on', async () => {
    const thread = threadOf();
    const { answer, begun } = hangs(thread);
    const waiting = thread.ask({ name: 'add', payload: [1, 2] });
    waiting.catch(() => {});
    await begun;
    await Promise.all([thread.close(new RangeError('closed')), thread.close(new RangeError('again'))]);
    expect(threads[0]?.threadId).toBe(-1);
    await expect(answer).rejects.toThrow('closed');
    await expect(waiting).rejects.toThrow('closed');
    await expect(thread.ask({ name: 'add', payload: [1, 2] })).rejects.toThrow('closed');
    thread.start();
    await thread.restart();
    expect(threads).toHaveLength(1);
  });

  test('wins over a task that is being given up and over a restart', async () => {
    const thread = threadOf();
    const abort = new AbortController();
    const { answer, begun } = hangs(thread, abort.signal);
    await begun;
    abort.abort(new RangeError('too long'));
    const restarting = thread.restart();
    await thread.close(new RangeError('closed'));
    await expect(answer).rejects.toThrow('closed');
    await restarting;
    expect(threads).toHaveLength(1);
  });

  test('is what aborting its signal does, with JobCancelled', async () => {
    const abort = new AbortController();
    const thread = threadOf({}, abort.signal);
    const { answer, begun } = hangs(thread);
    await begun;
    abort.abort();
    await expect(answer).rejects.toBeInstanceOf(JobCancelled);
    const never = threadOf({}, AbortSignal.abort());
    never.start();
    await expect(never.ask({ name: 'add', payload: [1, 2] })).rejects.toBeInstanceOf(JobCancelled);
    expect(threads).toHaveLength(1);
  });
});
