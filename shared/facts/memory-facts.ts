import { type FactContext, sourceOfFile, sourceOnly, sourcesOf, sourcesOfSamples } from '../context/context.ts';
import { hostTotal } from '../context/host-total.ts';
import { memorySamples, memoryUse } from '../context/process-readings.ts';
import type { Fact } from '../model/analysis.ts';
import type { EvidenceEvent } from '../model/event.ts';
import type { Provenance } from '../model/evidence.ts';
import { believedMemoryRows, type HostMemory } from '../model/samples.ts';
import { addSeconds, formatTimeOfDay, secondsBetween } from '../model/time.ts';
import { killerWord } from '../timeline/killers.ts';
import { fileLabel, formatBytes, formatSeconds, listing } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { refusedAllocation } from './failure-facts.ts';

const MB = 1_000_000;

/** What kernel log, `ps`, `free` and `vmstat` say about memory around the incident. */
export function memoryFacts(context: FactContext): readonly Fact[] {
  if (context.record === null) return kernelSilence(context, null);
  const swap = swapping(context);
  const thrashing = swap.some((fact) => fact.id === 'swap-thrashing');
  // A refused allocation is the process's own affair: there is nothing that the kernel would have logged.
  const unspoken = refusedAllocation(context) !== null ? 0 : thrashing ? SILENCE_WHILE_THRASHING : null;
  return [
    ...gunicornGuess(context),
    ...kernelSilence(context, unspoken),
    ...otherOomKills(context),
    ...cgroupKills(context),
    ...workerMemory(context),
    ...hostMemory(context),
    ...swap,
  ];
}

/** gunicorn prints "Perhaps out of memory?" for every SIGKILL (since 21.0), so the words weigh nothing. */
function gunicornGuess(context: FactContext): readonly Fact[] {
  const end = context.record?.death?.end;
  if (end === undefined || !/out of memory/i.test(end.message) || !end.kind.startsWith('worker-')) return [];
  return [
    {
      id: 'gunicorn-guesses-memory',
      text: 'gunicorn asks "Perhaps out of memory?". It prints that for every SIGKILL, its own included, so it says nothing about memory.',
      weights: {},
      ...sourcesOf(end),
      basis: BASIS.arbiter,
    },
  ];
}

function namesWorker(context: FactContext): boolean {
  const mechanism = context.record?.incident.mechanism;
  if (mechanism === 'kernel-oom' || mechanism === 'systemd-oomd') return true;
  // A program that kills before the kernel must: the kernel has nothing to say then.
  const killer = context.record?.death?.killer ?? null;
  return killer !== null && killerWord(killer)?.program.isForMemory === true;
}

/** A host that swaps to a standstill need not call the OOM killer: there, its silence says little. */
const SILENCE_WHILE_THRASHING = -0.5;

/** `unspoken`: what silence weighs where memory may run short without the kernel's saying so; null elsewhere. */
function kernelSilence(context: FactContext, unspoken: number | null): readonly Fact[] {
  const { kernel, window } = context;
  if (namesWorker(context) || window === null || kernel.state === 'absent') return [];
  const names = listing(kernel.files.map((file) => fileLabel(file.path)));
  const sources = sourceOnly(...kernel.files.map(sourceOfFile));
  if (kernel.state === 'empty-export') {
    return [
      {
        id: 'kernel-log-empty',
        text: `The kernel log was exported and has no entries (${names}): no OOM kill is recorded, as far as the export reached.`,
        weights: { 'memory-exhaustion': unspoken ?? -2.5 },
        ...sources,
        basis: BASIS.oomKiller,
      },
    ];
  }
  if (oomKillsInWindow(context).length > 0) return [];
  return [
    {
      id: 'kernel-log-silent',
      text: `The kernel log covers the ${context.record === null ? 'time' : 'incident'} and records no OOM kill (${names}).`,
      weights: { 'memory-exhaustion': unspoken ?? -3.5 },
      // Where nobody died and no work failed, a shortage could only have shown itself to the kernel.
      ...(context.record === null ? { decides: { 'memory-exhaustion': 'against' as const } } : {}),
      ...sources,
      basis: BASIS.oomKiller,
    },
  ];
}

function oomKillsInWindow(context: FactContext) {
  const { window } = context;
  if (window === null) return [];
  return context.evidence.events
    .ofKinds(['oom-kill'])
    .filter((event) => secondsBetween(window.from, event.time) > -60 && secondsBetween(event.time, window.to) > -60);
}

/** Counters of a cgroup have no time, and are those of the service only if the right ones were saved: they never decide. */
function cgroupKills(context: FactContext): readonly Fact[] {
  // What /proc/vmstat counts is of the whole host, and has a fact of its own.
  const cgroups = (context.evidence.host?.cgroups ?? []).flatMap(({ scope, oomKills, source }) =>
    scope === 'host' || oomKills === null ? [] : [{ oomKills, source }],
  );
  const death = context.record?.death ?? null;
  const first = cgroups[0];
  if (first === undefined || namesWorker(context)) return [];
  const kills = cgroups.reduce((sum, { oomKills }) => sum + oomKills, 0);
  const isUnexplained = death?.mechanism === 'external-sigkill' && death.killer === null;
  const sources = sourceOnly(...cgroups.map(({ source }) => source));
  if (kills === 0) {
    return [
      {
        id: 'cgroup-without-oom-kill',
        text: 'The counters of the memory cgroup (memory.events) show no process that an OOM killer ended since the cgroup was made.',
        weights: isUnexplained ? { 'memory-exhaustion': -1.5 } : {},
        ...sources,
        basis: BASIS.memcg,
      },
    ];
  }
  return [
    {
      id: 'cgroup-oom-kills',
      text: `The counters of the memory cgroup (memory.events) show ${kills === 1 ? '1 process' : `${kills} processes`} that an OOM killer ended since the cgroup was made; when, they do not show.`,
      weights: isUnexplained ? { 'memory-exhaustion': 2.5 } : {},
      ...sources,
      basis: BASIS.memcg,
    },
  ];
}

function otherOomKills(context: FactContext): readonly Fact[] {
  const pid = context.record?.incident.pid ?? null;
  const others = oomKillsInWindow(context).filter((event) => event.detail.targetPid !== pid);
  const first = others[0];
  if (first === undefined || namesWorker(context)) return [];
  const child = others.find((event) => isChild(context, event));
  if (child !== undefined) {
    return [
      {
        id: 'oom-kill-of-child',
        text: `The kernel's OOM killer ended ${child.detail.processName ?? 'a process'} (pid ${child.detail.targetPid ?? '?'}) at ${formatTimeOfDay(child.time)} UTC, which the operation names as its own: it was a child of the worker that ran out of memory.`,
        weights: { 'memory-exhaustion': 7 },
        decides: { 'memory-exhaustion': 'for' },
        ...sourcesOf(child),
        basis: BASIS.oomKiller,
      },
    ];
  }
  const who = first.detail.processName ?? 'another process';
  const hostWasShort = others.some((event) => event.detail.oomScope === 'host');
  return [
    {
      id: 'oom-kill-of-another',
      text: `The kernel's OOM killer ended ${who} (pid ${first.detail.targetPid ?? '?'}) at ${formatTimeOfDay(first.time)} UTC, not this worker${hostWasShort ? '; memory of the host was short' : ''}.`,
      // A host that runs out of memory slows every process before the killer picks one.
      weights: {
        'memory-exhaustion': !hostWasShort ? -0.5 : context.record?.death?.mechanism === 'gunicorn-timeout' ? 2 : 0.5,
      },
      ...sourcesOf(...others.slice(0, 5)),
      basis: BASIS.oomKiller,
    },
  ];
}

/** Whether the operation's own lines name the process that was killed. */
function isChild({ record }: FactContext, { detail }: EvidenceEvent): boolean {
  if (detail.targetPid === undefined) return false;
  const named = new RegExp(`(?:pid|process|child|worker)\\W{0,3}(?:pid\\W{0,2})?${detail.targetPid}(?!\\d)`, 'i');
  return (record?.operation?.lines ?? []).some(({ text }) => named.test(text.slice(0, 4_096)));
}

function workerMemory(context: FactContext): readonly Fact[] {
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
  let weight = 0;
  if (share !== null && share < 0.5) weight = small ? -2 : -1.5;
  else if (share !== null && share >= 0.85) weight = 1.5;
  else if (share === null && small) weight = -1;
  // A limit of its cgroup may lie far below the host's memory: a growing worker is not cleared by a large host.
  if (grown && context.record?.incident.mechanism !== 'gunicorn-timeout' && weight < 0) weight = -0.5;
  const of =
    share === null
      ? ''
      : limitBinds
        ? `, ${(share * 100).toFixed(1)} % of the unit's limit of ${formatBytes(boundBytes)} (${limit.from})`
        : `, ${(share * 100).toFixed(1)} % of the host's ${formatBytes(boundBytes)}`;
  const grewFrom =
    growthBytes > 20 * MB
      ? `grew from ${formatBytes(first.rssBytes)} to ${formatBytes(peak.rssBytes)} of resident memory`
      : `held at most ${formatBytes(peak.rssBytes)} of resident memory and did not grow`;
  return [
    {
      id: 'worker-memory',
      text: `The worker ${grewFrom}${of}.`,
      weights: { 'memory-exhaustion': weight, ...(grown ? { 'large-artifact': 1 } : {}) },
      ...(weight <= -1.5 && wasMeasured(context) ? { decides: { 'memory-exhaustion': 'against' as const } } : {}),
      ...withLimit(
        sourcesOfSamples(context.evidence, first === peak ? [peak] : [first, peak]),
        limitBinds ? limit.source : null,
      ),
      basis: limitBinds ? `${BASIS.ps}; ${BASIS.memoryMax}` : BASIS.ps,
    },
  ];
}

/** How old the last sample may be when the worker could no longer go on, for its memory to be known to the end. */
const SAMPLED_TO_THE_END_SECONDS = 10;

/**
 * Whether the worker's memory was sampled up to the end of its work while the kernel's log, which would tell of a shortage,
 * covers it. A silent kernel log alone excludes a kill by the kernel, not a shortage: an allocation may be refused, or a
 * guard in user space may kill.
 */
function wasMeasured(context: FactContext): boolean {
  const { kernel, workEnd, record } = context;
  const last = memorySamples(context).at(-1);
  if (kernel.state === 'absent' || last === undefined || workEnd === null) return false;
  return (
    record?.death?.mechanism === 'gunicorn-timeout' && secondsBetween(last.time, workEnd) <= SAMPLED_TO_THE_END_SECONDS
  );
}

function withLimit(
  of: { readonly sources: readonly Provenance[]; readonly rows: readonly number[] },
  limit: Provenance | null,
): { readonly sources: readonly Provenance[]; readonly rows: readonly number[] } {
  return limit === null ? of : { ...of, sources: [...of.sources, limit] };
}

function hostMemory(context: FactContext): readonly Fact[] {
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
  const timedOut = context.record?.incident.mechanism === 'gunicorn-timeout';
  // The kernel's word for a shortage outweighs a snapshot of some other moment.
  const killedForIt = oomKillsInWindow(context).some((event) => event.detail.oomScope === 'host');
  const plenty = killedForIt ? 0 : timedOut ? -1.5 : -0.5;
  const weight = share >= 0.2 ? plenty : share < 0.05 ? 1.5 : 0;
  return [
    {
      id: 'host-memory',
      text: `The host had ${formatBytes(available)} of ${formatBytes(host.totalBytes)} free or reclaimable${when}.${leftAside}`,
      weights: weight === 0 ? {} : { 'memory-exhaustion': weight },
      ...sources,
      basis:
        tightest !== undefined
          ? BASIS.vmstat
          : host.from === 'sar'
            ? BASIS.sar
            : 'proc(5), /proc/meminfo: MemAvailable',
    },
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

/** KiB/s of swap traffic above which a host is thrashing rather than tidying up. */
export const THRASH_KIB_PER_SECOND = 500;

function swapping(context: FactContext): readonly Fact[] {
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
          {
            id: 'no-swapping',
            text: 'No memory was swapped in or out while it ran.',
            weights: { 'memory-exhaustion': -0.5 },
            ...sourcesOfSamples(context.evidence, rows.slice(-1)),
            basis: BASIS.vmstat,
          },
        ];
  }
  const share = thrashing.length / rows.length;
  if (share < 0.25) return [];
  const wait = Math.max(...thrashing.map((row) => row.waitPercent));
  return [
    {
      id: 'swap-thrashing',
      text: `The host was swapping in ${thrashing.length} of ${rows.length} samples, up to ${formatBytes((busiest.swapInPerSecond + busiest.swapOutPerSecond) * 1024)}/s, with up to ${wait} % of CPU time waiting for disk: memory was exhausted and work slowed to a crawl.`,
      weights: { 'memory-exhaustion': 5, 'infinite-loop': -1.5, 'database-lock': -1 },
      ...sourcesOfSamples(context.evidence, [busiest]),
      basis: BASIS.vmstat,
    },
  ];
}

/** Longest interval of sar whose average still says something about one incident; its default is ten minutes. */
const SAR_INTERVAL_LIMIT_SECONDS = 1_200;

/** Kept up over minutes, this is gigabytes: no tidying up, whatever else the host did. */
const HEAVY_SAR_BYTES_PER_SECOND = 5_000_000;

/** sar averages over minutes: traffic that shows in such an average was far heavier while it lasted. */
function swappingBySar(context: FactContext): readonly Fact[] {
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
    {
      id: 'swap-thrashing',
      text: `The host swapped ${formatBytes(Math.round(busiest.bytesPerSecond))}/s on average over the ${formatSeconds(busiest.intervalSeconds)} before ${formatTimeOfDay(busiest.time)} UTC, in which the operation ran: memory was exhausted.`,
      weights: {
        'memory-exhaustion': busiest.bytesPerSecond >= HEAVY_SAR_BYTES_PER_SECOND ? 5 : 3,
        'infinite-loop': -1,
        'database-lock': -0.5,
      },
      ...sourceOnly(busiest.load.source),
      basis: BASIS.sar,
    },
  ];
}
