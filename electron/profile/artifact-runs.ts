import type { ArtifactReport, ProfileRun } from '../../shared/model/artifact.ts';
import type { EvidenceId } from '../../shared/model/evidence.ts';

/** Runs that an artifact keeps; a person compares a handful. */
const MOST_RUNS = 20;

/** The artifacts with a further run as part of one of them: see ArtifactReport for which run becomes its profile. */
export function withRun(
  artifacts: readonly ArtifactReport[],
  evidenceId: EvidenceId,
  run: ProfileRun,
): readonly ArtifactReport[] {
  return artifacts.map((artifact) => (artifact.evidenceId === evidenceId ? withRunOf(artifact, run) : artifact));
}

function withRunOf(artifact: ArtifactReport, run: ProfileRun): ArtifactReport {
  const { mode, profile } = run;
  const runs = [...artifact.runs, run].slice(-MOST_RUNS);
  const finished = profile.outcome.kind === 'finished';
  if (mode === 'stream')
    return { ...artifact, runs, stream: finished && profile.memoryLimitBytes === null ? profile : artifact.stream };
  const replaces = finished || artifact.tree?.outcome.kind !== 'finished';
  return { ...artifact, runs, tree: replaces ? profile : artifact.tree };
}
