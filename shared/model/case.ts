import type { ArtifactReport } from './artifact.ts';
import type { GunicornConfig } from './config.ts';
import type { DatabaseReport } from './database.ts';
import type { EventSource } from './event.ts';
import type { CaseProblem, EvidenceFile } from './evidence.ts';
import type { HostRecords } from './host.ts';
import type { RuleOutcome } from './rules.ts';
import type { HostMemory, ProcessSample, VmstatSample } from './samples.ts';

/** Everything read from the evidence, before anybody has drawn a conclusion. The analysis is a pure function of it. */
export interface CaseEvidence {
  readonly files: readonly EvidenceFile[];
  readonly problems: readonly CaseProblem[];
  readonly events: EventSource;
  readonly processes: readonly ProcessSample[];
  readonly vmstat: readonly VmstatSample[];
  readonly hostMemory: readonly HostMemory[];
  readonly configs: readonly GunicornConfig[];
  readonly databases: readonly DatabaseReport[];
  readonly artifacts: readonly ArtifactReport[];
  /** Unit files, `df`, `ls`, `du`, `sar`; absent where none was read. */
  readonly host?: HostRecords;
  /** What the user's own rules found; absent without any. */
  readonly rules?: RuleOutcome;
}
