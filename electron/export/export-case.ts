import type { DocumentFormat } from '../../shared/contract/analysis-protocol.ts';
import type { CaseJson } from '../../shared/contract/case-json.ts';
import type { Report } from '../../shared/report/report.ts';
import { buildReport } from '../../shared/report/report-model.ts';
import { selectKeyEvents } from '../../shared/report/select-key-events.ts';
import { writeBriefText } from './brief-text.ts';
import { caseJsonText, toCaseJson } from './case-json.ts';
import type { ExportInput } from './export-input.ts';
import { writeHtml } from './html.ts';
import { writeText } from './text.ts';
import { timelineEvents } from './timeline-events.ts';

/** What both shells write of a case, and nothing but the case goes in: the same evidence gives the same bytes from either. */
export async function renderExport(input: ExportInput, format: DocumentFormat): Promise<Uint8Array | string> {
  switch (format.name) {
    case 'text':
      return format.full ? writeText(reportOf(input), format) : writeBriefText(reportOf(input), format);
    case 'json':
      return caseJsonText(caseJsonOf(input));
    case 'html':
      return writeHtml(reportOf(input), caseJsonOf(input));
    case 'pdf': {
      // Its library takes a while to load.
      const { writePdf } = await import('./pdf.ts');
      return writePdf(reportOf(input), caseJsonOf(input));
    }
  }
}

/** The report of a case, as every document and the terminal tell it. */
export function reportOf({ title, evidence, analysis, judgements, annotations, queries }: ExportInput): Report {
  return buildReport({
    title,
    evidence,
    analysis,
    judgements,
    annotations,
    keyEvents: selectKeyEvents(analysis, evidence.events),
    queries,
    // No time of making: a document that is made again is the same to the byte.
    generatedAt: null,
  });
}

function caseJsonOf(input: ExportInput): CaseJson {
  const { evidence, analysis } = input;
  const { events, shortened } = timelineEvents(input);
  const told = shortened === null ? evidence : { ...evidence, problems: [...evidence.problems, shortened] };
  return toCaseJson(told, analysis, events, input);
}
