import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { ImportCommand, ImportWorkerMessage } from '../../shared/contract/worker-protocol.ts';
import type { JobError } from '../../shared/model/job.ts';
import { MissingInput } from '../files/inventory.ts';
import { INTAKE_LIMITS } from '../files/limits.ts';
import { jobErrorOf } from '../threads/run-job.ts';
import { AtWork } from './at-work.ts';
import type { ImportWorkerData } from './import-client.ts';
import { readGivenEvidence } from './import-evidence.ts';
import { RunControl } from './run-control.ts';

function post(message: ImportWorkerMessage): void {
  parentPort?.postMessage(message);
}

function importError(thrown: unknown): JobError {
  if (thrown instanceof MissingInput) return { kind: 'usage', message: thrown.message };
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const message = 'The disk for temporary files is full; point TMPDIR to one with room for the unpacked evidence.';
    return { kind: 'usage', message };
  }
  return jobErrorOf(thrown);
}

async function serve({ request, commands, atWork }: ImportWorkerData): Promise<void> {
  const control = new RunControl(() => {
    const received: { readonly message: ImportCommand } | undefined = receiveMessageOnPort(commands);
    return received?.message ?? null;
  });
  try {
    const imported = await readGivenEvidence(
      request,
      (progress) => post({ type: 'progress', progress }),
      INTAKE_LIMITS,
      {
        control,
        atWork: new AtWork(atWork),
        taken: (batch, paths) => post({ type: 'taken', batch, paths }),
      },
    );
    post({ type: 'done', imported });
  } catch (thrown) {
    post({ type: 'failed', error: importError(thrown) });
  }
}

// workerData is what import-client.ts, the only one to start this worker, puts there.
const data: ImportWorkerData = workerData;
void serve(data);
