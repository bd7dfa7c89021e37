import { type FactContext, sourceOnly, sourcesOfSamples } from '../context/context.ts';
import type { HostLoad } from '../model/host.ts';
import type { Pressure } from '../model/probes.ts';
import { addSeconds } from '../model/time.ts';
import { BASIS } from './basis.ts';
import { THRASH_KIB_PER_SECOND } from './memory-facts.ts';
import { type FactOf, family, rule } from './rule.ts';

/** Share of the time from which a host as a whole was held up by its disks. */
const DISK_BOUND_PERCENT = 30;
/** Share of the time from which waiting for memory is no chance: what waits for disks then may be swapping. */
const MEMORY_PERCENT = 5;
/** The longest interval that shows one operation. */
const LONGEST_INTERVAL_SECONDS = 60;
const LEAST_ROWS = 3;
/** An average over ten seconds still shows what had ended a moment before. */
const SAME_TIME_SECONDS = 5;

const diskBound = rule({
  id: 'disk-bound',
  needs: ['host-load'],
  basis: BASIS.vmstat,
  weights: { 'infinite-loop': -1.5, 'database-lock': -1 },
  cases: {
    pressure: { when: 'pressure (PSI) tells it', basis: BASIS.pressure },
    sar: { when: 'sar, mpstat or iostat tells it', basis: BASIS.sar },
    disk: { when: 'iostat tells it of one disk', basis: BASIS.iostat },
  },
});

/** Whether the disks held the host up: by vmstat, else by pressure, else by sar, mpstat and iostat. Swapping is memory's affair. */
function diskFacts(context: FactContext): readonly DiskFact[] {
  if (context.record === null) return [];
  const byVmstat = diskBoundByVmstat(context);
  if (byVmstat.length > 0 || context.window === null) return byVmstat;
  return diskBoundByPressure(context, context.window);
}

function diskBoundByVmstat(context: FactContext): readonly DiskFact[] {
  const { record } = context;
  if (record === null || record.failure !== null) return [];
  const to = context.workEnd ?? record.incident.end;
  const rows = context.vmstatSamples.filter((row) => row.time >= record.incident.start && row.time <= to);
  if (rows.length < LEAST_ROWS) return [];
  const average = (of: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  const waiting = average((row) => row.waitPercent);
  const swapping = average((row) => row.swapInPerSecond + row.swapOutPerSecond);
  if (waiting < DISK_BOUND_PERCENT || swapping >= THRASH_KIB_PER_SECOND) return [];
  const worst = rows.reduce((most, row) => (row.waitPercent > most.waitPercent ? row : most));
  return [
    diskBound.fact({
      text: `The host spent ${waiting.toFixed(0)}% of its CPU time waiting for disks while the operation ran, and did not swap: the disk was slow or busy.`,
      ...sourcesOfSamples(context.evidence, [worst]),
    }),
  ];
}

type Window = NonNullable<FactContext['window']>;

function diskBoundByPressure(context: FactContext, window: Window): readonly DiskFact[] {
  const rows = (context.evidence.host?.pressures ?? []).filter(
    ({ time }) => time !== null && time >= window.from && time <= addSeconds(window.to, SAME_TIME_SECONDS),
  );
  const worst = (resource: Pressure['resource']): Pressure | undefined =>
    rows.filter((row) => row.resource === resource && row.of === 'full').toSorted((a, b) => b.avg10 - a.avg10)[0];
  if ((worst('memory')?.avg10 ?? 0) >= MEMORY_PERCENT) return [];
  const io = worst('io');
  if (io === undefined || io.avg10 < DISK_BOUND_PERCENT) return diskBoundBySar(context, window);
  return [
    diskBound.fact({
      case: 'pressure',
      text: `Every task that was not idle waited for disks in ${io.avg10.toFixed(0)}% of the time while the operation ran (pressure), and not for memory: the disk was slow or busy, whatever else happened.`,
      ...sourceOnly(io.source),
    }),
  ];
}

function diskBoundBySar({ evidence }: FactContext, window: Window): readonly DiskFact[] {
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
  if (first === undefined || rows.length < LEAST_ROWS) return [];
  if (waiting < DISK_BOUND_PERCENT) return busyDisk(rows);
  return [
    diskBound.fact({
      case: 'sar',
      text: `The host spent ${waiting.toFixed(0)}% of its CPU time waiting for disks while the operation ran: the disk was slow or busy.`,
      ...sourceOnly(first.source),
    }),
  ];
}

/** Share of the time in which a disk had a request at hand; one that serves many at a time is only slow where they also take long. */
const BUSY_PERCENT = 90;
const SLOW_MILLIS = 20;

function busyDisk(rows: readonly HostLoad[]): readonly DiskFact[] {
  const disks = rows.flatMap(({ busiestDisk, source }) => (busiestDisk == null ? [] : [{ ...busiestDisk, source }]));
  const slow = disks.filter(
    ({ utilPercent, awaitMillis }) => utilPercent >= BUSY_PERCENT && (awaitMillis ?? 0) >= SLOW_MILLIS,
  );
  const [first] = slow;
  if (first === undefined || slow.length < LEAST_ROWS || slow.length * 2 < disks.length) return [];
  const millis = slow.map(({ awaitMillis }) => awaitMillis ?? 0);
  return [
    diskBound.fact({
      case: 'disk',
      text: `Disk ${first.name} was busy for ${Math.min(...slow.map(({ utilPercent }) => utilPercent)).toFixed(0)} % of the time or more while the operation ran, and requests took up to ${Math.max(...millis).toFixed(0)} ms: the disk was slow or busy, whatever else happened.`,
      ...sourceOnly(...slow.slice(0, 5).map(({ source }) => source)),
    }),
  ];
}

const DISK_RULES = [diskBound] as const;
type DiskFact = FactOf<typeof DISK_RULES>;

export const diskFamily = family({
  name: 'disk',
  about: 'Whether the disks held the whole host up, from `vmstat`, pressure (PSI), `sar`, `mpstat` or `iostat`.',
  rules: DISK_RULES,
  find: diskFacts,
});
