import { EVENT_KINDS, type EventKind, SEVERITIES } from '../../shared/model/event.ts';
import { type EventColumns, NO_PID } from '../../shared/model/event-columns.ts';
import type { EvidenceFile } from '../../shared/model/evidence.ts';
import { existing } from '../../shared/model/existing.ts';
import { epochMicros } from '../../shared/model/time.ts';
import type { EventPoint } from '../../shared/model/views.ts';

/** Kinds that come in masses and of which any one may be left out of a drawing. */
const BACKGROUND_KINDS: ReadonlySet<EventKind> = new Set([
  'log',
  'kernel',
  'notice',
  'oom-context',
  'process-sample',
  'memory-sample',
]);
const BACKGROUND = Uint8Array.from(EVENT_KINDS, (kind) => (BACKGROUND_KINDS.has(kind) ? 1 : 0));

/**
 * Events as points for a drawing, at most `limit`, in time order. Notable ones stay, the others are thinned evenly; should
 * notable ones alone be too many, all are thinned evenly.
 */
export function thinnedPoints(columns: EventColumns, files: readonly EvidenceFile[], limit: number): EventPoint[] {
  let notable = 0;
  for (let row = 0; row < columns.count; row++) if (isNotable(columns, row)) notable += 1;
  const keepNotable = notable <= limit;
  const candidates = keepNotable ? columns.count - notable : columns.count;
  const room = keepNotable ? limit - notable : limit;

  const points: EventPoint[] = [];
  let seen = 0;
  for (let row = 0; row < columns.count; row++) {
    if (keepNotable && isNotable(columns, row)) {
      points.push(pointOf(columns, files, row));
      continue;
    }
    // Of `candidates` rows, exactly min(room, candidates) cross a multiple of candidates/room, evenly spread.
    const before = Math.floor((seen * room) / candidates);
    seen += 1;
    if (candidates <= room || Math.floor((seen * room) / candidates) > before)
      points.push(pointOf(columns, files, row));
  }
  return points;
}

function isNotable(columns: EventColumns, row: number): boolean {
  return BACKGROUND[existing(columns.kind[row], row)] === 0;
}

function pointOf(columns: EventColumns, files: readonly EvidenceFile[], row: number): EventPoint {
  const pid = columns.pid[row] ?? NO_PID;
  return {
    row,
    time: epochMicros(existing(columns.time[row], row)),
    kind: EVENT_KINDS[existing(columns.kind[row], row)] ?? 'log',
    severity: SEVERITIES[columns.severity[row] ?? SEVERITIES.length] ?? null,
    pid: pid === NO_PID ? null : pid,
    evidenceId: files[existing(columns.fileIndex[row], row)]?.id ?? '',
  };
}
