import { conclude, type FoundFacts, findFacts, readHistory } from '../../shared/analyse.ts';
import type {
  AnalysisSource,
  ConclusionBasis,
  IncidentAsked,
  ReadCase,
} from '../../shared/contract/analysis-protocol.ts';
import { isAbout } from '../../shared/hypotheses/judged-facts.ts';
import type { Analysis, IncidentChoice } from '../../shared/model/analysis.ts';
import type { ArtifactReport } from '../../shared/model/artifact.ts';
import type { CaseEvidence } from '../../shared/model/case.ts';
import { chooseIncident } from '../../shared/timeline/choose-incident.ts';
import type { WorkerHistory } from '../../shared/timeline/incidents.ts';
import { EventStore } from '../events/event-store.ts';
import { caseEvidence } from './case-evidence.ts';
import { rulesAt } from './placed-rules.ts';

/**
 * The evidence of a case as it is analysed: read once, concluded from again and again. What a conclusion depends on is given
 * each time; only what is costly to find is kept, which is the history and the facts about the incident asked for last.
 */
export class CaseAnalyst {
  readonly #store: EventStore;
  readonly #history: WorkerHistory;
  #evidence: CaseEvidence;
  #found: FoundFacts | null = null;

  constructor({ imported, artifacts, rules }: AnalysisSource) {
    this.#store = new EventStore(imported);
    const outcome = rules === null ? null : rulesAt(rules, imported.columns);
    this.#evidence = caseEvidence(imported, artifacts, outcome, this.#store);
    this.#history = readHistory(this.#evidence);
  }

  get evidence(): CaseEvidence {
    return this.#evidence;
  }

  get read(): ReadCase {
    return {
      incidents: this.#history.incidents.map(({ incident }) => incident),
      rules: this.#evidence.rules ?? null,
    };
  }

  /** Goes on with these artifacts in place of those that were read. */
  measured(artifacts: readonly ArtifactReport[]): void {
    this.#evidence = { ...this.#evidence, artifacts };
    this.#found = null;
  }

  /** Throws NoSuchIncident for a choice that the case does not have. */
  conclude({ about, judgements }: ConclusionBasis): Analysis {
    return conclude(this.#factsAbout(this.#choiceOf(about)), judgements);
  }

  close(): void {
    this.#store.close();
  }

  #choiceOf(about: IncidentAsked): IncidentChoice | null {
    if (about === null || about.by === 'choice') return about?.choice ?? null;
    const { subject } = about;
    if (subject.length === 0) return null;
    const shown = this.#history.incidents.find(({ incident }) => isAbout(subject, incident, this.#evidence));
    return shown === undefined ? null : { incidentId: shown.incident.id };
  }

  #factsAbout(choice: IncidentChoice | null): FoundFacts {
    const record = chooseIncident(this.#history.incidents, choice);
    if (this.#found?.context.record === record) return this.#found;
    const found = findFacts(this.#evidence, this.#history, record);
    this.#found = found;
    return found;
  }
}
