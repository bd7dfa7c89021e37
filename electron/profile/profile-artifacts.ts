import type { ArtifactReport, ProfileSample } from '../../shared/model/artifact.ts';
import type { CaseProblem, EvidenceFile } from '../../shared/model/evidence.ts';
import type { ImportedEvidence } from '../../shared/model/imported-evidence.ts';
import type { Progress } from '../../shared/model/job.ts';
import { JobCancelled, JobFailure } from '../threads/run-job.ts';
import type { Steering } from '../threads/steering.ts';
import type { Measurements } from './measurements.ts';
import { profileArtifact } from './profile-client.ts';
import { ProfileProgress } from './profile-progress.ts';
import { PROFILED_ARTIFACTS } from './rank-artifacts.ts';

export interface ProfiledArtifacts {
  readonly artifacts: readonly ArtifactReport[];
  readonly problems: readonly CaseProblem[];
}

/**
 * Profiles the XML files of a case in the order given, one after the other so that each is measured alone, as many as are
 * profiled of one case. A profile that fails is a problem of the case; cancelling passes through.
 */
export async function profileArtifacts(
  imported: ImportedEvidence,
  ranked: readonly EvidenceFile[],
  options: {
    readonly onProgress?: (progress: Progress, sample: ProfileSample | null) => void;
    readonly signal?: AbortSignal;
    /** Stops single profiles. */
    readonly steering?: Steering;
    /** Asked for once there is something to measure. */
    readonly measurements: () => Promise<Measurements>;
    /** Replaces what was kept of an earlier measurement. */
    readonly measureAgain: boolean;
  },
): Promise<ProfiledArtifacts> {
  const artifacts: ArtifactReport[] = [];
  const problems: CaseProblem[] = [];
  const progress = new ProfileProgress(ranked.slice(0, PROFILED_ARTIFACTS).filter((file) => !isStopped(file)));
  const stopped = new Set<string>();
  let stopCurrent: ((source: string) => void) | null = null;
  const detach = options.steering?.attach((command) => {
    // What is added now came too late for this import.
    if (command.type !== 'stop') return;
    stopped.add(command.source);
    stopCurrent?.(command.source);
  });
  try {
    for (const [rank, file] of ranked.entries()) {
      const location = imported.locations[imported.files.indexOf(file)] ?? null;
      if (location === null) continue;
      if (rank >= PROFILED_ARTIFACTS) {
        const message = `Not parsed and measured: ${PROFILED_ARTIFACTS} XML files of this case were. Give it alone to see it.`;
        problems.push({ path: file.path, kind: 'limit-exceeded', message });
        continue;
      }
      if (isStopped(file)) continue;
      const source = progress.sourceId(file);
      const stop = new AbortController();
      stopCurrent = (each) => {
        if (each === source) stop.abort();
      };
      if (stopped.has(source)) stop.abort();
      progress.set(file, 'profiling');
      try {
        const request = {
          evidenceId: file.id,
          path: file.path,
          absolutePath: location.absolutePath,
          bytes: file.bytes,
        };
        const artifact = await profileArtifact(request, {
          onProgress: (step: Progress, sample: ProfileSample) =>
            options.onProgress?.(progress.over(step, file), sample),
          signal: AbortSignal.any([stop.signal, ...(options.signal === undefined ? [] : [options.signal])]),
        });
        artifacts.push(await withKeptMeasurement(artifact, file.sha256, options));
        progress.set(file, 'done');
      } catch (thrown) {
        const wasStopped = thrown instanceof JobCancelled && options.signal?.aborted !== true;
        if (!wasStopped && !(thrown instanceof JobFailure)) throw thrown;
        progress.set(file, wasStopped ? 'stopped' : 'failed');
        problems.push(
          wasStopped
            ? {
                path: file.path,
                kind: 'stopped',
                message: `Its profile was stopped on request; there is none. ${AGAIN}`,
              }
            : { path: file.path, kind: 'unreadable', message: `It could not be profiled: ${thrown.message}` },
        );
      }
    }
  } finally {
    detach?.();
  }
  return { artifacts, problems };
}

const AGAIN = 'Add the file again to profile it.';

/** A file that was not read to its end has its problem already, and no hash that its measurement could be kept under. */
function isStopped(file: EvidenceFile): boolean {
  return file.problems.some((problem) => problem.kind === 'stopped');
}

/** The first measurement of these bytes on this machine stands until it is taken again: see Measurements. */
async function withKeptMeasurement(
  artifact: ArtifactReport,
  sha256: string,
  options: { readonly measurements: () => Promise<Measurements>; readonly measureAgain: boolean },
): Promise<ArtifactReport> {
  const measurements = await options.measurements();
  const kept = options.measureAgain ? null : await measurements.recall(sha256);
  if (kept !== null) return { ...artifact, stream: kept };
  await measurements.remember(sha256, artifact.stream);
  return artifact;
}
