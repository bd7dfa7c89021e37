import type { EvidenceId, Provenance } from './evidence.ts';

/** What kind of file starts gunicorn, as people call it. */
export type LaunchFileKind =
  | 'Dockerfile'
  | 'compose file'
  | 'Procfile'
  | 'start script'
  | 'supervisor configuration'
  | 'Kubernetes manifest'
  | 'task definition'
  | 'environment file'
  /** What a runtime or Kubernetes keeps of one that was started: `docker inspect`, `kubectl get pod -o yaml`. */
  | 'container'
  /** No file that starts it, but what gunicorn makes of all of them: `gunicorn --print-config`. */
  | 'printed settings';

/** One setting that a start of gunicorn gives it, the strongest of its name first. */
export interface LaunchedSetting {
  /** As gunicorn's configuration file calls it: `graceful_timeout`. */
  readonly setting: string;
  /** As given; null where it cannot be told from the file. */
  readonly value: string | null;
  /** Environment variables that may give it another value. */
  readonly overridableBy: readonly string[];
  readonly from: 'flag' | 'GUNICORN_CMD_ARGS' | 'WEB_CONCURRENCY' | 'printed';
  readonly text: string;
  readonly source: Provenance;
}

/** A start of gunicorn that a file describes. */
export interface LaunchRecord {
  readonly evidenceId: EvidenceId;
  readonly kind: LaunchFileKind;
  /** The service, program, container or process type; null where the file has one only. */
  readonly name: string | null;
  readonly settings: readonly LaunchedSetting[];
  /** Whether it is started only under a condition that the file has. */
  readonly isConditional: boolean;
  /** Seconds that it is given to stop before it is killed; null where the file does not say. */
  readonly stopSeconds: number | null;
  readonly source: Provenance;
}
