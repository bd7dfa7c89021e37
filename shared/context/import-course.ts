import { isTimeLimit, type Mechanism } from '../model/analysis.ts';
import type { CourseMemory, CourseStep, ImportCourse } from '../model/import-course.ts';
import { addSeconds, secondsBetween } from '../model/time.ts';
import type { FactContext } from './context.ts';
import { elapsedSeconds } from './elapsed.ts';
import { hostTotal } from './host-total.ts';
import { insertRate } from './insert-rate.ts';
import { memorySamples, memoryUse } from './process-readings.ts';
import { batchRows } from './rows-to-write.ts';
import { timeoutPlace } from './timeout-place.ts';
import { countedSeconds } from './work-counters.ts';

/** The course of the operation that was ended; null when no incident, or one whose operation the log does not show. */
export function importCourse(context: FactContext): ImportCourse | null {
  const { record, workEnd } = context;
  const operation = record?.operation ?? null;
  if (record === null || operation === null || workEnd === null || workEnd < operation.start) return null;
  const elapsed = elapsedSeconds(context);
  if (elapsed === null) return null;
  const insert = insertRate(context);
  const steps = operation.steps
    .filter((step) => step.isTimed && step.from <= workEnd)
    .map(
      ({ name, from, to }): CourseStep => ({
        name,
        fromSecond: secondsBetween(operation.start, from),
        toSecond: to === null || to > workEnd ? null : secondsBetween(operation.start, to),
      }),
    );
  const last = steps.at(-1);
  const isInserting = last?.name === 'insert' && last.toSecond === null;
  const timeoutSeconds = context.config?.timeoutSeconds ?? null;
  const timedOut = record.death?.timeout ?? null;
  return {
    artifactBytes: context.figures?.bytes ?? null,
    elapsedSeconds: elapsed,
    endedBy: endedBy(record.incident.mechanism),
    steps,
    insert,
    batchRows: batchRows(context),
    neededSeconds:
      insert !== null && isInserting
        ? last.fromSecond + insert.rows / insert.rowsPerSecond
        : countedSeconds(context, elapsed),
    timeoutSeconds,
    lastHeartbeatSecond:
      timedOut === null || timeoutSeconds === null || timeoutSeconds === 0
        ? 0
        : Math.max(0, secondsBetween(operation.start, addSeconds(timedOut.time, -timeoutSeconds))),
    memory: courseMemory(context),
    memoryLimit: memoryLimit(context),
    timeoutPlace: timeoutPlace(context),
  };
}

function endedBy(mechanism: Mechanism): ImportCourse['endedBy'] {
  if (isTimeLimit(mechanism)) return 'timeout';
  return mechanism === 'kernel-oom' || mechanism === 'systemd-oomd' ? 'out-of-memory' : 'other';
}

function courseMemory(context: FactContext): CourseMemory | null {
  const use = memoryUse(context);
  const start = context.record?.operation?.start ?? null;
  if (use === null || start === null) return null;
  // The last row before the operation is where its memory began; rows before that are of the worker's start.
  const measured = memorySamples(context);
  const before = measured.filter((sample) => sample.time <= start).at(-1) ?? null;
  return {
    baseBytes: (before ?? use.first).rssBytes,
    peakBytes: use.peak.rssBytes,
    samples: measured
      .filter((sample) => before === null || sample.time >= before.time)
      .map(({ time, rssBytes }) => ({ second: secondsBetween(start, time), rssBytes })),
  };
}

/** Seconds around the end in which the kernel tells of the cgroup that it was about to relieve. */
const OOM_REPORT_SECONDS = 2;

function memoryLimit(context: FactContext): ImportCourse['memoryLimit'] {
  const end = context.record?.incident.end ?? null;
  if (end !== null && context.record?.incident.mechanism === 'kernel-oom') {
    const told = context.evidence.events
      .ofKinds(['oom-kill', 'oom-context'])
      .filter((event) => Math.abs(secondsBetween(event.time, end)) <= OOM_REPORT_SECONDS)
      .find((event) => event.detail.limitBytes !== undefined)?.detail.limitBytes;
    if (told !== undefined) return { bytes: told, from: "the kernel's report of the OOM kill", binds: 'cgroup' };
  }
  const unit = context.unit?.memoryMaxBytes ?? null;
  const host = hostTotal(context);
  const hostBytes = host?.totalBytes ?? 0;
  if (unit !== null && (hostBytes === 0 || unit.value <= hostBytes)) {
    return { bytes: unit.value, from: unit.from, binds: 'cgroup' };
  }
  return hostBytes === 0 ? null : { bytes: hostBytes, from: "the host's memory", binds: 'host' };
}
