import { type FactContext, sourceOnly, sourcesOf, sourcesOfSamples } from '../context/context.ts';
import { kernelLines } from '../context/kernel-lines.ts';
import { cpuUse, finalStretch, loneSample } from '../context/process-readings.ts';
import { counterAtEnd } from '../context/work-counters.ts';
import { type EpochMicros, formatTimeOfDay } from '../model/time.ts';
import { formatSeconds } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { workExplains } from './progress-facts.ts';
import { type FactOf, family, rule } from './rule.ts';

const workerBusy = rule({
  id: 'worker-busy',
  needs: ['process-cpu'],
  basis: BASIS.ps,
  weights: { 'database-lock': -3.5 },
  decides: { 'database-lock': 'against' },
  cases: {
    explained: {
      when: 'its amount of data takes that much work, or its log counts on',
      weights: { 'infinite-loop': 0.5 },
    },
    unexplained: { when: 'nothing accounts for that much work', weights: { 'infinite-loop': 2.5 } },
  },
});

/** A loop may wait for its peer in every round: what its own counter shows goes before. */
const NO_LOOP = {
  when: 'no counter of its log is past its total',
  weights: { 'infinite-loop': -4 },
  decides: { 'infinite-loop': 'against' },
} as const;

const workerInDiskWait = rule({
  id: 'worker-in-disk-wait',
  needs: ['process-cpu'],
  basis: BASIS.ps,
  weights: { 'database-lock': -0.5 },
  cases: { noLoop: NO_LOOP },
});

/** An idle worker fits a wait for a lock only where it was writing, or where the log does not tell what it did. */
const WRITING = 'the last step of the log is a write to the database';
const UNKNOWN_STEP = 'the log names no step';

const workerIdle = rule({
  id: 'worker-idle',
  needs: ['process-cpu'],
  basis: `${BASIS.ps}; ${BASIS.busy}`,
  cases: {
    noLoop: NO_LOOP,
    writing: { when: WRITING, weights: { 'database-lock': 1.5 } },
    unknownStep: { when: UNKNOWN_STEP, weights: { 'database-lock': 0.5 } },
  },
});

const workerPartlyBusy = rule({
  id: 'worker-partly-busy',
  needs: ['process-cpu'],
  basis: BASIS.ps,
  cases: {
    // On a host that is short of processors a worker that never waits gets only a share of one: its state tells, not the share.
    running: { when: 'its state is R in the samples', weights: { 'infinite-loop': 1 } },
    waiting: { when: 'its state is another', weights: { 'infinite-loop': -1 } },
  },
});

/** Whether the worker was computing or waiting, from `ps` over time, else from the host's `vmstat`. */
function cpuFacts(context: FactContext): readonly CpuFact[] {
  const { record } = context;
  if (record === null || record.failure !== null) return [];
  const stretch = finalStretch(context);
  const whole = {
    from: record.operation === null ? (context.window?.from ?? record.incident.start) : record.incident.start,
    to: context.workEnd ?? record.incident.end,
  };
  const used =
    (stretch === null ? null : cpuUse(context, stretch.from, stretch.to)) ?? cpuUse(context, whole.from, whole.to);
  const facts: CpuFact[] = [];
  if (used !== null) {
    const sources = sourcesOfSamples(context.evidence, used.samples);
    const span = `${formatTimeOfDay(used.samples[0]?.time ?? whole.from)} to ${formatTimeOfDay(used.samples[1]?.time ?? whole.to)} UTC`;
    const figures = `${formatSeconds(used.cpuSeconds)} of CPU time in ${formatSeconds(used.seconds)}, state ${used.state} (${span})`;
    if (used.level === 'busy') {
      const explained = workExplains(context);
      facts.push(
        workerBusy.fact({
          case: explained ? 'explained' : 'unexplained',
          text: `The worker was on CPU to the end: ${figures}. A process that waits for a lock, a disk or the network uses none.${explained ? ' Its amount of data takes that much work, so this says little of a loop.' : ''}`,
          ...sources,
        }),
      );
    } else if (used.level === 'idle') {
      const disk = used.state === 'D';
      const noLoop = counterAtEnd(context)?.course === 'past' ? [] : (['noLoop'] as const);
      facts.push(
        disk
          ? workerInDiskWait.fact({
              case: noLoop,
              text: `The worker hung in uninterruptible sleep: ${figures}. It waited for the disk or for memory to be paged in.`,
              ...sources,
            })
          : workerIdle.fact({
              case: [...noLoop, ...stepAtIdle(context)],
              text: `The worker was asleep, not on CPU: ${figures}.`,
              ...sources,
            }),
      );
    } else {
      facts.push(
        workerPartlyBusy.fact({
          case: used.state === 'R' ? 'running' : 'waiting',
          text: `The worker used ${figures}.`,
          ...sources,
        }),
      );
    }
    return facts;
  }
  return [...fromLoneSample(context), ...fromVmstat(context, stretch ?? whole)];
}

/** Which of the steps that bear on a wait for a lock was going on, if one. */
function stepAtIdle({ lastStep }: FactContext): readonly ('writing' | 'unknownStep')[] {
  if (lastStep === null) return ['unknownStep'];
  return lastStep.name === 'insert' ? ['writing'] : [];
}

const snapshotBusy = rule({
  id: 'snapshot-busy',
  needs: ['process-cpu'],
  basis: BASIS.ps,
  weights: { 'infinite-loop': 1.5, 'database-lock': -1.5 },
});

const snapshotIdle = rule({
  id: 'snapshot-idle',
  needs: ['process-cpu'],
  basis: BASIS.ps,
  weights: { 'infinite-loop': -1.5 },
  cases: {
    writing: { when: WRITING, weights: { 'database-lock': 0.75 } },
    unknownStep: { when: UNKNOWN_STEP, weights: { 'database-lock': 0.25 } },
  },
});

function fromLoneSample(context: FactContext): readonly CpuFact[] {
  const sample = loneSample(context);
  if (sample === null || sample.state === null || sample.cpuPercent === null) return [];
  const busy = sample.state.startsWith('R') && sample.cpuPercent >= 70;
  const idle = sample.state.startsWith('S') && sample.cpuPercent <= 15;
  if (!busy && !idle) return [];
  const found = {
    text: `The one snapshot of the process shows it ${busy ? 'on CPU' : 'asleep'}: state ${sample.state}, ${sample.cpuPercent}% CPU over its life.`,
    ...(sample.time === null ? sourceOnly(sample.source) : sourcesOfSamples(context.evidence, [sample])),
  };
  return [busy ? snapshotBusy.fact(found) : snapshotIdle.fact({ case: stepAtIdle(context), ...found })];
}
/** Share of all cores in use below which not even one of eight cores was busy throughout. */
const NO_CORE_BUSY_PERCENT = 10;
/** Share from which at least one of two cores was. Whose work it was, the host's figures do not tell. */
const A_CORE_BUSY_PERCENT = 40;

const hostBusy = rule({
  id: 'host-busy',
  needs: ['host-load'],
  basis: BASIS.vmstat,
  weights: { 'infinite-loop': 1, 'database-lock': -1 },
});

function busyHost(context: FactContext, rows: FactContext['vmstatSamples'], usedPercent: number): CpuFact {
  return hostBusy.fact({
    text: `The host used ${usedPercent.toFixed(1)}% of its CPU time on average until the end, most likely by the worker.`,
    ...sourcesOfSamples(context.evidence, rows.slice(-1)),
  });
}

const hostIdle = rule({
  id: 'host-idle',
  needs: ['host-load'],
  basis: BASIS.vmstat,
  weights: { 'infinite-loop': -3 },
  decides: { 'infinite-loop': 'against' },
  cases: {
    writing: { when: WRITING, weights: { 'database-lock': 1 } },
    unknownStep: { when: UNKNOWN_STEP, weights: { 'database-lock': 1 / 3 } },
  },
});

/** Share of the host's CPU time that its hypervisor gave to others from which the host as good as stood still. */
const STOLEN_PERCENT = 40;

const cpuStolen = rule({
  id: 'cpu-stolen',
  needs: ['host-load'],
  basis: BASIS.vmstat,
  weights: { 'infinite-loop': -0.5, 'large-artifact': -0.5 },
});

/** What is neither used nor idle nor a wait was not the host's to use: an idle processor is counted as idle. */
function stolenCpu(context: FactContext, rows: FactContext['vmstatSamples']): CpuFact | null {
  const stolen =
    rows.reduce((sum, row) => sum + 100 - row.userPercent - row.systemPercent - row.idlePercent - row.waitPercent, 0) /
    rows.length;
  if (stolen < STOLEN_PERCENT) return null;
  return cpuStolen.fact({
    text: `The hypervisor took ${stolen.toFixed(1)} % of the host's CPU time until the end (vmstat's st): everything on it stood nearly still, whatever it was at.`,
    ...sourcesOfSamples(context.evidence, rows.slice(-1)),
  });
}

function fromVmstat(
  context: FactContext,
  stretch: { readonly from: EpochMicros; readonly to: EpochMicros },
): readonly CpuFact[] {
  const rows = context.vmstatSamples.filter((row) => row.time >= stretch.from && row.time <= stretch.to);
  if (rows.length < 3) return [];
  const stolen = stolenCpu(context, rows);
  if (stolen !== null) return [stolen];
  const used = rows.reduce((sum, row) => sum + row.userPercent + row.systemPercent, 0) / rows.length;
  if (used >= A_CORE_BUSY_PERCENT) return [busyHost(context, rows, used)];
  // What the hypervisor took was neither used nor idle: a worker that would run could not.
  const free = rows.reduce((sum, row) => sum + row.idlePercent + row.waitPercent, 0) / rows.length;
  if (used > NO_CORE_BUSY_PERCENT || free < 100 - 2 * NO_CORE_BUSY_PERCENT) return [];
  const first = rows[0];
  const last = rows.at(-1);
  return [
    hostIdle.fact({
      case: stepAtIdle(context),
      text: `The whole host used ${used.toFixed(1)}% of its CPU time on average (${formatTimeOfDay(first?.time ?? stretch.from)} to ${formatTimeOfDay(last?.time ?? stretch.to)} UTC), so the worker was asleep.`,
      ...sourcesOfSamples(
        context.evidence,
        [first, last].filter((row) => row !== undefined),
      ),
    }),
  ];
}

// watchdog: BUG: soft lockup - CPU#1 stuck for 66s! [swapper/1:0]        rcu: INFO: rcu_sched self-detected stall on CPU
const CPU_STALL =
  /\bsoft lockup - CPU#\d+ stuck for (\d+)s! \[[^\]]{1,40}:(\d+)\]|\bhard LOCKUP on cpu \d+|\b(?:self-)?detected stalls? on CPU/i;

const kernelStall = rule({
  id: 'kernel-stall',
  needs: ['kernel-log'],
  basis: BASIS.kernelStall,
  weights: { 'infinite-loop': -1, 'database-lock': -1, 'large-artifact': -1 },
});

/** A processor that ran nothing for a minute ran no worker: the host was frozen, or its hypervisor had none for it. */
function stalledCpu(context: FactContext): readonly CpuFact[] {
  const lines = kernelLines(context, CPU_STALL);
  const first = lines[0];
  // What holds the processor in the kernel may be the worker itself.
  const stuck = first === undefined ? null : CPU_STALL.exec(first.message);
  if (first === undefined || stuck === null || Number(stuck[2]) === context.record?.incident.pid) return [];
  return [
    kernelStall.fact({
      text: `The kernel reports that a CPU stood still${stuck[1] === undefined ? '' : ` for ${stuck[1]} s`} ("${stuck[0].slice(0, 100)}"): everything on the host stood still with it, whatever it was at.`,
      ...sourcesOf(first),
    }),
  ];
}

const CPU_RULES = [
  workerBusy,
  workerInDiskWait,
  workerIdle,
  workerPartlyBusy,
  snapshotBusy,
  snapshotIdle,
  hostBusy,
  hostIdle,
  cpuStolen,
  kernelStall,
] as const;
type CpuFact = FactOf<typeof CPU_RULES>;

export const cpuFamily = family({
  name: 'cpu',
  about:
    'Whether the worker was computing or waiting, from `ps` over time, else from `vmstat`; whether the host let it run.',
  rules: CPU_RULES,
  find: (context) => [...cpuFacts(context), ...stalledCpu(context)],
});
