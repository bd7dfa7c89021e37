import type { CaseJson } from '../../shared/contract/case-json.ts';
import type { Report } from '../../shared/report/report.ts';
import { buildReport } from '../../shared/report/report-model.ts';
import { selectKeyEvents } from '../../shared/report/select-key-events.ts';
import type { OpenCase } from '../case-store/open-case.ts';
import { caseJsonText, toCaseJson } from './case-json.ts';
import { writeHtml } from './html.ts';
import { writePdf } from './pdf.ts';
import { timelineEvents } from './timeline-events.ts';

export type ExportFormat = 'pdf' | 'html' | 'json';

/** What both shells write of a case, and nothing but the case goes in: the same evidence gives the same bytes from either. */
export async function renderExport(opened: OpenCase, format: ExportFormat): Promise<Uint8Array | string> {
  const caseJson = caseJsonOf(opened);
  switch (format) {
    case 'json':
      return caseJsonText(caseJson);
    case 'html':
      return writeHtml(reportOf(opened), caseJson);
    case 'pdf':
      return writePdf(reportOf(opened), caseJson);
  }
}

/** The report of an open case, as every document and the terminal tell it. */
export function reportOf(opened: OpenCase): Report {
  return buildReport({
    title: opened.title,
    evidence: opened.evidence,
    analysis: opened.analysis,
    judgements: opened.judgements.judgements,
    keyEvents: selectKeyEvents(opened.analysis, opened.store),
    queries: opened.reportQueries.forReport(),
    // No time of making: a document that is made again is the same to the byte.
    generatedAt: null,
  });
}

function caseJsonOf(opened: OpenCase): CaseJson {
  const { events, shortened } = timelineEvents(opened);
  const evidence =
    shortened === null ? opened.evidence : { ...opened.evidence, problems: [...opened.evidence.problems, shortened] };
  return toCaseJson(evidence, opened.analysis, events, opened.judgements.judgements);
}

/** A file name for an export: `incident-2026-01-28.tar.gz` becomes `incident-2026-01-28-report.pdf`. */
export function exportFileName(title: string, format: ExportFormat): string {
  const name = fileStem(title);
  return format === 'json' ? `${name}-case.json` : `${name}-report.${format}`;
}

/** What file names about a case begin with: its title without what is no good in names. */
export function fileStem(title: string): string {
  const stem = title
    .replace(/(\.tar)?\.(gz|tgz)$|\.tar$/i, '')
    // What no file system minds; names of evidence come from elsewhere.
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[.-]+|-+$/g, '')
    .slice(0, 80);
  return stem === '' ? 'inquest' : stem;
}
