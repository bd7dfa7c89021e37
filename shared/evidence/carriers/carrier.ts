import type { InnerLevel } from '../headers/levels.ts';
import type { LooseStamp } from '../headers/loose-stamp.ts';

/** What a carrier says about the line that it wraps, and the line. */
export interface Carried {
  /** The text inside. */
  readonly text: string;
  /** When the carrier got the line; null where it does not say. */
  readonly stamp: LooseStamp | null;
  readonly stream: 'stdout' | 'stderr' | null;
  /** The container, pod and container, service or dyno that wrote it: pids count within it. */
  readonly who: string | null;
  readonly host: string | null;
  readonly level: InnerLevel | null;
  /** The line goes on in the next record of the same writer and stream. */
  readonly isPart: boolean;
}

/** One way in which lines are wrapped on their way to a file. */
export interface Carrier {
  readonly name: CarrierName;
  readonly sample: string;
  /**
   * Whether it is peeled off only where a file's lines have it throughout: its shape is also that of ordinary text, so that one
   * line alone does not show it.
   */
  readonly isLoose: boolean;
  /** Takes the carrier off a line; null when the line is not wrapped in it. */
  readonly peel: (text: string) => Carried | null;
}

/** The carriers by name; a file remembers those that its lines are wrapped in. */
export const CARRIER_NAMES = [
  'terminal',
  'compose',
  'process-manager',
  'runtime-stamp',
  'cri',
  'kubectl-prefix',
  'stern',
  'k9s',
  'docker-json',
  'docker-events',
  'cloud-logging',
  'cloudwatch',
  'azure',
  'collector-json',
  'loki',
  'papertrail',
  'render',
  'fly',
  'svlogd',
  'short-stamp',
] as const;
export type CarrierName = (typeof CARRIER_NAMES)[number];

/** What is said of a line by a carrier that says little. */
export const NOTHING_SAID: Omit<Carried, 'text'> = {
  stamp: null,
  stream: null,
  who: null,
  host: null,
  level: null,
  isPart: false,
};
