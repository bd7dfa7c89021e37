import { type FactContext, sourceOnly, sourcesOfSamples } from '../context/context.ts';
import { cpuUse, finalStretch, loneSample } from '../context/process-readings.ts';
import { counterAtEnd } from '../context/work-counters.ts';
import type { Fact } from '../model/analysis.ts';
import { type EpochMicros, formatTimeOfDay } from '../model/time.ts';
import { formatSeconds } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { THRASH_KIB_PER_SECOND } from './memory-facts.ts';
import { workExplains } from './progress-facts.ts';

/** Whether the worker was computing or waiting, from `ps` over time, else from the host's `vmstat`. */
export function cpuFacts(context: FactContext): readonly Fact[] {
  const { record } = context;
  if (record === null || record.failure !== null) return [];
  const stretch = finalStretch(context);
  const whole = {
    from: record.operation === null ? (context.window?.from ?? record.incident.start) : record.incident.start,
    to: context.workEnd ?? record.incident.end,
  };
  const used =
    (stretch === null ? null : cpuUse(context, stretch.from, stretch.to)) ?? cpuUse(context, whole.from, whole.to);
  const facts: Fact[] = [];
  if (used !== null) {
    const sources = sourcesOfSamples(context.evidence, used.samples);
    const span = `${formatTimeOfDay(used.samples[0]?.time ?? whole.from)} to ${formatTimeOfDay(used.samples[1]?.time ?? whole.to)} UTC`;
    const figures = `${formatSeconds(used.cpuSeconds)} of CPU time in ${formatSeconds(used.seconds)}, state ${used.state} (${span})`;
    if (used.level === 'busy') {
      const explained = workExplains(context);
      facts.push({
        id: 'worker-busy',
        text: `The worker was computing to the end: ${figures}. A process that waits for a lock, a disk or the network uses none.${explained ? ' Its amount of data takes that much work, so load says little of a loop.' : ''}`,
        weights: { 'infinite-loop': explained ? 0.5 : 2.5, 'database-lock': -3.5 },
        decides: { 'database-lock': 'against' },
        ...sources,
        basis: BASIS.ps,
      });
    } else if (used.level === 'idle') {
      const disk = used.state === 'D';
      // A loop may wait for its peer in every round: what its own counter shows goes before.
      const loop = counterAtEnd(context)?.course === 'past' ? 0 : -4;
      facts.push({
        id: disk ? 'worker-in-disk-wait' : 'worker-idle',
        text: disk
          ? `The worker hung in uninterruptible sleep: ${figures}. It waited for the disk or for memory to be paged in.`
          : `The worker was waiting, not computing: ${figures}.`,
        weights: disk
          ? { 'infinite-loop': loop, 'database-lock': -0.5 }
          : { 'infinite-loop': loop, 'database-lock': idleSpeaksForLock(context) },
        ...(loop < 0 ? { decides: { 'infinite-loop': 'against' } } : {}),
        ...sources,
        basis: disk ? BASIS.ps : `${BASIS.ps}; ${BASIS.busy}`,
      });
    } else {
      facts.push({
        id: 'worker-partly-busy',
        text: `The worker used ${figures}.`,
        // On a host that is short of processors a worker that never waits gets only a share of one: its state tells, not the share.
        weights: { 'infinite-loop': used.state === 'R' ? 1 : -1 },
        ...sources,
        basis: BASIS.ps,
      });
    }
    return facts;
  }
  return [...fromLoneSample(context), ...fromVmstat(context, stretch ?? whole)];
}

/** Share of CPU time spent waiting for disks from which a host as a whole was held up by them. */
const DISK_BOUND_PERCENT = 30;

/** Whether the disks held the host up while the operation ran. Swapping is told apart: that is memory, not the disk. */
export function diskWaitFacts(context: FactContext): readonly Fact[] {
  const { record } = context;
  if (record === null || record.failure !== null) return [];
  const to = context.workEnd ?? record.incident.end;
  const rows = context.vmstatSamples.filter((row) => row.time >= record.incident.start && row.time <= to);
  if (rows.length < 3) return [];
  const average = (of: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  const waiting = average((row) => row.waitPercent);
  const swapping = average((row) => row.swapInPerSecond + row.swapOutPerSecond);
  if (waiting < DISK_BOUND_PERCENT || swapping >= THRASH_KIB_PER_SECOND) return [];
  const worst = rows.reduce((most, row) => (row.waitPercent > most.waitPercent ? row : most));
  return [
    {
      id: 'disk-bound',
      text: `The host spent ${waiting.toFixed(0)} % of its CPU time waiting for disks while the operation ran, and did not swap: the disk was slow or busy, whatever else happened.`,
      weights: { 'infinite-loop': -1.5, 'database-lock': -1 },
      ...sourcesOfSamples(context.evidence, [worst]),
      basis: BASIS.vmstat,
    },
  ];
}

/** An idle worker fits a wait for a lock only where it was writing, or where the log does not tell what it did. */
function idleSpeaksForLock(context: FactContext): number {
  const step = context.lastStep;
  if (step === null) return 0.5;
  return step.name === 'insert' ? 1.5 : 0;
}

function fromLoneSample(context: FactContext): readonly Fact[] {
  const sample = loneSample(context);
  if (sample === null || sample.state === null || sample.cpuPercent === null) return [];
  const busy = sample.state.startsWith('R') && sample.cpuPercent >= 70;
  const idle = sample.state.startsWith('S') && sample.cpuPercent <= 15;
  if (!busy && !idle) return [];
  return [
    {
      id: busy ? 'snapshot-busy' : 'snapshot-idle',
      text: `The one snapshot of the process shows it ${busy ? 'running' : 'waiting'}: state ${sample.state}, ${sample.cpuPercent} % CPU over its life.`,
      weights: busy
        ? { 'infinite-loop': 1.5, 'database-lock': -1.5 }
        : { 'infinite-loop': -1.5, 'database-lock': idleSpeaksForLock(context) / 2 },
      ...(sample.time === null ? sourceOnly(sample.source) : sourcesOfSamples(context.evidence, [sample])),
      basis: BASIS.ps,
    },
  ];
}

/** Share of all cores in use below which not even one of eight cores was busy throughout. */
const NO_CORE_BUSY_PERCENT = 10;
/** Share from which at least one of two cores was. Whose work it was, the host's figures do not tell. */
const A_CORE_BUSY_PERCENT = 40;

function hostBusy(context: FactContext, rows: FactContext['vmstatSamples'], usedPercent: number): Fact {
  return {
    id: 'host-busy',
    text: `The host used ${usedPercent.toFixed(1)} % of its CPU time on average until the end: something was computing, most likely the worker.`,
    weights: { 'infinite-loop': 1, 'database-lock': -1 },
    ...sourcesOfSamples(context.evidence, rows.slice(-1)),
    basis: BASIS.vmstat,
  };
}

function fromVmstat(
  context: FactContext,
  stretch: { readonly from: EpochMicros; readonly to: EpochMicros },
): readonly Fact[] {
  const rows = context.vmstatSamples.filter((row) => row.time >= stretch.from && row.time <= stretch.to);
  if (rows.length < 3) return [];
  const used = rows.reduce((sum, row) => sum + row.userPercent + row.systemPercent, 0) / rows.length;
  if (used >= A_CORE_BUSY_PERCENT) return [hostBusy(context, rows, used)];
  if (used > NO_CORE_BUSY_PERCENT) return [];
  const first = rows[0];
  const last = rows.at(-1);
  return [
    {
      id: 'host-idle',
      text: `The whole host used ${used.toFixed(1)} % of its CPU time on average (${formatTimeOfDay(first?.time ?? stretch.from)} to ${formatTimeOfDay(last?.time ?? stretch.to)} UTC): the worker was waiting, not computing.`,
      weights: { 'infinite-loop': -3, 'database-lock': (idleSpeaksForLock(context) * 2) / 3 },
      decides: { 'infinite-loop': 'against' },
      ...sourcesOfSamples(
        context.evidence,
        [first, last].filter((row) => row !== undefined),
      ),
      basis: BASIS.vmstat,
    },
  ];
}
