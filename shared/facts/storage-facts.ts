import { type FactContext, sourceOnly, sourcesOf } from '../context/context.ts';
import { kernelLines } from '../context/kernel-lines.ts';
import type { EvidenceEvent } from '../model/event.ts';
import type { FilesystemUsage } from '../model/host.ts';
import { type EpochMicros, secondsBetween } from '../model/time.ts';
import { fileLabel, formatBytes, listing } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { type FactOf, family, rule } from './rule.ts';

// sqlite3.OperationalError: database or disk is full     OSError: [Errno 28] No space left on device     Disk quota exceeded
// SQLITE_FULL and strerror of ENOSPC and EDQUOT: https://www.sqlite.org/rescode.html#full, errno(3)
const DISK_FULL = /\b(?:database or disk is full|no space left on device|disk quota exceeded)\b/i;
/** Share in use from which a filesystem has no room for what an import writes. */
const FULL_PERCENT = 99;
/** Read-only images and filesystems of the kernel's own, which are full or empty by nature. */
const NOT_FOR_DATA = /^(?:\/dev\/loop\d|squashfs|iso9660|efivarfs|devtmpfs|udev|none$)/;
const NOT_DATA_MOUNT = /^\/(?:snap|boot|sys|dev|proc|run)(?:\/|$)/;

/** Whether the disk was full: by what the operation itself logged, and by `df`. */
function storageFacts(context: FactContext): readonly StorageFact[] {
  const full = fullFilesystems(context);
  return [
    ...fullError(context, full),
    ...fullFilesystem(context, full),
    ...failedToAccess(context),
    ...complaintOfKernel(context),
    ...silentServer(context),
    ...hungTask(context),
  ];
}

// sqlite3.OperationalError: disk I/O error     OSError: [Errno 5] Input/output error     [Errno 30] Read-only file system
// SQLITE_IOERR and strerror of EIO and EROFS: https://www.sqlite.org/rescode.html#ioerr, errno(3)
const INPUT_OUTPUT_ERROR = /\b(?:disk I\/O error|input\/output error|read-only file system|stale file handle)\b/i;

const inputOutputError = rule({
  id: 'input-output-error',
  needs: ['service-log'],
  basis: BASIS.inputOutput,
  weights: { 'database-lock': -4, 'infinite-loop': -1 },
  decides: { 'database-lock': 'against' },
});

function failedToAccess(context: FactContext): readonly StorageFact[] {
  const line = context.record?.operation?.lines.find(({ event }) => INPUT_OUTPUT_ERROR.test(event.message));
  if (line === undefined) return [];
  return [
    inputOutputError.fact({
      text: `The operation could not read or write its files ("${INPUT_OUTPUT_ERROR.exec(line.event.message)?.[0] ?? ''}"): the storage failed it, not a lock.`,
      ...sourcesOf(line.event),
    }),
  ];
}

// blk_update_request: I/O error, dev sda, sector 123456      EXT4-fs error (device vda1): ...      nvme0: I/O 1 QID 2 timeout
const KERNEL_DISK_ERROR =
  /\bI\/O error\b|\b(?:EXT4|XFS|BTRFS)\b.{0,40}\berror\b|\bnvme\w*: I\/O \d+ .*timeout|\bblocked for more than \d+ seconds\b|Remounting filesystem read-only/i;
// nfs: server fs1 not responding, still trying     nfs: server fs1 not responding, timed out     CIFS: VFS: \\\\fs1 has not responded in 180 seconds
const SERVER_SILENT =
  /\b(?:nfs: server|CIFS: |ceph: |libceph: ).{0,80}\b(?:not respond\w*|timed out|session lost|socket closed)/i;

const networkStorage = rule({
  id: 'network-storage',
  needs: ['kernel-log'],
  basis: BASIS.networkStorage,
  weights: { 'infinite-loop': -2, 'database-lock': -2 },
});

/** A file server that did not answer: whoever reads from it hangs in the kernel, and no signal reaches it. */
function silentServer(context: FactContext): readonly StorageFact[] {
  const lines = kernelLines(context, SERVER_SILENT);
  const first = lines[0];
  if (first === undefined) return [];
  return [
    networkStorage.fact({
      text: `A file server did not answer while the operation ran: "${first.message.slice(0, 160)}". A process that waits for it hangs in the kernel until the server is back.`,
      ...sourcesOf(...lines.slice(0, 5)),
    }),
  ];
}

// task gunicorn:4410 blocked for more than 120 seconds.          Source: Linux, kernel/hung_task.c
const HUNG_TASK = /\btask [^:\s]{1,40}:(\d{1,9}) blocked for more than \d+ seconds/;

const hungTaskOfWorker = rule({
  id: 'hung-task',
  needs: ['kernel-log'],
  basis: BASIS.kernelStorage,
  weights: { 'infinite-loop': -4, 'database-lock': -1 },
  decides: { 'infinite-loop': 'against' },
});

/** The kernel itself saw the worker wait, in sleep that no signal ends. */
function hungTask(context: FactContext): readonly StorageFact[] {
  const pid = context.record?.incident.pid ?? null;
  const lines = kernelLines(context, HUNG_TASK).filter(({ message }) => Number(HUNG_TASK.exec(message)?.[1]) === pid);
  const first = lines[0];
  if (first === undefined) return [];
  return [
    hungTaskOfWorker.fact({
      text: `The kernel logged the worker in uninterruptible sleep: "${first.message.slice(0, 160)}". It was not on CPU, and no signal reached it.`,
      ...sourcesOf(...lines.slice(0, 5)),
    }),
  ];
}

// What fails a request, so that whoever waits for it goes on; a wait that is only told of goes on itself.
const GAVE_UP = /\bI\/O error\b|\bRemounting filesystem read-only\b/i;
/** How soon a process goes on, or ends, when what it waits for has failed. */
const GOES_ON_SECONDS = 3;

/** What the kernel says of a disk's failure just before a moment; null where it says nothing of one. */
export function diskFailureAt(context: FactContext, time: EpochMicros): EvidenceEvent | null {
  return (
    kernelLines(context, GAVE_UP).findLast((event) => {
      const seconds = secondsBetween(event.time, time);
      return seconds >= -1 && seconds <= GOES_ON_SECONDS;
    }) ?? null
  );
}

const kernelDiskError = rule({
  id: 'kernel-disk-error',
  needs: ['kernel-log'],
  basis: BASIS.kernelStorage,
  weights: { 'infinite-loop': -1, 'database-lock': -0.5 },
});

function complaintOfKernel(context: FactContext): readonly StorageFact[] {
  const lines = kernelLines(context, KERNEL_DISK_ERROR);
  const first = lines[0];
  if (first === undefined) return [];
  return [
    kernelDiskError.fact({
      text: `The kernel complained of storage around the incident: "${first.message.slice(0, 160)}"${lines.length > 1 ? ` and ${lines.length - 1} more` : ''}.`,
      ...sourcesOf(...lines.slice(0, 5)),
    }),
  ];
}

const diskFullError = rule({
  id: 'disk-full-error',
  needs: ['service-log'],
  basis: BASIS.diskFull,
  weights: { 'database-lock': -4, 'infinite-loop': -1 },
  decides: { 'database-lock': 'against' },
});

function fullError(context: FactContext, full: readonly FilesystemUsage[]): readonly StorageFact[] {
  const lines = (context.record?.operation?.lines ?? []).filter(({ event }) => DISK_FULL.test(event.message));
  const first = lines[0];
  if (first === undefined) return [];
  const { sources, rows } = sourcesOf(...lines.slice(0, 5).map(({ event }) => event));
  return [
    diskFullError.fact({
      text: `The operation failed to write because the disk was full ("${DISK_FULL.exec(first.event.message)?.[0] ?? ''}")${full.length === 0 ? '' : `, and df shows ${describe(full)}`}. A write that finds no room fails at once: it waits for no lock.`,
      sources: [...sources, ...full.map(({ source }) => source)],
      rows,
    }),
  ];
}

const filesystemFull = rule({
  id: 'filesystem-full',
  needs: ['filesystems'],
  basis: 'df(1) of GNU coreutils',
  // Full when df ran: whether it was full while the operation wrote, only its own errors tell.
});

function fullFilesystem(context: FactContext, full: readonly FilesystemUsage[]): readonly StorageFact[] {
  if (full.length === 0) return [];
  const holder = databaseFilesystem(context);
  const holds = holder !== null && full.includes(holder.usage);
  return [
    filesystemFull.fact({
      text: `df shows ${describe(full)}${holds ? `, which holds the database (${holder.path})` : ''}.`,
      ...sourceOnly(...full.map(({ source }) => source), ...(holds ? [holder.source] : [])),
    }),
  ];
}

function fullFilesystems(context: FactContext): readonly FilesystemUsage[] {
  const seen = new Set<string>();
  return (context.evidence.host?.filesystems ?? [])
    .filter(({ filesystem, mountPoint }) => !NOT_FOR_DATA.test(filesystem) && !NOT_DATA_MOUNT.test(mountPoint))
    .filter(({ usedPercent }) => usedPercent >= FULL_PERCENT)
    .filter(({ mountPoint, of }) => {
      const key = `${of} ${mountPoint}`;
      return !seen.has(key) && seen.add(key).size > 0;
    })
    .slice(0, 5);
}

function describe(full: readonly FilesystemUsage[]): string {
  return listing(
    full.map(({ mountPoint, usedPercent, availableBytes, of }) =>
      of === 'inodes'
        ? `${mountPoint} without free inodes (${usedPercent} % in use)`
        : `${mountPoint} ${usedPercent} % full${availableBytes === null ? '' : ` (${formatBytes(availableBytes)} left)`}`,
    ),
  );
}

/** The filesystem under the database, where a listing of the host shows its whole path. */
function databaseFilesystem(context: FactContext) {
  const name = context.database === null ? null : fileLabel(context.database.report.path);
  const file = (context.evidence.host?.fileSizes ?? []).find(
    ({ path }) => path.startsWith('/') && name !== null && fileLabel(path) === name,
  );
  if (file === undefined) return null;
  let best: FilesystemUsage | null = null;
  for (const usage of context.evidence.host?.filesystems ?? []) {
    const { mountPoint } = usage;
    const holds = mountPoint === '/' || file.path.startsWith(`${mountPoint}/`);
    if (holds && (best === null || mountPoint.length > best.mountPoint.length)) best = usage;
  }
  return best === null ? null : { usage: best, path: file.path, source: file.source };
}

const STORAGE_RULES = [
  inputOutputError,
  networkStorage,
  hungTaskOfWorker,
  kernelDiskError,
  diskFullError,
  filesystemFull,
] as const;
type StorageFact = FactOf<typeof STORAGE_RULES>;

export const storageFamily = family({
  name: 'storage',
  about: 'Whether the disk was full, slow or failing: by what the operation itself logged, by the kernel and by `df`.',
  rules: STORAGE_RULES,
  find: storageFacts,
});
