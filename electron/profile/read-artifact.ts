import { setImmediate } from 'node:timers/promises';
import type { ProfileRequest } from '../../shared/contract/worker-protocol.ts';
import type { ProfileSample } from '../../shared/model/artifact.ts';
import type { Progress } from '../../shared/model/job.ts';
import { EvidenceReader, failureReason } from '../files/read-only.ts';
import { JobFailure } from '../threads/run-job.ts';
import { CostMeter } from './cost-meter.ts';

/** Measuring costs as much as parsing 20 KiB. */
const CHUNK_BYTES = 256 * 1024;
const REHEARSED_BYTES = 1024 * 1024;
const PROGRESS_MILLIS = 100;

/** What the pieces of a file are given to. */
export interface ArtifactParser {
  /** Whether the cost is to be measured after each piece and not only for the samples, for a limit that is watched. */
  readonly isWatched: boolean;
  /** Is given the beginning of the file before anything is measured; see rehearse.ts. */
  rehearse?(beginning: Uint8Array): void;
  /** Returns false to end the reading. */
  push(chunk: Uint8Array, meter: CostMeter): boolean;
  end(): void;
}

export interface Measured {
  readonly meter: CostMeter;
  /** Bytes that were given to the parser. */
  readonly bytes: number;
}

/**
 * Gives a file to a parser piece by piece and measures what that costs this thread. Between pieces the event loop runs, so
 * that the thread can be ended at any time. The file is read once, up to the size that it had when it was opened.
 * A piece is only good until the parser returns. `onSample` is told of about ten samples a second, and where the parser is
 * watched of all that the profile keeps.
 *
 * Throws JobFailure (`usage`) when the file cannot be opened or read.
 */
export async function readArtifact(
  request: ProfileRequest,
  parser: ArtifactParser,
  onSample: (progress: Progress, sample: ProfileSample, kept: boolean, meter: CostMeter) => void,
): Promise<Measured> {
  const file = readable(request, () => new EvidenceReader(request.absolutePath));
  try {
    const totalBytes = file.stamp.bytes;
    const buffer = new Uint8Array(CHUNK_BYTES);
    const idleRssBytes = process.memoryUsage.rss();
    if (parser.rehearse !== undefined)
      parser.rehearse(readable(request, () => file.at(0, Math.min(REHEARSED_BYTES, totalBytes))));
    const meter = new CostMeter(totalBytes, idleRssBytes);
    const report = (sample: ProfileSample, kept: boolean): void => {
      const progress: Progress = { stage: 'profiling', item: request.path, doneBytes: sample.bytes, totalBytes };
      onSample(progress, sample, kept, meter);
    };
    let reportedSeconds = 0;
    report(meter.measure(0).sample, true);
    for (;;) {
      const chunk = readable(request, () => file.nextInto(buffer));
      if (chunk === null) break;
      const goesOn = parser.push(chunk, meter);
      if (parser.isWatched || meter.isDue(file.position)) {
        const { sample, kept } = meter.measure(file.position);
        if ((kept && parser.isWatched) || sample.seconds - reportedSeconds >= PROGRESS_MILLIS / 1000) {
          reportedSeconds = sample.seconds;
          report(sample, kept);
        }
      }
      if (!goesOn) return { meter, bytes: file.position };
      await setImmediate();
    }
    parser.end();
    return { meter, bytes: file.position };
  } finally {
    file.close();
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
