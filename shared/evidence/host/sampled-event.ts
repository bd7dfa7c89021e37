import type { EventKind } from '../../model/event.ts';
import type { Provenance } from '../../model/evidence.ts';
import type { EpochMicros } from '../../model/time.ts';
import { eventItem } from '../reading/lines.ts';
import type { ParsedItem } from '../reading/parser.ts';

/** A dated row of a snapshot, which is an event too. */
export interface SampledRow {
  readonly time: EpochMicros;
  readonly resolutionMicros: number;
  readonly kind: Extract<EventKind, 'process-sample' | 'memory-sample'>;
  readonly text: string;
  /** The process that it is about; null where it is about the host. */
  readonly pid: number | null;
  readonly source: Provenance;
}

/** The event that such a row is: what stands in it, when it was sampled. */
export function sampledEvent({ time, resolutionMicros, kind, text, pid, source }: SampledRow): ParsedItem {
  return eventItem({
    time,
    resolutionMicros,
    timestampDesc: 'sampled',
    kind,
    message: text.trim(),
    pid,
    identifier: null,
    host: null,
    severity: null,
    unit: null,
    detail: pid === null ? {} : { targetPid: pid },
    source,
  });
}
