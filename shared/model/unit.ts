import type { EvidenceId, Provenance } from './evidence.ts';

/** One assignment of a unit file as it stands there, before anything is merged: an empty value resets a list. */
export interface UnitAssignment {
  /** `Service` */
  readonly section: string;
  /** `ExecStart` */
  readonly key: string;
  /** The value with continuation lines joined by a blank, not unquoted. */
  readonly value: string;
  readonly source: Provenance;
}

/**
 * One file of a systemd unit: the unit file itself or a drop-in, loose or as `systemctl cat` prints it under its path.
 * Source: https://www.freedesktop.org/software/systemd/man/systemd.unit.html
 */
export interface UnitFragment {
  readonly evidenceId: EvidenceId;
  /** The path that `systemctl cat` prints above it, or null for a file saved by itself. */
  readonly hostPath: string | null;
  readonly assignments: readonly UnitAssignment[];
}
