import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVERY_EVENT as FILTER } from '../../../electron/case-store/event-filter.ts';
import { toJobError } from '../../../electron/case-store/job-error.ts';
import { openCase } from '../../../electron/case-store/open-case.ts';
import { CaseSession } from '../../../electron/ipc/case-session.ts';
import { createHandlers } from '../../../electron/ipc/handlers.ts';
import type { ShellPorts } from '../../../electron/ipc/shell-ports.ts';
import { caseJsonSchema } from '../../../shared/contract/case-json.ts';
import { tempFolder, writeTree } from '../../support/bundles.ts';
import { timeoutJournal } from '../../support/journal-lines.ts';

const SORT = { column: 'time', descending: false } as const;

/** Handlers over a real session, with a journal to open; `exportPath` is what the save dialog answers. */
function desk(exportPath: (suggested: string) => string | null = () => null) {
  const folder = writeTree(tempFolder(), { 'case/journal.txt': timeoutJournal() });
  const suggestions: string[] = [];
  const copied: string[] = [];
  const session = new CaseSession({ openCase, toJobError, onProgress: () => {}, onChange: () => {} });
  const ports: ShellPorts = {
    appInfo: () => ({ version: '1', electron: '45', runtime: 'official', platform: 'linux' }),
    chooseEvidence: async (kind) => (kind === 'folder' ? [join(folder, 'case')] : null),
    chooseExportPath: async (suggested) => {
      suggestions.push(suggested);
      return exportPath(suggested);
    },
    chooseRecordPath: async (suggested) => {
      suggestions.push(suggested);
      return exportPath(suggested);
    },
    chooseNotesToSave: async (suggested) => exportPath(suggested),
    chooseNotesToOpen: async () => exportPath('notes'),
    chooseScriptPath: async (suggested) => exportPath(suggested),
    writeClipboard: (text) => copied.push(text),
    samplePath: () => join(folder, 'case', 'journal.txt'),
    documentsFolder: () => join(folder, 'documents'),
    toJobError,
  };
  return { folder, session, handlers: createHandlers(session, ports), suggestions, copied };
}

describe('createHandlers', () => {
  it('opens what is given, shows it by page, and lets it go', async () => {
    const { folder, handlers, session } = desk();
    const opened = await handlers['case.open']({ paths: [join(folder, 'case')] });
    expect(opened).toMatchObject({ status: 'opened', view: { title: 'case', eventCount: 6 } });
    expect(await handlers['case.current'](undefined)).toMatchObject({ title: 'case' });
    const page = await handlers['events.page']({ filter: FILTER, sort: SORT, offset: 2, limit: 2 });
    expect(page).toMatchObject({
      total: 6,
      offset: 2,
      events: [
        { row: 2, pid: 101 },
        { row: 3, kind: 'worker-timeout' },
      ],
    });
    expect(await handlers['events.position']({ row: 3, filter: FILTER, sort: { ...SORT, descending: true } })).toBe(2);
    const raw = await handlers['events.raw']({ row: 3 });
    expect(raw.text).toContain('WORKER TIMEOUT (pid:101)');
    expect(raw.before).toHaveLength(3);
    await handlers['case.close'](undefined);
    expect(await handlers['case.current'](undefined)).toBeNull();
    expect(session.current()).toBeNull();
  });

  it('says that no case is open', async () => {
    const { handlers } = desk();
    await expect(handlers['events.page']({ filter: FILTER, sort: SORT, offset: 0, limit: 1 })).rejects.toThrow(
      'No case is open.',
    );
    expect(await handlers['report.export']({ format: 'pdf' })).toEqual({
      status: 'failed',
      error: { kind: 'usage', message: 'No case is open.' },
    });
  });

  it('tells as data what cannot be opened', async () => {
    const { folder, handlers } = desk();
    const missing = await handlers['case.open']({ paths: [join(folder, 'missing')] });
    expect(missing).toMatchObject({ status: 'failed', error: { kind: 'usage' } });
    writeFileSync(join(folder, 'noise.bin'), new Uint8Array([0, 1, 2, 250]));
    const noise = await handlers['case.open']({ paths: [join(folder, 'noise.bin')] });
    expect(noise).toMatchObject({ status: 'failed', error: { kind: 'usage' } });
  });

  it('passes dialogs and the clipboard on', async () => {
    const { folder, handlers, copied } = desk();
    expect(await handlers['dialog.open']({ kind: 'folder' })).toEqual([join(folder, 'case')]);
    expect(await handlers['dialog.open']({ kind: 'files' })).toBeNull();
    await handlers['clipboard.write']({ text: 'a line' });
    expect(copied).toEqual(['a line']);
  });
});

describe('report.export', () => {
  it('suggests a name beside the evidence and writes there', async () => {
    const { folder, handlers, suggestions } = desk((suggested) => suggested);
    await handlers['case.open']({ paths: [join(folder, 'case')] });
    const path = join(folder, 'case-case.json');
    expect(await handlers['report.export']({ format: 'json' })).toEqual({ status: 'written', path });
    expect(suggestions).toEqual([path]);
    const written = caseJsonSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    expect(written.incident).toMatchObject({ pid: 101, mechanism: 'gunicorn-timeout' });
    await handlers['case.close'](undefined);
  });

  it('suggests the documents folder for the sample, which lies with the program', async () => {
    const { folder, handlers, suggestions } = desk();
    await handlers['case.openSample'](undefined);
    expect(await handlers['report.export']({ format: 'pdf' })).toEqual({ status: 'cancelled' });
    expect(suggestions).toEqual([join(folder, 'documents', 'journal.txt-report.pdf')]);
    await handlers['case.close'](undefined);
  });

  it('never replaces evidence', async () => {
    const { folder, handlers } = desk(() => join(folder, 'case', 'journal.txt'));
    await handlers['case.open']({ paths: [join(folder, 'case')] });
    const refused = await handlers['report.export']({ format: 'html' });
    expect(refused).toMatchObject({ status: 'failed', error: { kind: 'usage' } });
    expect(readFileSync(join(folder, 'case', 'journal.txt'), 'utf8')).toBe(timeoutJournal());
    await handlers['case.close'](undefined);
  });

  it('tells what the file system said', async () => {
    const { folder, handlers } = desk(() => join(folder, 'no-such-folder', 'report.html'));
    await handlers['case.open']({ paths: [join(folder, 'case')] });
    expect(await handlers['report.export']({ format: 'html' })).toMatchObject({
      status: 'failed',
      error: { kind: 'usage', message: expect.stringContaining('ENOENT') },
    });
    await handlers['case.close'](undefined);
  });

  it('writes nothing of a case that was closed while the dialog was open', async () => {
    const { folder, handlers, session } = desk((suggested) => {
      void session.close();
      return suggested;
    });
    await handlers['case.open']({ paths: [join(folder, 'case')] });
    expect(await handlers['report.export']({ format: 'json' })).toMatchObject({ status: 'failed' });
    expect(existsSync(join(folder, 'case-case.json'))).toBe(false);
  });
});
