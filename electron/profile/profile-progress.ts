import type { EvidenceFile } from '../../shared/model/evidence.ts';
import { ENDED_STATES, type Progress, type SourceState, type SourcesProgress } from '../../shared/model/job.ts';

/** How far the profiles of the artifacts have come, as the sources of that stage. */
export class ProfileProgress {
  readonly #artifacts: readonly EvidenceFile[];
  readonly #states = new Map<EvidenceFile, SourceState>();

  /** `artifacts` are those that will be profiled, in that order. */
  constructor(artifacts: readonly EvidenceFile[]) {
    this.#artifacts = artifacts;
  }

  /** The id by which the profile of an artifact is stopped. */
  sourceId(artifact: EvidenceFile): string {
    return `profile-${artifact.id}`;
  }

  set(artifact: EvidenceFile, state: SourceState): void {
    this.#states.set(artifact, state);
  }

  /** The progress of one profile, with all of them as its sources. */
  over(progress: Progress, current: EvidenceFile): Progress {
    const sources: SourcesProgress = {
      total: this.#artifacts.length,
      ended: this.#artifacts.filter((artifact) => ENDED_STATES.has(this.#stateOf(artifact))).length,
      addedPaths: 0,
      listed: this.#artifacts.map((artifact) => {
        const state = this.#stateOf(artifact);
        const doneBytes = artifact === current ? progress.doneBytes : state === 'done' ? artifact.bytes : 0;
        const { path, format, bytes } = artifact;
        return { id: this.sourceId(artifact), path, format, bytes, doneBytes, state };
      }),
    };
    return { ...progress, sources };
  }

  #stateOf(artifact: EvidenceFile): SourceState {
    return this.#states.get(artifact) ?? 'waiting';
  }
}
