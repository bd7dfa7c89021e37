import { type FactContext, sourceOnly, sourcesOfSamples } from '../context/context.ts';
import { type HeldLock, type HeldLocks, heldLocks } from '../context/held-locks.ts';
import { finalStretch } from '../context/process-readings.ts';
import { formatTimeOfDay } from '../model/time.ts';
import { plural } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { type FactOf, family, rule } from './rule.ts';
import { NO_TIME } from './undated.ts';

const named = ({ pid, command }: Pick<HeldLock, 'pid' | 'command'>): string =>
  `process ${pid}${command === null ? '' : ` (${command.slice(0, 100)})`}`;
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const fileOf = ({ path }: Pick<HeldLock, 'path'>): string => path ?? 'a SQLite database';

const THEN = 'it was seen while the operation ran';
const UNDATED = 'nothing tells when that was';

/** Who held the lock of the database, or the file that the worker waited for. */
function heldLockFacts(context: FactContext): readonly HeldLockFact[] {
  const locks = heldLocks(context);
  const pid = context.record?.incident.pid ?? null;
  if (locks === null || pid === null) return [];
  if (locks.waited !== null) return [waitedForFile(locks.waited)];
  const own = locks.held.filter((lock) => lock.pid === pid);
  const others = locks.held.filter((lock) => lock.pid !== pid);
  const readers = others.filter(({ role }) => role === 'reader');
  const pending = own.find(({ role }) => role === 'pending');
  if (pending !== undefined && readers[0] !== undefined) return [waitsForReaders(pending, readers[0])];
  const writes = own.find(({ role }) => role !== 'reader');
  if (writes !== undefined) return [heldByWorker(writes)];
  const writer = others.find(({ role }) => role !== 'reader');
  if (writer !== undefined) return [heldByAnother(context, locks, writer)];
  return [...readsMeanwhile(context, locks, readers), ...wasFree(context, locks, own)];
}

const lockOfReader = rule({
  id: 'lock-of-a-reader',
  needs: ['locks'],
  basis: BASIS.sqliteLocks,
  cases: {
    rollback: { when: 'the database is known not to be in WAL mode', weights: { 'database-lock': 1.5 } },
    unknown: { when: 'its mode is not known', weights: { 'database-lock': 0.5 } },
  },
});

/** Without a WAL a writer waits with its commit for all that read; beside one it does not. */
function readsMeanwhile(context: FactContext, locks: HeldLocks, readers: readonly HeldLock[]): readonly HeldLockFact[] {
  // Other workers read as a matter of course, and are done with it in no time.
  const workers = context.ownEvents.pidsWithKinds(['worker-boot']);
  const reader = readers.find((lock) => !workers.has(lock.pid));
  if (reader === undefined || locks.isWal || !locks.isOfService) return [];
  const isKnown = context.database?.report.journalMode === 'delete';
  return [
    lockOfReader.fact({
      case: isKnown ? 'rollback' : 'unknown',
      text: `${capital(named(reader))} held ${reader.name} of ${fileOf(reader)}${reader.isThen ? '' : NO_TIME}: ${isKnown ? 'its database is' : 'where a database is'} not in WAL mode, a writer cannot commit while any process reads.`,
      ...sourceOnly(reader.source),
    }),
  ];
}

const OF_THEN = 'nothing tells when that was, but both processes are seen as they were before the end';
const DOUBTFUL = 'it may be the worker itself, or a lock of another database';

const lockHeldByAnother = rule({
  id: 'lock-held-by-another',
  needs: ['locks'],
  basis: BASIS.sqliteLocks,
  cases: {
    dated: { when: THEN, weights: { 'database-lock': 5 }, decides: { 'database-lock': 'for' } },
    ofThen: { when: OF_THEN, weights: { 'database-lock': 4.5 } },
    undated: { when: UNDATED, weights: { 'database-lock': 2.5 } },
    datedDoubtful: { when: `${THEN}, and ${DOUBTFUL}`, weights: { 'database-lock': 1 } },
    ofThenDoubtful: { when: `${OF_THEN}, and ${DOUBTFUL}`, weights: { 'database-lock': 0.9 } },
    undatedDoubtful: { when: `${UNDATED}, and ${DOUBTFUL}`, weights: { 'database-lock': 0.5 } },
  },
});

/** Below this, pids on a host are those of init and of kernel threads: a worker that has one counts in a container. */
const FIRST_HOST_PID = 100;

function heldByAnother(context: FactContext, locks: HeldLocks, lock: HeldLock): HeldLockFact {
  const seen = locks.running.get(lock.pid) ?? null;
  const { database, evidence, record } = context;
  const isForeign = !locks.sawWorker && (record?.incident.pid ?? 0) < FIRST_HOST_PID;
  const isElsewhere = !locks.isOfService && (database !== null || lock.path !== null);
  const doubt = isForeign
    ? ' The worker counts pids in a container, so that process may be itself.'
    : isElsewhere
      ? ' That it is the database of this service, nothing shows.'
      : '';
  const when = lock.isThen
    ? ''
    : seen?.time == null
      ? NO_TIME
      : `${NO_TIME}, but ps shows that process at ${formatTimeOfDay(seen.time)} UTC, while the operation ran`;
  // Where the worker that died is listed too, it was looked at before its end; other workers run, and write, long after that.
  const isOfThen = seen !== null && locks.sawWorker && !context.ownEvents.pidsWithKinds(['worker-boot']).has(lock.pid);
  const then = lock.isThen ? 'dated' : isOfThen ? 'ofThen' : 'undated';
  const sources = sourceOnly(lock.source);
  const running = seen === null ? sourceOnly() : sourcesOfSamples(evidence, [seen]);
  return lockHeldByAnother.fact({
    case: doubt === '' ? then : `${then}Doubtful`,
    text: `${capital(named(lock))} held ${lock.name} of ${fileOf(lock)}${when}. Any other writer waits for it.${doubt}`,
    sources: [...sources.sources, ...running.sources],
    rows: running.rows,
  });
}

const lockHeldByWorker = rule({
  id: 'lock-held-by-worker',
  needs: ['locks'],
  basis: BASIS.sqliteLocks,
  cases: {
    dated: { when: THEN, weights: { 'database-lock': -4 }, decides: { 'database-lock': 'against' } },
    undated: { when: UNDATED, weights: { 'database-lock': -2 } },
  },
});

function heldByWorker(lock: HeldLock): HeldLockFact {
  return lockHeldByWorker.fact({
    case: lock.isThen ? 'dated' : 'undated',
    text: `The worker itself held ${lock.name} of ${fileOf(lock)}${lock.isThen ? '' : NO_TIME}, so it was not waiting for it.`,
    ...sourceOnly(lock.source),
  });
}

const lockWaitsForReaders = rule({
  id: 'lock-waits-for-readers',
  needs: ['locks'],
  basis: BASIS.sqliteLocks,
  cases: {
    dated: { when: THEN, weights: { 'database-lock': 5 }, decides: { 'database-lock': 'for' } },
    undated: { when: UNDATED, weights: { 'database-lock': 3.5 } },
  },
});

function waitsForReaders(lock: HeldLock, reader: HeldLock): HeldLockFact {
  return lockWaitsForReaders.fact({
    case: lock.isThen ? 'dated' : 'undated',
    text: `The worker held ${lock.name} of ${fileOf(lock)}, with which a writer waits for readers to finish, and ${named(reader)} held ${reader.name}${lock.isThen ? '' : NO_TIME}.`,
    ...sourceOnly(lock.source, reader.source),
  });
}

const lockWasFree = rule({
  id: 'lock-was-free',
  needs: ['locks'],
  basis: BASIS.sqliteLocks,
  weights: { 'database-lock': -2.5 },
});

/** Only where the worker's own locks are listed is a list known to hold those of others that it could wait for. */
function wasFree(context: FactContext, locks: HeldLocks, own: readonly HeldLock[]): readonly HeldLockFact[] {
  const stretch = finalStretch(context);
  const first = own.find(({ isThen, by }) => isThen && by === 'kernel');
  if (!locks.sawWorker || first === undefined || stretch === null) return [];
  const readers = locks.held.filter((lock) => lock.role === 'reader' && lock.pid !== first.pid).length;
  const also = readers === 0 ? '' : `; ${plural(readers, 'other')} read it, which keeps no writer from beginning`;
  return [
    lockWasFree.fact({
      text: `While the operation ran, the worker had ${fileOf(first)} open and no other process held the lock with which one writes to it${also}.`,
      ...sourceOnly(first.source),
    }),
  ];
}

const fileLockWaited = rule({
  id: 'file-lock-waited',
  needs: ['locks'],
  basis: BASIS.fileLocks,
  cases: {
    dated: {
      when: THEN,
      weights: { 'infinite-loop': -3.5, 'large-artifact': -1.5 },
      decides: { 'infinite-loop': 'against' },
    },
    undated: { when: UNDATED, weights: { 'infinite-loop': -2 } },
  },
});

function waitedForFile({ lock, holder, isThen }: NonNullable<HeldLocks['waited']>): HeldLockFact {
  const by = holder?.pid == null ? 'another process' : `process ${holder.pid}`;
  return fileLockWaited.fact({
    case: isThen ? 'dated' : 'undated',
    text: `The worker waited for a lock on ${lock.path ?? `the file with inode ${lock.inode ?? '?'}`} (${lock.type}), which ${by} held${isThen ? '' : NO_TIME}.`,
    ...sourceOnly(lock.source, ...(holder === null ? [] : [holder.source])),
  });
}

const HELD_LOCK_RULES = [
  lockOfReader,
  lockHeldByAnother,
  lockHeldByWorker,
  lockWaitsForReaders,
  lockWasFree,
  fileLockWaited,
] as const;
type HeldLockFact = FactOf<typeof HELD_LOCK_RULES>;

export const heldLockFamily = family({
  name: 'held-lock',
  about: 'Who held which lock of the database, and of another file, as `/proc/locks`, `lslocks` and `lsof` list them.',
  rules: HELD_LOCK_RULES,
  find: heldLockFacts,
});
