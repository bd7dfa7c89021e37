import type { CopyFormat } from '../../shared/contract/copy-limits.ts';
import type { CsvRequest } from '../../shared/contract/database-requests.ts';
import type { ZoneName } from '../../shared/model/zone.ts';
import { plural } from '../../shared/wording/figures.ts';
import type { ActionContext } from './attempt.ts';

/** What leaves the window: files that are asked for, and the clipboard. */
export interface OutputActions {
  exportReport(format: 'pdf' | 'html' | 'json'): Promise<void>;
  /** Writes the exact bytes of an event's record to a file that is asked for. */
  saveRecord(row: number): Promise<void>;
  copy(text: string, what: string): Promise<void>;
  /** Puts events on the clipboard. */
  copyEvents(rows: readonly number[], format: CopyFormat, zone: ZoneName): Promise<void>;
  /** Writes rows of a database, or of a statement's result, as CSV to a file that is asked for. */
  saveCsv(request: CsvRequest): Promise<void>;
}

const FORMAT_WORDS: Readonly<Record<CopyFormat, string>> = {
  text: 'text',
  tsv: 'TSV',
  json: 'JSON',
  markdown: 'Markdown',
};

/** These actions over a bridge; failures are told and never thrown. */
export function outputActions({ bridge, tell, attempt, write }: ActionContext): OutputActions {
  return {
    exportReport(format) {
      const name = format.toUpperCase();
      return write(`${name} report written`, `The ${name} report was not written`, () =>
        bridge.request('report.export', { format }),
      );
    },
    saveRecord: (row) =>
      write('Record saved', 'The record was not saved', () => bridge.request('events.save', { row })),
    copy: (text, what) =>
      attempt(
        `${what} could not be copied`,
        () => bridge.request('clipboard.write', { text }),
        () => tell('done', `${what} copied`, null),
      ),
    copyEvents: (rows, format, zone) =>
      attempt(
        'The events could not be copied',
        () => bridge.request('events.copy', { rows: [...rows], format, zone }),
        () => tell('done', `${plural(rows.length, 'event')} copied as ${FORMAT_WORDS[format]}`, null),
      ),
    saveCsv: (request) =>
      write('Rows saved as CSV', 'The rows were not saved', () => bridge.request('database.exportCsv', request)),
  };
}
