import { memoryUse } from '../../facts/process-readings.ts';
import { formatBytes } from '../../facts/wording.ts';
import { type AdviceFamily, recommendation } from './advice.ts';
import { settingsChange } from './gunicorn-settings.ts';

/** Growth from which it matters that a worker keeps its memory. */
const MUCH_GROWTH_BYTES = 100_000_000;
const MAX_REQUESTS = 500;
/** A tenth, so that workers that started together do not end together. */
const JITTER = 50;

/**
 * Recycling, where a worker was seen to grow and nothing ends it: CPython gives little of a large heap back to the system.
 * Source: gunicorn, Settings, max_requests ("a simple method to help limit the damage of memory leaks")
 */
export const recyclingAdvice: AdviceFamily = ({ context }) => {
  const use = memoryUse(context);
  if (use === null || use.growthBytes < MUCH_GROWTH_BYTES || context.config?.maxRequests !== 0) return [];
  return [
    recommendation(
      'recycle-workers',
      `Have workers recycled after some ${MAX_REQUESTS} requests, so that memory which a large import leaves behind goes back to the host.`,
      settingsChange(context, { max_requests: MAX_REQUESTS, max_requests_jitter: JITTER }),
      `The worker grew by ${formatBytes(use.growthBytes)} within one operation.`,
      'max_requests is 0: a worker keeps its memory for as long as it lives.',
    ),
  ];
};
