import type { ArtifactReport } from '../../shared/model/artifact.ts';
import type { CaseEvidence } from '../../shared/model/case.ts';
import type { EventSource } from '../../shared/model/event.ts';
import type { ImportedEvidence } from '../../shared/model/imported-evidence.ts';
import type { RuleOutcome } from '../../shared/model/rules.ts';

/** Everything that an analysis reads, from what was imported, what was measured and what rules found. */
export function caseEvidence(
  imported: ImportedEvidence,
  artifacts: readonly ArtifactReport[],
  rules: RuleOutcome | null,
  events: EventSource,
): CaseEvidence {
  const { files, problems, processes, vmstat, hostMemory, configs, databases, host } = imported;
  return {
    files,
    problems,
    events,
    processes,
    vmstat,
    hostMemory,
    configs,
    databases,
    artifacts,
    ...(host === undefined ? {} : { host }),
    ...(rules === null ? {} : { rules }),
  };
}
