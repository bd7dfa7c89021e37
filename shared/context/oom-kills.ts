import type { EvidenceEvent } from '../model/event.ts';
import { secondsBetween } from '../model/time.ts';
import type { FactContext } from './context.ts';

/** The kernel's kills for memory around the incident, of whatever process. */
export function oomKillsInWindow(context: FactContext): readonly EvidenceEvent[] {
  const { window } = context;
  if (window === null) return [];
  return context.evidence.events
    .ofKinds(['oom-kill'])
    .filter((event) => secondsBetween(window.from, event.time) > -60 && secondsBetween(event.time, window.to) > -60);
}
