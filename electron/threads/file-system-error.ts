import type { JobError } from '../../shared/model/job.ts';

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
  EDQUOT: 'no space left in the quota of the disk',
  EFBIG: 'the file would be larger than the file system or the limit of the shell (ulimit -f) allows',
  EMFILE: 'too many files are open; raise the limit of the shell (ulimit -n)',
  ENFILE: 'too many files are open on this machine',
  EBUSY: 'another program has it open',
  EIO: 'the disk reports an input/output error',
};

/** What the file system said as something that a person can act on; null where it is none of that. */
export function fileSystemError(thrown: unknown): JobError | null {
  if (!(thrown instanceof Error)) return null;
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  const reason = FILE_SYSTEM_REASONS[code];
  if (reason === undefined) return null;
  const path = 'path' in thrown && typeof thrown.path === 'string' ? `${thrown.path}: ` : '';
  return { kind: 'usage', message: `${path}${reason} (${code})` };
}
