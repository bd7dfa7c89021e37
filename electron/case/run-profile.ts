import type { ParseMode, ParseProfile, ProfileSample } from '../../shared/model/artifact.ts';
import type { EvidenceId } from '../../shared/model/evidence.ts';
import type { Progress } from '../../shared/model/job.ts';
import { measureArtifact } from '../profile/measure-client.ts';
import { Measurements } from '../profile/measurements.ts';
import { UsageError } from '../threads/usage-error.ts';
import type { OpenCase } from './open-case.ts';

export interface ProfileOrder {
  readonly evidenceId: EvidenceId;
  readonly mode: ParseMode;
  /** Of which the median counts. */
  readonly runs: number;
  readonly memoryLimitBytes: number | null;
}

/**
 * Parses an artifact of a case again. `recall`: takes the first measurement of the same bytes on this machine, if there is
 * one, so that the same evidence gives the same report. A cancelled run is a profile that says so; it is not kept.
 *
 * Rejects with UsageError for what is no artifact of the case, JobFailure when it cannot be read any more, and JobCancelled
 * when `signal` had aborted before anything ran.
 */
export async function runProfile(
  openCase: OpenCase,
  order: ProfileOrder,
  options: {
    readonly onProgress?: (progress: Progress, sample: ProfileSample, run: number) => void;
    readonly signal?: AbortSignal;
    readonly recall?: boolean;
    readonly measurements?: Measurements;
  } = {},
): Promise<ParseProfile> {
  const artifact = openCase.evidence.artifacts.find((each) => each.evidenceId === order.evidenceId);
  const file = openCase.evidence.files.find((each) => each.id === order.evidenceId);
  const absolutePath = openCase.locationOf(order.evidenceId);
  if (artifact === undefined || file === undefined || absolutePath === null)
    throw new UsageError(`This case has no profiled artifact ${order.evidenceId}.`);
  const measurements = options.measurements ?? new Measurements();
  const { evidenceId, mode, memoryLimitBytes, runs } = order;
  const kept = options.recall === true ? await measurements.recall(file.sha256, order) : null;
  if (kept !== null) return kept;
  const request = { evidenceId, path: file.path, absolutePath, bytes: file.bytes, mode, memoryLimitBytes };
  const profile = await measureArtifact(request, runs, options);
  if (profile.outcome.kind !== 'cancelled') await measurements.remember(file.sha256, profile, order);
  return profile;
}
