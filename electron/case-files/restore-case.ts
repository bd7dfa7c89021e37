import { type CaseFile, type CaseSource, evidenceChanges } from '../../shared/contract/case-file.ts';
import type { OpenCase } from '../case/open-case.ts';
import { visibleName } from '../files/names.ts';
import { knownFiles } from './case-snapshot.ts';

/** Paths that one sentence names. */
const NAMED_PATHS = 5;
/** A statement that was in the report once is given this long to be there again. */
const QUERY_SECONDS = 60;

/** Something about a case that is not as it was when it was saved. */
export interface CaseNotice {
  readonly text: string;
  readonly detail: string;
}

/** What is told of evidence that is not as it was; nothing where all is. */
export function evidenceNotices(
  file: CaseFile,
  { evidence }: Pick<OpenCase, 'evidence'>,
  absent: readonly CaseSource[],
  unknownSources: readonly string[],
): readonly CaseNotice[] {
  const { changed, missing } = evidenceChanges(file.evidence, knownFiles(evidence.files));
  const notices: CaseNotice[] = [];
  if (changed.length > 0) {
    notices.push({
      text: `The evidence has changed since the case was saved: ${listed(changed)}`,
      detail: 'The SHA-256 differs. What was dismissed or noted about the earlier bytes is kept but does not apply.',
    });
  }
  if (absent.length > 0) {
    notices.push({
      text: `Opened without evidence that has moved: ${listed(absent.map(({ path }) => path))}`,
      detail: 'The case keeps what was said about it. Open the case again to locate the evidence.',
    });
  } else if (missing.length > 0) {
    notices.push({
      text: `Files are no longer in the evidence: ${listed(missing)}`,
      detail: 'Neither their paths nor their SHA-256 were found.',
    });
  }
  // Of a source that is not there its settings are not expected.
  if (unknownSources.length > 0 && absent.length === 0) {
    notices.push({
      text: `Time settings were not applied: ${listed(unknownSources)}`,
      detail: 'A time zone or a clock offset was saved for a file that is not in the evidence. The case keeps it.',
    });
  }
  return notices;
}

/** Runs the statements of the report again; those that could not be are given back. */
export async function restoreQueries(
  { sql, evidence, reportQueries }: Pick<OpenCase, 'sql' | 'evidence' | 'reportQueries'>,
  queries: CaseFile['queries'],
): Promise<CaseFile['queries']> {
  const failed: CaseFile['queries'] = [];
  for (const query of queries) {
    const database = evidence.databases.find(({ path }) => path === query.database);
    const target = database === undefined ? null : { evidenceId: database.evidenceId, view: query.view };
    const kept = target === null ? null : await resultOf(sql, target, query.sql);
    if (kept === null) failed.push(query);
    else reportQueries.add(kept, query.database);
  }
  return failed;
}

async function resultOf(
  client: OpenCase['sql'],
  target: Parameters<OpenCase['sql']['run']>[0],
  statement: string,
): Promise<ReturnType<OpenCase['sql']['result']>> {
  try {
    const outcome = await client.run(target, statement, QUERY_SECONDS);
    return outcome.status === 'done' ? client.result(outcome.result.id) : null;
  } catch {
    // The view is not there any more, or the case was closed meanwhile.
    return null;
  }
}

/** What is told of statements that could not be run again. */
export function queryNotice(failed: CaseFile['queries']): readonly CaseNotice[] {
  if (failed.length === 0) return [];
  return [
    {
      text: `Queries are not in the report: ${listed(failed.map(({ database }) => database))}`,
      detail: 'Their statements could not be run again. The case keeps them.',
    },
  ];
}

function listed(paths: readonly string[]): string {
  const named = [...new Set(paths)];
  const more = named.length - NAMED_PATHS;
  const names = named.slice(0, NAMED_PATHS).map(visibleName).join(', ');
  return more > 0 ? `${names} and ${more} more` : names;
}
