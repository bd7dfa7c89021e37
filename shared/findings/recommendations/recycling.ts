import type { FactContext } from '../../context/context.ts';
import { type MemoryUse, memoryUse } from '../../context/process-readings.ts';
import { secondsBetween } from '../../model/time.ts';
import { formatBytes, formatSeconds } from '../../wording/figures.ts';
import { type AdviceFamily, isInvolved, mitigate } from './advice.ts';
import { settingsChange } from './gunicorn-settings.ts';

/** Growth from which it matters that a worker keeps its memory. */
const MUCH_GROWTH_BYTES = 100_000_000;
/** Operations that a leaking worker may do: half of those at which it was too large. */
const SHARE_OF_LIFE = 0.5;
const FEWEST_REQUESTS = 5;

/**
 * Recycling, where a worker was seen to grow and nothing ends it: CPython gives little of a large heap back to the system.
 * Source: gunicorn, Settings, max_requests ("a simple method to help limit the damage of memory leaks")
 */
export const recyclingAdvice: AdviceFamily = (advice) => {
  const { context } = advice;
  // Memory that a worker keeps is a matter where memory ran short.
  if (!isInvolved(advice, 'memory-exhaustion')) return [];
  const use = memoryUse(context);
  if (use === null || use.growthBytes < MUCH_GROWTH_BYTES || context.config?.maxRequests !== 0) return [];
  const done = operationsWhileGrowing(context, use);
  // What grew within one operation is not recycled before its end.
  if (done < 2) return [];
  const requests = Math.max(FEWEST_REQUESTS, Math.floor(done * SHARE_OF_LIFE));
  return [
    mitigate('recycle-workers', {
      text: `Recycle workers after ${requests} requests (max_requests) to release memory that earlier work leaves behind.`,
      // A tenth, so that workers that started together do not end together.
      patch: settingsChange(context, { max_requests: requests, max_requests_jitter: Math.ceil(requests / 10) }),
      because: [
        `The worker grew by ${formatBytes(use.growthBytes)} over ${done} operations${span(use)}.`,
        'max_requests is 0: a worker keeps its memory for as long as it lives.',
      ],
    }),
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
