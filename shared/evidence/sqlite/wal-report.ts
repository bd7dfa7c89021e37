import type { OpenTransaction, ShmReport, WalReport } from '../../model/database.ts';
import { parseShm } from './shm.ts';
import type { SidecarBytes } from './views.ts';
import { WAL_FRAME_HEADER_BYTES, WAL_HEADER_BYTES, type WalLog } from './wal.ts';

/** What a `-wal` holds, for people and rules; the open transaction is described by whoever knows the database. */
export function walReport(wal: SidecarBytes, log: WalLog, openTransaction: OpenTransaction | null): WalReport {
  const { evidenceId, bytes } = wal;
  const frameBytes = WAL_FRAME_HEADER_BYTES + (log.pageSize ?? 0);
  const frames = (first: number, last: number) => ({
    evidenceId,
    byteOffset: WAL_HEADER_BYTES + (first - 1) * frameBytes,
    byteLength: (last - first + 1) * frameBytes,
    line: null,
  });
  const [liveSalt1, liveSalt2] = log.salts ?? [];
  return {
    evidenceId,
    bytes: bytes.length,
    pageSize: log.pageSize,
    validFrames: log.validFrames,
    committedFrames: log.committedFrames,
    uncommittedFrames: log.uncommittedFrames,
    staleFrames: log.staleFrames,
    tornBytes: log.tornBytes,
    openTransaction,
    generations: log.generations.map((run) => ({
      ...run,
      state: run.salt1 === liveSalt1 && run.salt2 === liveSalt2 ? 'live' : 'stale',
      source: frames(run.firstFrame, run.lastFrame),
    })),
    commitCount: log.commitCount,
    commits: log.commits,
    stop:
      log.stop === null
        ? null
        : {
            frame: log.stop.frame,
            reason: log.stop.reason,
            source: {
              evidenceId,
              byteOffset: log.stop.byteOffset,
              byteLength: Math.min(frameBytes, bytes.length - log.stop.byteOffset),
              line: null,
            },
          },
    ...(log.checkpointSequence === null ? {} : { checkpointSequence: log.checkpointSequence }),
    source: { evidenceId, byteOffset: 0, byteLength: Math.min(bytes.length, WAL_HEADER_BYTES), line: null },
  };
}

/** The header and the checkpoint information of a `-shm`: 136 bytes. */
const SHM_INFO_BYTES = 136;

/** What a `-shm` says; numbers are null where no connection would believe them. */
export function shmReport(shm: SidecarBytes, log: WalLog | null): ShmReport {
  const index = parseShm(shm.bytes);
  const isValid = index?.isValid ?? false;
  return {
    evidenceId: shm.evidenceId,
    bytes: shm.bytes.length,
    isValid,
    maxFrame: isValid ? (index?.maxFrame ?? null) : null,
    backfilledFrames: isValid ? (index?.backfilledFrames ?? null) : null,
    backfillAttemptedFrames: isValid ? (index?.backfillAttemptedFrames ?? null) : null,
    readMarks: isValid ? (index?.readMarks ?? []) : [],
    belongsToWal:
      // A log without commits has not told its salts to the index yet.
      index === null || !isValid || index.maxFrame === 0 || log === null || log.salts === null
        ? null
        : index.salts[0] === log.salts[0] && index.salts[1] === log.salts[1],
    source: {
      evidenceId: shm.evidenceId,
      byteOffset: 0,
      byteLength: Math.min(SHM_INFO_BYTES, shm.bytes.length),
      line: null,
    },
  };
}
