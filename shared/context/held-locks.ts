import type { FileLock, OpenFile } from '../model/probes.ts';
import type { ProcessSample } from '../model/samples.ts';
import { addSeconds, type EpochMicros } from '../model/time.ts';
import { type FactContext, isProgram } from './context.ts';

/*
 * Which bytes SQLite locks. Sources: os.h (PENDING_BYTE, RESERVED_BYTE, SHARED_FIRST, SHARED_SIZE) and wal.c (WALINDEX_LOCK_OFFSET) of
 * https://www.sqlite.org/src; https://www.sqlite.org/lockingv3.html, https://www.sqlite.org/walformat.html#locks
 */
const PENDING = 0x40000000;
const RESERVED = PENDING + 1;
const SHARED_FIRST = PENDING + 2;
const SHARED_LAST = SHARED_FIRST + 509;
const WAL_WRITE = 120;
const WAL_LAST = 127;
/** Every connection to a database in WAL mode holds it: the dead man's switch. */
const WAL_IN_USE = 128;

/** A lock of SQLite that a process held when it was looked at. */
export interface HeldLock {
  /** `writer`: keeps every other writer waiting; `pending`: does so too, and waits for readers; `reader`: reads. */
  readonly role: 'writer' | 'pending' | 'reader';
  /** In words: `the RESERVED lock`. */
  readonly name: string;
  readonly pid: number;
  /** Its command, by ps, lsof or lslocks; null where none names it. */
  readonly command: string | null;
  /** The database; null where nothing names the inode. */
  readonly path: string | null;
  readonly isWal: boolean;
  /** The kernel lists every lock; lsof shows one of a file and a process at most. */
  readonly by: 'kernel' | 'lsof';
  /** Whether it was looked at while the operation ran; false where nothing dates it. */
  readonly isThen: boolean;
  readonly source: FileLock['source'];
}

/** The locks on the databases of the incident's service. */
export interface HeldLocks {
  readonly held: readonly HeldLock[];
  /** Whether the worker's own pid is among what was listed, so that pids are those of its log. */
  readonly sawWorker: boolean;
  /** Whether the worker is seen to use the database, or its name is that of the one that was saved. */
  readonly isOfService: boolean;
  /** Whether a database in WAL mode was in use. */
  readonly isWal: boolean;
  /** A dated row within the window of each process, by pid. */
  readonly running: ReadonlyMap<number, ProcessSample>;
  /** A lock on some other file that the worker waited for, with who held it. */
  readonly waited: { readonly lock: FileLock; readonly holder: FileLock | null; readonly isThen: boolean } | null;
}

/** How far beyond the operation a snapshot still shows it. */
const SLACK_SECONDS = 5;

/** Who held which lock of the service's database, as far as snapshots of locks tell; null where none were saved. */
export function heldLocks(context: FactContext): HeldLocks | null {
  const { evidence, record, window } = context;
  const locks = evidence.host?.locks ?? [];
  const pid = record?.incident.pid ?? null;
  const files = evidence.host?.openFiles ?? [];
  if ((locks.length === 0 && files.length === 0) || window === null || pid === null) return null;
  const then = within(context);
  const seen = locks.filter(({ time, source }) => then({ time, source }) !== false);
  const shms = new Set([
    ...seen.filter(({ from, to }) => from === WAL_IN_USE && to === WAL_IN_USE).map(fileKey),
    ...files.filter(({ path }) => path.endsWith('-shm')).map(fileKey),
  ]);
  const running = new Map<number, ProcessSample>();
  for (const sample of evidence.processes) {
    if (sample.time !== null && then({ time: sample.time, source: sample.source }) === true && isProgram(sample)) {
      running.set(sample.pid, sample);
    }
  }
  const commandOf = (lock: FileLock): string | null =>
    running.get(lock.pid ?? 0)?.command ??
    evidence.processes.find((sample) => sample.pid === lock.pid)?.command ??
    files.find((file) => file.pid === lock.pid)?.command ??
    lock.command;
  const locked = seen.flatMap((lock): HeldLock[] => {
    const told = roleOf(lock, shms.has(fileKey(lock)) || lock.path?.endsWith('-shm') === true);
    if (told === null || lock.pid === null || lock.isWaiting) return [];
    const path = lock.path ?? files.find((file) => file.inode === lock.inode)?.path ?? null;
    return [
      {
        ...told,
        by: 'kernel',
        pid: lock.pid,
        command: commandOf(lock),
        path: path?.replace(/-shm$/, '') ?? null,
        isThen: then({ time: lock.time, source: lock.source }) === true,
        source: lock.source,
      },
    ];
  });
  // Where the kernel's own list has a process, it says more.
  const listed = files
    .filter((file) => then(file) !== false && !locked.some((lock) => lock.pid === file.pid))
    .flatMap((file): HeldLock[] => {
      const told = signOf(file);
      if (told === null) return [];
      const command = running.get(file.pid)?.command ?? file.command;
      return [
        {
          ...told,
          by: 'lsof',
          pid: file.pid,
          command,
          path: file.path,
          isThen: then(file) === true,
          source: file.source,
        },
      ];
    });
  const held = [...locked, ...listed];
  const waits = seen.find((lock) => lock.isWaiting && lock.pid === pid);
  const own = files.filter((file) => file.pid === pid).map(({ path }) => path);
  const name = context.database?.report.path.split('/').at(-1) ?? null;
  return {
    held,
    sawWorker: seen.some((lock) => lock.pid === pid) || files.some((file) => file.pid === pid),
    isOfService: held.some(({ path }) => path !== null && (own.includes(path) || path.split('/').at(-1) === name)),
    isWal: shms.size > 0 || context.database?.report.journalMode === 'wal',
    running,
    waited:
      waits === undefined
        ? null
        : {
            lock: waits,
            holder:
              seen.find((lock) => !lock.isWaiting && lock.pid !== pid && fileKey(lock) === fileKey(waits)) ?? null,
            isThen: then({ time: waits.time, source: waits.source }) === true,
          },
  };
}

const fileKey = ({ inode, path }: Pick<FileLock | OpenFile, 'inode' | 'path'>): string => String(inode ?? path);

/**
 * Whether a snapshot was taken while the operation ran: false where it was at another time, null where nothing dates it. The time of
 * its file counts where it lies in the operation: a copy has that of the copying, which says nothing.
 */
export function within({ evidence, window }: FactContext) {
  return ({ time, source }: { time: EpochMicros | null; source: FileLock['source'] }): boolean | null => {
    if (window === null) return null;
    const isIn = (at: EpochMicros): boolean =>
      at >= addSeconds(window.from, -SLACK_SECONDS) && at <= addSeconds(window.to, SLACK_SECONDS);
    if (time !== null) return isIn(time);
    const modified = evidence.files.find(({ id }) => id === source.evidenceId)?.modified ?? null;
    return modified !== null && isIn(modified) ? true : null;
  };
}

/** What SQLite keeps beside a database, whose locks mean something else. */
const BESIDE = /-(?:shm|wal|journal)$/;
const DATABASE_NAME = /\.(?:db3?|s3db|sqlite3?)$/i;

/** lsof's sign of a lock on a database. Source: lsof(8), FD */
function signOf({ lock, path }: OpenFile): Pick<HeldLock, 'role' | 'name' | 'isWal'> | null {
  if (lock === null || BESIDE.test(path) || !DATABASE_NAME.test(path)) return null;
  if (lock === 'r' || lock === 'R') return { role: 'reader', name: 'a read lock', isWal: false };
  return { role: 'writer', name: 'a write lock', isWal: false };
}

function roleOf({ access, from, to }: FileLock, isShm: boolean): Pick<HeldLock, 'role' | 'name' | 'isWal'> | null {
  const last = to ?? Number.POSITIVE_INFINITY;
  const covers = (byte: number): boolean => from <= byte && byte <= last;
  if (isShm) {
    return access === 'WRITE' && covers(WAL_WRITE) && last <= WAL_LAST
      ? { role: 'writer', name: 'the write lock', isWal: true }
      : null;
  }
  if (from < PENDING || last > SHARED_LAST) return null;
  if (access === 'READ') return covers(SHARED_FIRST) ? { role: 'reader', name: 'a SHARED lock', isWal: false } : null;
  if (covers(SHARED_FIRST)) return { role: 'writer', name: 'the EXCLUSIVE lock', isWal: false };
  if (covers(PENDING)) return { role: 'pending', name: 'the PENDING lock', isWal: false };
  return covers(RESERVED) ? { role: 'writer', name: 'the RESERVED lock', isWal: false } : null;
}
