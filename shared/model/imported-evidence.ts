import type { GunicornConfig } from './config.ts';
import type { DatabaseReport } from './database.ts';
import type { EventColumns } from './event-columns.ts';
import type { CaseProblem, EvidenceFile } from './evidence.ts';
import type { HostRecords } from './host.ts';
import type { HostMemory, ProcessSample, VmstatSample } from './samples.ts';

/** Where the bytes of an evidence file can be read again: the file itself or its unpacked copy in the spool folder. */
export interface FileLocation {
  readonly absolutePath: string;
}

/** What the import worker hands back when it has read everything. */
export interface ImportedEvidence {
  readonly files: readonly EvidenceFile[];
  /** Parallel to `files`; null for containers whose own bytes are never shown. */
  readonly locations: readonly (FileLocation | null)[];
  readonly problems: readonly CaseProblem[];
  readonly columns: EventColumns;
  readonly processes: readonly ProcessSample[];
  readonly vmstat: readonly VmstatSample[];
  readonly hostMemory: readonly HostMemory[];
  readonly configs: readonly GunicornConfig[];
  readonly databases: readonly DatabaseReport[];
  readonly host?: HostRecords;
}
