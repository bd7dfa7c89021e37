import type {
  AnalysisError,
  AnalysisSource,
  AnalysisTasks,
  ConclusionBasis,
  DocumentRequest,
  ReadCase,
} from '../../shared/contract/analysis-protocol.ts';
import type { Task } from '../../shared/contract/asked-thread.ts';
import type { Analysis } from '../../shared/model/analysis.ts';
import type { ArtifactReport } from '../../shared/model/artifact.ts';
import type { EvidenceId } from '../../shared/model/evidence.ts';
import type { ImportedEvidence } from '../../shared/model/imported-evidence.ts';
import { NoSuchIncident } from '../../shared/timeline/choose-incident.ts';
import { AskingThread, CASE_CLOSED } from '../threads/asking-thread.ts';
import { JobFailure } from '../threads/run-job.ts';

/** Text of the incidents of a case, not the case: a journal of a million lines with a death a minute needs a tenth of it. */
const MAX_HEAP_MIB = 2_048;

/**
 * Analyses one case on a thread of its own, so that neither the reading of a long journal nor the writing of a document holds
 * up who asks. The thread starts at once, to be there when the evidence is. Answers come in the order of the questions;
 * a thread that dies fails what it was asked, and the next question starts another, which reads the case anew.
 *
 * Everything rejects with JobFailure where the worker fails or the case is closed, and with JobCancelled once `signal` has
 * aborted, which ends the thread in the middle of its work.
 */
export class AnalysisClient {
  readonly #thread: AskingThread<AnalysisTasks, AnalysisError>;
  #source: AnalysisSource | null = null;
  /** Those that the thread concludes from. */
  #artifacts: readonly ArtifactReport[] = [];

  constructor(signal: AbortSignal | null = null) {
    this.#thread = new AskingThread(
      {
        worker: 'analysis-worker',
        topic: 'the analysis',
        data: () => null,
        limits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
        restore: () => this.#readAgain(),
        thrownFor,
      },
      signal,
    );
    this.#thread.start();
  }

  /** The evidence with the clocks of its sources corrected: see withClockOffsets. */
  correct(imported: ImportedEvidence, offsets: ReadonlyMap<EvidenceId, number>): Promise<ImportedEvidence> {
    return this.#thread.ask({ name: 'correct', payload: { imported, offsets } });
  }

  /** XML files by how much of their paths the log names: see artifactsByMention. */
  rank({ columns, files, locations }: ImportedEvidence): Promise<readonly EvidenceId[]> {
    return this.#thread.ask({ name: 'rank', payload: { columns, files, locations } });
  }

  /** Reads the case that all further questions are about. */
  read(source: AnalysisSource): Promise<ReadCase> {
    const reading = this.#thread.ask({ name: 'read', payload: source });
    this.#source = source;
    this.#artifacts = source.artifacts;
    return reading;
  }

  /** Rejects with NoSuchIncident for a choice that the case does not have. */
  conclude(
    { about, judgements }: ConclusionBasis,
    artifacts: readonly ArtifactReport[],
  ): Promise<Omit<Analysis, 'incidents'>> {
    this.#bring(artifacts);
    return this.#thread.ask({ name: 'conclude', payload: { about, judgements } });
  }

  /** The bytes of a document; they depend on nothing but the case and what is given here. */
  write(request: ConclusionBasis & DocumentRequest, artifacts: readonly ArtifactReport[]): Promise<Uint8Array> {
    this.#bring(artifacts);
    return this.#thread.ask({ name: 'write', payload: request });
  }

  /** Ends the thread; whatever is not answered yet is rejected. Safe to repeat. */
  async close(): Promise<void> {
    await this.#thread.close(new JobFailure(CASE_CLOSED));
    this.#source = null;
  }

  /** A further run of a profile changes artifacts alone: the thread is told before what depends on it. */
  #bring(artifacts: readonly ArtifactReport[]): void {
    if (artifacts === this.#artifacts) return;
    // What comes of it is told to those who asked something after it.
    this.#thread.ask({ name: 'measured', payload: artifacts }).catch(() => {});
    this.#artifacts = artifacts;
  }

  /** A thread in place of one that died has to know the case that was read, and what was measured since. */
  #readAgain(): readonly Task<AnalysisTasks>[] {
    if (this.#source === null) return [];
    return [
      { name: 'read', payload: this.#source },
      { name: 'measured', payload: this.#artifacts },
    ];
  }
}

function thrownFor(error: AnalysisError): Error {
  return error.kind === 'no-such-incident' ? new NoSuchIncident(error.message) : new JobFailure(error);
}
