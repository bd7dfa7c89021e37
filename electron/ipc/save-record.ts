import { join } from 'node:path';
import type { ExportOutcome } from '../../shared/contract/ipc.ts';
import type { JobError } from '../../shared/contract/worker-protocol.ts';
import { writeAtomically } from '../case-store/write-atomically.ts';
import { evidenceProblem, folderBeside } from '../export/evidence-guard.ts';
import type { CaseSession } from './case-session.ts';

/** What saving needs of the shell. */
export interface SavePorts {
  /** An absolute path, or null when the dialog was dismissed. */
  readonly chooseRecordPath: (suggestedPath: string) => Promise<string | null>;
  readonly samplePath: () => string;
  readonly documentsFolder: () => string;
  readonly toJobError: (error: unknown) => JobError;
}

/** Largest record that is written; it passes through memory once. */
const SAVED_BYTES = 512 * 1024 * 1024;
const PIECE_BYTES = 8 * 1024 * 1024;

/** Asks where to, and writes the exact bytes of an event's record; never over anything that belongs to the evidence. */
export async function saveRecord(session: CaseSession, ports: SavePorts, row: number): Promise<ExportOutcome> {
  const current = session.current();
  if (current === null) return failed('No case is open.');
  try {
    const { store } = current.openCase;
    const { event } = store.raw(row);
    const { totalBytes } = store.piece(row, 'record', 0, 1);
    if (totalBytes > SAVED_BYTES) {
      return failed(
        `The record has ${totalBytes} bytes, more than is written at once. Cut it out of its file instead.`,
      );
    }
    const isSample = current.paths.includes(ports.samplePath());
    const folder = (isSample ? null : folderBeside(current.paths)) ?? ports.documentsFolder();
    const name = `record-${event.source.evidenceId}-${event.source.byteOffset}.bin`;
    const path = await ports.chooseRecordPath(join(folder, name));
    if (path === null) return { status: 'cancelled' };
    if (session.current() !== current) return failed('The case was closed before the record could be written.');
    const problem = await evidenceProblem(path, current.paths);
    if (problem !== null) return failed(problem);
    const pieces: Uint8Array[] = [];
    for (let offset = 0; offset < totalBytes; ) {
      const { bytes } = store.piece(row, 'record', offset, PIECE_BYTES);
      if (bytes.length === 0) return failed('The file of the record has become shorter since it was read.');
      pieces.push(bytes);
      offset += bytes.length;
    }
    await writeAtomically(path, Buffer.concat(pieces));
    return { status: 'written', path };
  } catch (error) {
    return { status: 'failed', error: ports.toJobError(error) };
  }
}

function failed(message: string): ExportOutcome {
  return { status: 'failed', error: { kind: 'usage', message } };
}
