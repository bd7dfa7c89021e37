import type { OpenCase } from '../../electron/case/open-case.ts';
import type { ExportInput } from '../../electron/export/export-input.ts';
import type { DocumentFormat } from '../../shared/contract/analysis-protocol.ts';

/** What a document about an open case is made of, for making it on the thread of the test. */
export function exportInputOf(opened: OpenCase): ExportInput {
  const { title, evidence, analysis, work, reportQueries } = opened;
  const { judgements, annotations } = work;
  return { title, evidence, analysis, judgements, annotations, queries: reportQueries.forReport() };
}

/** A document about an open case, as its thread writes it, as text. */
export async function writtenText(opened: OpenCase, format: DocumentFormat): Promise<string> {
  return new TextDecoder().decode(await opened.write(format));
}
