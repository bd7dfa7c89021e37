import type { OpenCase } from '../../electron/case/open-case.ts';
import { ReportQueries } from '../../electron/case/report-queries.ts';
import { SqlClient } from '../../electron/databases/sql-client.ts';
import { EventStore } from '../../electron/events/event-store.ts';
import { EventTable } from '../../electron/events/event-table.ts';
import { QueryClient } from '../../electron/search/query-client.ts';
import type { ImportedEvidence } from '../../shared/model/imported-evidence.ts';
import { NO_WORK } from '../../shared/model/work-history.ts';
import { referenceAnalysis, referenceEvidence, referenceView } from './reference-case.ts';

const NOTHING_IMPORTED: ImportedEvidence = {
  files: [],
  locations: [],
  problems: [],
  columns: new EventTable().finish(),
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
    queries: new QueryClient({ ...NOTHING_IMPORTED, times: { first: null, last: null, incident: null } }),
    sql: new SqlClient(NOTHING_IMPORTED),
    reportQueries: new ReportQueries(),
    store: new EventStore(NOTHING_IMPORTED),
    clockOffsets: new Map(),
    work: NO_WORK,
    chosen: null,
    view: () => view,
    conclusion: () => view,
    write: async () => new Uint8Array(),
    annotations: () => view.annotations,
    withWork: async () => referenceOpenCase(),
    withIncident: async () => referenceOpenCase(),
    keeping: async () => referenceOpenCase(),
    withClockOffsets: async () => referenceOpenCase(),
    withProfile: async () => referenceOpenCase(),
    locationOf: () => null,
    retire: async () => {},
    dispose: async () => {},
  };
}
