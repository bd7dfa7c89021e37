import { EventStore } from '../../electron/case-store/event-store.ts';
import type { OpenCase } from '../../electron/case-store/open-case.ts';
import type { ImportedEvidence } from '../../shared/contract/worker-protocol.ts';
import { referenceAnalysis, referenceEvidence, referenceView } from './reference-case.ts';

const NOTHING_IMPORTED: ImportedEvidence = {
  files: [],
  locations: [],
  problems: [],
  columns: {
    count: 0,
    time: new Float64Array(),
    byteOffset: new Float64Array(),
    byteLength: new Uint32Array(),
    line: new Uint32Array(),
    pid: new Int32Array(),
    fileIndex: new Uint16Array(),
    kind: new Uint8Array(),
    severity: new Uint8Array(),
  },
  processes: [],
  vmstat: [],
  hostMemory: [],
  configs: [],
  databases: [],
};

/** The reference case as if it had been opened, with a store that holds no rows: for what goes on around a case. */
export function referenceOpenCase(): OpenCase {
  const view = referenceView();
  return {
    title: view.title,
    evidence: referenceEvidence(),
    analysis: referenceAnalysis(),
    store: new EventStore(NOTHING_IMPORTED),
    view: () => view,
    dispose: async () => {},
  };
}
