import type { ProfileRequest } from '../../shared/contract/worker-protocol.ts';
import type { ArtifactReport, ProfileSample } from '../../shared/model/artifact.ts';
import type { Progress } from '../../shared/model/job.ts';
import { createJUnitReader } from '../../shared/profiling/junit-statistics.ts';
import { estimatePythonCost } from '../../shared/profiling/python-cost.ts';
import { type ArtifactParser, readArtifact } from './read-artifact.ts';
import { rehearse } from './rehearse.ts';

/**
 * Parses one artifact as a stream and measures what that costs this thread.
 *
 * Throws JobFailure (`usage`) when the file cannot be opened or read; a damaged document is a result (`damage`).
 */
export async function profileFile(
  request: ProfileRequest,
  onProgress: (progress: Progress, sample: ProfileSample) => void,
): Promise<ArtifactReport> {
  const { evidenceId, path } = request;
  const document = createJUnitReader();
  const parser: ArtifactParser = {
    isWatched: false,
    rehearse,
    push: (chunk: Uint8Array) => {
      document.push(chunk);
      return true;
    },
    end: () => undefined,
  };
  const { meter, bytes } = await readArtifact(request, parser, onProgress);
  const statistics = document.end();
  const stream = meter.finish(bytes, { memoryLimitBytes: null, outcome: { kind: 'finished' } });
  const last = stream.samples.at(-1);
  if (last !== undefined) onProgress({ stage: 'profiling', item: path, doneBytes: bytes, totalBytes: bytes }, last);
  return {
    evidenceId,
    path,
    ...statistics,
    stream,
    tree: null,
    runs: [],
    estimates: estimatePythonCost(statistics.bytes),
    source: { evidenceId, byteOffset: 0, byteLength: statistics.bytes, line: 1 },
  };
}
