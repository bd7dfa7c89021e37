import type { FactContext } from '../../context/context.ts';
import { oomReport } from '../../context/oom-report.ts';
import { memorySamples, memoryUse } from '../../context/process-readings.ts';
import type { Recommendation } from '../../model/analysis.ts';
import type { EvidenceEvent } from '../../model/event.ts';
import { pythonBytes } from '../../profiling/python-cost.ts';
import { formatBytes } from '../../wording/figures.ts';
import { type Advice, type AdviceFamily, factFor, immediately, reasonFor, verdictFor } from './advice.ts';

/** Half as much again as was needed. */
const HEADROOM = 1.5;
/** Share of a limit below which a parse cannot have been what filled it. */
const SMALL_SHARE = 0.25;
const MIB = 2 ** 20;

/** The memory that the service is given, where it ran out of it: which of its bounds was reached decides what helps. */
export const memoryAdvice: AdviceFamily = (advice) => {
  if (verdictFor(advice, 'memory-exhaustion') !== 'fits') return [];
  const { context } = advice;
  if (context.record?.incident.mechanism === 'systemd-oomd') return [pressure(advice)];
  if (factFor(advice, 'allocation-refused') !== undefined && context.record?.incident.mechanism !== 'kernel-oom') {
    return [refused(advice)];
  }
  return [oomReport(context)?.scope === 'host' || isHostShort(advice) ? hostShort(advice) : limitReached(advice)];
};

/** A platform's limit: it is set where the service is deployed, and nothing of the kernel's log can be had there. */
function limitOfPlatform(advice: Advice, { detail, message }: EvidenceEvent): Recommendation {
  const { limitBytes, usageBytes } = detail;
  const limit = limitBytes === undefined ? 'limit' : `limit of ${formatBytes(limitBytes)}`;
  const kept = growth(advice.context);
  const need = Math.ceil(HEADROOM * Math.max(limitBytes ?? 0, usageBytes ?? 0));
  const until =
    need === 0 ? '' : ` Until that is known, at least ${formatBytes(need)} keep it from being reached at once.`;
  return immediately(
    'memory-limit',
    `Find out what fills the ${limit}. ${kept ?? `It holds for all processes of the instance together: log the memory of each worker after every step, and look at the platform's own graph of memory.${until}`}`,
    null,
    reasonFor(advice, 'memory-exhaustion'),
    `"${message.trim().slice(0, 160)}"`,
  );
}

/** A limit of a memory cgroup: how much it has to be depends on what was in it. */
function limitReached(advice: Advice): Recommendation {
  const { context } = advice;
  const platform = context.record?.death?.killer ?? null;
  if (platform?.kind === 'platform-oom') return limitOfPlatform(advice, platform);
  const unit = context.unit?.memoryMaxBytes ?? null;
  const reached = unit?.value ?? oomReport(context)?.limitBytes ?? null;
  const parse = parseBytes(context);
  const because = [
    reasonFor(advice, 'memory-exhaustion'),
    parse === null ? undefined : 'ElementTree holds about 3.5 times the file in memory (measured on CPython 3.11).',
    factFor(advice, 'unit-settings')?.text,
  ];
  const limit =
    reached === null
      ? 'limit'
      : unit === null
        ? `limit of ${formatBytes(reached)}`
        : `MemoryMax of ${formatBytes(reached)} (${unit.from})`;
  // What was in it when it was full was too little in any case: where only the kernel tells the limit, it may be of all workers.
  const need = Math.max(parse ?? 0, unit === null ? Math.ceil(HEADROOM * (reached ?? 0)) : 0, heldBytes(context));
  // A container's limit is its runtime's: systemd's scope of it is made anew at each start.
  const container = unit === null && isContainer(context);
  const patch = container
    ? `docker update --memory ${Math.ceil(need / MIB)}m CONTAINER   # and mem_limit: in the compose file`
    : need > (unit?.value ?? 0)
      ? `[Service]\nMemoryMax=${Math.ceil(need / MIB)}M`
      : null;
  if (parse === null || (reached !== null && parse < SMALL_SHARE * reached)) {
    const kept = growth(context);
    return immediately(
      'memory-limit',
      `Find out what fills the ${limit}${parse === null ? '' : `: this artifact's parse needs about ${formatBytes(parse)} of it`}. ${kept ?? `The limit holds for all processes of the unit together; read the kernel's table of tasks for who held it.${patch === null ? '' : ` Until that is known, at least ${formatBytes(need)} keep it from being reached at once.`}`}`,
      kept === null ? patch : null,
      because[0],
      factFor(advice, 'memory-holders')?.text ?? factFor(advice, 'worker-memory')?.text,
      because[2],
    );
  }
  if (unit !== null && parse <= unit.value) {
    return immediately(
      'memory-limit',
      `The ${limit} should have been enough for this artifact alone (about ${formatBytes(parse)}): it holds for all workers together, so read the kernel's task table for who held the memory.`,
      null,
      ...because,
    );
  }
  return immediately(
    'memory-limit',
    `Raise the ${limit} to at least ${formatBytes(need)} until the parse is streamed: a whole-document parse of this artifact needs ${formatBytes(parse)} with room to spare, and what there was did not do.`,
    patch,
    ...because,
  );
}

// /docker/ab12, docker-ab12.scope, /kubepods.slice/..., /system.slice/containerd.service, libpod-ab12.scope
const CONTAINER_CGROUP = /docker|kubepods|containerd|libpod|crio|\blxc\b/i;

/** Whether the cgroup that was full is a container's. */
function isContainer({ evidence, record }: FactContext): boolean {
  const pid = record?.death?.killer?.detail.targetPid;
  const cgroups = evidence.events
    .ofKinds(['oom-kill', 'oom-context'])
    .filter(({ detail }) => detail.targetPid === pid && pid !== undefined)
    .flatMap(({ detail, message }) => detail.oomCgroup ?? /oom_memcg=([^,\s]+)/.exec(message)?.[1] ?? []);
  return cgroups.some((cgroup) => CONTAINER_CGROUP.test(cgroup)) || CONTAINER_CGROUP.test(record?.incident.unit ?? '');
}

/** Without a limit it is the machine that is too small for all that runs on it: a limit of the unit would add nothing. */
function hostShort(advice: Advice): Recommendation {
  const { context } = advice;
  const report = oomReport(context);
  const top = report?.holders[0] ?? null;
  const pid = context.record?.incident.pid ?? null;
  const parse = parseBytes(context);
  const isOther = top !== null && top.pid !== pid;
  return immediately(
    'host-memory',
    isOther
      ? `Bound what ${top.name} (pid ${top.pid}) may take, or give the host more memory: it held ${formatBytes(top.rssBytes)} when memory ran out. A limit of this service would not have helped it.`
      : `Give the host more memory, or let less run on it at a time: it was the host that ran out, not a limit of this service.${parse === null ? '' : ` A whole-document parse of this artifact alone takes ${formatBytes(parse)} with room to spare, for each worker that does one.`}`,
    null,
    reasonFor(advice, 'memory-exhaustion'),
    factFor(advice, 'memory-holders')?.text,
    factFor(advice, 'host-memory')?.text,
  );
}

function isHostShort(advice: Advice): boolean {
  return factFor(advice, 'swap-thrashing') !== undefined;
}

/** systemd-oomd reads pressure, not sizes: no limit of the unit was reached. Source: systemd-oomd.service(8), oomd.conf(5) */
function pressure(advice: Advice): Recommendation {
  return immediately(
    'memory-pressure',
    'Give the host more memory or swap, or let fewer imports run at a time: systemd-oomd kills for pressure that lasts, not for a limit. Until then it can be told to choose another unit first.',
    '[Service]\nManagedOOMPreference=avoid',
    reasonFor(advice, 'memory-exhaustion'),
    factFor(advice, 'unit-settings')?.text,
  );
}

/** A limit of the process or the host's refusal to commit more: neither is MemoryMax=. Source: setrlimit(2), proc(5) */
function refused(advice: Advice): Recommendation {
  return immediately(
    'address-space',
    'Look for what refuses memory: a limit of the process (LimitAS=, ulimit -v), strict overcommit (vm.overcommit_memory = 2), or a host without any left.',
    'systemctl show SERVICE -p LimitAS -p MemoryMax; cat /proc/PID/limits; sysctl vm.overcommit_memory',
    factFor(advice, 'allocation-refused')?.text,
    factFor(advice, 'unit-settings')?.text,
  );
}

/** Memory of the worker that was there before the operation began did not come from its artifact. */
function growth(context: FactContext): string | null {
  const use = memoryUse(context);
  const start = context.record?.operation?.start ?? null;
  const before = start === null ? undefined : memorySamples(context).findLast(({ time }) => time <= start);
  const held = Math.max(use?.peak.rssBytes ?? 0, oomReport(context)?.victimBytes ?? 0);
  if (use === null || before === undefined || before.rssBytes < held / 2) return null;
  return `The worker held ${formatBytes(before.rssBytes)} before this operation began${before.rssBytes - use.first.rssBytes > MIB * 50 ? `, up from ${formatBytes(use.first.rssBytes)} earlier` : ''}: it keeps what earlier work left, and a higher limit only puts the end off.`;
}

/** What the victim held when the limit was reached, with half as much again to spare. */
function heldBytes(context: FactContext): number {
  return Math.ceil(HEADROOM * (oomReport(context)?.victimBytes ?? 0));
}

/** Memory that a whole-document parse of the artifact takes, with half as much again to spare; null for one of unknown size. */
function parseBytes(context: FactContext): number | null {
  const bytes = context.figures?.bytes ?? null;
  return bytes === null ? null : Math.ceil((pythonBytes('element-tree', bytes) * HEADROOM) / MIB) * MIB;
}
