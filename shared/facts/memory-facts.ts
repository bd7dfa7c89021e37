import { type FactContext, sourceOfFile, sourceOnly, sourcesOf, sourcesOfSamples } from '../context/context.ts';
import { hostTotal } from '../context/host-total.ts';
import { oomKillsInWindow } from '../context/oom-kills.ts';
import { memorySamples, memoryUse } from '../context/process-readings.ts';
import { isTimeLimit } from '../model/analysis.ts';
import { GUNICORN_DEFAULTS } from '../model/config.ts';
import type { EvidenceEvent } from '../model/event.ts';
import type { Provenance } from '../model/evidence.ts';
import { believedMemoryRows, type HostMemory } from '../model/samples.ts';
import { addSeconds, type EpochMicros, formatTimeOfDay, secondsBetween } from '../model/time.ts';
import { killerWord } from '../timeline/killers.ts';
import { fileLabel, formatBytes, formatSeconds, listing } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { refusedAllocation } from './failure-facts.ts';
import { type FactOf, family, rule } from './rule.ts';

const MB = 1_000_000;

/** What kernel log, `ps`, `free` and `vmstat` say about memory around the incident. */
function memoryFacts(context: FactContext): readonly MemoryFact[] {
  if (context.record === null) return kernelSilence(context, ['ofKill']);
  const swap = swapping(context);
  const thrashing = swap.some((fact) => fact.id === 'swap-thrashing');
  const isKill = context.record.incident.mechanism === 'external-sigkill';
  const what = thrashing ? 'thrashing' : isKill ? 'ofKill' : 'ofShortage';
  const silence = refusedAllocation(context) !== null ? [] : ([what] as const);
  return [
    ...gunicornGuess(context),
    ...kernelSilence(context, silence),
    ...otherOomKills(context),
    ...cgroupKills(context),
    ...memoryOfWorker(context),
    ...memoryOfHost(context),
    ...unusedMemory(context),
    ...swap,
  ];
}

const gunicornGuessesMemory = rule({
  id: 'gunicorn-guesses-memory',
  needs: ['service-log'],
  basis: BASIS.arbiter,
});

/** gunicorn prints "Perhaps out of memory?" for every SIGKILL (since 21.0), so the words weigh nothing. */
function gunicornGuess(context: FactContext): readonly MemoryFact[] {
  const end = context.record?.death?.end;
  if (end === undefined || !/out of memory/i.test(end.message) || !end.kind.startsWith('worker-')) return [];
  return [
    gunicornGuessesMemory.fact({
      text: 'gunicorn prints "Perhaps out of memory?" for every SIGKILL, its own included. It says nothing about memory.',
      ...sourcesOf(end),
    }),
  ];
}

/** Whether the killer itself says that memory was why. */
export function isKilledForMemory(context: FactContext): boolean {
  const mechanism = context.record?.incident.mechanism;
  if (mechanism === 'kernel-oom' || mechanism === 'systemd-oomd') return true;
  // A program that kills before the kernel must: the kernel has nothing to say then.
  const killer = context.record?.death?.killer ?? null;
  return killer !== null && killerWord(killer)?.program.isForMemory === true;
}

/** A host that swaps to a standstill need not call the OOM killer: there, its silence says little. */
const WHILE_THRASHING = { when: 'the host swapped', weights: { 'memory-exhaustion': -0.5 } } as const;
/** A refused allocation is the process's own affair: there is nothing that the kernel would have logged. */
const UNSPOKEN = 'no allocation was refused, the host did not swap,';
/** Of a kill the kernel's silence tells that it was not the kernel's; of a shortage that kills nobody it tells little. */
const OF_A_KILL = `${UNSPOKEN} and a SIGKILL of unknown sender, or nothing, ended the worker`;
const OF_A_SHORTAGE = `${UNSPOKEN} and it ended otherwise, or the work failed or hangs`;

const kernelLogEmpty = rule({
  id: 'kernel-log-empty',
  needs: ['kernel-log'],
  basis: BASIS.oomKiller,
  cases: {
    ofKill: { when: OF_A_KILL, weights: { 'memory-exhaustion': -2.5 } },
    ofShortage: { when: OF_A_SHORTAGE, weights: { 'memory-exhaustion': -1 } },
    thrashing: WHILE_THRASHING,
  },
});

const kernelLogSilent = rule({
  id: 'kernel-log-silent',
  needs: ['kernel-log'],
  basis: BASIS.oomKiller,
  cases: {
    ofKill: { when: OF_A_KILL, weights: { 'memory-exhaustion': -3.5 } },
    ofShortage: { when: OF_A_SHORTAGE, weights: { 'memory-exhaustion': -1.5 } },
    thrashing: WHILE_THRASHING,
    // Where nobody died and no work failed, a shortage could only have shown itself to the kernel.
    noIncident: { when: 'nothing went wrong', decides: { 'memory-exhaustion': 'against' } },
  },
});

/** `silence`: which case of its rules it is; none where the kernel would have said nothing anyway. */
function kernelSilence(
  context: FactContext,
  silence: readonly ('ofKill' | 'ofShortage' | 'thrashing')[],
): readonly MemoryFact[] {
  const { kernel, window } = context;
  if (isKilledForMemory(context) || window === null || kernel.state === 'absent') return [];
  const names = listing(kernel.files.map((file) => fileLabel(file.path)));
  const sources = sourceOnly(...kernel.files.map(sourceOfFile));
  if (kernel.state === 'empty-export') {
    return [
      kernelLogEmpty.fact({
        case: silence,
        text: `${names} is an empty export ("-- No entries --"). It shows no OOM kill, but not which time was exported.`,
        ...sources,
      }),
    ];
  }
  if (oomKillsInWindow(context).length > 0) return [];
  return [
    kernelLogSilent.fact({
      case: [...silence, ...(context.record === null ? (['noIncident'] as const) : [])],
      text: `The kernel log covers the ${context.record === null ? 'time' : 'incident'} and has no OOM kill (${names}).`,
      ...sources,
    }),
  ];
}

/** Of a death that {@link isUnexplainedKill} says it of. */
export const UNEXPLAINED = 'the worker got a SIGKILL that nobody says to have sent';

export function isUnexplainedKill({ record }: FactContext): boolean {
  return record?.death?.mechanism === 'external-sigkill' && record.death.killer === null;
}

const cgroupWithoutOomKill = rule({
  id: 'cgroup-without-oom-kill',
  needs: ['cgroup-counters'],
  basis: BASIS.memcg,
  cases: { unexplained: { when: UNEXPLAINED, weights: { 'memory-exhaustion': -1.5 } } },
});

const cgroupOomKills = rule({
  id: 'cgroup-oom-kills',
  needs: ['cgroup-counters'],
  basis: BASIS.memcg,
  cases: { unexplained: { when: UNEXPLAINED, weights: { 'memory-exhaustion': 2.5 } } },
});

/** Counters of a cgroup have no time, and are those of the service only if the right ones were saved: they never decide. */
function cgroupKills(context: FactContext): readonly MemoryFact[] {
  // What /proc/vmstat counts is of the whole host, and has a fact of its own.
  const cgroups = (context.evidence.host?.cgroups ?? []).flatMap(({ scope, oomKills, source }) =>
    scope === 'host' || oomKills === null ? [] : [{ oomKills, source }],
  );
  const first = cgroups[0];
  if (first === undefined || isKilledForMemory(context)) return [];
  const kills = cgroups.reduce((sum, { oomKills }) => sum + oomKills, 0);
  const unexplained: readonly 'unexplained'[] = isUnexplainedKill(context) ? ['unexplained'] : [];
  const sources = sourceOnly(...cgroups.map(({ source }) => source));
  if (kills === 0) {
    return [
      cgroupWithoutOomKill.fact({
        case: unexplained,
        text: 'The counters of the memory cgroup (memory.events) show no process that an OOM killer killed since the cgroup was made.',
        ...sources,
      }),
    ];
  }
  return [
    cgroupOomKills.fact({
      case: unexplained,
      text: `The counters of the memory cgroup (memory.events) show ${kills === 1 ? '1 process' : `${kills} processes`} that an OOM killer killed since the cgroup was made; they do not show when.`,
      ...sources,
    }),
  ];
}

const oomKillOfChild = rule({
  id: 'oom-kill-of-child',
  needs: ['kernel-log', 'service-log'],
  basis: BASIS.oomKiller,
  weights: { 'memory-exhaustion': 7 },
  decides: { 'memory-exhaustion': 'for' },
});

const oomKillOfAnother = rule({
  id: 'oom-kill-of-another',
  needs: ['kernel-log'],
  basis: BASIS.oomKiller,
  cases: {
    inCgroup: { when: 'a memory cgroup was at its limit', weights: { 'memory-exhaustion': -0.5 } },
    // A host that runs out of memory slows every process before the killer picks one.
    onHostAtTimeout: {
      when: 'the host was short of memory, and a timeout ended the worker',
      weights: { 'memory-exhaustion': 2 },
    },
    onHost: { when: 'the host was short of memory, and no timeout ended it', weights: { 'memory-exhaustion': 0.5 } },
    // What the work needs was ended a moment before: no other word of it is to be expected.
    beforeFailure: {
      when: 'the work failed within 30 s of it, and nobody died',
      weights: { 'memory-exhaustion': 5 },
      decides: { 'memory-exhaustion': 'for' },
    },
  },
});

function otherOomKills(context: FactContext): readonly MemoryFact[] {
  const pid = context.record?.incident.pid ?? null;
  const others = oomKillsInWindow(context).filter((event) => event.detail.targetPid !== pid);
  const first = others[0];
  if (first === undefined || isKilledForMemory(context)) return [];
  const child = others.find((event) => isChild(context, event));
  if (child !== undefined) {
    return [
      oomKillOfChild.fact({
        text: `The kernel's OOM killer killed ${child.detail.processName ?? 'a process'} (pid ${child.detail.targetPid ?? '?'}) at ${formatTimeOfDay(child.time)} UTC, a child process that the operation names.`,
        ...sourcesOf(child),
      }),
    ];
  }
  const who = first.detail.processName ?? 'another process';
  const hostWasShort = others.some((event) => event.detail.oomScope === 'host');
  return [
    oomKillOfAnother.fact({
      case: failedAfter(context, others)
        ? 'beforeFailure'
        : !hostWasShort
          ? 'inCgroup'
          : isTimeLimit(context.record?.death?.mechanism)
            ? 'onHostAtTimeout'
            : 'onHost',
      text: `The kernel's OOM killer killed ${who} (pid ${first.detail.targetPid ?? '?'}) at ${formatTimeOfDay(first.time)} UTC, not this worker${hostWasShort ? '; memory of the host was short' : ''}.`,
      ...sourcesOf(...others.slice(0, 5)),
    }),
  ];
}

const FAILED_AFTER_SECONDS = 30;

/** Whether the work failed a moment after one of these kills, while its worker lived on. */
function failedAfter({ record }: FactContext, kills: readonly EvidenceEvent[]): boolean {
  const failure = record?.failure ?? null;
  if (record === null || failure === null || record.death !== null) return false;
  return kills.some(({ time }) => {
    const seconds = secondsBetween(time, failure.time);
    return time >= record.incident.start && seconds >= 0 && seconds <= FAILED_AFTER_SECONDS;
  });
}

/** What a service says of a child that was killed: `ffmpeg died with <Signals.SIGKILL: 9>`, `returned -9`, `exit status 137`. */
const KILLED_CHILD =
  /\bSIGKILL\b|\b(?:signal|segnale|sinal|se[nñ]al)\b\D{0,12}\b9\b|(?<![\d.])-9\b|\b137\b|\bkilled\b/i;
/** Every service is one of these. */
const SERVICE_PROCESS = /^(?:python[\d.]*|gunicorn|uvicorn|uwsgi|node|java)\b/;

/** Whether the operation's own lines name the process that was killed, by its number or as a program that was killed. */
function isChild({ record }: FactContext, { detail }: EvidenceEvent): boolean {
  const { processName = '' } = detail;
  const own = (record?.operation?.lines ?? []).map(({ text }) => text.slice(0, 4_096));
  const isOtherProgram = processName.length > 2 && !SERVICE_PROCESS.test(processName);
  if (isOtherProgram && own.some((text) => text.includes(processName) && KILLED_CHILD.test(text))) return true;
  if (detail.targetPid === undefined) return false;
  const named = new RegExp(`(?:pid|process|child|worker)\\W{0,3}(?:pid\\W{0,2})?${detail.targetPid}(?!\\d)`, 'i');
  return own.some((text) => named.test(text));
}

const workerMemory = rule({
  id: 'worker-memory',
  needs: ['process-memory'],
  basis: BASIS.ps,
  cases: {
    tiny: {
      when: 'it held under 150 MB, did not grow, and that is under half of its limit or the host',
      weights: { 'memory-exhaustion': -2 },
    },
    underHalf: { when: 'it held more, yet under half of that', weights: { 'memory-exhaustion': -1.5 } },
    // A limit of its cgroup may lie far below the host's memory: a growing worker is not cleared by a large host.
    grewUnderHalf: {
      when: 'it held under half of that, grew by 100 MB or more, and no timeout ended it',
      weights: { 'memory-exhaustion': -0.5 },
    },
    nearLimit: { when: 'it held 85 % of that or more', weights: { 'memory-exhaustion': 1.5 } },
    tinyAlone: {
      when: 'it held under 150 MB and did not grow, and neither limit nor host is known',
      weights: { 'memory-exhaustion': -1 },
    },
    measured: {
      when: 'it held under half of that up to a timeout, by samples of its last 10 s, and a kernel log covers them, or memory of the host was free throughout',
      decides: { 'memory-exhaustion': 'against' },
    },
    grown: { when: 'it grew by 100 MB or more', weights: { 'large-artifact': 1 } },
    limited: { when: "its unit's limit is what it was held against", basis: `${BASIS.ps}; ${BASIS.memoryMax}` },
  },
});

function memoryOfWorker(context: FactContext): readonly MemoryFact[] {
  const use = memoryUse(context);
  if (use === null) return [];
  const { first, peak, growthBytes } = use;
  const host = hostTotal(context);
  const limit = context.unit?.memoryMaxBytes ?? null;
  // The cgroup's limit, where one is known, is what the worker can run into; the host's memory lies beyond it.
  const boundBytes = Math.min(limit?.value ?? Number.POSITIVE_INFINITY, host?.totalBytes || Number.POSITIVE_INFINITY);
  const share = Number.isFinite(boundBytes) && boundBytes > 0 ? peak.rssBytes / boundBytes : null;
  const limitBinds = limit !== null && limit.value === boundBytes;
  const grown = growthBytes >= 100 * MB;
  const small = peak.rssBytes < 150 * MB && growthBytes < 50 * MB;
  const timedOut = isTimeLimit(context.record?.incident.mechanism);
  const level = ((): 'tiny' | 'underHalf' | 'grewUnderHalf' | 'nearLimit' | 'tinyAlone' | null => {
    if (share === null) return small ? 'tinyAlone' : null;
    if (share >= 0.85) return 'nearLimit';
    if (share >= 0.5) return null;
    if (small) return 'tiny';
    return grown && !timedOut ? 'grewUnderHalf' : 'underHalf';
  })();
  const isMeasured = (level === 'tiny' || level === 'underHalf') && wasMeasured(context);
  const of =
    share === null
      ? ''
      : limitBinds
        ? `, ${(share * 100).toFixed(1)}% of the unit's limit of ${formatBytes(boundBytes)} (${limit.from})`
        : `, ${(share * 100).toFixed(1)}% of the host's ${formatBytes(boundBytes)}`;
  const grewFrom =
    growthBytes > 20 * MB
      ? `grew from ${formatBytes(first.rssBytes)} to ${formatBytes(peak.rssBytes)} of RSS`
      : memorySamples(context).length < 2
        ? `held ${formatBytes(peak.rssBytes)} of RSS in the one sample`
        : `held at most ${formatBytes(peak.rssBytes)} of RSS and did not grow`;
  return [
    workerMemory.fact({
      case: [
        ...(level === null ? [] : [level]),
        ...(isMeasured ? (['measured'] as const) : []),
        ...(grown ? (['grown'] as const) : []),
        ...(limitBinds ? (['limited'] as const) : []),
      ],
      text: `The worker ${grewFrom}${of}.`,
      ...withLimit(
        sourcesOfSamples(context.evidence, first === peak ? [peak] : [first, peak]),
        limitBinds ? limit.source : null,
      ),
    }),
  ];
}

/** How old the last sample may be when the worker could no longer go on, for its memory to be known to the end. */
const SAMPLED_TO_THE_END_SECONDS = 10;

/**
 * Whether the worker's memory was sampled up to the end of its work while the kernel's log, which would tell of a shortage,
 * covers it, or while the host's memory was seen to be free all along. A silent kernel log alone excludes a kill by the kernel, not a shortage: an allocation may be refused, or a
 * guard in user space may kill.
 */
function wasMeasured(context: FactContext): boolean {
  const { kernel, workEnd, record } = context;
  const last = memorySamples(context).at(-1);
  if (last === undefined || workEnd === null) return false;
  if (kernel.state === 'absent' && freeThroughout(context) === null) return false;
  return isTimeLimit(record?.death?.mechanism) && secondsBetween(last.time, workEnd) <= SAMPLED_TO_THE_END_SECONDS;
}

function withLimit(
  of: { readonly sources: readonly Provenance[]; readonly rows: readonly number[] },
  limit: Provenance | null,
): { readonly sources: readonly Provenance[]; readonly rows: readonly number[] } {
  return limit === null ? of : { ...of, sources: [...of.sources, limit] };
}

const hostMemory = rule({
  id: 'host-memory',
  needs: ['host-load'],
  basis: BASIS.vmstat,
  cases: {
    // The kernel's word for a shortage outweighs a snapshot of some other moment.
    plentyAtTimeout: {
      when: 'a fifth or more was free, a timeout ended the worker, and no OOM kill tells of a short host',
      weights: { 'memory-exhaustion': -1.5 },
    },
    plenty: {
      when: 'a fifth or more was free, no timeout ended it, and no OOM kill tells of a short host',
      weights: { 'memory-exhaustion': -0.5 },
    },
    short: { when: 'less than 5 % was free', weights: { 'memory-exhaustion': 1.5 } },
    bySar: { when: 'sar tells it', basis: BASIS.sar },
    byMeminfo: { when: 'a snapshot tells it', basis: 'proc(5), /proc/meminfo: MemAvailable' },
  },
});

function memoryOfHost(context: FactContext): readonly MemoryFact[] {
  let host = hostTotal(context);
  const rows = believedMemoryRows(context.vmstatSamples, context.evidence.hostMemory);
  if (host === null || host.totalBytes === 0) return [];
  let tightest = rows[0];
  for (const row of rows) {
    if (tightest === undefined || row.freeBytes + row.cacheBytes < tightest.freeBytes + tightest.cacheBytes)
      tightest = row;
  }
  const dated = tightest === undefined ? tightestSnapshot(context) : null;
  if (dated !== null) host = dated;
  const available =
    tightest === undefined ? host.availableBytes : tightest.freeBytes + tightest.cacheBytes + tightest.buffBytes;
  if (available === null) return [];
  const share = available / host.totalBytes;
  const moment = tightest?.time ?? dated?.time ?? null;
  const when = moment === null ? '' : ` at its tightest (${formatTimeOfDay(moment)} UTC)`;
  const leftAside =
    rows.length < context.vmstatSamples.length
      ? ' The memory in vmstat is left aside: it does not fit the host in KiB (vmstat -S prints other units).'
      : '';
  const sources = tightest === undefined ? sourceOnly(host.source) : sourcesOfSamples(context.evidence, [tightest]);
  const timedOut = isTimeLimit(context.record?.incident.mechanism);
  const killedForIt = oomKillsInWindow(context).some((event) => event.detail.oomScope === 'host');
  const plenty = timedOut ? ('plentyAtTimeout' as const) : ('plenty' as const);
  const level = share < 0.05 ? (['short'] as const) : share >= 0.2 && !killedForIt ? [plenty] : [];
  return [
    hostMemory.fact({
      case: [
        ...level,
        ...(tightest !== undefined ? [] : [host.from === 'sar' ? ('bySar' as const) : ('byMeminfo' as const)]),
      ],
      text: `The host had ${formatBytes(available)} of ${formatBytes(host.totalBytes)} free or reclaimable${when}.${leftAside}`,
      ...sources,
    }),
  ];
}

/** The dated snapshot of `free`, `top` or `sar` within the window (or the one next after it) with the least available. */
function tightestSnapshot(context: FactContext): HostMemory | null {
  const { window } = context;
  if (window === null) return null;
  const dated = context.evidence.hostMemory.flatMap((memory) =>
    memory.time === null || memory.availableBytes === null || memory.totalBytes === 0
      ? []
      : [{ memory, time: memory.time, share: memory.availableBytes / memory.totalBytes }],
  );
  const within = dated.filter(({ time }) => time >= window.from && time <= window.to);
  let tightest = within[0] ?? null;
  for (const each of within) if (tightest === null || each.share < tightest.share) tightest = each;
  return tightest?.memory ?? null;
}

/** Unused memory, not even lent to caches, with which no kernel begins to look for more: its marks are far lower. */
const FREE_BYTES = 256 * MB;
const FREE_SHARE = 0.1;
/** Samples that show a course, and how far the first and the last may lie from what they are to cover. */
const LEAST_SAMPLES = 3;
const COVERED_WITHIN_SECONDS = 15;
/** Waits for the disk above which pages may be read again and again within a limit of their own. */
const DISK_WAIT_PERCENT = 20;

interface FreeMemory {
  readonly leastBytes: number;
  readonly samples: number;
  readonly from: EpochMicros;
  readonly to: EpochMicros;
  readonly source: Provenance;
}

/**
 * The unused memory of the host, where it was sampled from when the worker was last heard of to its timeout, and much of it
 * was unused in every sample, nothing was swapped and hardly anything waited for the disk; null otherwise.
 */
function freeThroughout(context: FactContext): FreeMemory | null {
  const { workEnd, window, record, config } = context;
  if (workEnd === null || window === null || record?.death?.mechanism !== 'gunicorn-timeout') return null;
  const silent = addSeconds(workEnd, -(config?.timeoutSeconds || GUNICORN_DEFAULTS.timeoutSeconds));
  const vmstat = believedMemoryRows(context.vmstatSamples, context.evidence.hostMemory);
  const rows = [
    ...vmstat.map(({ time, freeBytes, source }) => ({ time, freeBytes, totalBytes: null, source })),
    ...context.evidence.hostMemory.flatMap(({ time, freeBytes, totalBytes, source }) =>
      time === null || freeBytes === null ? [] : [{ time, freeBytes, totalBytes, source }],
    ),
  ]
    .filter(
      ({ time }) =>
        secondsBetween(time, silent) <= COVERED_WITHIN_SECONDS &&
        secondsBetween(workEnd, time) <= COVERED_WITHIN_SECONDS,
    )
    .sort((a, b) => a.time - b.time);
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined || rows.length < LEAST_SAMPLES) return null;
  const isCovered =
    secondsBetween(silent, first.time) <= COVERED_WITHIN_SECONDS &&
    secondsBetween(last.time, workEnd) <= SAMPLED_TO_THE_END_SECONDS;
  const isFree = rows.every(
    ({ freeBytes, totalBytes }) => freeBytes >= FREE_BYTES && freeBytes >= (totalBytes ?? 0) * FREE_SHARE,
  );
  const isCalm = vmstat.every(
    ({ swapInPerSecond, swapOutPerSecond, waitPercent }) =>
      swapInPerSecond + swapOutPerSecond === 0 && waitPercent < DISK_WAIT_PERCENT,
  );
  if (!isCovered || !isFree || !isCalm) return null;
  const least = rows.reduce((tightest, row) => (row.freeBytes < tightest.freeBytes ? row : tightest));
  return {
    leastBytes: least.freeBytes,
    samples: rows.length,
    from: first.time,
    to: last.time,
    source: least.source,
  };
}

const memoryFree = rule({
  id: 'memory-free-throughout',
  needs: ['host-load'],
  basis: BASIS.vmstat,
  weights: { 'memory-exhaustion': -1.5 },
  cases: {
    // A limit of a cgroup may be reached on a host that has plenty: only the kernel would tell.
    toldByKernel: {
      when: 'a kernel log covers it and tells of no kill, and no limit of its unit is known',
      decides: { 'memory-exhaustion': 'against' },
    },
  },
});

function unusedMemory(context: FactContext): readonly MemoryFact[] {
  const free = freeThroughout(context);
  if (free === null || oomKillsInWindow(context).length > 0) return [];
  const isTold = context.kernel.state === 'covers' && context.unit?.memoryMaxBytes == null;
  return [
    memoryFree.fact({
      case: isTold ? 'toldByKernel' : [],
      text: `The host had at least ${formatBytes(free.leastBytes)} of memory unused in all of ${free.samples} samples up to the timeout (${formatTimeOfDay(free.from)} to ${formatTimeOfDay(free.to)} UTC).`,
      ...sourceOnly(free.source),
    }),
  ];
}

/** KiB/s of swap traffic above which a host is thrashing rather than tidying up. */
export const THRASH_KIB_PER_SECOND = 500;

const noSwapping = rule({
  id: 'no-swapping',
  needs: ['host-load'],
  basis: BASIS.vmstat,
  weights: { 'memory-exhaustion': -0.5 },
});

const swapThrashing = rule({
  id: 'swap-thrashing',
  needs: ['host-load'],
  basis: BASIS.vmstat,
  cases: {
    byVmstat: {
      when: 'vmstat shows it in a quarter of its samples or more',
      weights: { 'memory-exhaustion': 5, 'infinite-loop': -1.5, 'database-lock': -1 },
      decides: { 'memory-exhaustion': 'for' },
    },
    bySar: {
      when: 'sar shows 500 KiB/s or more on average',
      basis: BASIS.sar,
      weights: { 'memory-exhaustion': 3, 'infinite-loop': -1, 'database-lock': -0.5 },
    },
    heavyBySar: {
      when: 'sar shows 5 MB/s or more on average',
      basis: BASIS.sar,
      weights: { 'memory-exhaustion': 5, 'infinite-loop': -1, 'database-lock': -0.5 },
      decides: { 'memory-exhaustion': 'for' },
    },
  },
});

function swapping(context: FactContext): readonly MemoryFact[] {
  const rows = context.vmstatSamples;
  if (rows.length < 3) return swappingBySar(context);
  const thrashing = rows.filter((row) => row.swapInPerSecond + row.swapOutPerSecond >= THRASH_KIB_PER_SECOND);
  const busiest = [...thrashing].sort(
    (a, b) => b.swapInPerSecond + b.swapOutPerSecond - a.swapInPerSecond - a.swapOutPerSecond,
  )[0];
  if (busiest === undefined) {
    return rows.some((row) => row.swapUsedBytes > 0) || rows.length < 5
      ? []
      : [
          noSwapping.fact({
            text: 'No memory was swapped in or out while it ran.',
            ...sourcesOfSamples(context.evidence, rows.slice(-1)),
          }),
        ];
  }
  const share = thrashing.length / rows.length;
  if (share < 0.25) return [];
  const wait = Math.max(...thrashing.map((row) => row.waitPercent));
  return [
    swapThrashing.fact({
      case: 'byVmstat',
      text: `The host was swapping in ${thrashing.length} of ${rows.length} samples, up to ${formatBytes((busiest.swapInPerSecond + busiest.swapOutPerSecond) * 1024)}/s, with up to ${wait}% of CPU time waiting for disk: memory was exhausted.`,
      ...sourcesOfSamples(context.evidence, [busiest]),
    }),
  ];
}

/** Longest interval of sar whose average still says something about one incident; its default is ten minutes. */
const SAR_INTERVAL_LIMIT_SECONDS = 1_200;

/** Kept up over minutes, this is gigabytes: no tidying up, whatever else the host did. */
const HEAVY_SAR_BYTES_PER_SECOND = 5_000_000;

/** sar averages over minutes: traffic that shows in such an average was far heavier while it lasted. */
function swappingBySar(context: FactContext): readonly MemoryFact[] {
  const { window } = context;
  if (window === null) return [];
  const traffic = (context.evidence.host?.load ?? []).flatMap((load) => {
    const { time, intervalSeconds, swapInBytesPerSecond, swapOutBytesPerSecond } = load;
    if (time === null || intervalSeconds === null || swapInBytesPerSecond === null || swapOutBytesPerSecond === null)
      return [];
    const overlaps = time >= window.from && addSeconds(time, -intervalSeconds) <= window.to;
    if (!overlaps || intervalSeconds > SAR_INTERVAL_LIMIT_SECONDS) return [];
    return [{ load, time, intervalSeconds, bytesPerSecond: swapInBytesPerSecond + swapOutBytesPerSecond }];
  });
  const busiest = [...traffic].sort((a, b) => b.bytesPerSecond - a.bytesPerSecond)[0];
  if (busiest === undefined || busiest.bytesPerSecond < THRASH_KIB_PER_SECOND * 1024) return [];
  return [
    swapThrashing.fact({
      case: busiest.bytesPerSecond >= HEAVY_SAR_BYTES_PER_SECOND ? 'heavyBySar' : 'bySar',
      text: `The host swapped ${formatBytes(Math.round(busiest.bytesPerSecond))}/s on average over the ${formatSeconds(busiest.intervalSeconds)} before ${formatTimeOfDay(busiest.time)} UTC, in which the operation ran: memory was exhausted.`,
      ...sourceOnly(busiest.load.source),
    }),
  ];
}

const MEMORY_RULES = [
  gunicornGuessesMemory,
  kernelLogEmpty,
  kernelLogSilent,
  cgroupWithoutOomKill,
  cgroupOomKills,
  oomKillOfChild,
  oomKillOfAnother,
  workerMemory,
  hostMemory,
  memoryFree,
  noSwapping,
  swapThrashing,
] as const;
type MemoryFact = FactOf<typeof MEMORY_RULES>;

export const memoryFamily = family({
  name: 'memory',
  about: 'What the log of the kernel, `ps`, `free`, `vmstat`, `sar` and cgroups say about memory around the incident.',
  rules: MEMORY_RULES,
  find: memoryFacts,
});
