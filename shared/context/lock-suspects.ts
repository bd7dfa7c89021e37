import type { EvidenceEvent } from '../model/event.ts';
import { addSeconds } from '../model/time.ts';
import type { FactContext } from './context.ts';

/*
 * What is run beside a service and holds its database for long: upkeep, copies, changes of its tables. By the words of the
 * programs themselves, and as people call it.
 */
const UPKEEP =
  /\bvacuum\w*|\bsqlite3\b(?!\.)|\bREINDEX\b|\bwal_checkpoint\b|\bpg_(?:dump|repack|basebackup)\b|\bmysqldump\b|\bALTER TABLE\b|\bApplying [\w.]+\.\d{4}_\w+|\balembic\b|\bmanage\.py migrate\b|\b(?:db|database|sqlite|nightly)[-_ ]?(?:backup|dump)\b|\bbackup[-_ ]?(?:db|database|sqlite)\b|\b(?:restic|litestream|borg)\b/i;
const READ_CHARACTERS = 1_024;
/** Upkeep that began so long before may still hold the lock. */
const BEFORE_SECONDS = 900;
const MOST_LINES = 20_000;

/** The last line before the end of the work by which another process tells that it works on a database; null without any. */
export function lockSuspect(context: FactContext): EvidenceEvent | null {
  const { evidence, window, workEnd, record, history } = context;
  if (window === null || workEnd === null || record === null) return null;
  const workers = new Set(history.lives.map(({ pid }) => pid));
  const lines = evidence.events.between(addSeconds(window.from, -BEFORE_SECONDS), workEnd, MOST_LINES, ['log']);
  const own = new Set((record.operation?.lines ?? []).map(({ event }) => event.row));
  return (
    lines.findLast(
      ({ row, pid, message }) =>
        !own.has(row) && (pid === null || !workers.has(pid)) && UPKEEP.test(message.slice(0, READ_CHARACTERS)),
    ) ?? null
  );
}
