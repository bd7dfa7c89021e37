import type { Worker } from 'node:worker_threads';
import type {
  AnalysisAnswers,
  AnalysisError,
  AnalysisSource,
  AnalysisTask,
  AnalysisWorkerReply,
  ConclusionBasis,
  DocumentRequest,
  ReadCase,
} from '../../shared/contract/analysis-protocol.ts';
import type { Analysis } from '../../shared/model/analysis.ts';
import type { ArtifactReport } from '../../shared/model/artifact.ts';
import type { EvidenceId } from '../../shared/model/evidence.ts';
import type { ImportedEvidence } from '../../shared/model/imported-evidence.ts';
import { NoSuchIncident } from '../../shared/timeline/choose-incident.ts';
import { JobCancelled, JobFailure, jobErrorOf } from '../threads/run-job.ts';
import { startWorker } from '../threads/start-worker.ts';

/** Text of the incidents of a case, not the case: a journal of a million lines with a death a minute needs a tenth of it. */
const MAX_HEAP_MIB = 2_048;

const CLOSED: AnalysisError = { kind: 'usage', message: 'The case was closed.' };

interface Pending {
  readonly resolve: (value: AnalysisAnswers[AnalysisTask['name']]) => void;
  readonly reject: (thrown: unknown) => void;
}

/**
 * Analyses one case on a thread of its own, so that neither the reading of a long journal nor the writing of a document holds
 * up who asks. The thread starts at once, to be there when the evidence is. Answers come in the order of the questions;
 * a thread that dies fails what it was asked, and the next question starts another, which reads the case anew.
 *
 * Everything rejects with JobFailure where the worker fails or the case is closed, and with JobCancelled once `signal` has
 * aborted, which ends the thread in the middle of its work.
 */
export class AnalysisClient {
  #worker: Worker | null = null;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #source: AnalysisSource | null = null;
  /** Those that the thread concludes from. */
  #artifacts: readonly ArtifactReport[] = [];
  /** Why nothing is answered any more; null while the thread may be asked. */
  #end: JobFailure | JobCancelled | null = null;
  readonly #signal: AbortSignal | null;
  #ended: Promise<void> | null = null;
  readonly #cancel = (): void => void this.#endWith(new JobCancelled());

  constructor(signal: AbortSignal | null = null) {
    this.#signal = signal;
    if (signal?.aborted === true) this.#cancel();
    else {
      signal?.addEventListener('abort', this.#cancel, { once: true });
      this.#worker = this.#start();
    }
  }

  /** The evidence with the clocks of its sources corrected: see withClockOffsets. */
  async correct(imported: ImportedEvidence, offsets: ReadonlyMap<EvidenceId, number>): Promise<ImportedEvidence> {
    return this.#ask({ name: 'correct', imported, offsets });
  }

  /** XML files by how much of their paths the log names: see artifactsByMention. */
  async rank({ columns, files, locations }: ImportedEvidence): Promise<readonly EvidenceId[]> {
    return this.#ask({ name: 'rank', imported: { columns, files, locations } });
  }

  /** Reads the case that all further questions are about. */
  async read(source: AnalysisSource): Promise<ReadCase> {
    this.#source = source;
    this.#artifacts = source.artifacts;
    return this.#ask({ name: 'read', source });
  }

  /** Rejects with NoSuchIncident for a choice that the case does not have. */
  async conclude(
    { about, judgements }: ConclusionBasis,
    artifacts: readonly ArtifactReport[],
  ): Promise<Omit<Analysis, 'incidents'>> {
    this.#bring(artifacts);
    return this.#ask({ name: 'conclude', about, judgements });
  }

  /** The bytes of a document; they depend on nothing but the case and what is given here. */
  async write(request: ConclusionBasis & DocumentRequest, artifacts: readonly ArtifactReport[]): Promise<Uint8Array> {
    this.#bring(artifacts);
    return this.#ask({ name: 'write', ...request });
  }

  /** Ends the thread; whatever is not answered yet is rejected. Safe to repeat. */
  async close(): Promise<void> {
    await this.#endWith(new JobFailure({ kind: 'usage', message: CLOSED.message }));
  }

  /** A further run of a profile changes artifacts alone: the thread is told before what depends on it. */
  #bring(artifacts: readonly ArtifactReport[]): void {
    this.#revive();
    if (artifacts === this.#artifacts) return;
    this.#artifacts = artifacts;
    this.#ask({ name: 'measured', artifacts }).catch(ignored);
  }

  /** Starts a thread in place of one that died, with the case that it had read. */
  #revive(): void {
    if (this.#worker !== null || this.#end !== null) return;
    this.#worker = this.#start();
    if (this.#source !== null) this.read(this.#source).catch(ignored);
  }

  #ask<N extends AnalysisTask['name']>(task: Extract<AnalysisTask, { name: N }>): Promise<AnalysisAnswers[N]> {
    if (this.#end !== null) return Promise.reject(this.#end);
    this.#worker ??= this.#start();
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      const id = this.#nextId;
      this.#nextId += 1;
      // The worker answers a task with what the protocol says of its name.
      this.#pending.set(id, { resolve: (value) => resolve(value as AnalysisAnswers[N]), reject });
      worker.ref();
      worker.postMessage({ id, task });
    });
  }

  #start(): Worker {
    const worker = startWorker('analysis-worker', null, { maxOldGenerationSizeMb: MAX_HEAP_MIB });
    // A thread that nobody waits for must not keep the program alive.
    worker.unref();
    const isCurrent = (): boolean => worker === this.#worker;
    worker.on('message', (reply: AnalysisWorkerReply) => {
      if (isCurrent()) this.#settle(reply);
    });
    worker.on('messageerror', (error) => {
      const message = `An answer of the analysis could not be read: ${error.message}`;
      if (isCurrent()) this.#failAll(new JobFailure({ kind: 'internal', message }));
    });
    worker.on('error', (thrown: unknown) => {
      if (!isCurrent()) return;
      this.#worker = null;
      this.#failAll(new JobFailure(jobErrorOf(thrown)));
    });
    worker.on('exit', (exitCode) => {
      if (!isCurrent()) return;
      this.#worker = null;
      const message = `The analysis ended unexpectedly (exit code ${exitCode}); try again.`;
      this.#failAll(new JobFailure({ kind: 'internal', message }));
    });
    return worker;
  }

  #settle(reply: AnalysisWorkerReply): void {
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return;
    this.#pending.delete(reply.id);
    if (this.#pending.size === 0) this.#worker?.unref();
    if (reply.ok) pending.resolve(reply.value);
    else pending.reject(thrownFor(reply.error));
  }

  #failAll(thrown: Error): void {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of all) reject(thrown);
  }

  #endWith(end: JobFailure | JobCancelled): Promise<void> {
    this.#end ??= end;
    this.#ended ??= this.#terminate(this.#end);
    return this.#ended;
  }

  /** What waits is told when the thread has ended: its descriptors are free by then. */
  async #terminate(end: Error): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#cancel);
    const worker = this.#worker;
    this.#worker = null;
    this.#source = null;
    await worker?.terminate();
    this.#failAll(end);
  }
}

/** What comes of it is told to those who asked something after it. */
function ignored(): void {}

function thrownFor(error: AnalysisError): Error {
  return error.kind === 'no-such-incident' ? new NoSuchIncident(error.message) : new JobFailure(error);
}
