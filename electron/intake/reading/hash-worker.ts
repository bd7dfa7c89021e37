import { createHash } from 'node:crypto';
import { workerData } from 'node:worker_threads';
import { EvidenceReader, READ_CHUNK_BYTES } from '../../files/read-only.ts';
import { HASH_COMMAND, HASH_STATUS, HashSignals, type HashWorkerData } from './hash-signals.ts';

/** Hashes a file as far as the import has read it, and on, until it is told that there is no more to come. */
function hashBehind(absolutePath: string, signals: HashSignals): void {
  const reader = new EvidenceReader(absolutePath);
  try {
    signals.status = HASH_STATUS.running;
    const hash = createHash('sha256');
    const buffer = new Uint8Array(READ_CHUNK_BYTES);
    let hashedBytes = 0;
    for (;;) {
      const { told, command } = signals;
      if (command === HASH_COMMAND.abandon) return;
      const chunk = reader.into(buffer, hashedBytes, signals.readableBytes - hashedBytes);
      if (chunk.length > 0) {
        hash.update(chunk);
        hashedBytes += chunk.length;
        signals.hashedBytes = hashedBytes;
      } else if (command === HASH_COMMAND.finish) {
        break;
      } else {
        signals.sleepUntilToldMore(told);
      }
    }
    signals.digest = hash.digest();
    signals.status = HASH_STATUS.done;
  } finally {
    reader.close();
  }
}

// workerData is what file-hash.ts, the only one to start this worker, puts there.
const { absolutePath, signals: memory }: HashWorkerData = workerData;
const signals = new HashSignals(memory);
try {
  if (signals.command !== HASH_COMMAND.abandon) hashBehind(absolutePath, signals);
} catch {
  // The import then hashes the file itself, and tells why it cannot be read where that is so.
  signals.status = HASH_STATUS.failed;
}
