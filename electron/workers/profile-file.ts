import { setImmediate } from 'node:timers/promises';
import type { ProfileRequest, Progress } from '../../shared/contract/worker-protocol.ts';
import type { ArtifactReport, ParseProfile, ProfileSample } from '../../shared/model/artifact.ts';
import { createJUnitReader } from '../../shared/profiling/junit-statistics.ts';
import { EvidenceReader, failureReason } from '../intake/read-only.ts';
import { JobFailure } from './run-job.ts';

const SAMPLES = 200;
const MIN_CHUNK_BYTES = 64 * 1024;
const MAX_CHUNK_BYTES = 256 * 1024;
const PROGRESS_MILLIS = 100;

/**
 * Parses one artifact from its file and measures what that costs this thread. Between chunks the event loop runs, so that
 * the thread can be ended at any time. The file is read once, up to the size that it had when it was opened.
 *
 * Throws JobFailure (`usage`) when the file cannot be opened or read; a damaged document is a result (`damage`).
 */
export async function profileFile(
  request: ProfileRequest,
  onProgress: (progress: Progress, sample: ProfileSample) => void,
): Promise<ArtifactReport> {
  const file = readable(request, () => new EvidenceReader(request.absolutePath));
  try {
    const totalBytes = file.stamp.bytes;
    const chunkBytes = Math.min(MAX_CHUNK_BYTES, Math.max(MIN_CHUNK_BYTES, Math.floor(totalBytes / SAMPLES)));
    const meter = new CostMeter(totalBytes);
    const document = createJUnitReader();
    const report = (sample: ProfileSample): void =>
      onProgress({ stage: 'profiling', item: request.path, doneBytes: sample.bytes, totalBytes }, sample);
    let reportedSeconds = 0;
    report(meter.measure(0));
    for (;;) {
      const chunk = readable(request, () => file.next(chunkBytes));
      if (chunk === null) break;
      document.push(chunk);
      const sample = meter.measure(file.position);
      if (sample.seconds - reportedSeconds >= PROGRESS_MILLIS / 1000) {
        reportedSeconds = sample.seconds;
        report(sample);
      }
      await setImmediate();
    }
    const statistics = document.end();
    const stream = meter.finish(file.position);
    const last = stream.samples.at(-1);
    if (last !== undefined) report(last);
    return {
      evidenceId: request.evidenceId,
      path: request.path,
      ...statistics,
      stream,
      tree: null,
      source: { evidenceId: request.evidenceId, byteOffset: 0, byteLength: statistics.bytes, line: 1 },
    };
  } finally {
    file.close();
  }
}

/** Time and memory along the bytes of a file. Peaks rest on every chunk, samples are thinned to about 200. */
class CostMeter {
  readonly #startedMillis = performance.now();
  readonly #startRssBytes = process.memoryUsage.rss();
  readonly #stepBytes: number;
  readonly #samples: ProfileSample[] = [];
  #nextBytes = 0;
  #peakHeapBytes = 0;
  #peakRssBytes = this.#startRssBytes;

  constructor(totalBytes: number) {
    this.#stepBytes = Math.max(1, totalBytes / SAMPLES);
  }

  measure(bytes: number): ProfileSample {
    const sample = this.#sample(bytes);
    if (bytes >= this.#nextBytes) {
      this.#samples.push(sample);
      this.#nextBytes = (Math.floor(bytes / this.#stepBytes) + 1) * this.#stepBytes;
    }
    return sample;
  }

  /** The last sample stands at the end of the file, after what the parser held back was done. */
  finish(bytes: number): ParseProfile {
    const last = this.#sample(bytes);
    if (this.#samples.length > 1 && this.#samples.at(-1)?.bytes === bytes) this.#samples.pop();
    this.#samples.push(last);
    return {
      seconds: last.seconds,
      peakHeapBytes: this.#peakHeapBytes,
      peakRssBytes: Math.max(0, this.#peakRssBytes - this.#startRssBytes),
      samples: this.#samples,
    };
  }

  #sample(bytes: number): ProfileSample {
    // In a worker, `rss` is the process's and the rest this thread's: https://nodejs.org/api/process.html#processmemoryusage
    const { heapUsed, rss } = process.memoryUsage();
    this.#peakHeapBytes = Math.max(this.#peakHeapBytes, heapUsed);
    this.#peakRssBytes = Math.max(this.#peakRssBytes, rss);
    return { bytes, seconds: (performance.now() - this.#startedMillis) / 1000, heapBytes: heapUsed, rssBytes: rss };
  }
}

/** Runs a file operation; what goes wrong in it is the file's fault, not a defect. */
function readable<T>(request: ProfileRequest, operation: () => T): T {
  try {
    return operation();
  } catch (thrown) {
    throw new JobFailure({
      kind: 'usage',
      message: `${request.path} could not be read for its profile (${request.absolutePath}): ${failureReason(thrown)}.`,
    });
  }
}
