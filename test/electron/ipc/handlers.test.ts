import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toJobError } from '../../../electron/case/job-error.ts';
import { openCase } from '../../../electron/case/open-case.ts';
import { CaseLibrary } from '../../../electron/case-files/case-library.ts';
import { CaseKeeper } from '../../../electron/ipc/case-keeper.ts';
import { CaseSession } from '../../../electron/ipc/case-session.ts';
import { GivenPaths, type PathGrants } from '../../../electron/ipc/given-paths.ts';
import { createHandlers } from '../../../electron/ipc/handlers.ts';
import type { ShellPorts } from '../../../electron/ipc/shell-ports.ts';
import { caseJsonSchema } from '../../../shared/contract/case-json.ts';
import { EVERY_EVENT as FILTER } from '../../../shared/contract/event-filter.ts';
import { content, EXPECTED, nativeFixture } from '../../shared/evidence/journal/native/support.ts';
import { parse } from '../../shared/evidence/support.ts';
import { tempFolder, writeTree } from '../../support/bundles.ts';
import { timeoutJournal } from '../../support/journal-lines.ts';

const SORT = { column: 'time', descending: false } as const;

/** As if the person had chosen whatever a test opens. */
const EVERY_PATH: PathGrants = { add: () => {}, require: () => {} };

/** Handlers over a real session, with a journal to open; `exportPath` is what the save dialog answers. */
function desk(
  exportPath: (suggested: string) => string | null = () => null,
  files: Readonly<Record<string, string | Uint8Array>> = { 'case/journal.txt': timeoutJournal() },
  given: PathGrants = EVERY_PATH,
) {
  const folder = writeTree(tempFolder(), files);
  const suggestions: string[] = [];
  const copied: string[] = [];
  const session = new CaseSession({
    openCase,
    toJobError,
    onProgress: () => {},
    onChange: () => {},
    onCase: (current) => keeper.caseChanged(current),
  });
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
    chooseTablePath: async (suggested) => exportPath(suggested),
    chooseNotesToSave: async (suggested) => exportPath(suggested),
    chooseNotesToOpen: async () => exportPath('notes'),
    chooseScriptPath: async (suggested) => exportPath(suggested),
    chooseCasePath: async (suggested) => exportPath(suggested),
    chooseMoved: async () => null,
    askUnsaved: async () => 'cancel',
    writeClipboard: (text) => copied.push(text),
    samplePath: () => join(folder, 'case', 'journal.txt'),
    documentsFolder: () => join(folder, 'documents'),
    toJobError,
  };
  const library = new CaseLibrary(join(folder, 'app', 'cases'));
  const keeper = new CaseKeeper({ session, library, ports, onStatus: () => {} });
  return { folder, session, handlers: createHandlers(session, ports, keeper, given), suggestions, copied };
}

describe('createHandlers', () => {
  it('saves an entry of a native journal whole, as the export that journalctl reads back', async () => {
    const path = join(tempFolder(), 'record.bin');
    const files = { 'case/system.journal': nativeFixture('zstd') };
    const { folder, handlers, suggestions } = desk(() => path, files);
    await handlers['case.open']({ paths: [join(folder, 'case')] });
    const { events } = await handlers['events.page']({ filter: FILTER, sort: SORT, offset: 0, limit: 10 });
    expect(events).toHaveLength(EXPECTED.length);
    for (const event of events) {
      expect(await handlers['events.save']({ row: event.row })).toEqual({ status: 'written', path });
      expect(basename(suggestions.at(-1) ?? '')).toBe(`record-e1-${event.source.byteOffset}.bin`);
      const saved = parse('journal-export', new Uint8Array(readFileSync(path)));
      expect(saved.problems).toEqual([]);
      expect(saved.events.map(content)).toEqual(EXPECTED.filter(({ time }) => time === event.time).map(content));
      rmSync(path);
    }
    await handlers['case.close'](undefined);
  });

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

  it('reads what the person chose and nothing that the page names by itself', async () => {
    const given = new GivenPaths();
    const { folder, handlers, session } = desk(() => null, undefined, given);
    const paths = [join(folder, 'case', 'journal.txt')];
    for (const request of ['case.open', 'case.add', 'case.setRules'] as const) {
      await expect((async () => handlers[request]({ paths }))(), request).rejects.toThrow(/was not chosen in a dialog/);
    }
    expect(session.current()).toBeNull();
    const chosen = await handlers['dialog.open']({ kind: 'folder' });
    expect(chosen).toEqual([join(folder, 'case')]);
    expect(await handlers['case.open']({ paths: [...(chosen ?? [])] })).toMatchObject({ status: 'opened' });
    await expect((async () => handlers['case.add']({ paths: [...(chosen ?? []), ...paths] }))()).rejects.toThrow(
      /journal\.txt/,
    );
    given.add(paths);
    expect(await handlers['case.open']({ paths })).toMatchObject({ status: 'opened' });
    await handlers['case.close'](undefined);
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

  it('applies rules of the user, whose tags stand with the events, until there are none', async () => {
    const { folder, handlers } = desk();
    await handlers['case.open']({ paths: [join(folder, 'case')] });
    const rules = join(folder, 'rules.yaml');
    writeFileSync(rules, 'title: Given up\ntags: [late]\ndetection: {a: {kind: worker-timeout}, condition: a}\n');
    expect(await handlers['case.setRules']({ paths: [rules] })).toMatchObject({ status: 'opened' });
    expect((await handlers['events.raw']({ row: 3 })).tags).toEqual(['late']);
    expect((await handlers['events.raw']({ row: 2 })).tags).toBeUndefined();
    const list = { filter: FILTER, sort: SORT, offset: 0, limit: 10 } as const;
    const { events } = await handlers['events.page'](list);
    expect(events.filter(({ tags }) => tags !== undefined).map(({ row, tags }) => [row, tags])).toEqual([
      [3, ['late']],
    ]);
    await expect(handlers['case.setRules']({ paths: [join(folder, 'none.yaml')] })).rejects.toThrow('cannot be read');
    expect((await handlers['events.raw']({ row: 3 })).tags).toEqual(['late']);
    await handlers['case.setRules']({ paths: [] });
    expect((await handlers['events.raw']({ row: 3 })).tags).toBeUndefined();
    await handlers['case.close'](undefined);
  });

  it('passes dialogs and the clipboard on', async () => {
    const { folder, handlers, copied } = desk();
    expect(await handlers['dialog.open']({ kind: 'folder' })).toEqual([join(folder, 'case')]);
    expect(await handlers['dialog.open']({ kind: 'files' })).toBeNull();
    await handlers['clipboard.write']({ text: 'a line' });
    expect(copied).toEqual(['a line']);
  });
});

describe('what a database holds', () => {
  it('is asked for, written out as CSV, and put into the report until it is taken out again', async () => {
    const { folder, handlers } = desk((suggested) => suggested);
    const fixture = join(import.meta.dirname, '..', '..', 'fixtures', 'sqlite', 'journal-finished', 'service.db');
    copyFileSync(fixture, join(folder, 'case', 'service.db'));
    const opened = await handlers['case.open']({ paths: [join(folder, 'case')] });
    const database = opened.status === 'opened' ? opened.view.databases[0] : undefined;
    const target = { evidenceId: database?.evidenceId ?? '', view: 'committed' } as const;
    const sql = "SELECT 'a' || char(27) || '[31m' AS word";
    const outcome = await handlers['database.run']({ ...target, sql, seconds: 10 });
    if (outcome.status !== 'done') throw new Error(outcome.status);
    // Nothing of the evidence reaches the window that could not be seen there.
    expect(outcome.result.rows).toEqual([['a\\u{1b}[31m']]);
    const path = join(folder, 'query-result.csv');
    expect(await handlers['database.exportCsv']({ ...target, of: { sql, seconds: 10 } })).toEqual({
      status: 'written',
      path,
    });
    expect(readFileSync(path, 'utf8')).toBe('word\r\na\u001b[31m\r\n');

    const [added] = await handlers['report.addQuery']({ resultId: outcome.result.id });
    expect(added).toMatchObject({ sql, rowCount: 1, isCut: false });
    await handlers['report.export']({ format: 'html' });
    const report = join(folder, 'case-report.html');
    expect(readFileSync(report, 'utf8')).toContain('<h2>Queries</h2>');
    expect(await handlers['report.removeQuery']({ id: added?.id ?? 0 })).toEqual([]);
    await handlers['report.export']({ format: 'html' });
    expect(readFileSync(report, 'utf8')).not.toContain('<h2>Queries</h2>');
    await expect(async () => handlers['report.addQuery']({ resultId: 99 })).rejects.toThrow('Run the statement again');
    await handlers['case.close'](undefined);
    expect(await handlers['report.queries'](undefined)).toEqual([]);
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
