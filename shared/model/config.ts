import type { EvidenceId, Provenance } from './evidence.ts';

/** A setting as read from evidence, never guessed. */
export interface Setting<T> {
  readonly value: T;
  /** `literal`: assigned in the file; `environment-default`: the default of an environment look-up, which may be overridden. */
  readonly certainty: 'literal' | 'environment-default';
  readonly source: Provenance;
}

/**
 * `gunicorn.conf.py`, read and never run. A setting is null when the file does not assign it or assigns something that is
 * not a literal (the file then has a `not-literal` problem). Source: https://docs.gunicorn.org/en/stable/settings.html
 */
export interface GunicornConfig {
  readonly evidenceId: EvidenceId;
  readonly timeoutSeconds: Setting<number> | null;
  readonly gracefulTimeoutSeconds: Setting<number> | null;
  readonly workers: Setting<number> | null;
  readonly workerClass: Setting<string> | null;
  readonly threads: Setting<number> | null;
  readonly maxRequests: Setting<number> | null;
  readonly maxRequestsJitter: Setting<number> | null;
  readonly preload: Setting<boolean> | null;
}

/** gunicorn's defaults (docs.gunicorn.org, Settings), which hold where neither file nor flag says otherwise. */
export const GUNICORN_DEFAULTS = {
  timeoutSeconds: 30,
  gracefulTimeoutSeconds: 30,
  workers: 1,
  workerClass: 'sync',
  maxRequests: 0,
} as const;
