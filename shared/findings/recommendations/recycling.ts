import type { FactContext } from '../../context/context.ts';
import { type MemoryUse, memoryUse } from '../../context/process-readings.ts';
import { secondsBetween } from '../../model/time.ts';
import { formatBytes, formatSeconds } from '../../wording/figures.ts';
import { type AdviceFamily, recommendation } from './advice.ts';
import { settingsChange } from './gunicorn-settings.ts';

/** Growth from which it matters that a worker keeps its memory. */
const MUCH_GROWTH_BYTES = 100_000_000;
const MAX_REQUESTS = 500;
/** Operations that a leaking worker may do: half of those at which it was too large. */
const SHARE_OF_LIFE = 0.5;
const FEWEST_REQUESTS = 5;

/**
 * Recycling, where a worker was seen to grow and nothing ends it: CPython gives little of a large heap back to the system.
 * Source: gunicorn, Settings, max_requests ("a simple method to help limit the damage of memory leaks")
 */
export const recyclingAdvice: AdviceFamily = ({ context }) => {
  const use = memoryUse(context);
  if (use === null || use.growthBytes < MUCH_GROWTH_BYTES || context.config?.maxRequests !== 0) return [];
  const done = operationsWhileGrowing(context, use);
  const requests = done < 2 ? MAX_REQUESTS : Math.max(FEWEST_REQUESTS, Math.floor(done * SHARE_OF_LIFE));
  return [
    recommendation(
      'recycle-workers',
      `Have workers recycled after some ${requests} requests, so that memory which ${done < 2 ? 'a large import leaves' : 'earlier work leaves'} behind goes back to the host.`,
      // A tenth, so that workers that started together do not end together.
      settingsChange(context, { max_requests: requests, max_requests_jitter: Math.ceil(requests / 10) }),
      done < 2
        ? `The worker grew by ${formatBytes(use.growthBytes)} within one operation.`
        : `The worker grew by ${formatBytes(use.growthBytes)} over ${done} operations${span(use)}.`,
      'max_requests is 0: a worker keeps its memory for as long as it lives.',
    ),
  ];
};

/** Operations of the worker that ended while its memory was being watched. */
function operationsWhileGrowing({ record, history }: FactContext, { first, peak }: MemoryUse): number {
  const [from, to] = [first.time, peak.time];
  if (from === null || to === null) return 0;
  return history.operations.filter(
    ({ pid, outcome, end }) => pid === record?.incident.pid && outcome === 'done' && end >= from && end <= to,
  ).length;
}

function span({ first, peak }: MemoryUse): string {
  return first.time === null || peak.time === null ? '' : ` in ${formatSeconds(secondsBetween(first.time, peak.time))}`;
}
