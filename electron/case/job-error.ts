import type { JobError } from '../../shared/model/job.ts';
import { NoSuchIncident } from '../../shared/timeline/choose-incident.ts';
import { JobFailure } from '../threads/run-job.ts';
import { UsageError } from '../threads/usage-error.ts';
import { NothingRecognised } from './open-case.ts';

/** What the file system said, in words; the path stays in the message, because it is the user's own. */
const FILE_SYSTEM_REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'no space left on the disk',
  EROFS: 'the file system is read-only',
  EEXIST: 'a file of that name is in the way',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  ENAMETOOLONG: 'the name is too long',
};

/** An error as data for the window: what a person can act on as `usage`, all else as a defect of Inquest. */
export function toJobError(error: unknown): JobError {
  if (error instanceof JobFailure) return error.error;
  if (error instanceof UsageError || error instanceof NothingRecognised || error instanceof NoSuchIncident)
    return { kind: 'usage', message: error.message };
  if (!(error instanceof Error)) return { kind: 'internal', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const reason = FILE_SYSTEM_REASONS[code];
  if (reason === undefined) return { kind: 'internal', message: error.message };
  const path = 'path' in error && typeof error.path === 'string' ? `${error.path}: ` : '';
  return { kind: 'usage', message: `${path}${reason} (${code})` };
}
