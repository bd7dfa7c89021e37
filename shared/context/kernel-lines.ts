import type { EvidenceEvent } from '../model/event.ts';
import { addSeconds } from '../model/time.ts';
import type { FactContext } from './context.ts';

/** Kernel lines read around one incident. */
const MOST_LINES = 5_000;

/** What the kernel logged around the incident that a pattern matches, of what is no event of another kind. */
export function kernelLines({ window, evidence }: FactContext, pattern: RegExp): readonly EvidenceEvent[] {
  if (window === null) return [];
  return evidence.events
    .between(addSeconds(window.from, -60), addSeconds(window.to, 5), MOST_LINES, ['kernel'])
    .filter((event) => pattern.test(event.message));
}
