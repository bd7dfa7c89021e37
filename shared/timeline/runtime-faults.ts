import type { EventSource, EvidenceEvent } from '../model/event.ts';

/** Words of a runtime about the end of its own process that name no process: the log they stand in tells whose they are. */
export function runtimeFaults(events: EventSource): readonly EvidenceEvent[] {
  return events.ofKinds(['segfault']).filter(({ pid, detail }) => pid === null && detail.targetPid === undefined);
}
