import { type FactContext, sourceOnly, sourcesOfSamples } from '../context/context.ts';
import { type HeldLock, type HeldLocks, heldLocks, within } from '../context/held-locks.ts';
import { finalStretch } from '../context/process-readings.ts';
import type { Fact } from '../model/analysis.ts';
import type { CgroupMemory } from '../model/host.ts';
import type { Pressure, SyscallTrace, SystemCall } from '../model/probes.ts';
import { addSeconds, formatTimeOfDay, secondsBetween } from '../model/time.ts';
import { formatBytes, formatSeconds, plural } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { diskWaitFacts } from './cpu-facts.ts';
import { THRASH_KIB_PER_SECOND } from './memory-facts.ts';

/** What was seen from outside of processes and cgroups: who held the database's lock, what the worker asked of the kernel, pressure. */
export function probeFacts(context: FactContext): readonly Fact[] {
  if (context.record === null) return [];
  return [
    ...lockFacts(context),
    ...traceFacts(context),
    ...cgroupPeak(context),
    ...hostKills(context),
    ...memoryPressure(context),
    ...diskBound(context),
  ];
}

const UNDATED = '; when that was, nothing tells';
const named = ({ pid, command }: Pick<HeldLock, 'pid' | 'command'>): string =>
  `process ${pid}${command === null ? '' : ` (${command.slice(0, 100)})`}`;
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const fileOf = ({ path }: Pick<HeldLock, 'path'>): string => path ?? 'a SQLite database';

function lockFacts(context: FactContext): readonly Fact[] {
  const locks = heldLocks(context);
  const pid = context.record?.incident.pid ?? null;
  if (locks === null || pid === null) return [];
  const waited = fileLockWaited(locks);
  if (waited !== null) return [waited];
  const own = locks.held.filter((lock) => lock.pid === pid);
  const others = locks.held.filter((lock) => lock.pid !== pid);
  const readers = others.filter(({ role }) => role === 'reader');
  const pending = own.find(({ role }) => role === 'pending');
  if (pending !== undefined && readers[0] !== undefined) return [waitsForReaders(pending, readers[0])];
  const writes = own.find(({ role }) => role !== 'reader');
  if (writes !== undefined) return [heldByWorker(writes)];
  const writer = others.find(({ role }) => role !== 'reader');
  if (writer !== undefined) return [heldByAnother(context, locks, writer)];
  return [...readsMeanwhile(context, locks, readers), ...lockWasFree(context, locks, own)];
}

/** Without a WAL a writer waits with its commit for all that read; beside one it does not. */
function readsMeanwhile(context: FactContext, locks: HeldLocks, readers: readonly HeldLock[]): readonly Fact[] {
  // Other workers read as a matter of course, and are done with it in no time.
  const workers = context.ownEvents.pidsWithKinds(['worker-boot']);
  const reader = readers.find((lock) => !workers.has(lock.pid));
  if (reader === undefined || locks.isWal || !locks.isOfService) return [];
  const isKnown = context.database?.report.journalMode === 'delete';
  return [
    {
      id: 'lock-of-a-reader',
      text: `${capital(named(reader))} held ${reader.name} of ${fileOf(reader)}${reader.isThen ? '' : UNDATED}: ${isKnown ? 'its database is' : 'where a database is'} not in WAL mode, a writer waits with its commit until nobody reads any more.`,
      weights: { 'database-lock': isKnown ? 1.5 : 0.5 },
      ...sourceOnly(reader.source),
      basis: BASIS.sqliteLocks,
    },
  ];
}

/** Below this, pids on a host are those of init and of kernel threads: a worker that has one counts in a container. */
const FIRST_HOST_PID = 100;

function heldByAnother(context: FactContext, locks: HeldLocks, lock: HeldLock): Fact {
  const seen = locks.running.get(lock.pid) ?? null;
  const { database, evidence, record } = context;
  const isForeign = !locks.sawWorker && (record?.incident.pid ?? 0) < FIRST_HOST_PID;
  const isElsewhere = !locks.isOfService && (database !== null || lock.path !== null);
  const sure = isForeign || isElsewhere ? 0.2 : 1;
  const doubt = isForeign
    ? ' The worker counts pids in a container, so that process may be itself.'
    : isElsewhere
      ? ' That it is the database of this service, nothing shows.'
      : '';
  const when = lock.isThen
    ? ''
    : seen?.time == null
      ? UNDATED
      : `; when that was, nothing tells, but ps shows that process at ${formatTimeOfDay(seen.time)} UTC, while the operation ran`;
  // Where the worker that died is listed too, it was looked at before its end; other workers run, and write, long after that.
  const isOfThen = seen !== null && locks.sawWorker && !context.ownEvents.pidsWithKinds(['worker-boot']).has(lock.pid);
  const weight = lock.isThen ? 5 : isOfThen ? 4.5 : 2.5;
  const sources = sourceOnly(lock.source);
  const running = seen === null ? sourceOnly() : sourcesOfSamples(evidence, [seen]);
  return {
    id: 'lock-held-by-another',
    text: `${capital(named(lock))} held ${lock.name} of ${fileOf(lock)}${when}: whoever else writes to it waits for that one.${doubt}`,
    weights: { 'database-lock': weight * sure },
    ...(lock.isThen && sure === 1 ? { decides: { 'database-lock': 'for' as const } } : {}),
    sources: [...sources.sources, ...running.sources],
    rows: running.rows,
    basis: BASIS.sqliteLocks,
  };
}

function heldByWorker(lock: HeldLock): Fact {
  return {
    id: 'lock-held-by-worker',
    text: `The worker itself held ${lock.name} of ${fileOf(lock)}${lock.isThen ? '' : UNDATED}: who holds it does not wait for it.`,
    weights: { 'database-lock': lock.isThen ? -4 : -2 },
    ...(lock.isThen ? { decides: { 'database-lock': 'against' as const } } : {}),
    ...sourceOnly(lock.source),
    basis: BASIS.sqliteLocks,
  };
}

function waitsForReaders(lock: HeldLock, reader: HeldLock): Fact {
  return {
    id: 'lock-waits-for-readers',
    text: `The worker held ${lock.name} of ${fileOf(lock)}, with which a writer waits until nobody reads any more, and ${named(reader)} held ${reader.name}${lock.isThen ? '' : UNDATED}.`,
    weights: { 'database-lock': lock.isThen ? 5 : 3.5 },
    ...(lock.isThen ? { decides: { 'database-lock': 'for' as const } } : {}),
    ...sourceOnly(lock.source, reader.source),
    basis: BASIS.sqliteLocks,
  };
}

/** Only where the worker's own locks are listed is a list known to hold those of others that it could wait for. */
function lockWasFree(context: FactContext, locks: HeldLocks, own: readonly HeldLock[]): readonly Fact[] {
  const stretch = finalStretch(context);
  const first = own.find(({ isThen, by }) => isThen && by === 'kernel');
  if (!locks.sawWorker || first === undefined || stretch === null) return [];
  const readers = locks.held.filter((lock) => lock.role === 'reader' && lock.pid !== first.pid).length;
  const also = readers === 0 ? '' : `; ${plural(readers, 'other')} read it, which keeps no writer from beginning`;
  return [
    {
      id: 'lock-was-free',
      text: `While the operation ran, the worker had ${fileOf(first)} open and no other process held the lock with which one writes to it${also}.`,
      weights: { 'database-lock': -2.5 },
      ...sourceOnly(first.source),
      basis: BASIS.sqliteLocks,
    },
  ];
}

function fileLockWaited({ waited }: HeldLocks): Fact | null {
  if (waited === null) return null;
  const { lock, holder, isThen } = waited;
  const by = holder?.pid == null ? 'another process' : `process ${holder.pid}`;
  return {
    id: 'file-lock-waited',
    text: `The worker waited for a lock on ${lock.path ?? `the file with inode ${lock.inode ?? '?'}`} (${lock.type}), which ${by} held${isThen ? '' : UNDATED}.`,
    weights: isThen ? { 'infinite-loop': -3.5, 'large-artifact': -1.5 } : { 'infinite-loop': -2 },
    ...(isThen ? { decides: { 'infinite-loop': 'against' as const } } : {}),
    ...sourceOnly(lock.source, ...(holder === null ? [] : [holder.source])),
    basis: BASIS.fileLocks,
  };
}

/** Without a call for so long a process computed, or waited for memory that was swapped out. */
const SILENT_SECONDS = 5;
/** What nothing dates counts for less: the same process may have been traced at another time. */
const UNDATED_SHARE = 0.6;

function traceFacts(context: FactContext): readonly Fact[] {
  const { evidence, record, window } = context;
  const pid = record?.incident.pid ?? null;
  if (window === null || pid === null) return [];
  const trace = (evidence.host?.traces ?? []).findLast((each) => {
    if (each.pid !== pid) return false;
    return each.from === null || each.to === null || (each.from <= addSeconds(window.to, 5) && each.to >= window.from);
  });
  if (trace === undefined) return [];
  const isThen = within(context)({ time: trace.to, source: trace.source }) === true;
  return [...refusedLock(trace, isThen), ...refusedMemory(trace, isThen), ...lastCall(trace, isThen)];
}

function refusedLock({ refusedLocks, pid }: SyscallTrace, isThen: boolean): readonly Fact[] {
  if (refusedLocks === null) return [];
  const { count, last, holderPid } = refusedLocks;
  const holder = holderPid === null || holderPid === pid ? '' : `, which process ${holderPid} held`;
  return [
    {
      id: 'lock-refused-in-trace',
      text: `strace shows that the worker asked for a lock of SQLite and was refused it ${plural(count, 'time')}, to the end of the trace${holder}${isThen ? '' : UNDATED}: ${last.text.slice(0, 140)}.`,
      weights: { 'database-lock': isThen ? 6 : 6 * UNDATED_SHARE, 'infinite-loop': isThen ? -3.5 : -2 },
      ...(isThen ? { decides: { 'database-lock': 'for' as const, 'infinite-loop': 'against' as const } } : {}),
      ...sourceOnly(last.source),
      basis: BASIS.strace,
    },
  ];
}

function refusedMemory({ refusedMemory: call }: SyscallTrace, isThen: boolean): readonly Fact[] {
  if (call === null) return [];
  return [
    {
      id: 'memory-refused-in-trace',
      text: `strace shows that the kernel refused the worker memory${isThen ? '' : UNDATED}: ${call.text.slice(0, 140)}.`,
      weights: { 'memory-exhaustion': isThen ? 2.5 : 1.5 },
      ...sourceOnly(call.source),
      basis: BASIS.refusedMemory,
    },
  ];
}

/** What a call that did not return waits for. */
const WAITS: readonly { readonly name: RegExp; readonly what: string; readonly weights: Fact['weights'] }[] = [
  {
    name: /^futex$/,
    what: 'for another of its own threads',
    weights: { 'infinite-loop': -3.5, 'database-lock': -2.5, 'large-artifact': -1 },
  },
  {
    name: /^(?:flock|fcntl)$/,
    what: 'for a lock on a file that another process held',
    weights: { 'infinite-loop': -3.5, 'large-artifact': -1 },
  },
  {
    name: /^(?:recv|send|accept|connect|poll|ppoll|select|pselect|epoll_)/,
    what: 'at a socket, for a peer or for the next request',
    weights: { 'infinite-loop': -3.5, 'database-lock': -2, 'large-artifact': -1 },
  },
  { name: /^wait/, what: 'for a process that it had started', weights: { 'infinite-loop': -2.5, 'database-lock': -2 } },
  { name: /^(?:clock_)?nanosleep$|^pause$/, what: 'for a time to pass', weights: { 'infinite-loop': -2 } },
  {
    name: /^(?:p?read|p?write|readv|writev|fsync|fdatasync|open|openat|getdents)/,
    what: 'for a file or a pipe',
    weights: { 'infinite-loop': -2.5, 'database-lock': -1 },
  },
];

function lastCall({ last, to, refusedLocks, repeated }: SyscallTrace, isThen: boolean): readonly Fact[] {
  if (refusedLocks !== null) return [];
  const waits = WAITS.find(({ name }) => name.test(last.name));
  if (last.isUnfinished) return waits === undefined ? [] : [waitedIn(last, waits, isThen)];
  const silent = to === null || last.time === null ? null : secondsBetween(last.time, to);
  if (!isThen || silent === null || silent < SILENT_SECONDS) return [];
  return [
    {
      id: 'trace-computed',
      text: `strace shows no call of the worker in the last ${formatSeconds(silent)}, after ${repeated.name}: it computed, and waited neither for a lock nor for a peer.`,
      weights: { 'infinite-loop': 1.5, 'database-lock': -3.5 },
      decides: { 'database-lock': 'against' },
      ...sourceOnly(last.source),
      basis: BASIS.strace,
    },
  ];
}

function waitedIn(call: SystemCall, waits: (typeof WAITS)[number], isThen: boolean): Fact {
  const share = isThen ? 1 : UNDATED_SHARE;
  const entries = Object.entries(waits.weights).map(([id, weight]) => [id, Math.round(weight * share * 10) / 10]);
  return {
    id: 'trace-waited',
    text: `strace shows where the worker was: it waited ${waits.what}${isThen ? '' : UNDATED}, in ${call.text.slice(0, 140)}.`,
    weights: Object.fromEntries(entries),
    ...(isThen && (waits.weights['infinite-loop'] ?? 0) <= -3.5
      ? { decides: { 'infinite-loop': 'against' as const } }
      : {}),
    ...sourceOnly(call.source),
    basis: BASIS.strace,
  };
}

const isUnexplained = ({ record }: FactContext): boolean =>
  record?.death?.mechanism === 'external-sigkill' && record.death.killer === null;

/** Used up to this share, a limit was reached; below the other, it was never near. */
const REACHED_SHARE = 0.98;
const FAR_SHARE = 0.7;

/** Nothing says whose cgroup was saved, and since when it counts: this never decides. */
function cgroupPeak(context: FactContext): readonly Fact[] {
  const told = (context.evidence.host?.cgroups ?? []).filter(
    (each): each is CgroupMemory & { readonly limitBytes: number; readonly peakBytes: number } =>
      each.limitBytes !== null && each.peakBytes !== null && each.limitBytes > 0,
  );
  const fullest = told.toSorted((a, b) => b.peakBytes / b.limitBytes - a.peakBytes / a.limitBytes)[0];
  if (fullest === undefined) return [];
  const { peakBytes, limitBytes, source } = fullest;
  const share = peakBytes / limitBytes;
  const unexplained = isUnexplained(context);
  const weight = share >= REACHED_SHARE ? (unexplained ? 2.5 : 0.5) : share < FAR_SHARE ? (unexplained ? -1.5 : -1) : 0;
  return [
    {
      id: 'cgroup-peak',
      text: `The memory cgroup that was saved has used at most ${formatBytes(peakBytes)} of its limit of ${formatBytes(limitBytes)} (${(share * 100).toFixed(0)} %) since it was made.`,
      weights: weight === 0 ? {} : { 'memory-exhaustion': weight },
      ...sourceOnly(source),
      basis: BASIS.memcg,
    },
  ];
}

function hostKills(context: FactContext): readonly Fact[] {
  const host = (context.evidence.host?.cgroups ?? []).find(
    ({ scope, oomKills }) => scope === 'host' && oomKills !== null,
  );
  if (host === undefined || host.oomKills === null) return [];
  const weight = !isUnexplained(context) ? 0 : host.oomKills === 0 ? -2 : 1.5;
  return [
    {
      id: host.oomKills === 0 ? 'host-without-oom-kill' : 'host-oom-kills',
      text:
        host.oomKills === 0
          ? '/proc/vmstat counts no process that an OOM killer ended since the host was started.'
          : `/proc/vmstat counts ${plural(host.oomKills, 'process', 'processes')} that an OOM killer ended since the host was started; when, it does not say.`,
      weights: weight === 0 ? {} : { 'memory-exhaustion': weight },
      ...sourceOnly(host.source),
      basis: BASIS.oomKiller,
    },
  ];
}

/** How long after the end an average still reaches back to it. */
const LATEST_SECONDS = 300;
const HEAVY_PERCENT = 20;
const NOTABLE_PERCENT = 5;

function memoryPressure(context: FactContext): readonly Fact[] {
  const { window, evidence } = context;
  if (window === null) return [];
  const rows = (evidence.host?.pressures ?? []).flatMap((row) => {
    if (row.resource !== 'memory' || row.time === null || row.time < window.from) return [];
    const lag = secondsBetween(window.to, row.time);
    return lag > LATEST_SECONDS ? [] : [{ row, percent: averageOver(row, lag) }];
  });
  const full = rows.filter(({ row }) => row.of === 'full').toSorted((a, b) => b.percent - a.percent)[0];
  const some = rows.filter(({ row }) => row.of === 'some').toSorted((a, b) => b.percent - a.percent)[0];
  const worst = full ?? some;
  if (worst === undefined) return [];
  const { row, percent } = worst;
  const heavy = row.of === 'full' ? HEAVY_PERCENT : HEAVY_PERCENT * 2;
  const weight = percent >= heavy ? 3 : percent >= NOTABLE_PERCENT ? 1.5 : (some?.percent ?? percent) < 1 ? -1.5 : 0;
  const who = row.of === 'full' ? 'every task that was not idle' : 'some task';
  return [
    {
      id: 'memory-pressure',
      text: `Around it ${who} waited for memory in ${percent.toFixed(1)} % of the time (pressure at ${row.time === null ? '?' : formatTimeOfDay(row.time)} UTC).`,
      weights: weight === 0 ? {} : { 'memory-exhaustion': weight },
      ...sourceOnly(row.source),
      basis: BASIS.pressure,
    },
  ];
}

/** The shortest average that reaches back to the operation. */
function averageOver({ avg10, avg60, avg300 }: Pressure, lagSeconds: number): number {
  return lagSeconds <= 0 ? avg10 : lagSeconds <= 50 ? avg60 : avg300;
}

/** Share of the time from which a host as a whole was held up by its disks, and the longest interval that shows one operation. */
const DISK_BOUND_PERCENT = 30;
const LONGEST_INTERVAL_SECONDS = 60;
const LEAST_ROWS = 3;

/** Whether the disks held the host up, where vmstat does not tell: by pressure, or by sar and mpstat. Swapping is memory's affair. */
function diskBound(context: FactContext): readonly Fact[] {
  const { window, evidence } = context;
  if (window === null || diskWaitFacts(context).length > 0) return [];
  const rows = (evidence.host?.pressures ?? []).filter(
    ({ time }) => time !== null && time >= window.from && time <= addSeconds(window.to, SAME_TIME_SECONDS),
  );
  const worst = (resource: Pressure['resource']): Pressure | undefined =>
    rows.filter((row) => row.resource === resource && row.of === 'full').toSorted((a, b) => b.avg10 - a.avg10)[0];
  const io = worst('io');
  const isForMemory = (worst('memory')?.avg10 ?? 0) >= NOTABLE_PERCENT;
  if (io !== undefined && io.avg10 >= DISK_BOUND_PERCENT && !isForMemory) {
    return [
      {
        id: 'disk-bound',
        text: `Every task that was not idle waited for disks in ${io.avg10.toFixed(0)} % of the time while the operation ran (pressure), and not for memory: the disk was slow or busy, whatever else happened.`,
        weights: { 'infinite-loop': -1.5, 'database-lock': -1 },
        ...sourceOnly(io.source),
        basis: BASIS.pressure,
      },
    ];
  }
  return isForMemory ? [] : diskBoundBySar(context, window);
}

/** An average over ten seconds still shows what had ended a moment before. */
const SAME_TIME_SECONDS = 5;

function diskBoundBySar({ evidence }: FactContext, window: NonNullable<FactContext['window']>): readonly Fact[] {
  const rows = (evidence.host?.load ?? []).filter(
    ({ time, intervalSeconds, waitPercent, swapInBytesPerSecond, swapOutBytesPerSecond }) =>
      time !== null &&
      time >= window.from &&
      time <= window.to &&
      waitPercent !== null &&
      intervalSeconds !== null &&
      intervalSeconds <= LONGEST_INTERVAL_SECONDS &&
      (swapInBytesPerSecond ?? 0) + (swapOutBytesPerSecond ?? 0) < THRASH_KIB_PER_SECOND * 1024,
  );
  const [first] = rows.toSorted((a, b) => (b.waitPercent ?? 0) - (a.waitPercent ?? 0));
  const waiting = rows.reduce((sum, { waitPercent }) => sum + (waitPercent ?? 0), 0) / rows.length;
  if (first === undefined || rows.length < LEAST_ROWS || waiting < DISK_BOUND_PERCENT) return [];
  return [
    {
      id: 'disk-bound',
      text: `The host spent ${waiting.toFixed(0)} % of its CPU time waiting for disks while the operation ran: the disk was slow or busy, whatever else happened.`,
      weights: { 'infinite-loop': -1.5, 'database-lock': -1 },
      ...sourceOnly(first.source),
      basis: BASIS.sar,
    },
  ];
}
