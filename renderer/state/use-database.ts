import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type {
  DatabaseSchema,
  DatabaseTarget,
  ReportQueryEntry,
  RowsList,
} from '../../shared/contract/database-requests.ts';
import { toJobError } from '../bridge.ts';
import { useActions, useBridge } from './app-context.tsx';
import { TablePages, type TableSnapshot } from './table-pages.ts';

export type SchemaState =
  | { readonly status: 'reading' }
  | { readonly status: 'read'; readonly schema: DatabaseSchema }
  | { readonly status: 'failed'; readonly message: string; readonly retry: () => void };

/** What is in a view of a database; read when it is first asked for. */
export function useSchema({ evidenceId, view }: DatabaseTarget): SchemaState {
  const bridge = useBridge();
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<SchemaState>({ status: 'reading' });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks again.
  useEffect(() => {
    let isCurrent = true;
    setState({ status: 'reading' });
    bridge.request('database.schema', { evidenceId, view }).then(
      (schema) => isCurrent && setState({ status: 'read', schema }),
      (error: unknown) =>
        isCurrent &&
        setState({
          status: 'failed',
          message: toJobError(error).message,
          retry: () => setAttempt((count) => count + 1),
        }),
    );
    return () => {
      isCurrent = false;
    };
  }, [bridge, evidenceId, view, attempt]);
  return state;
}

/** Rows of a table or view, with how far they have come. */
export function useTablePages(
  { evidenceId, view }: DatabaseTarget,
  list: RowsList,
): { readonly pages: TablePages; readonly snapshot: TableSnapshot } {
  const bridge = useBridge();
  const pages = useMemo(() => new TablePages(bridge, { evidenceId, view }, list), [bridge, evidenceId, view, list]);
  return { pages, snapshot: useSyncExternalStore(pages.subscribe, pages.snapshot, pages.snapshot) };
}

export interface ReportQueryList {
  readonly queries: readonly ReportQueryEntry[];
  /** True when it is in the report. */
  add(resultId: number): Promise<boolean>;
  remove(id: number): Promise<void>;
}

/** The queries that are part of the report. */
export function useReportQueries(): ReportQueryList {
  const bridge = useBridge();
  const { tell } = useActions();
  const [queries, setQueries] = useState<readonly ReportQueryEntry[]>([]);
  useEffect(() => {
    let isCurrent = true;
    bridge.request('report.queries', undefined).then(
      (found) => isCurrent && setQueries(found),
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [bridge]);
  const add = useCallback(
    async (resultId: number): Promise<boolean> => {
      try {
        setQueries(await bridge.request('report.addQuery', { resultId }));
        tell('done', 'The query is in the report', 'Section Queries of PDF and HTML. It can be removed under Report.');
        return true;
      } catch (error) {
        tell('failed', 'The query was not added to the report', toJobError(error).message);
        return false;
      }
    },
    [bridge, tell],
  );
  const remove = useCallback(
    async (id: number): Promise<void> => {
      try {
        setQueries(await bridge.request('report.removeQuery', { id }));
      } catch (error) {
        tell('failed', 'The query was not removed', toJobError(error).message);
      }
    },
    [bridge, tell],
  );
  return { queries, add, remove };
}
