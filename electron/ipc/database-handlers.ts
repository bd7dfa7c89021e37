import type { CsvRequest, ReportQueryEntry } from '../../shared/contract/database-requests.ts';
import type { ExportOutcome } from '../../shared/contract/ipc.ts';
import type { OpenCase } from '../case/open-case.ts';
import { UsageError } from '../threads/usage-error.ts';
import type { CaseSession } from './case-session.ts';
import type { Handlers } from './dispatch.ts';
import { saveFile } from './save-file.ts';
import type { ShellPorts } from './shell-ports.ts';
import { shown } from './shown.ts';

type DatabaseRequestName = Extract<
  keyof Handlers,
  `database.${string}` | 'report.addQuery' | 'report.removeQuery' | 'report.queries'
>;

/**
 * The handlers for what a window asks about the contents of databases, and for the queries of the report; `onReport` is told
 * when those have changed.
 */
export function databaseHandlers(
  session: CaseSession,
  ports: ShellPorts,
  { requireCase, onReport }: { readonly requireCase: () => OpenCase; readonly onReport: () => void },
): Pick<Handlers, DatabaseRequestName> {
  return {
    'database.schema': async (target) => shown(await requireCase().sql.schema(target)),
    'database.rows': async (request) => shown(await requireCase().sql.rows(request)),
    'database.run': async ({ sql, seconds, ...target }) => shown(await requireCase().sql.run(target, sql, seconds)),
    'database.explain': async ({ sql, seconds, ...target }) =>
      shown(await requireCase().sql.explain(target, sql, seconds)),
    'database.cancel': () => session.current()?.openCase.sql.cancel(),
    'database.exportCsv': (request) => exportCsv(session, ports, request),
    'report.addQuery': ({ resultId }) => {
      const entries = addQuery(requireCase(), resultId);
      onReport();
      return entries;
    },
    'report.removeQuery': ({ id }) => {
      const { reportQueries } = requireCase();
      reportQueries.remove(id);
      onReport();
      return shown(reportQueries.entries());
    },
    'report.queries': () => shown(session.current()?.openCase.reportQueries.entries() ?? []),
  };
}

function addQuery({ sql, reportQueries, evidence }: OpenCase, resultId: number): readonly ReportQueryEntry[] {
  const kept = sql.result(resultId);
  if (kept === null) throw new UsageError('The result is no longer there. Run the statement again, then add it.');
  const database = evidence.databases.find(({ evidenceId }) => evidenceId === kept.target.evidenceId);
  reportQueries.add(kept, database?.path ?? '');
  return shown(reportQueries.entries());
}

function exportCsv(session: CaseSession, ports: ShellPorts, { of, ...target }: CsvRequest): Promise<ExportOutcome> {
  return saveFile(session, ports, {
    what: 'table',
    name: () => ('sql' in of ? 'query-result.csv' : 'table-rows.csv'),
    choose: (suggested) => ports.chooseTablePath(suggested),
    content: ({ openCase }) => openCase.sql.csv(target, of),
  });
}
