import type { EvidenceId, Provenance } from './evidence.ts';

/**
 * A setting as a configuration has it, read and never guessed. That it is not set, that it is set, and that it is set to
 * something that cannot be read are different things: only where it is not set does a default hold.
 */
export type Setting<T> =
  | { readonly kind: 'not-set' }
  | {
      readonly kind: 'set';
      readonly value: T;
      /** Environment variables that may give it another value where they are set; without them `value` holds. */
      readonly overridableBy: readonly string[];
      /** The value as written. */
      readonly text: string;
      readonly source: Provenance;
    }
  /** One of several, by conditions that the evidence does not decide. */
  | {
      readonly kind: 'choices';
      readonly choices: readonly SettingChoice<T>[];
      readonly text: string;
      readonly source: Provenance;
    }
  /** It is set, or may be, to something that only the host could tell. */
  | {
      readonly kind: 'unreadable';
      /** What would have to be evaluated, as written. */
      readonly text: string;
      readonly why: string;
      readonly source: Provenance;
    };

export interface SettingChoice<T> {
  readonly outcome:
    | { readonly kind: 'set'; readonly value: T }
    | { readonly kind: 'not-set' }
    | { readonly kind: 'unreadable'; readonly text: string };
  /** The environment variables that must be set for it; none: it holds, or may, where none of them is. */
  readonly whereSet: readonly string[];
}

/** A setting with a value, for callers that tell no more than that from anything else. */
export interface KnownSetting<T> {
  readonly value: T;
  /** `literal`: nothing else can hold; `environment-default`: an environment variable may override it. */
  readonly certainty: 'literal' | 'environment-default';
  readonly source: Provenance;
}

/** What a setting is set to; null both where it is not set and where it cannot be read, which `kind` tells apart. */
export function knownSetting<T>(setting: Setting<T>): KnownSetting<T> | null {
  if (setting.kind !== 'set') return null;
  const certainty = setting.overridableBy.length === 0 ? 'literal' : 'environment-default';
  return { value: setting.value, certainty, source: setting.source };
}

/** The value as written, or the values that it may have, for a sentence; null where it is not set. */
export function settingText<T>(setting: Setting<T>): string | null {
  if (setting.kind === 'not-set') return null;
  if (setting.kind !== 'choices') return setting.text;
  return setting.choices
    .map(({ outcome, whereSet }) => {
      const what =
        outcome.kind === 'set' ? String(outcome.value) : outcome.kind === 'not-set' ? 'not set' : outcome.text;
      return whereSet.length === 0 ? what : `${what} where ${whereSet.join(' and ')} is set`;
    })
    .join(', or ');
}

/**
 * The largest number of a setting that is calculated with: 31 years in seconds. Larger ones (`sys.maxsize` for "never")
 * are taken as this, since no moment lies that far away.
 */
export const LARGEST_SETTING = 1_000_000_000;

/** `gunicorn.conf.py`, read and never run. Source: https://docs.gunicorn.org/en/stable/settings.html */
export interface GunicornConfig {
  readonly evidenceId: EvidenceId;
  readonly timeoutSeconds: Setting<number>;
  readonly gracefulTimeoutSeconds: Setting<number>;
  readonly workers: Setting<number>;
  readonly workerClass: Setting<string>;
  readonly threads: Setting<number>;
  readonly maxRequests: Setting<number>;
  readonly maxRequestsJitter: Setting<number>;
  readonly preload: Setting<boolean>;
  readonly bind: Setting<readonly string[]>;
}

/** gunicorn's defaults (docs.gunicorn.org, Settings), which hold where neither file nor flag says otherwise. */
export const GUNICORN_DEFAULTS = {
  timeoutSeconds: 30,
  gracefulTimeoutSeconds: 30,
  workers: 1,
  workerClass: 'sync',
  maxRequests: 0,
} as const;
