import type { ConclusionOutcome, ExportOutcome } from '../../shared/contract/ipc.ts';
import { notesText } from '../../shared/contract/notes-json.ts';
import { judgementsIn, readNotesFile } from '../case/read-notes.ts';
import { fileStem } from '../export/file-names.ts';
import { UsageError } from '../threads/usage-error.ts';
import type { CaseSession } from './case-session.ts';
import { replaceAll } from './judgements.ts';
import { saveFile } from './save-file.ts';
import type { ShellPorts } from './shell-ports.ts';

/** Asks where to, and writes what was overruled and observed in the open case. */
export function saveNotes(session: CaseSession, ports: ShellPorts): Promise<ExportOutcome> {
  return saveFile(session, ports, {
    what: 'notes',
    name: ({ openCase }) => `${fileStem(openCase.title)}.inquest-notes.json`,
    choose: (suggested) => ports.chooseNotesToSave(suggested),
    content: ({ openCase: { evidence, work } }) => notesText(evidence.files, work.judgements),
  });
}

/** Asks for a file of notes and applies it to the open case. Never rejects: failures are outcomes. */
export async function openNotes(session: CaseSession, ports: ShellPorts): Promise<ConclusionOutcome> {
  try {
    const path = await ports.chooseNotesToOpen();
    if (path === null) return { status: 'cancelled' };
    const before = session.current();
    if (before === null) throw new UsageError('No case is open.');
    const judgements = judgementsIn(await readNotesFile(path), before.openCase.evidence.files);
    return await session.conclude((open) => {
      if (open.evidence !== before.openCase.evidence)
        throw new UsageError('The case changed while the notes were read.');
      return open.withWork(replaceAll(open.work, judgements));
    });
  } catch (error) {
    return { status: 'failed', error: ports.toJobError(error) };
  }
}
