import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { JobCancelled, JobFailure, type JobOutcome, runJob } from '../../../electron/threads/run-job.ts';

type Message =
  | { readonly type: 'progress'; readonly step: number }
  | { readonly type: 'done'; readonly result: string }
  | { readonly type: 'failed' };

function read(message: Message): JobOutcome<string> {
  switch (message.type) {
    case 'progress':
      return null;
    case 'done':
      return { status: 'done', result: message.result };
    case 'failed':
      return { status: 'failed', error: { kind: 'usage', message: 'not like that' } };
  }
}

const workerOf = (code: string, limits = {}): Worker =>
  new Worker(`const { parentPort } = require('node:worker_threads'); ${code}`, { eval: true, resourceLimits: limits });

describe('a job on a worker', () => {
  test('passes messages on until one ends it, and ends the worker with it', async () => {
    const worker = workerOf(`
      for (let step = 0; step < 3; step++) parentPort.postMessage({ type: 'progress', step });
      parentPort.postMessage({ type: 'done', result: 'fine' });
      setInterval(() => {}, 1000);`);
    let exited = false;
    worker.on('exit', () => {
      exited = true;
    });
    const steps: number[] = [];
    const result = await runJob<Message, string>(worker, (message) => {
      if (message.type === 'progress') steps.push(message.step);
      return read(message);
    });
    expect(result).toBe('fine');
    expect(steps).toEqual([0, 1, 2]);
    expect(exited).toBe(true);
  });

  test('a failure that the worker reports keeps its kind', async () => {
    const job = runJob<Message, string>(workerOf(`parentPort.postMessage({ type: 'failed' });`), read);
    await expect(job).rejects.toMatchObject({ name: 'JobFailure', error: { kind: 'usage', message: 'not like that' } });
  });

  test('a worker that throws, exits or runs out of memory fails its job', async () => {
    const thrown = runJob<Message, string>(workerOf(`throw new Error('broken');`), read);
    await expect(thrown).rejects.toBeInstanceOf(JobFailure);
    await expect(thrown).rejects.toMatchObject({
      error: { kind: 'internal', message: expect.stringContaining('broken') },
    });
    const exited = runJob<Message, string>(workerOf(`process.exit(7);`), read);
    await expect(exited).rejects.toMatchObject({ error: { kind: 'internal', message: expect.stringContaining('7') } });
    const hungry = workerOf(`const kept = []; for (;;) kept.push(new Array(1e5).fill(kept.length));`, {
      maxOldGenerationSizeMb: 16,
    });
    await expect(runJob<Message, string>(hungry, read)).rejects.toMatchObject({ error: { kind: 'internal' } });
  });

  test('aborting ends a worker in the middle of a loop', async () => {
    const abort = new AbortController();
    const worker = workerOf(`parentPort.postMessage({ type: 'progress', step: 0 }); for (;;);`);
    const job = runJob<Message, string>(
      worker,
      (message) => {
        abort.abort();
        return read(message);
      },
      abort.signal,
    );
    await expect(job).rejects.toBeInstanceOf(JobCancelled);
    await expect(job).rejects.toMatchObject({ name: 'AbortError' });
    expect(worker.threadId).toBe(-1);
  });

  test('a signal that is aborted beforehand cancels at once', async () => {
    const job = runJob<Message, string>(workerOf('for (;;);'), read, AbortSignal.abort());
    await expect(job).rejects.toBeInstanceOf(JobCancelled);
  });
});
