import type { Mechanism } from '../model/analysis.ts';
import type { EvidenceEvent } from '../model/event.ts';
import type { WorkerLife } from './workers.ts';

/** How a worker's life ended other than by its own decision. */
export interface Death {
  /** Null where the whole service ended and nothing names a process of it. */
  readonly pid: number | null;
  readonly mechanism: Exclude<Mechanism, 'none'>;
  readonly timeout: EvidenceEvent | null;
  /** The line that shows the end; for an unlogged end, the boot of the replacement. */
  readonly end: EvidenceEvent;
  /** Kernel or systemd line that names the killer, when there is one. */
  readonly killer: EvidenceEvent | null;
  readonly signal: number | null;
  readonly life: Omit<WorkerLife, 'pid'>;
}
