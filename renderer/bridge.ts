import type { InquestBridge } from '../shared/contract/ipc.ts';
import type { JobError } from '../shared/model/job.ts';

declare global {
  interface Window {
    /** Put there by the preload script; the window's only way out. */
    readonly inquest: InquestBridge;
  }
}

/** A rejected request as the contract's error. What is not a JobError is a defect, and is told as one. */
export function toJobError(error: unknown): JobError {
  if (typeof error === 'object' && error !== null) {
    const message = 'message' in error && typeof error.message === 'string' ? error.message : String(error);
    const isUsage = 'kind' in error && error.kind === 'usage';
    return { kind: isUsage ? 'usage' : 'internal', message };
  }
  return { kind: 'internal', message: String(error) };
}
