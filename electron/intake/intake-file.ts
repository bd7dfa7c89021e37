import type { EvidenceFormat, TimeResolution } from '../../shared/model/evidence.ts';
import type { FoundFile } from '../files/inventory.ts';
import type { Identified } from './identify.ts';

/** A found file with all that is learned about it on the way. */
export interface IntakeFile {
  readonly found: FoundFile;
  readonly index: number;
  readonly id: string;
  /** As it is shown; what is added later may bring the same name, so it is settled when all is there. */
  path: string;
  /** A sidecar of a database whose content says nothing gets its format when its database is there. */
  format: EvidenceFormat;
  readonly told: Identified;
  records: number;
  time: TimeResolution | null;
}
