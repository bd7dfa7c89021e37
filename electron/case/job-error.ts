import type { JobError } from '../../shared/model/job.ts';
import { NoSuchIncident } from '../../shared/timeline/choose-incident.ts';
import { NotAFile } from '../files/write-atomically.ts';
import { fileSystemError } from '../threads/file-system-error.ts';
import { JobFailure } from '../threads/run-job.ts';
import { UsageError } from '../threads/usage-error.ts';
import { NothingRecognised } from './open-case.ts';

/** An error as data for the window: what a person can act on as `usage`, all else as a defect of Inquest. */
export function toJobError(error: unknown): JobError {
  if (error instanceof JobFailure) return error.error;
  if (
    error instanceof UsageError ||
    error instanceof NothingRecognised ||
    error instanceof NoSuchIncident ||
    error instanceof NotAFile
  )
    return { kind: 'usage', message: error.message };
  if (!(error instanceof Error)) return { kind: 'internal', message: String(error) };
  return fileSystemError(error) ?? { kind: 'internal', message: error.message };
}
