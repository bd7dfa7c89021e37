import type { ExportOutcome } from '../../shared/contract/ipc.ts';
import type { EventStore } from '../events/event-store.ts';
import { UsageError } from '../threads/usage-error.ts';
import type { CaseSession } from './case-session.ts';
import { saveFile } from './save-file.ts';
import type { ShellPorts } from './shell-ports.ts';

/** Largest record that is written; it passes through memory once. */
const SAVED_BYTES = 512 * 1024 * 1024;
const PIECE_BYTES = 8 * 1024 * 1024;

/** Asks where to, and writes the exact bytes of an event's record. */
export function saveRecord(session: CaseSession, ports: ShellPorts, row: number): Promise<ExportOutcome> {
  return saveFile(session, ports, {
    what: 'record',
    name: ({ openCase: { store } }) => {
      const { source } = store.event(row);
      requireWritable(store, row);
      return `record-${source.evidenceId}-${source.byteOffset}.bin`;
    },
    choose: (suggested) => ports.chooseRecordPath(suggested),
    content: ({ openCase: { store } }) => wholeRecord(store, row),
  });
}

function requireWritable(store: EventStore, row: number): void {
  const { totalBytes } = store.piece(row, 'record', 0, 1);
  if (totalBytes <= SAVED_BYTES) return;
  throw new UsageError(
    `The record has ${totalBytes} bytes, more than is written at once. Cut it out of its file instead.`,
  );
}

function wholeRecord(store: EventStore, row: number): Uint8Array {
  const { totalBytes } = store.piece(row, 'record', 0, 1);
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < totalBytes; ) {
    const { bytes } = store.piece(row, 'record', offset, PIECE_BYTES);
    if (bytes.length === 0) throw new UsageError('The file of the record has become shorter since it was read.');
    pieces.push(bytes);
    offset += bytes.length;
  }
  return Buffer.concat(pieces);
}
