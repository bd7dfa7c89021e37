import type { EpochMicros } from './time.ts';

/** Times of a case that a time of day is resolved against. */
export interface CaseTimes {
  readonly first: EpochMicros | null;
  readonly last: EpochMicros | null;
  /** Where the incident under analysis begins; null without one. */
  readonly incident: EpochMicros | null;
}
