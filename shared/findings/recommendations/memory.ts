import type { FactContext } from '../../context/context.ts';
import { oomReport } from '../../context/oom-report.ts';
import { memorySamples, memoryUse } from '../../context/process-readings.ts';
import type { Recommendation } from '../../model/analysis.ts';
import type { EvidenceEvent } from '../../model/event.ts';
import { pythonBytes } from '../../profiling/python-cost.ts';
import { formatBytes } from '../../wording/figures.ts';
import { wouldHavePrevented } from '../trial.ts';
import {
  type Advice,
  type AdviceFamily,
  detect,
  factFor,
  mitigate,
  type Patch,
  reasonFor,
  settings,
  shell,
  verdictFor,
} from './advice.ts';
import { isXml } from './artifact-kind.ts';
import { restartCommand } from './restart.ts';

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
  // earlyoom and its like watch the host's memory, not a limit.
  const other = factFor(advice, 'oom-kill-of-another');
  if (context.record?.death == null && other !== undefined && factFor(advice, 'oom-kill-of-child') === undefined)
    return [otherKilled(advice, other.text)];
  const isHost = oomReport(context)?.scope === 'host' || factFor(advice, 'killed-for-memory') !== undefined;
  return [isHost || isHostShort(advice) ? hostShort(advice) : limitReached(advice)];
};

/** What the work needed was killed: it is that process, or the host, that was short. */
function otherKilled(advice: Advice, kill: string): Recommendation {
  return mitigate('host-memory', {
    text: 'Give the host more memory, or limit what the killed process takes of it (MemoryMax= of its unit, its own cache or heap). No limit of this service was reached.',
    because: [reasonFor(advice, 'memory-exhaustion'), kill],
  });
}

/** A platform's limit: it is set where the service is deployed, and nothing of the kernel's log can be had there. */
function limitOfPlatform(advice: Advice, { detail, message }: EvidenceEvent): Recommendation {
  const { limitBytes, usageBytes } = detail;
  const limit = limitBytes === undefined ? 'limit' : `limit of ${formatBytes(limitBytes)}`;
  const kept = growth(advice.context);
  const need = Math.ceil(HEADROOM * Math.max(limitBytes ?? 0, usageBytes ?? 0));
  const until = need === 0 ? '' : ` Until that is known, allow at least ${formatBytes(need)}.`;
  return detect('memory-limit', {
    text: `Find out what fills the ${limit}. ${kept ?? `It holds for all processes of the instance together: log the memory of each worker after every step, and read the platform's own memory graph.${until}`}`,
    because: [
      reasonFor(advice, 'memory-exhaustion'),
      `"${message.trim().slice(0, 160)}"`,
      workersTogether(advice.context),
    ],
  });
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
    workersTogether(context),
  ];
  const limit =
    reached === null
      ? 'limit'
      : unit === null
        ? `limit of ${formatBytes(reached)}`
        : `MemoryMax of ${formatBytes(reached)} (${unit.from})`;
  // What was in it when it was full was too little in any case: where only the kernel tells the limit, it may be of all workers.
  const need = Math.max(parse ?? 0, unit === null ? Math.ceil(HEADROOM * (reached ?? 0)) : 0, heldBytes(context));
  // Of a limit that is not known nobody can say what would be more.
  const change = reached === null ? null : limitChange(context, need);
  const prevented = wouldHavePrevented(advice.course, { memoryLimitBytes: need });
  if (parse === null || (reached !== null && parse < SMALL_SHARE * reached)) {
    const kept = growth(context);
    return detect('memory-limit', {
      text: `Find out what fills the ${limit}${parse === null ? '' : `: an in-memory parse of this artifact takes about ${formatBytes(pythonBytes('element-tree', context.figures?.bytes ?? 0))} of it (est.)`}. ${kept ?? `It holds for all processes of the unit or container together, and the kernel's task table shows which held the memory.${change === null ? '' : ` Until that is known, allow at least ${formatBytes(need)}.`}`}`,
      patch: kept === null ? change : null,
      because: [
        because[0],
        factFor(advice, 'memory-holders')?.text ?? factFor(advice, 'worker-memory')?.text,
        because[2],
        because[3],
      ],
      // What is not known to have filled it may fill the larger one as well.
      prevented: prevented === false ? false : null,
    });
  }
  if (unit !== null && parse <= unit.value) {
    return detect('memory-limit', {
      text: `The ${limit} should have been enough for this artifact alone (about ${formatBytes(parse)}). It holds for all workers together: the kernel's task table shows which process held the memory.`,
      because,
    });
  }
  return mitigate('memory-limit', {
    text: `Raise the ${limit} to at least ${formatBytes(need)} until the parser streams: an in-memory parse of this artifact needs about ${formatBytes(parse)}, with a reserve.`,
    patch: change,
    because,
    prevented,
  });
}

/** Where the limit is set that was reached: a container's is its runtime's or its pod's, and systemd's scope of it is made anew. */
function limitChange(context: FactContext, needBytes: number): Patch | null {
  const unit = context.unit?.memoryMaxBytes ?? null;
  const mebibytes = Math.ceil(needBytes / MIB);
  const place = unit === null ? containerOf(context) : null;
  if (place === 'kubernetes') {
    return shell(
      `kubectl set resources deployment/NAME --limits=memory=${mebibytes}Mi   # and resources.limits.memory in its manifest`,
    );
  }
  if (place === 'container') {
    return shell(`docker update --memory ${mebibytes}m CONTAINER   # and mem_limit: in the compose file`);
  }
  return needBytes > (unit?.value ?? 0)
    ? settings(`[Service]\nMemoryMax=${mebibytes}M`, restartCommand(context))
    : null;
}

/** What all workers hold together, where `ps` shows several at one moment: a limit of a unit or a container holds for their sum. */
function workersTogether(context: FactContext): string | undefined {
  const { evidence, record, config } = context;
  const end = record?.incident.end ?? null;
  const byMoment = new Map<number, Map<number, number>>();
  for (const { time, pid, rssBytes, command } of evidence.processes) {
    if (time === null || rssBytes === null || !/\bgunicorn\b/.test(command) || (end !== null && time > end)) continue;
    const moment = byMoment.get(time) ?? new Map<number, number>();
    moment.set(pid, rssBytes);
    byMoment.set(time, moment);
  }
  let most: { readonly count: number; readonly bytes: number } | null = null;
  for (const moment of byMoment.values()) {
    const bytes = [...moment.values()].reduce((sum, each) => sum + each, 0);
    if (moment.size > 1 && bytes > (most?.bytes ?? 0)) most = { count: moment.size, bytes };
  }
  if (most !== null)
    return `${most.count} gunicorn processes held ${formatBytes(most.bytes)} together at the most (ps).`;
  const workers = config?.workers ?? null;
  const victim = oomReport(context)?.victimBytes ?? null;
  return workers === null || workers < 2 || victim === null
    ? undefined
    : `${workers} workers of that size hold ${formatBytes(workers * victim)} together.`;
}

// /docker/ab12, docker-ab12.scope, /kubepods.slice/..., /system.slice/containerd.service, libpod-ab12.scope
const CONTAINER_CGROUP = /docker|kubepods|containerd|libpod|crio|\blxc\b/i;

/** Whose container the cgroup that was full is; null where it is none. */
function containerOf({ evidence, record }: FactContext): 'container' | 'kubernetes' | null {
  const pid = record?.death?.killer?.detail.targetPid;
  const cgroups = evidence.events
    .ofKinds(['oom-kill', 'oom-context'])
    .filter(({ detail }) => detail.targetPid === pid && pid !== undefined)
    .flatMap(({ detail, message }) => detail.oomCgroup ?? /oom_memcg=([^,\s]+)/.exec(message)?.[1] ?? []);
  const places = [...cgroups, record?.incident.unit ?? ''].filter((place) => CONTAINER_CGROUP.test(place));
  if (places.length === 0) return null;
  return places.some((place) => /kubepods/i.test(place)) ? 'kubernetes' : 'container';
}

/** Without a limit it is the machine that is too small for all that runs on it: a limit of the unit would add nothing. */
function hostShort(advice: Advice): Recommendation {
  const { context } = advice;
  const report = oomReport(context);
  const top = report?.holders[0] ?? null;
  const pid = context.record?.incident.pid ?? null;
  const parse = parseBytes(context);
  const isOther = top !== null && top.pid !== pid;
  return mitigate('host-memory', {
    text: isOther
      ? `Limit the memory of ${top.name} (pid ${top.pid}), or give the host more: it held ${formatBytes(top.rssBytes)} when memory ran out. Limiting this service would not have helped.`
      : `Give the host more memory, or run less on it at a time: the host ran out, not a limit of this service.${parse === null ? '' : ` An in-memory parse of this artifact takes about ${formatBytes(parse)} with a reserve, for each worker that does one.`}`,
    because: [
      reasonFor(advice, 'memory-exhaustion'),
      factFor(advice, 'memory-holders')?.text,
      factFor(advice, 'host-memory')?.text,
      workersTogether(context),
    ],
  });
}

function isHostShort(advice: Advice): boolean {
  return factFor(advice, 'swap-thrashing') !== undefined;
}

/** systemd-oomd reads pressure, not sizes: no limit of the unit was reached. Source: systemd-oomd.service(8), oomd.conf(5) */
function pressure(advice: Advice): Recommendation {
  return mitigate('memory-pressure', {
    text: 'Give the host more memory or swap, or run fewer imports at a time: systemd-oomd kills for lasting pressure, not for a limit. Until then it can be told to choose another unit first.',
    patch: settings('[Service]\nManagedOOMPreference=avoid', restartCommand(advice.context)),
    because: [
      reasonFor(advice, 'memory-exhaustion'),
      factFor(advice, 'unit-settings')?.text,
      workersTogether(advice.context),
    ],
  });
}

/** A limit of the process or the host's refusal to commit more: neither is MemoryMax=. Source: setrlimit(2), proc(5) */
function refused(advice: Advice): Recommendation {
  return detect('address-space', {
    text: 'Find the limit that was hit: one of the process (LimitAS=, ulimit -v), strict overcommit (vm.overcommit_memory = 2), or a host without any memory left.',
    patch: shell('systemctl show SERVICE -p LimitAS -p MemoryMax; cat /proc/PID/limits; sysctl vm.overcommit_memory'),
    because: [factFor(advice, 'allocation-refused')?.text, factFor(advice, 'unit-settings')?.text],
  });
}

/** Memory of the worker that was there before the operation began did not come from its artifact. */
function growth(context: FactContext): string | null {
  const use = memoryUse(context);
  const start = context.record?.operation?.start ?? null;
  const before = start === null ? undefined : memorySamples(context).findLast(({ time }) => time <= start);
  const held = Math.max(use?.peak.rssBytes ?? 0, oomReport(context)?.victimBytes ?? 0);
  if (use === null || before === undefined || before.rssBytes < held / 2) return null;
  return `The worker held ${formatBytes(before.rssBytes)} before this operation began${before.rssBytes - use.first.rssBytes > MIB * 50 ? `, up from ${formatBytes(use.first.rssBytes)} earlier` : ''}: it does not release memory after earlier work, and a higher limit only delays the kill.`;
}

/** What the victim held when the limit was reached, with half as much again to spare. */
function heldBytes(context: FactContext): number {
  return Math.ceil(HEADROOM * (oomReport(context)?.victimBytes ?? 0));
}

/** Memory that a whole-document parse of the artifact takes, with half as much again to spare; null for one of unknown size. */
function parseBytes(context: FactContext): number | null {
  const bytes = isXml(context) ? (context.figures?.bytes ?? null) : null;
  return bytes === null ? null : Math.ceil((pythonBytes('element-tree', bytes) * HEADROOM) / MIB) * MIB;
}
