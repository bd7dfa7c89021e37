import { join } from 'node:path';
import type { AppInfo, ExportOutcome, RequestOf } from '../../shared/contract/ipc.ts';
import type { JobError } from '../../shared/contract/worker-protocol.ts';
import { UsageError } from '../case-store/job-error.ts';
import type { OpenCase } from '../case-store/open-case.ts';
import { writeAtomically } from '../case-store/write-atomically.ts';
import { evidenceProblem, folderBeside } from '../export/evidence-guard.ts';
import { type ExportFormat, exportFileName, renderExport } from '../export/export-case.ts';
import type { CaseSession } from './case-session.ts';
import type { Handlers } from './dispatch.ts';
import { type SavePorts, saveRecord } from './save-record.ts';
import { DETAIL_MESSAGE_CHARACTERS, shown, shownEvent, shownPage } from './shown.ts';

/** What handlers need of Electron, so that they run and are tested without it. */
export interface ShellPorts extends SavePorts {
  readonly appInfo: () => AppInfo;
  /** Absolute paths, or null when the dialog was dismissed. */
  readonly chooseEvidence: (kind: 'files' | 'folder') => Promise<readonly string[] | null>;
  /** An absolute path, or null when the dialog was dismissed. */
  readonly chooseExportPath: (suggestedPath: string, format: ExportFormat) => Promise<string | null>;
  readonly writeClipboard: (text: string) => void;
  /** Absolute path of the sample case that comes with Inquest. */
  readonly samplePath: () => string;
  /** Where exports go when nothing better is known, absolute. */
  readonly documentsFolder: () => string;
  readonly toJobError: (error: unknown) => JobError;
}

/** The handlers of the contract over one session. Nothing here concludes anything: it opens, pages and hands on. */
export function createHandlers(session: CaseSession, ports: ShellPorts): Handlers {
  return {
    'app.info': () => ports.appInfo(),
    'dialog.open': ({ kind }) => ports.chooseEvidence(kind),
    'case.open': async ({ paths }) => shown(await session.open(paths)),
    'case.openSample': async () => shown(await session.open([ports.samplePath()])),
    'case.current': () => shown(session.current()?.openCase.view() ?? null),
    'case.cancel': () => session.cancel(),
    'case.close': () => session.close(),
    'events.page': ({ filter, sort, offset, limit }) =>
      shownPage(requireCase(session).store.page(filter, sort, offset, limit)),
    'events.position': ({ row, filter, sort }) => requireCase(session).store.position(row, filter, sort),
    'events.raw': ({ row }) => {
      const record = requireCase(session).store.raw(row);
      return { ...record, event: shownEvent(record.event, DETAIL_MESSAGE_CHARACTERS) };
    },
    'events.bytes': ({ row, of, offset, limit }) => requireCase(session).store.piece(row, of, offset, limit),
    'events.save': ({ row }) => saveRecord(session, ports, row),
    'events.tracebacks': async ({ rows, filter, sort }) => {
      const { store } = requireCase(session);
      const lines = store.tracebackLines(rows);
      const listedHeads: number[] = [];
      for (const head of new Set(lines.map((line) => line.head))) {
        if ((await store.position(head, filter, sort)) !== null) listedHeads.push(head);
      }
      return { lines, listedHeads };
    },
    'report.export': (payload) => exportReport(session, ports, payload),
    'clipboard.write': ({ text }) => ports.writeClipboard(text),
  };
}

function requireCase(session: CaseSession): OpenCase {
  const current = session.current();
  if (current === null) throw new UsageError('No case is open.');
  return current.openCase;
}

async function exportReport(
  session: CaseSession,
  ports: ShellPorts,
  { format }: RequestOf<'report.export'>,
): Promise<ExportOutcome> {
  const current = session.current();
  if (current === null) return failed('No case is open.');
  // The sample lies with the program, where people neither look for documents nor may always write.
  const isSample = current.paths.includes(ports.samplePath());
  const folder = (isSample ? null : folderBeside(current.paths)) ?? ports.documentsFolder();
  const suggested = join(folder, exportFileName(current.openCase.title, format));
  const path = await ports.chooseExportPath(suggested, format);
  if (path === null) return { status: 'cancelled' };
  if (session.current() !== current) return failed('The case was closed before the report could be written.');
  const problem = await evidenceProblem(path, current.paths);
  if (problem !== null) return failed(problem);
  try {
    await writeAtomically(path, await renderExport(current.openCase, format));
    return { status: 'written', path };
  } catch (error) {
    return { status: 'failed', error: ports.toJobError(error) };
  }
}

function failed(message: string): ExportOutcome {
  return { status: 'failed', error: { kind: 'usage', message } };
}
