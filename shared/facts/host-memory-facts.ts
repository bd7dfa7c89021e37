import { type FactContext, sourceOnly } from '../context/context.ts';
import type { CgroupMemory } from '../model/host.ts';
import type { Pressure } from '../model/probes.ts';
import { formatTimeOfDay, secondsBetween } from '../model/time.ts';
import { formatBytes, plural } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { isUnexplainedKill, UNEXPLAINED } from './memory-facts.ts';
import { type FactOf, family, rule } from './rule.ts';

/** What a cgroup and the host count and measure of memory beside their processes. */
function hostMemoryFacts(context: FactContext): readonly HostMemoryFact[] {
  if (context.record === null) return [];
  return [...peakOfCgroup(context), ...killsOfHost(context), ...pressureOfMemory(context)];
}

/** Used up to this share, a limit was reached; below the other, it was never near. */
const REACHED_SHARE = 0.98;
const FAR_SHARE = 0.7;
const REACHED = 'at least 98 % of the limit was used';
const FAR = 'less than 70 % of the limit was used';
const EXPLAINED = 'the worker ended otherwise';

const cgroupPeak = rule({
  id: 'cgroup-peak',
  needs: ['cgroup-counters'],
  basis: BASIS.memcg,
  cases: {
    reachedUnexplained: { when: `${REACHED}, and ${UNEXPLAINED}`, weights: { 'memory-exhaustion': 2.5 } },
    reached: { when: `${REACHED}, and ${EXPLAINED}`, weights: { 'memory-exhaustion': 0.5 } },
    farUnexplained: { when: `${FAR}, and ${UNEXPLAINED}`, weights: { 'memory-exhaustion': -1.5 } },
    far: { when: `${FAR}, and ${EXPLAINED}`, weights: { 'memory-exhaustion': -1 } },
  },
});

/** Nothing says whose cgroup was saved, and since when it counts: this never decides. */
function peakOfCgroup(context: FactContext): readonly HostMemoryFact[] {
  const told = (context.evidence.host?.cgroups ?? []).filter(
    (each): each is CgroupMemory & { readonly limitBytes: number; readonly peakBytes: number } =>
      each.limitBytes !== null && each.peakBytes !== null && each.limitBytes > 0,
  );
  const fullest = told.toSorted((a, b) => b.peakBytes / b.limitBytes - a.peakBytes / a.limitBytes)[0];
  if (fullest === undefined) return [];
  const { peakBytes, limitBytes, source } = fullest;
  const share = peakBytes / limitBytes;
  const isUnexplained = isUnexplainedKill(context);
  const reached = isUnexplained ? 'reachedUnexplained' : 'reached';
  const far = isUnexplained ? 'farUnexplained' : 'far';
  return [
    cgroupPeak.fact({
      case: share >= REACHED_SHARE ? reached : share < FAR_SHARE ? far : [],
      text: `The memory cgroup in the evidence used at most ${formatBytes(peakBytes)} of its limit of ${formatBytes(limitBytes)} (${(share * 100).toFixed(0)}%) since it was made.`,
      ...sourceOnly(source),
    }),
  ];
}

const hostWithoutOomKill = rule({
  id: 'host-without-oom-kill',
  needs: ['host-load'],
  basis: BASIS.oomKiller,
  cases: { unexplained: { when: UNEXPLAINED, weights: { 'memory-exhaustion': -2 } } },
});

const hostOomKills = rule({
  id: 'host-oom-kills',
  needs: ['host-load'],
  basis: BASIS.oomKiller,
  cases: { unexplained: { when: UNEXPLAINED, weights: { 'memory-exhaustion': 1.5 } } },
});

function killsOfHost(context: FactContext): readonly HostMemoryFact[] {
  const host = (context.evidence.host?.cgroups ?? []).find(
    ({ scope, oomKills }) => scope === 'host' && oomKills !== null,
  );
  if (host === undefined || host.oomKills === null) return [];
  const unexplained: readonly 'unexplained'[] = isUnexplainedKill(context) ? ['unexplained'] : [];
  if (host.oomKills === 0) {
    return [
      hostWithoutOomKill.fact({
        case: unexplained,
        text: '/proc/vmstat counts no process that an OOM killer killed since the host was started.',
        ...sourceOnly(host.source),
      }),
    ];
  }
  return [
    hostOomKills.fact({
      case: unexplained,
      text: `/proc/vmstat counts ${plural(host.oomKills, 'process', 'processes')} that an OOM killer killed since the host was started; it does not say when.`,
      ...sourceOnly(host.source),
    }),
  ];
}

/** How long after the end an average still reaches back to it. */
const LATEST_SECONDS = 300;
const HEAVY_PERCENT = 20;
const NOTABLE_PERCENT = 5;
const LIGHT_PERCENT = 1;

const memoryPressure = rule({
  id: 'memory-pressure',
  needs: ['host-load'],
  basis: BASIS.pressure,
  cases: {
    heavy: {
      when: 'every task that was not idle waited in at least 20 % of the time, or, where only that is told, some task in 40 %',
      weights: { 'memory-exhaustion': 3 },
    },
    notable: { when: 'it was less, and at least 5 % of the time', weights: { 'memory-exhaustion': 1.5 } },
    light: { when: 'not even some task waited in 1 % of the time', weights: { 'memory-exhaustion': -1.5 } },
  },
});

function pressureOfMemory(context: FactContext): readonly HostMemoryFact[] {
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
  const light = (some?.percent ?? percent) < LIGHT_PERCENT ? 'light' : [];
  const who = row.of === 'full' ? 'every task that was not idle' : 'some task';
  return [
    memoryPressure.fact({
      case: percent >= heavy ? 'heavy' : percent >= NOTABLE_PERCENT ? 'notable' : light,
      text: `Around it ${who} waited for memory in ${percent.toFixed(1)} % of the time (pressure at ${row.time === null ? '?' : formatTimeOfDay(row.time)} UTC).`,
      ...sourceOnly(row.source),
    }),
  ];
}

/** The shortest average that reaches back to the operation. */
function averageOver({ avg10, avg60, avg300 }: Pressure, lagSeconds: number): number {
  return lagSeconds <= 0 ? avg10 : lagSeconds <= 50 ? avg60 : avg300;
}

const HOST_MEMORY_RULES = [cgroupPeak, hostWithoutOomKill, hostOomKills, memoryPressure] as const;
type HostMemoryFact = FactOf<typeof HOST_MEMORY_RULES>;

export const hostMemoryFamily = family({
  name: 'host-memory',
  about:
    'What a cgroup and the host count of memory since they were made or started, and how long tasks waited for it.',
  rules: HOST_MEMORY_RULES,
  find: hostMemoryFacts,
});
