import { createHash } from 'node:crypto';
import type { DatabaseReport } from '../../shared/model/database.ts';
import type { DatabaseChecks } from '../databases/database-checks.ts';
import { inspectDatabase } from '../databases/inspect-database.ts';
import { putUnlessZero } from '../databases/sparse-bytes.ts';
import { EventTable } from '../events/event-table.ts';
import type { IntakeLimits } from '../files/limits.ts';
import { EvidenceReader, failureReason, READ_CHUNK_BYTES } from '../files/read-only.ts';
import { EvidenceSink } from './events/evidence-sink.ts';
import type { DatabaseGroup } from './identify.ts';
import type { IntakeFile } from './intake-file.ts';
import { noteChange, noteStop, readFile } from './reading/read-evidence.ts';
import type { SourceBoard } from './source-progress.ts';

/**
 * Reads a database with what lies beside it and inspects it. Null (with a problem that says why) when it cannot be read, is
 * damaged beyond inspection, or when a part of it was stopped.
 */
export async function readDatabase(
  files: readonly IntakeFile[],
  group: DatabaseGroup,
  limits: IntakeLimits,
  board: SourceBoard,
  checks: DatabaseChecks,
): Promise<DatabaseReport | null> {
  const main = files[group.main];
  if (main === undefined) return null;
  const parts = [main, group.wal, group.journal, group.shm].map((part) =>
    typeof part === 'number' ? files[part] : part,
  );
  for (const part of parts) {
    if (!part || board.begin(part.found) === null) continue;
    board.read(part.found);
    if (part === main) return null;
    const message = `It was not inspected: ${part.path}, which belongs to it, could not be read.`;
    main.found.problems.add({ kind: 'unreadable', message, byteOffset: null });
    return null;
  }
  board.begin(main.found);
  const [mainBytes, walBytes, journalBytes, shmBytes] = parts.map((part) =>
    part === null || part === undefined ? null : wholeFile(part, limits, board),
  );
  // With a part missing, what is left would be another state of the database than the one that was collected.
  if (mainBytes === null || mainBytes === undefined) return null;
  const [, wal, journal, shm] = parts;
  for (const part of [wal, journal]) {
    if (!part?.found.problems.has('stopped')) continue;
    const message = `It was not inspected: the reading of ${part.path}, which belongs to it, was stopped on request. Add it again.`;
    main.found.problems.add({ kind: 'stopped', message, byteOffset: null });
    return null;
  }
  const beside = (part: IntakeFile | null | undefined, bytes: Uint8Array | null | undefined) =>
    part && bytes ? { evidenceId: part.id, bytes } : null;
  try {
    const input = {
      evidenceId: main.id,
      path: main.path,
      main: mainBytes,
      wal: beside(wal, walBytes),
      journal: beside(journal, journalBytes),
      shm: beside(shm, shmBytes),
      hasShm: group.shm !== null,
    };
    const { report, problems } = await inspectDatabase(input, checks);
    for (const problem of problems) main.found.problems.add(problem);
    main.records = report === null ? 0 : rowsOf(report);
    return report;
  } catch (thrown) {
    const message = `The database could not be inspected: ${failureReason(thrown)}.`;
    main.found.problems.add({ kind: 'damaged-database', message, byteOffset: null });
    return null;
  }
}

/** Rows of the service's own tables: `sqlite_schema` and its like are SQLite's. */
function rowsOf(report: DatabaseReport): number {
  const tables = report.tables.filter(({ type, name }) => type === 'table' && !name.startsWith('sqlite_'));
  return tables.reduce((sum, table) => sum + (table.rows ?? 0), 0);
}

/** A file's bytes, hashed on the way; null (with a problem) when it is too large to hold, cannot be read or is stopped. */
function wholeFile(file: IntakeFile, limits: IntakeLimits, board: SourceBoard): Uint8Array | null {
  const { found } = file;
  try {
    if (found.bytes > limits.databaseBytes) {
      const message = `Databases of more than ${limits.databaseBytes} bytes are hashed but not inspected.`;
      found.problems.add({ kind: 'limit-exceeded', message, byteOffset: null });
      const sink = new EvidenceSink(new EventTable());
      readFile(found, file.index, null, sink, limits, (bytes) => board.reading(found, 'hashing', bytes));
      return null;
    }
    return readWhole(file, board);
  } catch (thrown) {
    const message = `It cannot be read: ${failureReason(thrown)}.`;
    found.problems.add({ kind: 'unreadable', message, byteOffset: null });
    return null;
  } finally {
    board.read(found);
  }
}

function readWhole({ found }: IntakeFile, board: SourceBoard): Uint8Array | null {
  const hash = found.sha256 === null ? createHash('sha256') : null;
  const reader = new EvidenceReader(found.absolutePath);
  try {
    const bytes = new Uint8Array(reader.stamp.bytes);
    const buffer = new Uint8Array(READ_CHUNK_BYTES);
    let isStopped = !board.reading(found, 'database', 0);
    while (!isStopped && reader.position < bytes.length) {
      const chunk = reader.nextInto(buffer);
      if (chunk === null) break;
      hash?.update(chunk);
      putUnlessZero(bytes, reader.position - chunk.length, chunk);
      isStopped = !board.reading(found, 'database', reader.position) && reader.position < bytes.length;
    }
    if (hash !== null) found.sha256 = hash.digest('hex');
    if (isStopped) noteStop(found, reader.position, hash !== null);
    const change = reader.changed();
    if (change !== null) noteChange(found, change);
    return isStopped ? null : bytes.subarray(0, reader.position);
  } finally {
    reader.close();
  }
}
