import { freemem } from 'node:os';
import type { MeasureRequest, MeasureWorkerMessage } from '../../shared/contract/worker-protocol.ts';
import type { ParseOutcome, ParseProfile, ProfileSample } from '../../shared/model/artifact.ts';
import { existing } from '../../shared/model/existing.ts';
import type { Progress } from '../../shared/model/job.ts';
import { JobCancelled, type JobOutcome, runJob } from '../threads/run-job.ts';
import { startWorker } from '../threads/start-worker.ts';
import { LongestPauses, profileOf } from './cost-meter.ts';

const MIB = 1024 * 1024;
/**
 * V8's heap for a run without a limit. In Electron all threads of a process share one cage of 4 GiB for their heaps
 * (https://www.electronjs.org/blog/v8-memory-cage), and a window must still find room in it.
 */
const MOST_HEAP_BYTES = (process.versions['electron'] === undefined ? 8 : 2) * 1024 * MIB;
/** Of the memory that is free, so that the machine does not begin to swap. */
const FREE_SHARE = 0.6;
const LEAST_HEAP_BYTES = 16 * MIB;
const MOST_YOUNG_HEAP_MIB = 32;

export interface MeasureWorkerData {
  readonly request: MeasureRequest;
  /** One number: bytes before the piece being parsed. Shared, since a thread without memory says nothing more. */
  readonly reached: Float64Array;
  /** One number, shared as well: not 0 when the run is to end itself. */
  readonly asked: Int32Array;
}

export interface MeasureOptions {
  /** About ten times a second; `run` counts from 1. */
  readonly onProgress?: (progress: Progress, sample: ProfileSample, run: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Parses an artifact `runs` times, each in a thread of its own, and gives the profile of the median run. It ends with the
 * first run that does not finish: one that its memory limit ends, or that is cancelled, is a result that says so.
 *
 * Rejects with JobFailure when the file cannot be read (`usage`) or a worker dies otherwise (`internal`), and with
 * JobCancelled when `signal` had aborted before anything ran.
 */
export async function measureArtifact(
  request: MeasureRequest,
  runs: number,
  options: MeasureOptions = {},
): Promise<ParseProfile> {
  const profiles: ParseProfile[] = [];
  for (let run = 1; run <= runs; run++) {
    const profile = await measureOnce(request, run, options);
    if (profile.outcome.kind === 'cancelled' || profile.outcome.kind === 'memory-limit') return profile;
    profiles.push(profile);
  }
  return medianOf(profiles);
}

/** The run with the median wall time, of two in the middle the faster. */
function medianOf(profiles: readonly ParseProfile[]): ParseProfile {
  const seconds = profiles.map((profile) => profile.seconds);
  const order = seconds.map((_, index) => index).sort((a, b) => existing(seconds[a], a) - existing(seconds[b], b));
  const median = order[Math.floor((order.length - 1) / 2)] ?? 0;
  const profile = profiles[median];
  if (profile === undefined) throw new RangeError('a profile needs at least one run');
  return { ...profile, runs: { seconds, median } };
}

async function measureOnce(request: MeasureRequest, run: number, options: MeasureOptions): Promise<ParseProfile> {
  if (options.signal?.aborted) throw new JobCancelled();
  const reached = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
  const asked = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const data: MeasureWorkerData = { request, reached, asked };
  const heapBytes = heapLimitOf(request);
  const soFar = new ProfileSoFar(request.memoryLimitBytes);
  const read = (message: MeasureWorkerMessage): JobOutcome<ParseProfile> => {
    switch (message.type) {
      case 'progress':
        soFar.add(message);
        options.onProgress?.(message.progress, message.sample, run);
        return null;
      case 'done':
        return { status: 'done', result: message.profile };
      case 'failed':
        return { status: 'failed', error: message.error };
    }
  };
  const died = (thrown: unknown): JobOutcome<ParseProfile> => {
    if (!isOutOfMemory(thrown)) return null;
    const outcome = {
      kind: 'memory-limit',
      limitBytes: heapBytes,
      atBytes: existing(reached[0], 0),
      of: 'heap',
    } as const;
    return { status: 'done', result: soFar.end(outcome) };
  };
  const youngMib = Math.max(1, Math.min(MOST_YOUNG_HEAP_MIB, Math.floor(heapBytes / MIB / 8)));
  const limits = {
    maxOldGenerationSizeMb: Math.floor(heapBytes / MIB) - youngMib,
    maxYoungGenerationSizeMb: youngMib,
  };
  try {
    const askToEnd = (): void => {
      Atomics.store(asked, 0, 1);
    };
    return await runJob(startWorker('measure-worker', data, limits), read, options.signal, died, askToEnd);
  } catch (thrown) {
    if (thrown instanceof JobCancelled) return soFar.end({ kind: 'cancelled', atBytes: existing(reached[0], 0) });
    throw thrown;
  }
}

/** The heap that a run may take: its limit, or what the machine has to spare. */
function heapLimitOf({ memoryLimitBytes }: MeasureRequest): number {
  if (memoryLimitBytes !== null) return Math.max(LEAST_HEAP_BYTES, Math.min(memoryLimitBytes, MOST_HEAP_BYTES));
  return Math.max(LEAST_HEAP_BYTES, Math.min(freemem() * FREE_SHARE, MOST_HEAP_BYTES));
}

function isOutOfMemory(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

/** What a run told before it ended without a profile of its own. */
class ProfileSoFar {
  readonly #memoryLimitBytes: number | null;
  readonly #samples: ProfileSample[] = [];
  readonly #pauses = new LongestPauses();
  #last: ProfileSample | null = null;
  #heapBytes = 0;
  #externalBytes = 0;
  #rssBytes = 0;

  constructor(memoryLimitBytes: number | null) {
    this.#memoryLimitBytes = memoryLimitBytes;
  }

  add({ sample, kept, pauses }: Extract<MeasureWorkerMessage, { type: 'progress' }>): void {
    this.#last = sample;
    if (kept) this.#samples.push(sample);
    for (const pause of pauses) this.#pauses.add(pause);
    this.#heapBytes = Math.max(this.#heapBytes, sample.heapBytes);
    this.#externalBytes = Math.max(this.#externalBytes, sample.externalBytes);
    this.#rssBytes = Math.max(this.#rssBytes, sample.rssBytes);
  }

  end(outcome: ParseOutcome): ParseProfile {
    if (this.#last !== null && this.#samples.at(-1) !== this.#last) this.#samples.push(this.#last);
    const peaks = {
      heapBytes: this.#heapBytes,
      externalBytes: this.#externalBytes,
      rssBytes: this.#rssBytes,
      idleRssBytes: this.#samples[0]?.rssBytes ?? this.#rssBytes,
    };
    return profileOf(this.#samples, peaks, this.#pauses.end(), { memoryLimitBytes: this.#memoryLimitBytes, outcome });
  }
}
