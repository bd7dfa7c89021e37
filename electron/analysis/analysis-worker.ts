import type { AnalysisError, AnalysisTasks } from '../../shared/contract/analysis-protocol.ts';
import type { Answer, Task } from '../../shared/contract/asked-thread.ts';
import { NoSuchIncident } from '../../shared/timeline/choose-incident.ts';
import { withClockOffsets } from '../events/clock-offsets.ts';
import { EventStore } from '../events/event-store.ts';
import { answerTasks } from '../threads/answer-tasks.ts';
import { jobErrorOf } from '../threads/run-job.ts';
import { artifactsByMention } from './artifacts-by-mention.ts';
import { CaseAnalyst } from './case-analyst.ts';

/** Entry of the analysis worker: requests in and replies out, one after the other, until it is ended. */
let reading: CaseAnalyst | null = null;

async function perform(task: Task<AnalysisTasks>): Promise<Answer<AnalysisTasks>> {
  const { name, payload } = task;
  switch (name) {
    case 'correct':
      return { name, value: withClockOffsets(payload.imported, payload.offsets) };
    case 'rank': {
      const store = new EventStore(payload);
      const value = artifactsByMention(payload.files, store).map(({ id }) => id);
      store.close();
      return { name, value };
    }
    case 'read':
      reading = new CaseAnalyst(payload);
      return { name, value: reading.read };
    case 'measured':
      required().measured(payload);
      return { name, value: null };
    case 'conclude': {
      const { incidents: _told, ...value } = required().conclude(payload);
      return { name, value };
    }
    case 'write': {
      const { title, judgements, annotations, queries, format } = payload;
      const analysis = required().conclude(payload);
      const { evidence } = required();
      // Loaded when it is first needed: the thread has to be there when the evidence is.
      const { renderExport } = await import('../export/export-case.ts');
      const input = { title, evidence, analysis, judgements, annotations, queries };
      return { name, value: bytesOf(await renderExport(input, format)) };
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

function errorOf(thrown: unknown): AnalysisError {
  return thrown instanceof NoSuchIncident ? { kind: 'no-such-incident', message: thrown.message } : jobErrorOf(thrown);
}

answerTasks<AnalysisTasks, AnalysisError>('one after the other', perform, errorOf);
