import { workerData } from 'node:worker_threads';
import type { PartWorkerData } from './part-beside.ts';
import { PART_STATUS, PartSignals } from './part-signals.ts';
import { readPart } from './read-part.ts';

/** Entry of the worker that reads the rest of a log: a PartReading or null out, then it ends. */
// workerData is what part-beside.ts, the only one to start this worker, puts there.
const { request, signals: memory, answer }: PartWorkerData = workerData;
const signals = new PartSignals(memory);
try {
  signals.status = PART_STATUS.running;
  const reading = readPart(request, (readBytes) => {
    signals.readBytes = readBytes;
    return !signals.isAbandoned;
  });
  answer.postMessage(reading);
  signals.status = PART_STATUS.done;
} catch {
  // The import then reads the part itself, and tells why it cannot be read where that is so.
  signals.status = PART_STATUS.failed;
}
