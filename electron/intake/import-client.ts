import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { ImportRequest, ImportWorkerMessage } from '../../shared/contract/worker-protocol.ts';
import type { ImportedEvidence } from '../../shared/model/imported-evidence.ts';
import type { Progress } from '../../shared/model/job.ts';
import { emptyFolder } from '../files/private-folders.ts';
import { JobFailure, type JobOutcome, runJob } from '../threads/run-job.ts';
import { startWorker } from '../threads/start-worker.ts';
import type { Steering } from '../threads/steering.ts';
import { AtWork } from './at-work.ts';

export { JobCancelled, JobFailure } from '../threads/run-job.ts';

/** The heap an import may take, in MiB; event columns and chunks lie outside it. Hostile evidence ends the job, not the app. */
const MAX_HEAP_MIB = 1024;
/** A small nursery: parsing makes short-lived objects only, and a large one would show as resident memory. */
const MAX_YOUNG_HEAP_MIB = 16;

/** What the worker is started with: what to read, where it looks for commands, and where it tells what it is at. */
export interface ImportWorkerData {
  readonly request: ImportRequest;
  readonly commands: MessagePort;
  readonly atWork: SharedArrayBuffer;
}

/** Sources that are left out one after the other; each costs reading all anew. */
const MOST_OMITTED = 4;

interface ImportOptions {
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  readonly steering?: Steering;
  readonly heapMib?: number;
}

/**
 * Takes in evidence on a thread of its own: see readGivenEvidence for what that does. `onProgress` is called about ten
 * times a second; `steering` stops sources of this import and adds to it. Where the thread dies of a source, by memory, by
 * work that never goes on or by a defect, that source is left out with a problem that says so, and the rest is read anew.
 * Rejects with JobFailure (kind `usage` when a path is missing) or, when `signal` aborts, JobCancelled; the thread has ended
 * by then, so the spool folder can be removed.
 */
export async function importEvidence(request: ImportRequest, options: ImportOptions = {}): Promise<ImportedEvidence> {
  const omitted = new Map<string, string>();
  for (;;) {
    const atWork = new AtWork();
    const paths = [...request.paths, ...(options.steering?.taken() ?? [])];
    try {
      return await attempt({ ...request, paths, omitted }, atWork, options);
    } catch (thrown) {
      const { key } = atWork;
      const isDefect = thrown instanceof JobFailure && thrown.error.kind === 'internal';
      if (!isDefect || key === '' || omitted.has(key) || omitted.size >= MOST_OMITTED) throw thrown;
      omitted.set(key, omissionOf(thrown));
      await emptyFolder(request.spoolDirectory);
    }
  }
}

function omissionOf({ message }: JobFailure): string {
  const reason = message.split('\n', 1)[0] ?? '';
  return `Reading it ended the thread that reads, so it was left out and the rest was read without it: ${reason}`;
}

async function attempt(request: ImportRequest, atWork: AtWork, options: ImportOptions): Promise<ImportedEvidence> {
  const { port1: commands, port2 } = new MessageChannel();
  const data: ImportWorkerData = { request, commands: port2, atWork: atWork.memory };
  const limits = {
    maxOldGenerationSizeMb: options.heapMib ?? MAX_HEAP_MIB,
    maxYoungGenerationSizeMb: MAX_YOUNG_HEAP_MIB,
  };
  const worker = startWorker('import-worker', data, limits, [port2]);
  const detach = options.steering?.attach((command) => commands.postMessage(command));
  const read = (message: ImportWorkerMessage): JobOutcome<ImportedEvidence> => {
    switch (message.type) {
      case 'progress':
        options.onProgress?.(message.progress);
        return null;
      case 'taken':
        options.steering?.confirm(message.batch, message.paths);
        return null;
      case 'done':
        return { status: 'done', result: message.imported };
      case 'failed':
        return { status: 'failed', error: message.error };
    }
  };
  try {
    return await runJob(worker, read, options.signal);
  } finally {
    detach?.();
    commands.close();
  }
}
