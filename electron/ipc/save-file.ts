import { join } from 'node:path';
import type { ExportOutcome } from '../../shared/contract/ipc.ts';
import { folderBeside, targetProblem } from '../files/evidence-guard.ts';
import { writeAtomically } from '../files/write-atomically.ts';
import type { CaseSession, SessionCase } from './case-session.ts';
import type { ShellPorts } from './shell-ports.ts';

/** A file to be written out of a case. */
export interface FileToSave {
  /** For messages: `report`, `record`. */
  readonly what: string;
  readonly name: (of: SessionCase) => string;
  /** Asks for the place; null when the dialog was dismissed. */
  readonly choose: (suggestedPath: string) => Promise<string | null>;
  readonly content: (of: SessionCase) => Promise<Uint8Array | string> | Uint8Array | string;
}

/** Asks where to, and writes; never over anything that belongs to the evidence. Never rejects: failures are outcomes. */
export async function saveFile(session: CaseSession, ports: ShellPorts, file: FileToSave): Promise<ExportOutcome> {
  const current = session.current();
  if (current === null) return failed('No case is open.');
  try {
    // The sample lies with the program, where people neither look for documents nor may always write.
    const isSample = current.paths.includes(ports.samplePath());
    const folder = (isSample ? null : folderBeside(current.paths)) ?? ports.documentsFolder();
    const path = await file.choose(join(folder, file.name(current)));
    if (path === null) return { status: 'cancelled' };
    if (session.current() !== current) return failed(`The case was closed before the ${file.what} could be written.`);
    const problem = await targetProblem(path, current.paths);
    if (problem !== null) return failed(problem);
    await writeAtomically(path, await file.content(current));
    return { status: 'written', path };
  } catch (error) {
    return { status: 'failed', error: ports.toJobError(error) };
  }
}

function failed(message: string): ExportOutcome {
  return { status: 'failed', error: { kind: 'usage', message } };
}
