import { parentPort } from 'node:worker_threads';
import type {
  AnalysisAnswers,
  AnalysisError,
  AnalysisTask,
  AnalysisWorkerReply,
  AnalysisWorkerRequest,
} from '../../shared/contract/analysis-protocol.ts';
import { NoSuchIncident } from '../../shared/timeline/choose-incident.ts';
import { withClockOffsets } from '../events/clock-offsets.ts';
import { EventStore } from '../events/event-store.ts';
import { artifactsByMention } from '../profile/rank-artifacts.ts';
import { jobErrorOf } from '../threads/run-job.ts';
import { CaseAnalyst } from './case-analyst.ts';

/** Entry of the analysis worker: requests in and replies out, one after the other, until it is ended. */
let reading: CaseAnalyst | null = null;

async function perform(task: AnalysisTask): Promise<AnalysisAnswers[AnalysisTask['name']]> {
  switch (task.name) {
    case 'correct':
      return withClockOffsets(task.imported, task.offsets);
    case 'rank': {
      const store = new EventStore(task.imported);
      const ranked = artifactsByMention(task.imported.files, store).map(({ id }) => id);
      store.close();
      return ranked;
    }
    case 'read':
      reading = new CaseAnalyst(task.source);
      return reading.read;
    case 'measured':
      required().measured(task.artifacts);
      return null;
    case 'conclude': {
      const { incidents: _told, ...analysis } = required().conclude(task);
      return analysis;
    }
    case 'write': {
      const { title, judgements, queries, format } = task;
      const analysis = required().conclude(task);
      const { evidence } = required();
      // Loaded when it is first needed: the thread has to be there when the evidence is.
      const { renderExport } = await import('../export/export-case.ts');
      return bytesOf(await renderExport({ title, evidence, analysis, judgements, queries }, format));
    }
  }
}

function required(): CaseAnalyst {
  if (reading === null) throw new Error('nothing has been read yet');
  return reading;
}

/** Bytes in memory of their own, which can be handed over. */
function bytesOf(document: Uint8Array | string): Uint8Array {
  if (typeof document === 'string') return new TextEncoder().encode(document);
  return document.byteLength === document.buffer.byteLength ? document : new Uint8Array(document);
}

async function answer({ id, task }: AnalysisWorkerRequest): Promise<AnalysisWorkerReply> {
  try {
    return { id, ok: true, value: await perform(task) };
  } catch (thrown) {
    return { id, ok: false, error: errorOf(thrown) };
  }
}

function errorOf(thrown: unknown): AnalysisError {
  return thrown instanceof NoSuchIncident ? { kind: 'no-such-incident', message: thrown.message } : jobErrorOf(thrown);
}

function post(reply: AnalysisWorkerReply): void {
  const moved = reply.ok && reply.value instanceof Uint8Array ? [reply.value.buffer] : [];
  parentPort?.postMessage(reply, moved as ArrayBuffer[]);
}

let before: Promise<void> = Promise.resolve();
parentPort?.on('message', (request: AnalysisWorkerRequest) => {
  before = before.then(() => answer(request)).then(post);
});
