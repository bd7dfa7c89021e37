import type { MeasureRequest } from '../../shared/contract/worker-protocol.ts';
import type { ParseOutcome, ParseProfile, ProfileSample } from '../../shared/model/artifact.ts';
import type { Progress } from '../../shared/model/job.ts';
import { createJUnitReader } from '../../shared/profiling/junit-statistics.ts';
import { XmlTree } from '../../shared/profiling/xml-tree.ts';
import type { TimedPause } from './cost-meter.ts';
import { type ArtifactParser, readArtifact } from './read-artifact.ts';
import { rehearse } from './rehearse.ts';

/**
 * One run of a parse, ended where the memory of the process has grown by the limit. `onReached` is told of the bytes before
 * each piece is parsed: what a thread that dies of its heap's limit can no longer tell.
 *
 * Throws JobFailure (`usage`) when the file cannot be opened or read.
 */
export async function measureFile(
  request: MeasureRequest,
  onSample: (progress: Progress, sample: ProfileSample, kept: boolean, pauses: readonly TimedPause[]) => void,
  onReached: (bytes: number) => void,
): Promise<ParseProfile> {
  const { mode, memoryLimitBytes } = request;
  const document = mode === 'tree' ? new TreeParser() : new StreamParser();
  let outcome: ParseOutcome = { kind: 'finished' };
  let reached = 0;
  const parser: ArtifactParser = {
    isWatched: mode === 'tree' || memoryLimitBytes !== null,
    // The memory that a rehearsed tree left behind would be missing from what the run takes.
    ...(mode === 'stream' ? { rehearse } : {}),
    push(chunk, meter) {
      onReached(reached);
      document.push(chunk);
      reached += chunk.length;
      if (memoryLimitBytes !== null && meter.grownBytes > memoryLimitBytes)
        outcome = { kind: 'memory-limit', limitBytes: memoryLimitBytes, atBytes: reached, of: 'resident' };
      else if (document.isDamaged) outcome = { kind: 'damaged', atBytes: reached };
      return outcome.kind === 'finished';
    },
    end() {
      document.end();
      if (document.isDamaged) outcome = { kind: 'damaged', atBytes: reached };
    },
  };
  const { meter, bytes } = await readArtifact(request, parser, (progress, sample, kept, each) =>
    onSample(progress, sample, kept, each.newPauses()),
  );
  return meter.finish(bytes, { memoryLimitBytes, outcome });
}

/** The whole document stays in memory until the run has been measured. */
class TreeParser {
  readonly #tree = new XmlTree();

  get isDamaged(): boolean {
    return this.#tree.isDamaged;
  }

  push(chunk: Uint8Array): void {
    this.#tree.push(chunk);
  }

  end(): void {
    this.#tree.end();
  }
}

/** What every analysis does: damage is counted around. */
class StreamParser {
  readonly #reader = createJUnitReader();
  readonly isDamaged = false;

  push(chunk: Uint8Array): void {
    this.#reader.push(chunk);
  }

  end(): void {
    this.#reader.end();
  }
}
