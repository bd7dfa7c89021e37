import type { Setting } from './config.ts';
import type { EvidenceId } from './evidence.ts';
import type { SupervisorName } from './supervisor.ts';

/** The configuration of a supervisor other than gunicorn, read and never run. */
export interface SupervisorConfig {
  readonly supervisor: SupervisorName;
  readonly evidenceId: EvidenceId;
  readonly timeoutSeconds: Setting<number>;
  readonly workers: Setting<number>;
  readonly maxRequests: Setting<number>;
}
